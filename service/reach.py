"""kubectl, kubeconfig and ssh: straight to a node by ssh, without Ansible."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .exits import Exit
from .failure import Stop
from .scene import Scene

ADMIN_CONF = "/etc/kubernetes/admin.conf"
LOST = 255  # ssh's own exit code when it did not reach the node, or lost it
SHOWN = 6


@dataclass(frozen=True)
class Node:
    """A node as the last run left it."""

    name: str
    public_address: str
    user: str
    control_plane: bool


def nodes(scene: Scene) -> list[Node]:
    """The nodes with a known address, in the order of the cluster file. Raises Stop if none is known."""
    path = scene.folder / "addresses.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = {}
    result = [
        Node(machine.name, entry["public_address"], entry.get("user") or machine.user, machine.role == "control_plane")
        for machine in scene.cluster.nodes
        if isinstance(entry := found.get(machine.name), dict) and entry.get("public_address")
    ]
    if not result:
        raise Stop(
            Exit.FAILED,
            f"no address of a node is known in {path}; ./runner.py status -i {scene.source} reads them from the clouds",
        )
    return result


def control_plane(scene: Scene) -> list[Node]:
    """Control-plane nodes with a known address. Raises Stop if there is none."""
    result = [node for node in nodes(scene) if node.control_plane]
    if not result:
        raise Stop(
            Exit.FAILED,
            f"no address of a control-plane node is known here; ./runner.py status -i {scene.source} reads them",
        )
    return result


def ssh_command(scene: Scene, node: Node, *options: str) -> list[str]:
    """The ssh that reaches a node: its key is checked under its name, and checking is never off."""
    access = scene.cluster.access
    wanted = [
        f"UserKnownHostsFile={scene.folder / 'known_hosts'}",
        "GlobalKnownHostsFile=/dev/null",
        "StrictHostKeyChecking=yes",
        f"HostKeyAlias={node.name}",
        "ConnectTimeout=10",
        "LogLevel=ERROR",
    ]
    if access.ssh_private_key_file:
        wanted += [f"IdentityFile={access.ssh_private_key_file}", "IdentitiesOnly=yes"]
    if access.ssh_proxy_command:
        wanted.append(f"ProxyCommand={access.ssh_proxy_command}")
    flags = [word for option in wanted for word in ("-o", option)]
    return ["ssh", *flags, *options, f"{node.user}@{node.public_address}"]


def on_control_plane(scene: Scene, words: Sequence[str], *, terminal: bool, **streams: Any) -> tuple[int, str, bytes]:
    """Run a command on the first control-plane node that answers: its exit code, that node's address, its output.

    Input, output and errors are ours, unless ``streams`` says otherwise. The next node is tried only if ssh did not get
    in: a command that may have begun is never begun twice.
    """
    silent = []
    for node in control_plane(scene):
        with tempfile.TemporaryDirectory(prefix="pangaea-") as folder:
            inside = Path(folder) / "inside"
            touch = f"LocalCommand=touch {shlex.quote(str(inside))}"  # ssh runs it here once it is let in
            options = ["-o", "PermitLocalCommand=yes", "-o", touch, *(["-t"] if terminal else [])]
            command = [*ssh_command(scene, node, *options), shlex.join(words)]
            ended = subprocess.run(command, check=False, **streams)
            if ended.returncode != LOST or inside.exists():
                return ended.returncode, node.public_address, ended.stdout or b""
        silent.append(node.name)
        print(f"{node.name} ({node.public_address}) does not answer by ssh", file=sys.stderr)
    raise Stop(
        Exit.NO_ANSWER, f"no control-plane node answers by ssh: {', '.join(silent)}; ./runner.py plan tells more"
    )


def kubectl(scene: Scene, words: Sequence[str]) -> int:
    """Run kubectl on a control-plane node; our input goes to it. Its own exit code."""
    terminal = sys.stdin.isatty() and sys.stdout.isatty() and wants_terminal(words)
    command = ["sudo", "kubectl", "--kubeconfig", ADMIN_CONF, *words]
    return on_control_plane(scene, command, terminal=terminal)[0]


def wants_terminal(words: Iterable[str]) -> bool:
    """Whether kubectl is asked for a terminal itself, as ``exec -it`` does; ``edit`` needs one."""
    before = list(words)
    if "--" in before:
        before = before[: before.index("--")]  # what follows is for the container
    return before[:1] == ["edit"] or any(
        word == "--tty" or (word.startswith("-") and not word.startswith("--") and "t" in word and "=" not in word)
        for word in before
        if len(word) <= 3 or word == "--tty"
    )


def ssh(scene: Scene, name: str, words: Sequence[str]) -> int:
    """A shell on a node, or one command. ssh's own exit code.

    One word is a line for the node's shell, as ssh takes it; several are one program and its arguments, kept apart.
    """
    known = nodes(scene)
    node = next((node for node in known if node.name == name), None)
    if node is None:
        names = [machine.name for machine in scene.cluster.nodes]
        if name in names:
            raise Stop(
                Exit.NO_ANSWER, f"{name}: its address is not known here; ./runner.py status reads it from the cloud"
            )
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        raise Stop(Exit.USAGE, f"{name}: is not a node of this cluster; there is {', '.join(names[:SHOWN])}{more}")
    line = [words[0] if len(words) == 1 else shlex.join(words)] if words else []
    return subprocess.run([*ssh_command(scene, node), *line], check=False).returncode


def kubeconfig(scene: Scene) -> str:
    """A kubeconfig for the user's own kubectl: a public address, and the name to check the certificate by."""
    code, address, output = on_control_plane(
        scene, ["sudo", "cat", ADMIN_CONF], terminal=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    if code != 0:
        raise Stop(Exit.FAILED, f"{ADMIN_CONF} could not be read on {address}; is the cluster built? ./runner.py plan")
    return rewritten(output.decode(), scene.cluster.name, scene.cluster.owner, address)


def rewritten(text: str, name: str, owner: str, address: str) -> str:
    """kubeadm's admin.conf for somebody outside: it names the local balancer, which only nodes have."""
    import yaml

    config = yaml.safe_load(text)
    server = config["clusters"][0]["cluster"]
    server["server"] = f"https://{f'[{address}]' if ':' in address else address}:6443"
    server["tls-server-name"] = f"api.{owner}.internal"
    user = config["users"][0]
    config["clusters"] = [{"name": name, "cluster": server}]
    config["users"] = [{"name": f"{name}-admin", "user": user["user"]}]
    config["contexts"] = [{"name": name, "context": {"cluster": name, "user": f"{name}-admin"}}]
    config["current-context"] = name
    return str(yaml.safe_dump(config, sort_keys=False))
