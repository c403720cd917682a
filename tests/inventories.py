"""Inventories of the repository, written anew for a sandbox of a test's own."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from sandbox.places import CLOUDS, PORT

ROOT = Path(__file__).parents[1]


def write(source: str, folder: Path, *, sandbox: str, port: int, name: str) -> None:
    """The inventory ``inventories/<source>`` in ``folder``: other sandbox, ports and cluster name, and a fresh key.

    What the sandbox itself makes, its Azure certificate and the key of its mirror, is left to the caller.
    """
    origin, secrets = ROOT / "inventories" / source, folder / ".ssh"
    secrets.mkdir(parents=True, mode=0o700)
    text = (origin / "cluster.yml").read_text().replace("pgs-demo-", f"pgs-{sandbox}-")
    for number in range(len(CLOUDS)):
        text = text.replace(f":{PORT + number}", f":{port + number}")
    (folder / "cluster.yml").write_text(re.sub(r"^name: \w+$", f"name: {name}", text, flags=re.MULTILINE))
    shutil.copy(origin / "environment.txt", folder)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", secrets / "id_ed25519"], check=True)
