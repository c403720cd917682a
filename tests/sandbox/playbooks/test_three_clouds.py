# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One cluster over the three clouds of a sandbox, by the real runner and playbooks: clouds only, nobody logs in."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.azure.cloud import SUBSCRIPTION
from sandbox.client import ask_cloud
from sandbox.drills.call import somebody
from sandbox.gcp.cloud import PROJECT
from sandbox.places import AWS, AZURE, CLOUDS, GCP
from service.exits import Exit, of_report
from tests import inventories
from tests.contract.watch import watched_sandbox
from tests.drawn import one_of
from tests.sandbox.conftest import Sandbox
from tests.unit.lock.conftest import ROOT

NAME, ID = "trio", "d3m0c1us"
OWNER = f"{NAME}-{ID}"
SITES = {AWS: "aws-fra", AZURE: "azure-fra", GCP: "gcp-fra"}
# The first list of a site, which goes unanswered: as faults of each simulator name it.
UNREADABLE: dict[str, dict[str, Any]] = {
    AWS: {"kind": "html", "action": "DescribeVpcs"},
    AZURE: {"kind": "error", "action": "GET resourceGroups", "status": 503, "code": "ServerBusy"},
    GCP: {"kind": "error", "action": "networks.list", "status": 503},
}
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{OWNER}-azure-fra/providers/Microsoft.Network"


class Trio:
    """The inventory of the demo over three clouds, with an AWS account and a state folder of its own."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.place, self.folder = sandbox.place, folder
        self.aws = sandbox.anew()
        self.inventory = folder / "inventory"
        inventories.write(self.inventory, sandbox=self.place.name, urls=sandbox.urls, name=NAME)
        file = self.inventory / "cluster.yml"
        text = file.read_text().split("mirrors:")[0].replace("123456789012", self.aws.account)
        file.write_text(re.sub(r"\n  ssh_proxy_command: .*", "", text))  # nobody logs in
        shutil.copy(self.place.ca, self.inventory / ".ssh/azure.pem")
        lines = (self.inventory / "environment.txt").read_text()
        lines = lines.replace("AWS_ACCESS_KEY_ID=sandbox", f"AWS_ACCESS_KEY_ID=sandbox-{self.aws.account}")
        (self.inventory / "environment.txt").write_text(lines)
        self.env = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "PANGAEA_STATE": str(folder / "state")}

    def run(self, *words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*words, "-i", self.inventory], cwd=ROOT, env={**self.env, **more}, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def runner(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run("./runner.py", *words)

    def clouds_only(self, *words: str) -> Exit:
        """``ansible-playbook pangaea.multicloud.converge`` without nodes; the code that a runner ends with then."""
        lines = (self.inventory / "environment.txt").read_text().splitlines()
        given = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
        for name in [name for name, value in given.items() if not value]:
            self.env.pop(name, None)
            del given[name]
        book = Path(sys.executable).with_name("ansible-playbook")
        self.said = self.run(book, "pangaea.multicloud.converge", "--skip-tags", "nodes", *words, **given).stdout
        return of_report(self.report(), looked="--check" in words)

    def report(self) -> dict[str, Any]:
        state = next((self.folder / "state").iterdir())
        return dict(json.loads((state / "report.json").read_text()))

    def planned(self) -> list[str]:
        return [f"{change['action']} {change['key']}" for change in self.report()["plan"]["changes"]]

    # --- the simulators

    def control(self, cloud: str, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask a simulator below ``/_sandbox/``."""
        return ask_cloud(self.place, cloud, method, path, body)

    def last(self) -> dict[str, int]:
        """The number of the last request of each cloud."""
        return {cloud: int(self.control(cloud, "GET", "log?since=999999999")["last"]) for cloud in CLOUDS}

    def writes(self, since: dict[str, int]) -> list[str]:
        entries = [
            one
            for cloud in CLOUDS
            for one in self.control(cloud, "GET", f"log?since={since[cloud]}")["entries"]
            if one.get("mutating", not one["action"].startswith("GET"))
        ]
        return [one["action"] for one in entries if one.get("service") != "login" and "token" not in one["action"]]

    @contextmanager
    def unreadable(self, cloud: str) -> Iterator[None]:
        """No usable answer of one cloud, for as long as the block."""
        self.control(cloud, "POST", "faults", {**UNREADABLE[cloud], "times": 0})
        try:
            yield
        finally:
            self.control(cloud, "DELETE", "faults")


@pytest.fixture(scope="module")
def trio(daemon: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trio]:
    with watched_sandbox(daemon.place, daemon.port) as urls:  # nothing here is wrong on purpose
        found = Trio(Sandbox(daemon.place, daemon.port, urls), tmp_path_factory.mktemp("trio"))
        found.control(AZURE, "POST", "settings", {"seconds": 0, "machine_seconds": 0, "polls": 0})
        yield found


def test_a_plan_of_nothing_is_a_plan_of_three_sites_and_writes_nothing(trio: Trio) -> None:
    since = trio.last()
    done = trio.runner("plan")
    assert done.returncode == Exit.CHANGES_PENDING, done.stdout
    for site in SITES.values():
        assert f"create network/{site}" in trio.planned()
        assert f"create machine/{site}/{NAME}-{site}-general-1" in trio.planned()
    assert trio.writes(since) == []


@pytest.mark.parametrize("cloud", one_of(CLOUDS))
def test_a_site_that_cannot_be_read_is_named_and_does_not_stop_the_plan_of_the_others(trio: Trio, cloud: str) -> None:
    with trio.unreadable(cloud):
        done = trio.runner("plan")
    assert done.returncode == Exit.NO_ANSWER, done.stdout
    assert SITES[cloud] in done.stdout
    errors = {site: bool(said["error"]) for site, said in trio.report()["sites"].items()}
    assert errors == {site: site == SITES[cloud] for site in SITES.values()}
    planned = {line.split("/")[1] for line in trio.planned()}
    assert planned == set(SITES.values()) - {SITES[cloud]}  # what is unknown is not absent: nothing of it is planned


def test_two_sites_are_made_while_the_third_cannot_be_read_and_the_next_run_makes_it(trio: Trio) -> None:
    with trio.unreadable(GCP):
        assert trio.clouds_only() == Exit.NO_ANSWER, trio.said
    made = {line.split("/")[1] for line in trio.report()["applied"]}
    assert made == {SITES[AWS], SITES[AZURE]}
    assert trio.clouds_only() == Exit.AS_DESIRED, trio.said
    assert {line.split("/")[1] for line in trio.report()["applied"]} == {SITES[GCP]}
    since = trio.last()
    assert trio.clouds_only() == Exit.AS_DESIRED, trio.said
    assert (trio.report()["applied"], trio.writes(since)) == ([], [])


def test_what_somebody_changed_in_each_cloud_is_named_exactly_and_check_mode_writes_nothing(trio: Trio) -> None:
    ec2 = trio.aws.client()
    named = [{"Name": "group-name", "Values": [f"{NAME}-aws-fra-nodes"]}]
    group = ec2.describe_security_groups(Filters=named)["SecurityGroups"][0]
    mesh = [one for one in group["IpPermissions"] if one.get("FromPort") == 51820]
    ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=mesh)
    rule = f"{GROUP}/networkSecurityGroups/{NAME}-azure-fra-nodes/securityRules/in-udp-51820"
    somebody(trio.place, AZURE).do("DELETE", f"{rule}?api-version=2025-07-01")
    firewall = f"/compute/v1/projects/{PROJECT}/global/firewalls/{OWNER}-gcp-fra-nodes-in-udp-51820"
    somebody(trio.place, GCP).do("DELETE", firewall)
    since = trio.last()
    assert trio.clouds_only("--check") == Exit.CHANGES_PENDING, trio.said
    assert sorted(trio.planned()) == [f"create rule/{site}/nodes-in-udp-51820" for site in sorted(SITES.values())]
    assert (trio.report()["applied"], trio.writes(since)) == ([], [])
    assert trio.clouds_only() == Exit.AS_DESIRED, trio.said
    assert len(trio.report()["applied"]) == 3


def test_delete_proves_that_nothing_is_left_in_any_cloud(trio: Trio) -> None:
    done = trio.runner("delete", "--yes")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("nothing of ours is left") == len(SITES)
    vpcs = trio.aws.client().describe_vpcs(Filters=[{"Name": "tag-key", "Values": ["pangaea-cluster"]}])["Vpcs"]
    groups, _ = somebody(trio.place, AZURE).send(
        "GET", GROUP.split("/resourceGroups")[0] + "/resourcegroups?api-version=2025-04-01"
    )
    networks, _ = somebody(trio.place, GCP).send("GET", f"/compute/v1/projects/{PROJECT}/global/networks")
    assert vpcs == []
    assert OWNER not in json.dumps([groups, networks])
