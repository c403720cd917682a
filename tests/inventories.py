"""The inventory of the demo, written anew for a sandbox of a test's own."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from sandbox.places import CLOUDS, PORT, Place
from service import scene

DEMO = Path(__file__).parents[1] / "inventories/demo"


def environment() -> dict[str, str]:
    """What the demo's environment.txt sets; its empty values take variables away, and are left out."""
    return {name: value for name, value in scene.read_environment(DEMO / "environment.txt").items() if value}


def write(folder: Path, *, sandbox: str, urls: dict[str, str], name: str) -> None:
    """The demo's inventory in ``folder``: other sandbox, cluster name and URLs of the clouds, and a fresh key.

    What the sandbox itself makes, its Azure certificate and the key of its mirror, is left to the caller.
    """
    secrets = folder / ".ssh"
    secrets.mkdir(parents=True, mode=0o700)
    text = (DEMO / "cluster.yml").read_text().replace("pgs-demo-", f"pgs-{sandbox}-")
    for cloud in CLOUDS:
        text = text.replace(Place(sandbox).url(cloud, PORT), urls[cloud])
    (folder / "cluster.yml").write_text(re.sub(r"^name: \w+$", f"name: {name}", text, flags=re.MULTILINE))
    shutil.copy(DEMO / "environment.txt", folder)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", secrets / "id_ed25519"], check=True)
