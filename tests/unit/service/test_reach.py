"""kubectl, kubeconfig and ssh, over an ssh that writes down how it was called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from service import reach

from .conftest import House

# Stands for ssh: it knows who is down, runs LocalCommand when it "gets in", then the command here, without sudo.
SSH = """#!/usr/bin/env python3
import os, pathlib, subprocess, sys
folder = pathlib.Path(os.environ["TEST_FOLDER"])
where, command = [(word, rest) for word, *rest in [sys.argv[i:] for i in range(len(sys.argv))] if "@" in word][0]
with (folder / "calls").open("a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
if where.split("@")[1] in os.environ.get("DOWN", "").split():
    sys.exit(255)
for word in sys.argv:
    if word.startswith("LocalCommand="):
        subprocess.run(word.removeprefix("LocalCommand="), shell=True, check=True)
if where.split("@")[1] in os.environ.get("DROPS", "").split():
    sys.exit(255)
sys.exit(subprocess.run(" ".join(command) or "echo shell", shell=True).returncode)
"""

ADMIN_CONF = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [{"name": "kubernetes", "cluster": {"certificate-authority-data": "Q0E=", "server": "https://x:7443"}}],
    "users": [{"name": "kubernetes-admin", "user": {"client-key-data": "S0VZ"}}],
    "contexts": [{"name": "a@b", "context": {"cluster": "kubernetes", "user": "kubernetes-admin"}}],
    "current-context": "a@b",
}


@pytest.fixture
def reached(house: House) -> House:
    """A house whose last run left the addresses of two control-plane nodes and a worker."""
    house.state.mkdir(parents=True)
    machines = {
        "shop-aws-fra-cp-1": "198.18.1.1",
        "shop-aws-fra-cp-2": "198.18.1.2",
        "shop-aws-fra-general-1": "198.18.1.9",
        "shop-aws-zrh-general-1": None,
        "shop-gone-cp-9": "198.18.1.77",
    }
    entries = {name: {"public_address": address, "user": "debian"} for name, address in machines.items()}
    (house.state / "addresses.json").write_text(json.dumps(entries))
    tools = house.folder / "bin"
    tools.mkdir()
    admin = house.folder / "admin.conf"
    admin.write_text(yaml.safe_dump(ADMIN_CONF))
    for name, text in (
        ("ssh", SSH),
        ("sudo", '#!/bin/sh\nexec "$@"\n'),
        ("kubectl", '#!/bin/sh\necho "kubectl $*"; cat; exit ${KUBECTL:-0}\n'),
        ("cat", f'#!/bin/sh\nif [ "$1" ]; then exec /bin/cat {admin}; fi\nexec /bin/cat\n'),
    ):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    return house


def path(house: House) -> str:
    return f"{house.folder / 'bin'}:{house.environment['PATH']}"


def calls(house: House) -> list[str]:
    return (house.folder / "calls").read_text().splitlines()


def test_kubectl_runs_on_a_control_plane_node_and_gives_its_own_exit_code(reached: House) -> None:
    ended = reached.run("kubectl", "--", "get", "nodes", "-l", "a in (b, c)", PATH=path(reached), KUBECTL="7")
    assert ended.returncode == 7
    assert ended.stdout == "kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes -l a in (b, c)\n"
    (call,) = calls(reached)
    assert "debian@198.18.1.1" in call
    for option in ("StrictHostKeyChecking=yes", "HostKeyAlias=shop-aws-fra-cp-1", f"{reached.state}/known_hosts"):
        assert option in call
    assert " -t " not in call


def test_the_next_node_is_asked_when_one_does_not_answer(reached: House) -> None:
    ended = reached.run("kubectl", "--", "get", "nodes", PATH=path(reached), DOWN="198.18.1.1")
    assert ended.returncode == 0
    assert ended.stderr == "shop-aws-fra-cp-1 (198.18.1.1) does not answer by ssh\n"
    assert [call.partition("@")[2].split()[0] for call in calls(reached)] == ["198.18.1.1", "198.18.1.2"]


def test_a_command_that_may_have_begun_is_not_begun_again(reached: House) -> None:
    ended = reached.run("kubectl", "--", "create", "-f", "-", PATH=path(reached), DROPS="198.18.1.1")
    assert ended.returncode == 255
    assert len(calls(reached)) == 1


def test_all_nodes_down_is_no_answer(reached: House) -> None:
    ended = reached.run("kubectl", "--", "get", "nodes", PATH=path(reached), DOWN="198.18.1.1 198.18.1.2")
    assert ended.returncode == 11
    assert "no control-plane node answers by ssh: shop-aws-fra-cp-1, shop-aws-fra-cp-2" in ended.stderr


def test_kubectl_without_a_command_says_where_it_goes(reached: House) -> None:
    ended = reached.run("kubectl")
    assert ended.returncode == 64
    assert "put the command after --" in ended.stderr


def test_a_kubeconfig_names_a_public_address_and_the_name_to_check(reached: House) -> None:
    target = reached.folder / "kubeconfig"
    ended = reached.run("kubeconfig", "-o", str(target), PATH=path(reached), DOWN="198.18.1.1")
    assert ended.returncode == 0, ended.stderr
    assert target.stat().st_mode & 0o777 == 0o600
    config = yaml.safe_load(target.read_text())
    assert config["clusters"] == [
        {
            "name": "shop",
            "cluster": {
                "certificate-authority-data": "Q0E=",
                "server": "https://198.18.1.2:6443",
                "tls-server-name": "api.shop-k3v9q2ab.internal",
            },
        }
    ]
    assert config["contexts"] == [{"name": "shop", "context": {"cluster": "shop", "user": "shop-admin"}}]
    assert config["users"] == [{"name": "shop-admin", "user": {"client-key-data": "S0VZ"}}]
    assert config["current-context"] == "shop"


def test_ssh_goes_to_the_node_that_is_named(reached: House) -> None:
    ended = reached.run("ssh", "shop-aws-fra-general-1", "--", "echo", "a  b", PATH=path(reached))
    assert (ended.returncode, ended.stdout) == (0, "a  b\n")
    assert "debian@198.18.1.9" in calls(reached)[0]


@pytest.mark.parametrize(
    ("node", "code", "said"),
    [
        ("shop-aws-fra-generl-1", 64, "is not a node of this cluster; there is shop-aws-fra-cp-1"),
        ("shop-aws-zrh-general-1", 11, "its address is not known here"),
    ],
)
def test_a_node_that_cannot_be_reached_is_refused(reached: House, node: str, code: int, said: str) -> None:
    ended = reached.run("ssh", node, PATH=path(reached))
    assert ended.returncode == code
    assert said in ended.stderr


def test_without_addresses_it_says_how_to_get_them(house: House) -> None:
    ended = house.run("kubectl", "--", "get", "nodes")
    assert ended.returncode == 10
    assert f"./runner.py status -i {house.inventory} reads them" in ended.stderr


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("exec -it pod -- sh", True),
        ("exec --tty pod -- sh", True),
        ("edit deployment x", True),
        ("get pods -n tt", False),
        ("exec pod -- ls -t", False),
        ("get nodes --output=text", False),
    ],
)
def test_a_terminal_is_given_to_commands_that_want_one(words: str, wanted: bool) -> None:
    assert reach.wants_terminal(words.split()) is wanted


def test_this_mesh_is_drawn_from_the_last_addresses(reached: House) -> None:
    entries = {
        f"shop-aws-{site}-general-1": {"private_address": address, "public_address": public}
        for site, address, public in (("fra", "10.64.0.4", "198.18.1.9"), ("zrh", "10.65.0.4", "198.18.1.10"))
    }
    (reached.state / "addresses.json").write_text(json.dumps(entries))
    drawn = reached.run("graph")
    assert drawn.returncode == 0, drawn.stderr
    assert '"shop-aws-fra-general-1" -- "shop-aws-zrh-general-1"' in drawn.stdout
    target = Path(reached.folder / "mesh.svg")
    assert reached.run("graph", "--svg", "-o", str(target)).returncode == 0
    assert target.read_text().startswith("<svg")
