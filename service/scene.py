"""What a command is about: the cluster file behind ``-i``, its state folder, and the environment it runs in."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster import BadClusterFile, Cluster
from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster.variables import state_dir

from .exits import Exit
from .failure import Stop

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("cluster.yml", "cluster.yaml")
ENVIRONMENT = "environment.txt"  # a name that Ansible passes over when it reads the folder as an inventory
SECRET = re.compile(r"KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL")


@dataclass(frozen=True)
class Scene:
    """One cluster file, read. ``source`` is what goes to Ansible as ``-i``."""

    source: Path
    cluster: Cluster

    @classmethod
    def of(cls, inventory: str | None, environ: Mapping[str, str] = os.environ) -> Scene:
        """Find and read the cluster file. Raises Stop with every mistake that is in it."""
        source = find(inventory, environ)
        return cls(source, load(cluster_file(source)))

    def again(self) -> Scene:
        """The same, read anew: somebody may have edited the file while we waited."""
        return Scene(self.source, load(self.cluster.file))

    @property
    def folder(self) -> Path:
        """The state folder. Nothing in it is needed to converge or delete."""
        return Path(state_dir(self.cluster))

    @property
    def environment(self) -> dict[str, str]:
        """The environment for Ansible: ours, with what stands beside the cluster file laid over it."""
        result = dict(os.environ)
        for key, value in read_environment(self.cluster.file.parent / ENVIRONMENT).items():
            if value:
                result[key] = value
            else:
                result.pop(key, None)
        return result


def find(inventory: str | None, environ: Mapping[str, str]) -> Path:
    """The folder or file that was named, else the one in the environment, else the only one there is."""
    named = inventory or environ.get("PANGAEA_INVENTORY")
    if named:
        return Path(named).expanduser().absolute()
    found = sorted({path.parent for name in NAMES for path in (ROOT / "inventories").glob(f"*/{name}")})
    if len(found) == 1:
        return found[0]
    choice = ", ".join(str(path.relative_to(ROOT)) for path in found) or "none; make one with ./runner.py init"
    raise Stop(Exit.USAGE, f"which cluster? Name its inventory by -i, or in PANGAEA_INVENTORY; there is {choice}")


def cluster_file(source: Path) -> Path:
    """The cluster file in a folder; a file is itself."""
    if not source.is_dir():
        return source
    return next((source / name for name in NAMES if (source / name).exists()), source / NAMES[0])


def load(path: Path) -> Cluster:
    """The cluster. Raises Stop with all mistakes of its file."""
    try:
        return Cluster.load(path)
    except BadClusterFile as error:
        raise Stop(Exit.BAD_CLUSTER_FILE, str(error)) from error


def read_environment(path: Path) -> dict[str, str]:
    """``KEY=VALUE`` lines; an empty value takes the key out of the environment. Raises Stop if it holds a secret."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    result = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, equals, value = line.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key):
            raise Stop(
                Exit.BAD_CLUSTER_FILE, f"{path}, line {number}: is not KEY=VALUE; correct it, or begin it with #"
            )
        if SECRET.search(key.upper()) and value and not value.startswith("sandbox"):
            raise Stop(
                Exit.BAD_CLUSTER_FILE,
                f"{path}, line {number}: {key} looks like a credential (its value is not shown); only the sandbox's "
                f"own, which begin with the word sandbox, may stand in a file; remove it, give it by the environment",
            )
        result[key] = value
    return result
