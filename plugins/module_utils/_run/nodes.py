# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Which nodes there are, which of them can be reached, and of which nothing is known in this run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from . import sites as of_sites

Vars = Mapping[str, Any]


@dataclass(frozen=True)
class Census:
    """Names of nodes by what can be done with them in this run. Every wanted node is in one of the first four."""

    reachable: tuple[str, ...]  # runs, has an address, and its own host key is recorded
    new: tuple[str, ...]  # runs and has an address, but what is recorded of it is not whole: first contact
    missing: tuple[str, ...]  # its site was read: it has no machine, or one that does not run
    unread: tuple[str, ...]  # its site could not be read
    surplus: tuple[str, ...]  # has a machine, and nobody wants it

    @classmethod
    def of(cls, sites: Mapping[str, Vars], wanted: Mapping[str, str]) -> Census:
        """``wanted``: ``{name: site}`` of all nodes of the cluster file."""
        machines = of_sites.machines(sites)
        failed = set(of_sites.errors(sites))
        failed |= {site for site, said in sites.items() if not of_sites.result(said, "machines")}
        places: dict[str, list[str]] = {"reachable": [], "new": [], "missing": [], "unread": []}
        for name, site in wanted.items():
            machine = machines.get(name)
            # What a site still said before it failed holds: its nodes answer even if its API does not any more.
            place = _place(machine) if machine else "unread" if site in failed else "missing"
            places[place].append(name)
        surplus = tuple(name for name in of_sites.surplus(sites) if name not in wanted)
        return cls(surplus=surplus, **{place: tuple(names) for place, names in places.items()})

    def as_dict(self) -> dict[str, list[str]]:
        return {key: list(names) for key, names in vars(self).items()}


def unreachable(
    census: Mapping[str, Iterable[str]], looks: Iterable[str], wanted: Mapping[str, str], repaired: Iterable[str]
) -> list[str]:
    """Nodes that should have answered and did not, or could not since their machine does not run.

    ``repaired``: sites that a plan is to change before it looks.
    """
    sites, answered = set(repaired), set(looks)
    expected = {*census["reachable"], *census["missing"]} - answered
    return sorted(name for name in expected if wanted[name] not in sites)


def _place(machine: Vars) -> str:
    if machine.get("state") != "running" or not machine.get("public_address"):
        return "missing"
    return "reachable" if machine.get("host_key") and machine.get("pods") else "new"


def known_hosts(before: str, machines: Mapping[str, Vars]) -> str:
    """The text of known_hosts: recorded keys, the one-time key of a machine without a record, and what else was known.

    Lines of machines that this run did not see stay: their site may be unreadable.
    """
    lines: dict[str, list[str]] = {}
    for line in before.splitlines():
        if line.strip() and not line.startswith("#"):
            lines.setdefault(line.split()[0], []).append(line)
    for name, machine in machines.items():
        if machine.get("host_key"):
            lines[name] = [f"{name} {_key(machine['host_key'])}"]
        elif machine.get("first_host_key"):
            first = f"{name} {_key(machine['first_host_key'])}"
            # Beside a key that an earlier run recorded: the record may be lost while the machine still has that key.
            lines[name] = [*(line for line in lines.get(name, []) if line.split()[1] == "ssh-ed25519"), first]
    return "".join(f"{line}\n" for name in sorted(lines) for line in lines[name])


def records(contacts: Mapping[str, str], machines: Mapping[str, Vars]) -> dict[str, dict[str, dict[str, str]]]:
    """``{site: {name: {"host_key", "pods"?}}}`` to record, from what each node said at first contact."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for name, said in contacts.items():
        key, _newline, rest = said.partition("\n")
        record = {"host_key": _key(key)}
        kept = json.loads(rest) if rest.strip() else {}
        if kept.get("pods") and not machines[name].get("pods"):
            record["pods"] = kept["pods"]
        found.setdefault(machines[name]["site"], {})[name] = record
    return found


def addresses(before: Mapping[str, Any], machines: Mapping[str, Vars], gone: Iterable[str]) -> dict[str, Any]:
    """What the next run may use before it has read the clouds; names of this run replace, others stay unless gone."""
    now = {
        name: {"public_address": machine.get("public_address"), "private_address": machine.get("private_address")}
        for name, machine in machines.items()
    }
    every = {**before, **now}
    return {name: every[name] for name in sorted(every) if name not in set(gone)}


def control_path(machine: str, state_dir: str, run: str) -> str:
    """Where ssh keeps the connection to a machine, given its id, open for the next task of the same run.

    By default Ansible names it by address and user alone. But an address gets new owners, and two clusters may even
    have the same one; a connection that is taken over asks for no host key. One of an earlier run may be dead: the
    machine was stopped meanwhile, and whoever takes it over waits in vain.
    """
    return f"%(directory)s/{hashlib.sha256(f'{state_dir} {machine} {run}'.encode()).hexdigest()[:16]}"


def _key(line: str) -> str:
    """Type and key, without a comment."""
    return " ".join(line.split()[:2])
