# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the suite needs of a cloud: one interface, filled in by one file per cloud. Nothing here knows any of them."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.wait import clock
from ansible_collections.pangaea.multicloud.plugins.modules import account_snapshot_info
from sandbox.journal import Journal
from tests.sandbox.running import KEY, NAME, OWNER, UTILS, Outcome, run_module, well

from .site import Call, Damage, Facts, Limit, Marks, machines_of, site_of

OTHER_OWNER = "shop-eu-b0000000"  # a cluster whose name begins like ours
NETWORK: dict[str, Any] = {
    "sizes": ["small"],
    "inside": ["10.64.0.0/15", "10.66.0.0/16", "10.128.0.0/15", "10.130.0.0/16"],
    "admin": ["198.51.100.0/24"],
    "public": [{"pools": ["general"], "ports": [80, 443], "cidrs": ["0.0.0.0/0"]}],
    "ssh_public_keys": [KEY + " ana"],
}
CLOCKS = (f"{UTILS}._engine.plan.clock", f"{UTILS}._site.resource.clock", f"{UTILS}._aws.tokens.clock")


class Lab:
    """One site in one simulated cloud, the modules pointed at it, and ways to act beside them."""

    cloud: ClassVar[str]
    cidr: ClassVar[str]
    pods: ClassVar[str]
    modules: ClassVar[tuple[Any, Any]]  # network, machines
    region: str
    zones: ClassVar[tuple[str, ...]]  # of that region, as machines tell them
    identity: ClassVar[Call]  # who am I: the first call of each run
    lists: ClassVar[Mapping[str, tuple[Call, ...]]]  # all that a quiet run asks, by part of the site
    creates: ClassVar[tuple[Call, ...]]  # each call that makes a thing of a new site
    at_once: ClassVar[tuple[Call, ...]] = ()  # of these, the calls that begin no operation which could fail later
    machine_create: ClassVar[Call]  # the one of them that makes a machine
    deletes: ClassVar[tuple[Call, ...]]  # each call that removes one
    budget: ClassVar[tuple[int, int]]  # writes of a new site, and of each of its machines besides; more needs a reason
    holds: ClassVar[Mapping[str, int]]  # things with our owner in a site of three machines, as a snapshot counts them
    everything: ClassVar[tuple[str, ...]]  # keys of a new site, in the order of its plan
    damages: ClassVar[Mapping[str, Damage]]
    marks: ClassVar[Mapping[str, Marks]]  # of each of ``things``
    repairs: ClassVar[Mapping[Call, str]]  # each call that puts something back, and the damage that asks for it
    things: ClassVar[Mapping[str, str]]  # what carries our owner, and the part of the site that it belongs to
    limits: ClassVar[tuple[Limit, ...]]
    faults: ClassVar[Mapping[str, Mapping[str, Any]]]  # a fault by a word of ours, as the simulator takes it
    other_account: ClassVar[Mapping[str, str]]
    wrong_machines: ClassVar[Mapping[str, tuple[Mapping[str, Any], tuple[str, ...]]]]  # change of a machine, words
    wrong_types: ClassVar[tuple[str, tuple[str, ...]]]  # a type that the region lacks, words
    sizes: ClassVar[Mapping[str, str]]  # a size, and the type that it is here
    arm64: ClassVar[str]  # a type with such a processor
    remembered: ClassVar[tuple[str, ...]] = ()  # things that say whose they are also where tags do not reach
    kept_on_machine: ClassVar[str]  # where a host key is recorded: the one call
    disk_create: ClassVar[Call]  # the call that makes a disk of its own, as Kubernetes does

    def __init__(self, simulator: Any, journal: Journal) -> None:
        self.simulator, self.journal = simulator, journal  # the cloud of the sandbox, and its log
        self._seen = journal.last
        self.site = site_of(self.cloud)
        self.control, self.worker, self.second = machines_of(self.site)

    # --- the modules

    def options(self) -> dict[str, Any]:
        """What both modules are told of cloud and account."""
        raise NotImplementedError

    def run(self, module: Any, options: dict[str, Any], *, check: bool = False) -> Outcome:
        """A module in this process: its real ``main``, with options as Ansible hands them over. None leaves one out."""
        common = {"region": self.region, "cluster": OWNER, "name": NAME, "site": self.site}
        given = {key: value for key, value in {**common, **self.options(), **options}.items() if value is not None}
        with self.time_flies():
            return run_module(module, {**given, "_ansible_check_mode": check, "_ansible_diff": True})

    def network(self, *, check: bool = False, **options: Any) -> Outcome:
        given = {**NETWORK, "cidr": self.cidr, "addresses": [self.control], **options}
        return self.run(self.modules[0], given, check=check)

    def machines(self, *, check: bool = False, **options: Any) -> Outcome:
        options.setdefault("machines", self.wanted())
        return self.run(self.modules[1], {"pods": self.pods, **options}, check=check)

    def snapshot(self) -> dict[str, Any]:
        """Everything that the account holds."""
        said = self.run(account_snapshot_info, {"cloud": self.cloud})
        return dict(well(said)["snapshot"])

    def wanted(self, workers: int = 2, **changes: Any) -> list[dict[str, Any]]:
        """One of the control plane, and some workers."""
        common = {"size": "small", **changes}
        first = {"name": self.control, "role": "control_plane", "number": 1, "public": "static", **common}
        rest = {"role": "worker", "pool": "general", **common}
        names = ((number, f"shop-{self.site}-general-{number}") for number in range(1, workers + 1))
        return [first, *({"name": name, "number": number, **rest} for number, name in names)]

    def once(self, **options: Any) -> Outcome:
        """One run over network and machines; the first part that failed, or the machines."""
        made = self.network()
        return made if made.failed else self.machines(network=made["network"], **options)

    def converge(self, **options: Any) -> dict[str, Any]:
        """Network and machines as they should be; the network as the machines need it."""
        made = well(self.network())
        well(self.machines(network=made["network"], **options))
        return dict(made["network"])

    def plan(self, **options: Any) -> list[str]:
        """Changes of network and machines, as sentences."""
        looked = well(self.network(check=True))
        seen = well(self.machines(check=True, network=looked["network"], **options))
        return [*looked["changes"], *seen["changes"]]

    def absent(self, network: dict[str, Any]) -> list[str]:
        """Delete the site; the changes."""
        gone = well(self.machines(network=network, state="absent"))
        return [*gone["changes"], *well(self.network(state="absent"))["changes"]]

    def part(self, part: str, network: dict[str, Any], **options: Any) -> Outcome:
        """A run of one part of the site, by its name."""
        return self.machines(network=network, **options) if part == "machines" else self.network(**options)

    def ours(self) -> Counter[str]:
        """How many things of each kind carry our owner."""
        found = self.snapshot()
        return Counter(kind for kind, rows in found.items() for row in rows.values() if row["owner"] == OWNER)

    # --- the simulator

    def log(self) -> list[dict[str, Any]]:
        """What was asked of it since the last look, by its own log."""
        entries, self._seen = self.journal.since(self._seen), self.journal.last
        return entries

    def asked(self) -> list[Call]:
        """The same as calls. Looks at operations and further pages left out."""
        return [str(one["action"]) for one in self.log() if not self.goes_on(one)]

    def goes_on(self, entry: dict[str, Any]) -> bool:
        """Whether an entry of the log only goes on with a call before it."""
        raise NotImplementedError

    def writes(self) -> list[Call]:
        """The same, without what only reads."""
        return [str(one["action"]) for one in self.log() if one["mutating"]]

    def now(self) -> float:
        """Its clock."""
        return float(self.simulator.clock.now())

    def step(self, seconds: float) -> None:
        """Let its time pass."""
        self.simulator.clock.step(seconds)

    def pages(self, rows: int) -> None:
        """How many rows a page of a list has."""
        raise NotImplementedError

    def limit(self, name: str, value: int) -> None:
        """Set a quota."""
        self.simulator.quotas.set(name, value)

    def order(self, rule: dict[str, Any]) -> Any:
        """Order a fault; an object that counts what it did."""
        return self.simulator.faults.add(rule)

    def heal(self, fault: Any) -> None:
        """End a fault, let go of what it held."""
        self.simulator.faults.clear(fault.id)
        self.let_go()

    def let_go(self) -> None:
        """What a fault holds may end."""
        self.simulator.operations.free()

    def where(self, call: Call) -> dict[str, Any]:
        """A call as a rule for faults names it."""
        return {"action": call} if call else {}

    @classmethod
    def fail_later(cls) -> list[Call]:
        """Calls that begin an operation: what the cloud accepted, and can still fail. AWS has none."""
        return [call for call in cls.creates if call not in cls.at_once] if "fails later" in cls.faults else []

    @contextmanager
    def fault(self, word: str, call: Call = "", **more: Any) -> Iterator[Any]:
        """A fault for as long as the block. Words: see ``faults``. ``times`` 0: all from now on."""
        fault = self.order({**self.faults[word], **self.where(call), **more})
        try:
            yield fault
        finally:
            self.heal(fault)

    @contextmanager
    def time_flies(self) -> Iterator[None]:
        """Waiting for the cloud passes the cloud's time, not ours."""
        with pytest.MonkeyPatch.context() as patch:
            for name in CLOCKS:
                patch.setattr(name, functools.partial(clock, now=self.now, sleep=self.step))
            yield

    # --- things, by their names in ``things``

    def id_of(self, thing: str) -> str:
        """By what a message names it."""
        raise NotImplementedError

    def tags(self, thing: str) -> dict[str, str]:
        """Its tags, labels, or what its description says."""
        raise NotImplementedError

    def retag(self, thing: str, changes: Mapping[str, str | None]) -> None:
        """Change some of them; None takes one away."""
        raise NotImplementedError

    def way_back(self, thing: str) -> str:
        """What a message tells to put back."""
        return f"pangaea-cluster={OWNER}"

    # --- machines and others

    def facts(self, machine: str) -> Facts:
        """What the cloud keeps of a machine."""
        raise NotImplementedError

    def delete_machine(self, machine: str) -> None:
        """By the cloud's API, as somebody else would."""
        raise NotImplementedError

    def stop_machine(self, machine: str) -> None:
        """Ask for it, and do not wait."""
        raise NotImplementedError

    def forget(self, machine: str, what: str) -> None:
        """Take a record of ours off a machine: ``pods``."""
        self.retag("machine", {f"pangaea-{what}": None})

    def forget_mark(self, network: dict[str, Any]) -> str:
        """Take the mark ``initialised`` off the site; the change that a plan names then."""
        raise NotImplementedError

    def bystanders(self) -> set[str]:
        """Things of somebody else, some named as we would; their ids in a snapshot."""
        raise NotImplementedError

    def intruders(self, network: dict[str, Any]) -> tuple[list[str], list[str]]:
        """Things of others inside our network: what refusals of machines and of the network must name."""
        raise NotImplementedError

    def by_kubernetes(self, network: dict[str, Any]) -> None:
        """Things in our account that Kubernetes made for the cluster: they go with the site."""
        raise NotImplementedError

    def disk_by_kubernetes(self) -> str:
        """Ask for a disk as Kubernetes does, and do not wait for it; what a plan calls it."""
        raise NotImplementedError
