"""Unknown is not absent: what cannot be read is left alone everywhere."""

from __future__ import annotations

import pytest

from tests.drawn import one_of

from .lab import CONTROL_PLANE, RULES, SITES, WORKERS, Lab

# What a node holds about the others: peers with their addresses, the balancer's backends, what a packet may have.
LOOK = (
    "sudo wg show wg0 allowed-ips | sort; grep -h server /etc/pangaea/haproxy.cfg 2>/dev/null | sort;"
    "cat /sys/class/net/wg0/mtu /etc/cni/net.d/10-pangaea.conflist"
)


def held(lab: Lab) -> dict[str, str]:
    """What each worker holds about the others."""
    return {node: lab.on(node, LOOK) for node in WORKERS}


def revive(lab: Lab, machine: str) -> None:
    """As an operator would with a machine that hangs: stop it by the API, then start it."""
    for verb in ("stop-machine", "start-machine"):
        lab.drill(verb, machine)


@pytest.mark.parametrize("site", one_of(SITES))
def test_a_site_whose_api_is_broken_stops_nobody_else_and_loses_no_entry(lab: Lab, site: str) -> None:
    before, other = held(lab), SITES[SITES.index(site) - 1]
    lab.drill("edit-rule", RULES[other], "--port", "22", "--to", "192.0.2.0/24")
    lab.drill("fail", "--cloud", site.split("-")[0])
    try:
        run = lab.converge(expect=11)
    finally:
        lab.drill("heal")
    assert site in run.out
    wrong = {name: bool(said["error"]) for name, said in lab.report()["sites"].items()}
    assert wrong == {name: name == site for name in SITES}
    assert f"update rule/{other}/nodes-in-tcp-22" in "\n".join(lab.report()["applied"])
    assert held(lab) == before
    assert lab.plan() == []


@pytest.mark.parametrize("node", one_of(WORKERS))
def test_a_worker_that_is_down_stops_nobody_else_and_loses_no_entry(lab: Lab, node: str) -> None:
    before = held(lab)
    lab.drill("kill-machine", node)
    run = lab.converge(expect=11)
    assert node in run.out
    assert lab.report()["unreachable"] == [node]
    for other in set(WORKERS) - {node}:
        assert lab.on(other, LOOK) == before[other]
    revive(lab, node)
    lab.converge()
    assert lab.plan() == []


def test_when_no_control_plane_answers_there_is_never_a_second_init(lab: Lab) -> None:
    before = lab.on(CONTROL_PLANE[0], "sudo sha256sum /etc/kubernetes/pki/ca.crt")
    for node in CONTROL_PLANE:
        lab.drill("kill-machine", node)
    run = lab.converge(expect=11)
    assert "init" not in "".join(lab.report()["applied"])
    assert all(node in run.out for node in CONTROL_PLANE)
    for node in CONTROL_PLANE:
        revive(lab, node)
    lab.converge()
    assert lab.on(CONTROL_PLANE[0], "sudo sha256sum /etc/kubernetes/pki/ca.crt") == before
    assert len(lab.healthy_members(CONTROL_PLANE[0])) == 3
    assert lab.plan() == []


EVERYWHERE = "control_plane:\n  size: medium\n  machines: {aws-fra: 1, azure-fra: 1, gcp-fra: 1}"


@pytest.mark.parametrize(
    "other", [EVERYWHERE.replace("aws-fra: 1", "aws-fra: 3"), EVERYWHERE.replace("size: medium", "size: large")]
)
def test_another_control_plane_in_the_file_is_refused_and_nothing_is_touched(lab: Lab, other: str) -> None:
    since = lab.now()
    with lab.file_kept():
        lab.edit(EVERYWHERE, other)
        run = lab.runner("converge", expect=None)
    assert run.code in (12, 65), str(run)
    assert ("size" if "large" in other else "control") in run.out
    assert lab.wrote(since) == []


def test_five_mistakes_are_five_messages_and_no_call(lab: Lab) -> None:
    since = lab.now()
    with lab.file_kept():
        lab.edit("id: d3m0c1us", "id: '!'")
        lab.edit("cidr: 10.65.0.0/16", "cidr: 10.64.0.0/16")
        lab.edit(EVERYWHERE, EVERYWHERE.replace("aws-fra: 1", "aws-fra: 2"))
        lab.edit("general:\n    size: medium\n    machines: {aws-fra: 1,", "general:\n    machines: {moon: 1,")
        lab.edit('version: "1.34.4"', 'version: "1.12.0"')
        run = lab.converge(expect=65)
        plain = lab.call(
            ".venv/bin/ansible-playbook", "pangaea.multicloud.converge", "-i", str(lab.inventory), expect=None
        )
    for what in ("id", "10.64.0.0/16", "control_plane", "moon", "1.12.0"):
        assert what in run.out
        assert what in plain.out
    assert "Traceback" not in run.out + plain.out
    assert plain.code != 0
    assert lab.requests(since) == []
