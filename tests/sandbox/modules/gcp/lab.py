# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Google in this process, a new one for each site."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

from ansible_collections.pangaea.multicloud.plugins.modules import gcp_machines, gcp_network
from sandbox.gcp.cloud import PROJECT
from tests.sandbox.modules.lab import OTHER_OWNER, Lab
from tests.sandbox.modules.site import Facts, Limit
from tests.sandbox.running import OWNER
from tests.sandbox.simulators.gcp.conftest import (
    REGION,
    Google,
    firewall,
    instance,
    network,
    route,
    serving,
    subnet,
)

from .damages import ADDRESS, DAMAGES, EVERYTHING, HOLDS, LABEL, MARKS, OUT, REPAIRS, SSH

WAITS = tuple(f"{place}Operations.wait" for place in ("global", "region", "zone"))


class Gcp(Lab):
    """One project. ``google`` is a client of our own, beside the modules."""

    cloud: ClassVar = "gcp"
    cidr: ClassVar = "10.66.0.0/16"
    pods: ClassVar = "10.130.0.0/16"
    modules: ClassVar = (gcp_network, gcp_machines)
    region = REGION
    zones: ClassVar = tuple(f"{REGION}-{letter}" for letter in "abc")
    identity: ClassVar = "projects.get"
    lists: ClassVar = {
        "network": tuple(f"{kind}.list" for kind in ("networks", "subnetworks", "firewalls", "routes", "addresses")),
        "machines": ("instances.aggregatedList",),
    }
    creates: ClassVar = (
        *(f"{kind}.insert" for kind in ("networks", "subnetworks", "firewalls", "addresses", "instances")), *WAITS,
    )  # fmt: skip
    at_once: ClassVar = WAITS
    machine_create: ClassVar = "instances.insert"
    deletes: ClassVar = tuple(
        f"{kind}.delete" for kind in ("instances", "firewalls", "subnetworks", "networks", "addresses")
    )
    budget: ClassVar = (10, 2)
    kept_on_machine: ClassVar = "instances.setMetadata"
    disk_create: ClassVar = "disks.insert"
    holds: ClassVar = HOLDS
    everything: ClassVar = EVERYTHING
    damages: ClassVar = DAMAGES
    marks: ClassVar = MARKS
    repairs: ClassVar = REPAIRS
    things: ClassVar = {"rule": "network", "address": "network", "machine": "machines"}
    remembered: ClassVar = ("address",)  # by its description
    limits: ClassVar = (
        Limit("NETWORKS", 0, "network"), Limit("FIREWALLS", 6, "network"), Limit("STATIC_ADDRESSES", 0, "network"),
        Limit("CPUS", 5, "machines"), Limit("CPUS_ALL_REGIONS", 5, "machines"),
        Limit("IN_USE_ADDRESSES", 2, "machines"), Limit("SSD_TOTAL_GB", 80, "machines"),
        Limit("INSTANCES", 2, "machines"),
    )  # fmt: skip
    faults: ClassVar = {
        "lost": {"kind": "drop_after"},
        "cut": {"kind": "drop_before"},
        "denied": {"kind": "error", "status": 403, "code": "forbidden", "message": "Required"},
        "broken": {"kind": "error", "status": 503},
        "throttled": {"kind": "throttle", "rate": 20.0, "burst": 4.0, "status": 403},
        "fails later": {"kind": "fail", "code": "INTERNAL_ERROR", "message": "something broke"},
        "full": {"kind": "fail", "code": "ZONE_RESOURCE_POOL_EXHAUSTED", "status": 503},
        "over quota": {"kind": "fail", "code": "QUOTA_EXCEEDED", "status": 403,
                       "message": "Quota 'CPUS' exceeded.  Limit: 8.0 in region europe-west3."},
        "stuck": {"kind": "stuck"},
        "stale": {"kind": "error", "status": 412},
        "partial": {"kind": "partial"},
    }  # fmt: skip
    other_account: ClassVar = {"project": "another-project"}
    wrong_machines: ClassVar = {
        "an image that is not there": ({"image": "debian-99"}, ("debian-99",)),
        "an image by path that is not there": (
            {"image": "projects/debian-cloud/global/images/debian-99"}, ("debian-99",),
        ),
        "a type that is not there": ({"size": "e2-standrad-4"}, ("nearest that it has is e2-standard-4",)),
    }  # fmt: skip
    wrong_types: ClassVar = ("t2a-standard-2", ("europe-west3 does not offer t2a-standard-2", "c4a-standard-2"))
    sizes: ClassVar = {"small": "e2-small", "medium": "e2-medium", "large": "e2-standard-4"}
    arm64: ClassVar = "c4a-standard-2"

    def __init__(self, google: Google) -> None:
        super().__init__(google.cloud, google.app.journal)
        self.google = google

    @classmethod
    @contextmanager
    def opened(cls, _ground: Path) -> Iterator[Self]:
        """A new project; an answer that broke the contract fails the test."""
        with serving() as google:
            yield cls(google)

    def options(self) -> dict[str, Any]:
        return {"project": PROJECT, "endpoint_url": self.google.url,
                "service_account_contents": json.dumps(self.google.key)}  # fmt: skip

    # --- the simulator

    def goes_on(self, entry: dict[str, Any]) -> bool:
        return entry["action"] in WAITS or "pageToken" in entry["params"]

    def pages(self, rows: int) -> None:
        self.simulator.page = rows

    # --- things: a path below the project

    def path(self, name: str) -> str:
        """Where a machine is, below the project: its name is there once."""
        listed = self.google.get("/aggregated/instances")["items"]
        found = [row for part in listed.values() for row in part.get("instances", []) if row["name"] == name]
        assert len(found) == 1, f"{name} is there {len(found)} times"
        return str(found[0]["selfLink"].split(PROJECT)[1])

    def machine(self, name: str) -> dict[str, Any]:
        """The row of a machine."""
        return self.google.get(self.path(name))

    def set_labels(self, path: str, **labels: str | None) -> None:
        """Change some labels of a thing; None takes one off."""
        row = self.google.get(path)
        changed = {**row.get("labels", {}), **{key.replace("_", "-"): value for key, value in labels.items()}}
        body = {"labels": {key: value for key, value in changed.items() if value is not None}}
        self.google.do("POST", f"{path}/setLabels", {**body, "labelFingerprint": row["labelFingerprint"]})

    def set_metadata(self, path: str, **values: str | None) -> None:
        """Change some metadata of a machine; None takes one off."""
        seen = self.google.get(path)["metadata"]
        changed = {**{item["key"]: item["value"] for item in seen["items"]}, **values}
        items = [{"key": key.replace("_", "-"), "value": value} for key, value in changed.items() if value is not None]
        self.google.do("POST", f"{path}/setMetadata", {"items": items, "fingerprint": seen["fingerprint"]})

    def _where(self, thing: str) -> str:
        return {"rule": SSH, "address": ADDRESS}.get(thing) or self.path(self.worker)

    def id_of(self, thing: str) -> str:
        return {"rule": "nodes-in-tcp-22", "address": self.control, "machine": self.worker}[thing]

    def tags(self, thing: str) -> dict[str, str]:
        row = self.google.get(self._where(thing))
        if thing != "rule":
            return dict(row.get("labels", {}))
        said = json.loads(row["description"] or "{}")  # kinds without labels say it in their description
        return {f"pangaea-{'cluster' if key == 'owner' else key}": value for key, value in said.items()}

    def retag(self, thing: str, changes: Mapping[str, str | None]) -> None:
        if thing != "rule":
            self.set_labels(self._where(thing), **changes)
            return
        given = {**self.tags(thing), **changes}
        names = {key.removeprefix("pangaea-"): value for key, value in given.items() if value is not None}
        said = {"owner" if key == "cluster" else key: value for key, value in sorted(names.items())}
        self.patch(SSH, description=json.dumps(said) if said else "")

    def patch(self, path: str, **fields: Any) -> None:
        """Change some fields of a thing that has a patch method."""
        self.google.do("PATCH", path, {"name": path.rsplit("/", 1)[1], **fields})

    def way_back(self, thing: str) -> str:
        return '{"owner": "shop-k3v9q2ab", "site": "gcp-fra"}' if thing == "rule" else super().way_back(thing)

    # --- machines and others

    def facts(self, machine: str) -> Facts:
        row = self.machine(machine)
        disk = self.google.get(row["disks"][0]["source"].split(PROJECT)[1])
        said = {item["key"]: item["value"] for item in row["metadata"]["items"]}
        head, _, body = said["user-data"].partition("\n")
        assert head == "#cloud-config"
        tags = {**row["labels"], **{key: value for key, value in said.items() if key.startswith("pangaea-")}}
        return Facts(int(disk["sizeGb"]), row["disks"][0]["autoDelete"], tags, [disk["labels"]], json.loads(body))

    def delete_machine(self, machine: str) -> None:
        self.google.do("DELETE", self.path(machine))

    def stop_machine(self, machine: str) -> None:
        self.google.ask("POST", f"{self.path(machine)}/stop")

    def forget(self, machine: str, what: str) -> None:
        self.set_metadata(self.path(machine), **{f"pangaea-{what}": None})

    def forget_mark(self, network: dict[str, Any]) -> str:
        self.patch(OUT, description=json.dumps({"owner": OWNER, "site": self.site}))
        return "update rule/gcp-fra/nodes-out-all"

    def bystanders(self) -> set[str]:
        google, theirs = self.google, json.dumps({"owner": OTHER_OWNER, "site": self.site})
        google.make("global/networks", network(description=theirs))
        google.make(f"regions/{REGION}/subnetworks", subnet(description=theirs))
        labels = {"pangaea-cluster": OTHER_OWNER, "pangaea-site": self.site}
        google.make(f"zones/{self.zones[0]}/instances", instance(f"shop-{self.site}-general-9", labels=labels))
        google.make(f"regions/{REGION}/addresses", {"name": f"shop-{self.site}-cp-2"})
        google.make(f"zones/{self.zones[0]}/disks", {"name": f"shop-{self.site}", "sizeGb": "10"})
        name = f"shop-eu-k3v9q2ab-{self.site}-nodes-in-tcp-22"
        google.make("global/firewalls", firewall(name=name, network="global/networks/shop"))
        return {"global/networks/shop", f"global/firewalls/{name}"}

    def intruders(self, network: dict[str, Any]) -> tuple[list[str], list[str]]:
        google, place = self.google, f"global/networks/{LABEL}"
        google.make("regions/us-east4/subnetworks", subnet(name="theirs", network=place, ipCidrRange="10.200.0.0/24"))
        google.make("global/firewalls", firewall(name="audit", network=place))
        google.make("global/routes", route(name="theirs", network=place, destRange="10.9.0.0/16"))
        nic = {"subnetwork": f"regions/{REGION}/subnetworks/{LABEL}"}
        body = {**instance("theirs-1", labels={}), "networkInterfaces": [nic]}
        google.make(f"zones/{self.zones[0]}/instances", body)
        return ["theirs-1"], ["theirs-1", "firewall audit", "route theirs", "us-east4/theirs"]

    def by_kubernetes(self, network: dict[str, Any]) -> None:
        self.disk_by_kubernetes()
        self.step(60)

    def disk_by_kubernetes(self) -> str:
        disk = {"name": "pvc-1", "sizeGb": "10", "labels": {f"kubernetes-io-cluster-{OWNER}": "owned"}}
        self.google.ask("POST", f"/zones/{self.zones[0]}/disks", disk)
        return f"zones/{self.zones[0]}/disks/pvc-1"
