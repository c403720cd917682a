# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody with the cloud's own tools beside our cluster: sees it, changes it, has things of their own."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from tests.clients.client import NAME, Client
from tests.clients.ours import CIDR, Ours


def test_a_client_lists_and_shows_what_our_modules_made(client: Client, ours: Ours) -> None:
    network = client.network_of(ours.owner, ours.site)
    assert network in client.networks()
    ranges = [IPv4Network(one) for one in client.subnets(network)]
    assert ranges and all(one.subnet_of(IPv4Network(CIDR)) for one in ranges)
    assert client.machines() == ours.machines
    shown = client.machine(ours.worker)
    assert (shown.running, shown.owner) == (True, ours.owner)
    assert any(IPv4Address(shown.address) in one for one in ranges)


def test_what_a_client_changes_our_plan_names_and_the_next_run_puts_back(client: Client, ours: Ours) -> None:
    changed = client.change(ours.owner, ours.site, ours.worker)
    assert sorted(ours.plan()) == sorted(changed)
    assert sorted(ours.converge()) == sorted(changed)
    assert ours.plan() == []


def test_what_a_client_makes_is_left_alone_also_when_ours_is_deleted(client: Client, ours: Ours) -> None:
    network = client.network_of(ours.owner, ours.site)
    client.make()
    theirs = client.own()
    assert len(theirs) == 2
    assert {NAME, network} <= client.networks()
    assert client.machines() == {NAME, *ours.machines}
    assert ours.plan() == []
    assert "all of them ours; nothing of ours is left" in ours.delete()
    assert client.own() == theirs
    assert network not in client.networks()
    assert client.machines() == {NAME}
    client.remove()
    assert client.own() == {}
    assert NAME not in client.networks()
