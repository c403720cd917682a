# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.cni import CONFLIST, RULES, PodNetwork

NETWORK = {
    "services": "10.96.0.0/16",
    "sites": {"fra": "10.64.0.0/16", "dub": "10.65.0.0/16"},
    "pods": {"fra": "10.128.0.0/16", "dub": "10.129.0.0/16"},
}
WANTED = PodNetwork.of(NETWORK, "fra", "10.128.1.0/24", 1420)


def test_the_nodes_own_site_is_no_part_of_the_mesh_but_the_other_ones_are() -> None:
    assert WANTED.mesh == ("10.65.0.0/16", "10.96.0.0/16", "10.128.0.0/16", "10.129.0.0/16")


def test_the_chain_gives_pods_the_nodes_range_and_the_tunnels_mtu() -> None:
    bridge, portmap = json.loads(WANTED.files[CONFLIST])["plugins"]
    assert bridge["ipam"]["ranges"] == [[{"subnet": "10.128.1.0/24"}]]
    assert (bridge["mtu"], bridge["hairpinMode"], bridge["ipMasq"]) == (1420, True, False)
    assert portmap["capabilities"] == {"portMappings": True}


def test_neighbouring_ranges_become_one_element() -> None:
    assert "elements = { 10.65.0.0/16, 10.96.0.0/16, 10.128.0.0/15 }" in WANTED.files[RULES]


def test_the_files_depend_on_nothing_but_the_values() -> None:
    swapped = {**NETWORK, "sites": dict(reversed(NETWORK["sites"].items()))}  # type: ignore[attr-defined]
    assert PodNetwork.of(swapped, "fra", "10.128.1.0/24", 1420).files == WANTED.files
    assert set(WANTED.expected()["files"]) == set(WANTED.files)
