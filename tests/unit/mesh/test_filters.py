# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.pangaea.multicloud.plugins.filter import (
    cni_network,
    mesh_differences,
    mesh_graph,
    mesh_peers,
    mesh_svg,
    mesh_tunnel,
)

from .nodes import CP, DUB, FRA

ROWS: list[dict[str, Any]] = [vars(node) | {"zone": "a"} for node in (CP, FRA, DUB)]
FILTERS = {
    name: function
    for plugin in (cni_network, mesh_differences, mesh_graph, mesh_peers, mesh_svg, mesh_tunnel)
    for name, function in plugin.FilterModule().filters().items()
}


def facts(tunnel: dict[str, Any]) -> dict[str, Any]:
    """What node_facts_info says of a node that has exactly this tunnel."""
    peers = {
        peer["name"]: {key: peer[key] for key in ("public_key", "endpoint", "allowed")} for peer in tunnel["peers"]
    }
    return {"wireguard": {key: tunnel[key] for key in ("address", "port", "mtu")} | {"peers": peers}}


def test_each_filter_has_the_name_of_its_file() -> None:
    assert sorted(FILTERS) == [
        "cni_network", "mesh_differences", "mesh_graph", "mesh_peers", "mesh_svg", "mesh_tunnel",
    ]  # fmt: skip


def test_the_peers_are_what_the_module_takes() -> None:
    dub, fra = FILTERS["mesh_peers"](ROWS, CP.name, {"port": 51821})
    assert fra["endpoint"] == "10.64.0.11:51821"
    assert dub == {
        "name": DUB.name,
        "public_key": DUB.public_key,
        "endpoint": "198.18.1.21:51821",
        "allowed": ["10.65.0.11/32", "10.129.0.0/24"],
    }


def test_a_node_without_a_key_is_kept() -> None:
    rows = [row | {"public_key": None} if row["name"] == DUB.name else row for row in ROWS]
    tunnel = FILTERS["mesh_tunnel"](rows, CP.name, None, keep=["unread"], remove=["gone"])
    assert tunnel["keep"] == [DUB.name, "unread"] and tunnel["remove"] == ["gone"] and tunnel["mtu"] == 1420


def test_the_controller_sees_no_difference_where_there_is_none() -> None:
    tunnel = FILTERS["mesh_tunnel"](ROWS, CP.name)
    assert FILTERS["mesh_differences"](facts(tunnel), tunnel) == {"reasons": [], "unexpected": []}


def test_the_controller_names_a_link_that_is_missing_and_one_that_nobody_knows() -> None:
    tunnel = FILTERS["mesh_tunnel"](ROWS, CP.name)
    small = FILTERS["mesh_tunnel"](ROWS[:2], CP.name)
    assert FILTERS["mesh_differences"](facts(small), tunnel)["reasons"] == [f"link {DUB.name}: missing"]
    assert FILTERS["mesh_differences"](facts(tunnel), small) == {"reasons": [], "unexpected": [DUB.name]}


def test_a_bare_node_differs() -> None:
    tunnel = FILTERS["mesh_tunnel"](ROWS, CP.name)
    bare: dict[str, Any] = {"wireguard": {"public_key": None, "address": None, "peers": {}}}
    assert FILTERS["mesh_differences"](bare, tunnel)["reasons"] == ["wg0.conf is not there"]


def test_a_refusal_is_a_sentence_in_ansible_too() -> None:
    with pytest.raises(AnsibleFilterError, match="overlap"):
        FILTERS["mesh_graph"]([*ROWS, ROWS[0] | {"name": "copy", "public_key": None}])


def test_the_pictures_are_text() -> None:
    assert FILTERS["mesh_graph"](ROWS).startswith("graph mesh") and FILTERS["mesh_svg"](ROWS).startswith("<svg")
