"""runner.py as a process, over real ansible-runner and the real lock."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import stat
import subprocess
import sys

from ansible_collections.pangaea.multicloud.plugins.module_utils._lock import lock
from tests.sandbox.runner.conftest import CHANGE
from tests.unit.service.conftest import ROOT, House, within


def test_a_plan_with_changes_exits_2_and_names_them(house: House) -> None:
    house.leaves(plan={"checksum": "7c1e04a9", "changes": [CHANGE]}, nodes={"shop-aws-fra-cp-1": ["sysctl differs"]})
    ended = house.run("plan")
    assert ended.returncode == 2, ended.stderr
    assert ended.stdout == (
        "plan 7c1e04a9: 1 to create, 1 node to change\n"
        "  create  machine/aws-zrh/shop-aws-zrh-general-1\n"
        "  change  node/shop-aws-fra-cp-1  sysctl differs\n"
        "nothing was changed; apply exactly this plan with: "
        f"./runner.py converge --checksum 7c1e04a9 -i {house.inventory}\n"
    )


def test_a_plan_without_changes_exits_0(house: House) -> None:
    house.leaves(plan={"checksum": "00000000", "changes": []}, nodes={"shop-aws-fra-cp-1": []})
    ended = house.run("plan")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "nothing is to do\n"


def test_a_converge_leaves_reports_and_no_secret(house: House) -> None:
    house.leaves(plan={"changes": [CHANGE]}, applied=["create machine/aws-zrh/shop-aws-zrh-general-1"])
    ended = house.run("converge", AWS_SECRET_ACCESS_KEY="hush-hush")
    assert ended.returncode == 0, ended.stderr
    assert "create machine/aws-zrh/shop-aws-zrh-general-1\neverything is as desired (exit 0)" in ended.stdout
    report = json.loads((house.state / "report.json").read_text())
    assert (report["exit"], report["what"], report["rc"]) == (0, "converge", 0)
    (kept,) = (house.state / "history").iterdir()
    assert sorted(path.name for path in kept.iterdir()) == ["ansible.log", "report.html", "report.json"]
    for path in (path for path in house.state.rglob("*") if path.is_file()):
        assert "hush-hush" not in path.read_text(errors="replace"), path
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    assert not lock.holder_of(house.state)[0]
    listed = house.run("history")
    assert re.search(rf"converge +exit 0 +1 changes +{kept}\n", listed.stdout)


def test_a_site_that_does_not_answer_is_named(house: House) -> None:
    house.leaves(sites={"aws-zrh": {"error": "list_vpcs: 500", "kind": "Fault"}})
    ended = house.run("converge")
    assert ended.returncode == 11
    assert "site aws-zrh: list_vpcs: 500\n" in ended.stderr


def test_a_run_that_fails_without_a_report_tells_why(house: House) -> None:
    (house.folder / "fail").touch()
    (house.inventory / "environment.txt").write_text("# sandbox\nAWS_ACCESS_KEY_ID=sandbox-1\nAWS_PROFILE=\n")
    ended = house.run("converge", AWS_ACCESS_KEY_ID="real", AWS_PROFILE="mine")
    assert ended.returncode == 10
    assert "failed: localhost: Fail if the test wants it: as the test wants, key=sandbox-1" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_failure_after_the_report_is_a_failure(house: House) -> None:
    house.leaves(plan={"changes": []})
    (house.folder / "fail").touch()
    assert house.run("converge").returncode == 10


def test_changes_queue_in_order_edit_only_then_and_are_applied_right_after(house: House) -> None:
    (house.folder / "wait").touch()
    first = house.start("converge")
    assert within(20, lambda: bool(house.seen()))
    assert house.run("scale", "general", "aws-zrh=5", "--no-wait").returncode == 75
    second = house.start("scale", "general", "aws-zrh=2")
    assert within(20, lambda: len(lock.queue_of(house.state)) == 1)
    third = house.start("scale", "general", "aws-zrh=3")
    assert within(20, lambda: len(lock.queue_of(house.state)) == 2)
    assert house.file.read_text().count("aws-zrh: 1") == 1, "edited while another run held the lock"
    (house.folder / "wait").unlink()
    (house.folder / "go").touch()
    said = [process.communicate(timeout=60)[1] for process in (first, second, third)]
    assert [process.returncode for process in (first, second, third)] == [0, 0, 0], said
    assert re.search(r"locked by \S+ since .*, converge; you are queued as 1st\n", said[1])
    assert "you are queued as 2nd\n" in said[2]
    assert [(line.split()[1], line.count("zrh-general")) for line in house.seen()] == [
        ("converge", 1), ("scale", 2), ("scale", 3),
    ]  # fmt: skip
    text = house.file.read_text()
    assert "aws-zrh: 3}} # and this one" in text
    assert text.startswith("# a comment that must survive an edit\n")


def test_a_killed_runner_keeps_the_lock_until_its_playbook_ends(house: House) -> None:
    (house.folder / "wait").touch()
    runner = house.start("converge")
    assert within(20, lambda: bool(house.seen()))
    _, holder = lock.holder_of(house.state)
    assert holder is not None
    playbook = holder.watch[1]
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    if playbook.alive:
        assert lock.holder_of(house.state)[0]
        os.kill(playbook.pid, signal.SIGKILL)
    assert within(5, lambda: not lock.holder_of(house.state)[0])
    (house.folder / "wait").unlink()
    assert house.run("converge").returncode == 0


def test_a_killed_playbook_is_a_failure_with_a_report(house: House) -> None:
    (house.folder / "wait").touch()
    runner = house.start("converge")
    assert within(20, lambda: bool(house.seen()))
    _, holder = lock.holder_of(house.state)
    assert holder is not None
    os.kill(holder.watch[1].pid, signal.SIGKILL)
    _out, err = runner.communicate(timeout=20)
    assert runner.returncode == 10
    assert "failed: ansible-playbook was killed" in err
    assert "Traceback" not in err
    assert json.loads((house.state / "report.json").read_text())["exit"] == 10
    assert not lock.holder_of(house.state)[0]


def test_an_interrupt_ends_the_run_and_frees_the_lock(house: House) -> None:
    (house.folder / "wait").touch()
    runner = house.start("converge")
    assert within(20, lambda: bool(house.seen()))
    runner.send_signal(signal.SIGINT)
    _out, err = runner.communicate(timeout=20)
    assert runner.returncode == 10, err
    assert "failed: interrupted; the next run completes what this one began" in err
    assert "Traceback" not in err
    assert not lock.holder_of(house.state)[0]


def test_five_mistakes_are_five_messages_before_anything_runs(house: House) -> None:
    text = house.file.read_text()
    for right, wrong in (
        ("id: k3v9q2ab", "id: K3"),
        ("cidr: 10.65.0.0/16", "cidr: 10.64.0.0/16"),
        ("aws-fra: 3}", "aws-fra: 2}"),
        ("aws-zrh: 1}", "aws-zhr: 1}"),
        ("kubernetes:", "kubernets:"),
    ):
        text = text.replace(right, wrong)
    house.file.write_text(text)
    ended = house.run("converge")
    assert ended.returncode == 65
    assert len(re.findall(r"^  - ", ended.stderr, re.MULTILINE)) >= 5
    assert "Traceback" not in ended.stderr
    assert not house.seen() and not house.state.exists()


def test_status_shows_nodes_and_what_differs_and_is_no_plan(house: House) -> None:
    house.leaves(
        nodes={"shop-aws-fra-cp-1": ["unit kubelet is dead"]},
        sites={"aws-fra": {"error": None}},
        plan={"changes": [CHANGE]},
    )
    ended = house.run("status")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == (
        "NAME STATUS\nshop-aws-fra-cp-1 Ready\n"
        "cluster shop-k3v9q2ab: changes are pending, plan names them\n"
        "  site aws-fra: read\n"
        "  node shop-aws-fra-cp-1: unit kubelet is dead\n"
    )


def test_wrong_scales_are_refused_before_they_queue(house: House) -> None:
    before = house.file.read_text()
    for words, code, said in (
        (("genral", "aws-zrh=2"), 64, "did you mean general"),
        (("general", "aws-zhr=2"), 64, "did you mean aws-zrh"),
        (("general", "aws-zrh=two"), 64, "is not SITE=NUMBER"),
        (("general", "aws-zrh=900"), 65, "it was not edited"),
    ):
        ended = house.run("scale", *words)
        assert (ended.returncode, said in ended.stderr) == (code, True), ended.stderr
    assert house.file.read_text() == before
    assert not house.seen()


def test_delete_without_a_terminal_wants_yes(house: House) -> None:
    refused = house.run("delete")
    assert refused.returncode == 64
    assert "say --yes" in refused.stderr
    assert not house.seen()
    assert house.run("delete", "--yes").returncode == 0
    assert house.seen()[0].startswith("delete delete")


def test_json_is_one_object_per_line(house: House) -> None:
    house.leaves(plan={"checksum": "7c1e04a9", "changes": [CHANGE]})
    ended = house.run("plan", "--json")
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    assert {event["event"] for event in events} >= {"play", "task", "host", "result"}
    assert events[-1]["exit"] == ended.returncode == 2
    assert events[-1]["report"]["plan"]["checksum"] == "7c1e04a9"


def test_help_is_there_at_once() -> None:
    taken = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, ROOT / "runner.py", "--help"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(taken) < 0.3, "seconds of a processor, whatever else the machine does"
