# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import Invalid, NotFound, Refused
from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh import mtu, picture
from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.node import Mesh, Node
from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.topology import Topology
from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.wireguard import parse

from .nodes import CP, DUB, FRA, mesh


def test_each_node_is_linked_to_each_other_one_once() -> None:
    assert [str(link) for link in mesh().links] == [
        "demo-aws-dub-general-1--demo-aws-fra-cp-1",
        "demo-aws-dub-general-1--demo-aws-fra-general-1",
        "demo-aws-fra-cp-1--demo-aws-fra-general-1",
    ]


def test_the_order_of_nodes_does_not_matter_and_a_repeated_node_counts_once() -> None:
    texts = {mesh(*order, order[0]).wireguard(CP.name) for order in itertools.permutations((CP, FRA, DUB))}
    assert len(texts) == 1


def test_the_endpoint_is_private_within_a_site_and_public_across() -> None:
    peers = {peer.name: peer for peer in mesh().peers(CP.name)}
    assert peers[FRA.name].endpoint == "10.64.0.11:51820"
    assert peers[DUB.name].endpoint == "198.18.1.21:51820"
    assert peers[DUB.name].allowed == ("10.65.0.11/32", "10.129.0.0/24")


def test_a_node_without_a_public_address_calls_first() -> None:
    (peer,) = mesh(CP, replace(DUB, public_address=None)).peers(CP.name)
    assert peer.endpoint is None
    assert "Endpoint" not in mesh(CP, replace(DUB, public_address=None)).wireguard(CP.name)


def test_a_node_whose_key_is_not_known_is_no_peer_yet() -> None:
    assert [peer.name for peer in mesh(CP, FRA, replace(DUB, public_key=None)).peers(CP.name)] == [FRA.name]


def test_overlapping_ranges_are_refused_with_both_names() -> None:
    with pytest.raises(Refused, match=r"cp-1 has 10\.128\.0\.0/24 and node .*general-1 has 10\.128\.0\.128/25"):
        mesh(CP, replace(FRA, pods="10.128.0.128/25"))


def test_a_wide_range_is_refused_although_a_third_one_stands_between() -> None:
    with pytest.raises(Refused, match="overlap"):
        mesh(replace(CP, pods="10.0.0.0/8"), FRA, DUB)


def test_two_machines_with_one_key_are_refused_with_both_names() -> None:
    with pytest.raises(Refused, match=f"{CP.name} and {FRA.name}"):
        mesh(CP, replace(FRA, public_key=CP.public_key), DUB)


def test_two_nodes_of_one_name_are_refused() -> None:
    with pytest.raises(Refused, match="twice"):
        mesh(CP, replace(CP, address="10.64.0.99", pods=None))


def test_an_unknown_node_is_named_with_those_that_are_there() -> None:
    with pytest.raises(NotFound, match=CP.name):
        mesh().interface("nobody")


@pytest.mark.parametrize(("key", "value"), [("driver", "ipsec"), ("topology", "gateway")])
def test_what_is_not_built_yet_is_refused_by_its_path(key: str, value: str) -> None:
    with pytest.raises(Refused, match=rf"network\.mesh\.{key}"):
        Mesh.of({key: value})


def test_a_node_is_read_from_what_the_machines_module_returns() -> None:
    row = {"name": "a", "site": "s", "private_address": "10.0.0.1", "public_address": "", "pods": None, "zone": "x"}
    assert Node.of(row) == Node("a", "s", "10.0.0.1")


def test_the_text_of_an_interface_reads_back_as_the_same_value() -> None:
    interface = mesh().interface(CP.name)
    assert parse(interface.text()) == interface
    assert "PrivateKey" not in interface.text()


def test_a_file_of_somebody_else_is_not_read_as_ours() -> None:
    with pytest.raises(Invalid, match="not one of ours"):
        parse("[Interface]\nAddress = 10.0.0.1/24\n")


def test_comparing_gives_the_reason() -> None:
    wanted = mesh(CP, FRA, replace(DUB, public_address="198.18.1.99"))
    assert mesh().compare(CP.name, mesh().interface(CP.name)) == (True, "")
    same, why = wanted.compare(CP.name, mesh().interface(CP.name))
    assert (same, why) == (False, f"link {DUB.name}: endpoint 198.18.1.21:51820 -> 198.18.1.99:51820")


def test_routes_lead_to_every_address_and_every_pod_range_from_the_nodes_address() -> None:
    assert mesh().interface(CP.name).routes_text() == (
        "route replace 10.64.0.11/32 dev wg0 src 10.64.0.10 table 7100\n"
        "route replace 10.65.0.11/32 dev wg0 src 10.64.0.10 table 7100\n"
        "route replace 10.128.1.0/24 dev wg0 src 10.64.0.10 table 7100\n"
        "route replace 10.129.0.0/24 dev wg0 src 10.64.0.10 table 7100\n"
    )


def test_the_mark_has_none_of_the_bits_that_kubernetes_uses() -> None:
    assert mesh().interface(CP.name).mark & (0x2000 | 0x4000 | 0x8000) == 0


@pytest.mark.parametrize(("clouds", "size"), [(["aws"], 1420), (["aws", "gcp"], 1380), ([None], 1420), ([], 1420)])
def test_the_narrowest_path_decides_the_mtu(clouds: list[str | None], size: int) -> None:
    assert mtu.tunnel_mtu(clouds) == size


def test_the_mtu_is_that_of_all_sites_also_where_the_machines_of_one_could_not_be_read() -> None:
    known = Topology.of((CP, FRA), Mesh.of({"clouds": ["aws", "gcp"]}))
    assert known.mtu == 1380
    assert Topology.of((CP, FRA), Mesh.of({"clouds": ["aws"]})).mtu == 1420


def test_jumbo_frames_within_a_site_change_nothing() -> None:
    assert mtu.inner_mtu([9001, 1500]) == 1420


def test_a_path_that_is_too_narrow_is_refused() -> None:
    with pytest.raises(Refused, match="1280 are needed"):
        mtu.inner_mtu([1300])


def test_a_full_ping_fills_the_packet() -> None:
    assert mtu.ping_size(1420) + 20 + 8 == 1420


def test_the_pictures_show_every_node_and_every_link() -> None:
    drawn = ElementTree.fromstring(picture.svg(mesh()))
    nodes = {group.get("data-node") for group in drawn.iter("{http://www.w3.org/2000/svg}g")}
    links = {line.get("data-link") for line in drawn.iter("{http://www.w3.org/2000/svg}line")}
    assert nodes == {CP.name, FRA.name, DUB.name}
    assert links == {str(link) for link in mesh().links}
    assert picture.dot(mesh()).count(" -- ") == 3
    assert picture.dot(mesh()).count("style=dashed") == 2  # two of the three links cross the internet


def test_an_empty_mesh_is_a_picture_too() -> None:
    assert ElementTree.fromstring(picture.svg(mesh(CP))) is not None
