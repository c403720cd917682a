# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules: what waits, what is marked on the network, what is recorded on machines."""

from __future__ import annotations

import json

from .modules import CONTROL, LABEL, OWNER, WORKER, Gcp, machines

OUT = f"/global/firewalls/{LABEL}-nodes-out-all"


def test_a_firewall_of_a_pool_goes_with_its_opening(gcp: Gcp) -> None:
    gcp.converge()
    closed = gcp.network(public=[])
    assert closed["changes"] == [f"delete rule/gcp-fra/pool-general-in-tcp-{port}" for port in (80, 443)]
    assert gcp.machines(network=closed["network"])["changes"] == [
        f"update machine/gcp-fra/{machine['name']}" for machine in machines()[1:]
    ]


def test_an_address_that_a_machine_still_has_waits_for_it(gcp: Gcp) -> None:
    gcp.converge()
    later = gcp.network(addresses=[])
    assert (later["changes"], later["waiting"]) == ([], [f"address/gcp-fra/{CONTROL}"])
    gcp.machines(network=later["network"], remove=[CONTROL])
    gone = gcp.network(addresses=[])
    assert (gone["changes"], gone["waiting"]) == ([f"delete address/gcp-fra/{CONTROL}"], [])


def test_a_mark_is_written_kept_and_put_back(gcp: Gcp) -> None:
    marks, ours = {"initialised": "ca=1;size=small"}, {"owner": OWNER, "site": "gcp-fra"}
    assert gcp.network(marks=marks)["network"]["marks"] == marks
    kept = gcp.network()
    assert (kept["changes"], kept["network"]["marks"]) == ([], marks)
    assert json.loads(gcp.google.get(OUT)["description"]) == {**ours, **marks}
    gcp.google.do("PATCH", OUT, {"name": OUT.rsplit("/", 1)[1], "destinationRanges": ["10.0.0.0/8"]})
    assert gcp.network()["network"]["marks"] == marks
    other = {"name": OUT.rsplit("/", 1)[1], "description": json.dumps({**ours, "other": "2"})}
    gcp.google.do("PATCH", OUT, other)
    assert gcp.network(check=True, marks=marks)["changes"] == ["update rule/gcp-fra/nodes-out-all"]
    assert gcp.network(marks=marks)["network"]["marks"] == {**marks, "other": "2"}


def test_a_lost_pod_range_is_written_back_from_the_node_and_blocks_new_machines_until_then(gcp: Gcp) -> None:
    network = gcp.converge()
    gcp.set_metadata(gcp.path(WORKER), **{"pangaea-pods": None})
    seen = gcp.machines(check=True, network=network)
    assert (seen["changes"], seen["machines"][WORKER]["pods"]) == ([], None)
    gcp.google.do("DELETE", gcp.path("shop-gcp-fra-general-2"))
    refused = gcp.machines(network=network)
    assert refused["kind"] == "Refused" and WORKER in refused["msg"]
    record = {WORKER: {"pods": "10.130.1.0/24", "host_key": None}}
    assert gcp.machines(check=True, network=network, record=record)["changes"] == [
        f"update machine/gcp-fra/{WORKER}",
        "create machine/gcp-fra/shop-gcp-fra-general-2",
    ]
    done = gcp.machines(network=network, record=record)
    assert done["machines"][WORKER]["pods"] == "10.130.1.0/24"
    assert done["machines"]["shop-gcp-fra-general-2"]["pods"] == "10.130.2.0/24"


def test_a_host_key_is_recorded_once_by_one_call_and_never_overwritten(gcp: Gcp) -> None:
    network = gcp.converge()
    before = gcp.machine(WORKER)["metadata"]["items"]
    record = {WORKER: {"host_key": "ssh-ed25519 AAAA1", "pods": "10.130.1.0/24"}}
    assert gcp.machines(check=True, network=network, record=record)["changes"] == []
    gcp.log()
    said = gcp.machines(network=network, record=record)
    assert said["changes"] == [f"record machine/gcp-fra/{WORKER}"]
    assert said["machines"][WORKER]["host_key"] == "ssh-ed25519 AAAA1"
    assert gcp.wrote() == ["instances.setMetadata"]
    after = gcp.machine(WORKER)["metadata"]["items"]
    assert [item for item in after if item["key"] != "pangaea-host-key"] == before
    assert gcp.machines(network=network, record=record)["changed"] is False
    refused = gcp.machines(network=network, record={WORKER: {"host_key": "ssh-ed25519 AAAA2"}})
    assert refused["kind"] == "Refused" and f"replace {WORKER}" in refused["msg"]
