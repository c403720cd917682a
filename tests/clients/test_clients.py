# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody with the cloud's own tools beside our cluster: sees it, changes it, has things of their own."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from tests.clients.client import NAME, Client
from tests.clients.ours import CIDR, Ours


def test_a_client_lists_and_shows_what_our_modules_made(client: Client, ours: Ours) -> None:
    assert ours.network in client.networks()
    ranges = [ip_network(one) for one in client.subnets(ours.network)]
    assert ranges and all(one.subnet_of(ip_network(CIDR)) for one in ranges)
    assert client.machines() == {ours.machine}
    shown = client.machine(ours.machine)
    assert (shown.running, shown.owner) == (True, ours.owner)
    assert any(ip_address(shown.address) in one for one in ranges)


def test_what_a_client_changes_our_plan_names_and_the_next_run_puts_back(client: Client, ours: Ours) -> None:
    changed = client.change(ours.owner, ours.site, ours.machine)
    assert sorted(ours.plan()) == sorted(changed)
    assert sorted(ours.converge()) == sorted(changed)
    assert ours.plan() == []


def test_what_a_client_makes_is_left_alone_also_when_ours_is_deleted(client: Client, ours: Ours) -> None:
    client.make()
    theirs = client.own()
    assert len(theirs) == 2
    assert {NAME, ours.network} <= client.networks()
    assert client.machines() == {NAME, ours.machine}
    assert ours.plan() == []
    proof = ours.delete()
    assert (proof["left"], proof["not_ours"]) == ([], [])
    assert client.own() == theirs
    assert ours.network not in client.networks()
    assert client.machines() == {NAME}
    client.remove()
    assert client.own() == {}
    assert NAME not in client.networks()
