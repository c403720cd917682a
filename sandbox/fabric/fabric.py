# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fabric: takes a world and makes it real, again and again, in a thread of its own.

Level-triggered: only the latest world counts, and what is there is compared with it. What takes time (boot, power
off, destruction) runs beside it; when such a task ends, the comparison runs again.
"""

from __future__ import annotations

import pathlib
import threading
import time
from collections.abc import Callable

from sandbox.fabric import cleanup, routes
from sandbox.fabric.internet import Internet
from sandbox.fabric.machines import Machines
from sandbox.fabric.metadata import Answer, Log
from sandbox.fabric.names import Names
from sandbox.fabric.router import Router
from sandbox.fabric.world import Status, World

_LOOK = 0.5  # seconds between looks at processes that may have ended by themselves
_RETRY = 2.0  # seconds after a comparison that failed


class Fabric:
    """One sandbox's networks and machines on this host. Needs root.

    `images` turns an image name into the path of a root file system; `answer` is the clouds' metadata service.
    Making a fabric removes what an earlier one of that name left, then raises the internet: a mirror may start.
    """

    def __init__(
        self, name: str, state: pathlib.Path, images: Callable[[str], pathlib.Path], answer: Answer, log: Log = print
    ) -> None:
        self.name = name
        self._names = Names(name)
        self._state = state.resolve()
        self._answer = answer
        self._log = log
        self._world = World()
        self._routers: dict[str, Router] = {}
        self._cut: frozenset[str] = frozenset()
        self._changed = threading.Condition()
        self._asked = self._done = 0  # comparisons asked for, and the last that was made
        self._closing = False
        self._error: str | None = None
        cleanup.cleanup(name, self._state)
        self._state.mkdir(parents=True, exist_ok=True)
        self._internet = Internet(self._names, self._state)
        self._internet.start()
        self._machines = Machines(self._names, self._state / "machines", images, log, self._ask)
        self._worker = threading.Thread(target=self._work, name=f"fabric {name}", daemon=True)
        self._worker.start()

    @property
    def internet_netns(self) -> str:
        """The network namespace in which a mirror stands, or somebody with ssh and curl."""
        return self._internet.namespace

    def apply(self, world: World) -> None:
        """Make this the wanted world. Returns at once; a later world replaces one that is not reached yet."""
        with self._changed:
            self._world = world
        self._machines.tell(world)
        self._ask()

    def status(self, key: str) -> Status:
        """What the machine is really doing. It is running from the moment its sshd listens."""
        return self._machines.status(key)

    def console(self, key: str) -> str:
        """What the machine has written on its console since it was made."""
        path = self._machines.record(key).host.console
        return path.read_text(errors="replace") if path.exists() else ""

    def wait(self, patience: float = 60.0) -> bool:
        """Wait until the world is as wanted and nothing is under way; False when it takes longer or fails."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._done == self._asked and not self._machines.busy and self._error is None, patience
            )

    def reboot(self, key: str) -> None:
        """Power the machine off and on; its link stays."""
        self._machines.reboot(key)
        self._ask()

    def kill(self, key: str) -> None:
        """Let the machine die at once. It stays dead until it is stopped and started, or destroyed."""
        record = self._machines.record(key)
        host = self._machines.fail(key)
        router = self._routers.get(record.machine.network)
        if router is not None:
            router.drop(key)  # first, or the kernel would say for the dead that nobody listens
        host.kill()
        self._ask(wait=True)

    def cut(self, key: str) -> None:
        """Let nothing through the machine's link, in either direction, until `mend`."""
        self._machines.record(key)
        self._cut |= {key}
        self._ask(wait=True)

    def mend(self, key: str) -> None:
        """Undo `cut`."""
        self._cut -= {key}
        self._ask(wait=True)

    def destroy(self) -> None:
        """Remove everything, machines and their disks as well."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._worker.join()
        self._machines.destroy()
        for router in self._routers.values():
            router.close()
        self._internet.stop()
        cleanup.cleanup(self.name, self._state)

    @staticmethod
    def cleanup(name: str, state: pathlib.Path | None = None) -> None:
        """Remove what a fabric of that name left, from any process."""
        cleanup.cleanup(name, state)

    def _ask(self, *, wait: bool = False) -> None:
        """Have the worker compare again; with `wait`, return when it has."""
        with self._changed:
            self._asked += 1
            mine = self._asked
            self._changed.notify_all()
            if wait:
                self._changed.wait_for(lambda: self._done >= mine or self._closing, 30)

    def _work(self) -> None:
        retry = 0.0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._asked != self._done, _LOOK)
                if self._closing:
                    return
                asked, world = self._asked, self._world
            error = self._error
            try:
                self._internet.watch()
                due = error is not None and time.monotonic() > retry
                if self._machines.notice_ends() or asked != self._done or due:
                    self._compare(world)
                    error = None
            except Exception as problem:  # noqa: BLE001 the worker must outlive what one comparison meets
                retry = time.monotonic() + _RETRY
                if str(problem) != error:
                    self._log(f"fabric {self.name}: {problem}; trying again")
                error = str(problem)
            with self._changed:
                self._done, self._error = asked, error
                self._changed.notify_all()

    def _compare(self, world: World) -> None:
        """Bring what is there one step nearer to the world: networks first, so that nobody boots unguarded."""
        steps = self._machines.decide(world)
        boots = {key for key, step in steps.items() if step == "boot"}
        leaving = {key for key, step in steps.items() if step == "destroy"}
        self._compare_networks(world, (self._machines.linked | boots) - leaving)
        self._machines.launch(steps)

    def _compare_networks(self, world: World, up: frozenset[str]) -> None:
        for key in [key for key in self._routers if key not in {network.key for network in world.networks}]:
            self._routers.pop(key).close()
        for network in world.networks:
            if network.key not in self._routers:
                self._routers[network.key] = Router(self._names, self._internet, network.key, self._answer, self._log)
            self._routers[network.key].apply(world, network, up, self._cut)
        ways = {
            machine.public_address: (self._routers[machine.network].uplink, self._routers[machine.network].transit)
            for machine in world.machines
            if machine.public_address
        }
        self._internet.apply(routes.internet(ways))
