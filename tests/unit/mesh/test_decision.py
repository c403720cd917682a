# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import Refused
from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.decision import Asked, Running, decide, merge
from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.wireguard import Interface, Peer

from .nodes import CP, DUB, FRA, mesh

KEY = str(CP.public_key)
FULL = mesh().interface(CP.name)
SMALL = mesh(CP, FRA).interface(CP.name)  # as if Dublin were not there


def kernel(runs: Interface, **changed: object) -> Running:
    return replace(Running(runs, runs.routes, {}, KEY), **changed)  # type: ignore[arg-type]


def asked(interface: Interface, *, keep: set[str] = frozenset(), remove: set[str] = frozenset()) -> Asked:  # type: ignore[assignment]
    return Asked(interface, frozenset(keep), frozenset(remove))


def names(interface: Interface) -> list[str]:
    return [peer.name for peer in interface.peers]


def test_nothing_differs_nothing_is_said() -> None:
    decision = decide(asked(FULL), FULL, kernel(FULL), KEY)
    assert decision.reasons == () and decision.unexpected == () and decision.interface == FULL


def test_a_bare_node_has_two_reasons() -> None:
    assert decide(asked(FULL), None, None, "").reasons == ("wg0.conf is not there", "interface wg0 is not there")


def test_a_link_stays_when_its_node_was_not_read() -> None:
    decision = decide(asked(SMALL, keep={DUB.name}), FULL, kernel(FULL), KEY)
    assert decision.interface == FULL and decision.reasons == () and decision.unexpected == ()


def test_a_link_never_goes_because_a_list_is_shorter() -> None:
    decision = decide(asked(SMALL), FULL, kernel(FULL), KEY)
    assert decision.interface == FULL and decision.reasons == () and decision.unexpected == (DUB.name,)


def test_a_link_goes_when_its_node_is_named() -> None:
    decision = decide(asked(SMALL, remove={DUB.name}), FULL, kernel(FULL), KEY)
    assert names(decision.interface) == [FRA.name]
    assert decision.reasons == (f"link {DUB.name}: removed, its node left",)
    assert decision.strangers == (DUB.public_key,)


def test_a_link_that_is_gone_already_is_not_removed_again() -> None:
    assert decide(asked(SMALL, remove={DUB.name}), SMALL, kernel(SMALL), KEY).reasons == ()


def test_wanting_and_removing_one_link_is_refused() -> None:
    with pytest.raises(Refused, match=DUB.name):
        asked(FULL, remove={DUB.name})


def test_a_stale_link_gives_way_to_the_node_that_has_its_range_now() -> None:
    heir = replace(DUB, name="demo-aws-dub-general-2", address="10.65.0.12", public_key="N" * 43 + "=")
    decision = decide(asked(mesh(CP, FRA, heir).interface(CP.name)), FULL, kernel(FULL), KEY)
    assert names(decision.interface) == [heir.name, FRA.name]
    assert f"link {DUB.name}: removed, what lay behind it belongs to {heir.name} now" in decision.reasons


def test_a_link_that_must_stay_and_is_in_the_way_is_refused() -> None:
    heir = replace(DUB, name="demo-aws-dub-general-2", address="10.65.0.12", public_key="N" * 43 + "=")
    with pytest.raises(Refused, match="could not be read"):
        merge(asked(mesh(CP, FRA, heir).interface(CP.name), keep={DUB.name}), FULL)


def test_a_new_key_replaces_the_old_one() -> None:
    new = mesh(CP, FRA, replace(DUB, public_key="N" * 43 + "=")).interface(CP.name)
    decision = decide(asked(new), FULL, kernel(FULL), KEY)
    assert decision.strangers == (DUB.public_key,)
    assert decision.reasons == (f"link {DUB.name}: public key MMMMMMMM... -> NNNNNNNN...",)


def test_an_unknown_endpoint_leaves_the_configured_one() -> None:
    stopped = mesh(CP, FRA, replace(DUB, public_address=None)).interface(CP.name)
    assert decide(asked(stopped), FULL, kernel(FULL), KEY).reasons == ()


def test_a_pod_range_that_is_not_known_any_more_leaves_the_configured_one() -> None:
    untagged = mesh(CP, FRA, replace(DUB, pods=None)).interface(CP.name)
    assert decide(asked(untagged), FULL, kernel(FULL), KEY).reasons == ()
    moved = mesh(CP, FRA, replace(DUB, pods="10.129.7.0/24")).interface(CP.name)
    assert decide(asked(moved), FULL, kernel(FULL), KEY).interface == moved


def test_a_roamed_endpoint_is_no_difference_while_the_link_talks() -> None:
    roamed = FULL.with_peers(replace(peer, endpoint="198.18.9.9:4") for peer in FULL.peers)
    ages = {peer.public_key: 20.0 for peer in FULL.peers}
    assert decide(asked(FULL), FULL, kernel(roamed, routes=FULL.routes, ages=ages), KEY).reasons == ()


@pytest.mark.parametrize("age", [None, 181.0])
def test_a_roamed_endpoint_is_a_difference_once_the_link_is_silent(age: float | None) -> None:
    roamed = FULL.with_peers(replace(peer, endpoint="198.18.9.9:4") for peer in FULL.peers)
    ages = {peer.public_key: age for peer in FULL.peers}
    reasons = decide(asked(FULL), FULL, kernel(roamed, ages=ages), KEY).reasons
    assert [reason.split(":")[0] for reason in reasons] == [f"link {name}" for name in names(FULL)]


def test_a_stranger_in_the_kernel_goes_when_every_node_was_read() -> None:
    more = FULL.with_peers((*FULL.peers, Peer.of("Z" * 43 + "=", "Z" * 43 + "=", None, [])))
    assert decide(asked(FULL), FULL, kernel(more), KEY).strangers == ("Z" * 43 + "=",)
    unsure = decide(asked(FULL, keep={"somebody"}), FULL, kernel(more), KEY)
    assert unsure.strangers == () and unsure.unexpected == ("key ZZZZZZZZ...",)


def test_a_lost_file_does_not_cost_the_links_that_nobody_could_read() -> None:
    decision = decide(asked(SMALL), None, kernel(FULL), KEY)
    assert decision.strangers == () and decision.unexpected == ("key MMMMMMMM...",)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"interface": replace(FULL, mtu=1500)}, "MTU in the kernel is 1500, not 1420"),
        ({"interface": replace(FULL, mark=0)}, "mark in the kernel is 0, not 1048576"),
        ({"public_key": "other"}, "the interface runs with another private key than that of the node's file"),
        ({"interface": SMALL}, f"link {DUB.name}: not in the kernel"),
        ({"routes": FULL.routes[1:]}, "route 10.64.0.11/32: missing"),
        ({"routes": (*FULL.routes, "10.9.9.0/24")}, "route 10.9.9.0/24: no link has it"),
        ({"ruled": False}, "the rule at 7100 is not 'pref 7100 not fwmark 0x100000/0x100000 lookup 7100'"),
    ],
)
def test_what_the_kernel_runs_other_than_its_file_is_named(changed: dict[str, object], reason: str) -> None:
    assert decide(asked(FULL), FULL, kernel(FULL, **changed), KEY).reasons == (reason,)
