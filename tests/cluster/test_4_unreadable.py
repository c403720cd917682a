"""Unknown is not absent: what cannot be read is left alone everywhere."""

from __future__ import annotations

from .lab import FRA, ZRH, Lab

CP, FRA_1, ZRH_1 = "ct-aws-fra-cp-1", "ct-aws-fra-general-1", "ct-aws-zrh-general-1"


def held(lab: Lab, node: str) -> str:
    """What a node holds about the others: peers with their addresses, and the balancer's backends."""
    return lab.on(
        node, "sudo wg show wg0 allowed-ips | sort; grep -h server /etc/pangaea/haproxy.cfg 2>/dev/null | sort"
    )


def revive(lab: Lab, region: str, machine: str) -> None:
    """As an operator would with a machine that hangs: stop it by the API, then start it."""
    for verb in ("stop-machine", "start-machine"):
        lab.drill(verb, "--region", region, machine)


def test_a_region_that_answers_500_stops_nobody_else_and_loses_no_entry(lab: Lab) -> None:
    before = {node: held(lab, node) for node in (CP, FRA_1)}
    lab.drill("fail", "--region", ZRH, "--html")
    lab.drill("delete-route", "--region", FRA, "ct-aws-fra-public")
    try:
        run = lab.converge(expect=11)
    finally:
        lab.drill("heal")
    assert "aws-zrh" in run.out
    assert lab.report()["sites"]["aws-zrh"]["error"]
    assert not lab.report()["sites"]["aws-fra"]["error"]
    assert "create route/aws-fra/default" in "\n".join(lab.report()["applied"])
    assert {node: held(lab, node) for node in (CP, FRA_1)} == before
    assert lab.plan() == []


def test_a_worker_that_is_down_stops_nobody_else_and_loses_no_entry(lab: Lab) -> None:
    before = {node: held(lab, node) for node in (CP, FRA_1)}
    lab.drill("kill-machine", "--region", ZRH, ZRH_1)
    lab.drill("delete-route", "--region", FRA, "ct-aws-fra-public")
    run = lab.converge(expect=11)
    assert ZRH_1 in run.out
    assert lab.report()["unreachable"] == [ZRH_1]
    assert {node: held(lab, node) for node in (CP, FRA_1)} == before
    revive(lab, ZRH, ZRH_1)
    lab.converge()
    assert lab.plan() == []


def test_when_no_control_plane_answers_there_is_never_a_second_init(lab: Lab) -> None:
    before = lab.on(CP, "sudo sha256sum /etc/kubernetes/pki/ca.crt")
    lab.drill("kill-machine", "--region", FRA, CP)
    run = lab.converge(expect=11)
    assert "init" not in "".join(lab.report()["applied"])
    assert CP in run.out
    revive(lab, FRA, CP)
    lab.converge()
    assert lab.on(CP, "sudo sha256sum /etc/kubernetes/pki/ca.crt") == before
    assert lab.plan() == []


def test_another_control_plane_in_the_file_is_refused_and_nothing_is_touched(lab: Lab) -> None:
    for old, new, code in (("machines: {aws-fra: 1}", "machines: {aws-fra: 3}", (12, 65)),):
        since = lab.now()
        with lab.file_kept():
            lab.edit(old, new)
            run = lab.runner("converge", expect=None)
        assert run.code in code, str(run)
        assert "control" in run.out
        assert [e for e in lab.requests(since) if e["mutating"]] == []


def test_another_size_of_the_control_plane_is_refused_and_nothing_is_touched(lab: Lab) -> None:
    since = lab.now()
    with lab.file_kept():
        lab.edit("control_plane:\n  size: medium", "control_plane:\n  size: large")
        run = lab.runner("converge", expect=None)
    assert run.code in (12, 65), str(run)
    assert "size" in run.out
    assert [e for e in lab.requests(since) if e["mutating"]] == []


def test_five_mistakes_are_five_messages_and_no_call(lab: Lab) -> None:
    since = lab.now()
    with lab.file_kept():
        lab.edit("id: d3m0c1us", "id: '!'")
        lab.edit("cidr: 10.65.0.0/16", "cidr: 10.64.0.0/16")
        lab.edit("machines: {aws-fra: 1}", "machines: {aws-fra: 2}")
        lab.edit("machines: {aws-fra: 1, aws-zrh: 1}", "machines: {aws-fra: 1, moon: 1}")
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
