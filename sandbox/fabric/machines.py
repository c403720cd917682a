# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lives of all machines of a sandbox: which should boot, stop or go, and the threads that do it."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import pathlib
import threading
from collections.abc import Callable
from typing import Literal

from sandbox.fabric import addresses
from sandbox.fabric.host import POWERED_OFF, REBOOTING, Host
from sandbox.fabric.names import Names
from sandbox.fabric.system import FabricError
from sandbox.fabric.world import Machine, Status, World

Step = Literal["boot", "stop", "destroy"]
Log = Callable[[str], None]

_BOOTS_AT_ONCE = 4
_ENDS_AT_ONCE = 8


@dataclasses.dataclass
class Record:
    """What is known of one machine. Guarded by the lock of `Machines`."""

    machine: Machine
    host: Host
    phase: Status = "stopped"
    busy: bool = False  # a task works on it; nothing else is decided for it meanwhile
    stop_due: bool = False  # was told to stop and did not yet, even if told to start again since
    start_due: bool = True  # False once it runs: who dies by himself stays dead until stopped and started


class Machines:
    """All machines. `ended` is called, from any thread, when something changed that `decide` should see."""

    def __init__(
        self,
        names: Names,
        folder: pathlib.Path,
        images: Callable[[str], pathlib.Path],
        log: Log,
        ended: Callable[[], None],
    ) -> None:
        self._names = names
        self._folder = folder
        self._images = images
        self._log = log
        self._ended = ended
        self._lock = threading.RLock()
        self._records: dict[str, Record] = {}
        self._boots = concurrent.futures.ThreadPoolExecutor(_BOOTS_AT_ONCE, thread_name_prefix="boot")
        self._ends = concurrent.futures.ThreadPoolExecutor(_ENDS_AT_ONCE, thread_name_prefix="end")

    def tell(self, world: World) -> None:
        """Note who shall stop. Kept apart from `decide`: a stop must not be lost when a start follows at once."""
        with self._lock:
            for machine in world.machines:
                record = self._records.get(machine.key)
                if record is not None and machine.wanted == "stopped":
                    record.stop_due = True
                    record.host.hurry.set()

    def reboot(self, key: str) -> None:
        with self._lock:
            record = self.record(key)
            record.stop_due = record.start_due = True

    def decide(self, world: World) -> dict[str, Step]:
        """The next step of each machine that is not as it should be. Changes nothing: see `launch`."""
        with self._lock:
            for machine in world.machines:
                if machine.key in self._records:
                    self._records[machine.key].machine = machine
                else:
                    self._records[machine.key] = self._new(world, machine)
            wanted = {machine.key for machine in world.machines}
            steps = {key: _step(record, key in wanted) for key, record in self._records.items() if not record.busy}
            return {key: step for key, step in steps.items() if step is not None}

    def launch(self, steps: dict[str, Step]) -> None:
        """Begin the steps, each in a thread of a pool."""
        for key, step in steps.items():
            with self._lock:
                record = self._records[key]
                record.busy = True
                if step == "boot":
                    record.stop_due, record.start_due, record.phase = False, False, "booting"
                    record.host.hurry.clear()
                elif step == "stop":
                    record.stop_due, record.start_due = False, True
            pool = self._boots if step == "boot" else self._ends
            pool.submit(self._guarded, key, record, step)

    @property
    def linked(self) -> frozenset[str]:
        """Keys of machines whose link is up."""
        with self._lock:
            return frozenset(key for key, record in self._records.items() if record.phase in ("booting", "running"))

    @property
    def busy(self) -> bool:
        with self._lock:
            return any(record.busy for record in self._records.values())

    def status(self, key: str) -> Status:
        with self._lock:
            return self._records[key].phase if key in self._records else "absent"

    def record(self, key: str) -> Record:
        """Raises FabricError when there is no such machine."""
        with self._lock:
            if key not in self._records:
                known = ", ".join(sorted(self._records)) or "none"
                raise FabricError(f"machine {key}: the fabric has no such machine; it has {known}")
            return self._records[key]

    def fail(self, key: str) -> Host:
        """Say that it is dead; the caller sees to it that it is."""
        with self._lock:
            record = self.record(key)
            record.phase, record.start_due = "failed", False
            record.host.hurry.set()
            return record.host

    def notice_ends(self) -> bool:
        """Look for machines that ended by themselves. True when there was one."""
        found, died = False, []
        with self._lock:
            for record in self._records.values():
                code = record.host.ended() if record.phase == "running" and not record.busy else None
                if code is None:
                    continue
                found = True
                record.phase = "stopped" if code in (POWERED_OFF, REBOOTING) else "failed"
                record.start_due = code == REBOOTING
                if record.phase == "failed":
                    died.append(f"{record.machine.name} has died (exit {code}); see its console")
        for line in died:  # not under the lock: who logs may ask for a status
            self._log(line)
        return found

    def destroy(self) -> None:
        """End and remove all."""
        with self._lock:
            records = list(self._records.values())
        for record in records:
            record.host.hurry.set()
        self._boots.shutdown(wait=True, cancel_futures=True)
        for future in [self._ends.submit(record.host.destroy) for record in records]:
            future.result()
        self._ends.shutdown(wait=True)

    def _new(self, world: World, machine: Machine) -> Record:
        network = next(network for network in world.networks if network.key == machine.network)
        group = self._names.machine(machine.key)
        return Record(machine, Host(group, self._folder / group, machine, addresses.resolvers(network)[0]))

    def _guarded(self, key: str, record: Record, step: Step) -> None:
        try:
            if step == "boot":
                self._boot(record)
            elif step == "stop":
                self._stop(record)
            else:
                self._destroy(key, record)
        except Exception as error:  # noqa: BLE001 whatever it was, the machine has failed and the log says why
            self._log(f"{record.machine.name}: {step}: {error}")
            with self._lock:
                record.phase = "failed"
        finally:
            with self._lock:
                record.busy = False
            self._ended()

    def _boot(self, record: Record) -> None:
        record.host.boot(self._images(record.machine.image))
        with self._lock:
            killed = record.phase != "booting"
            if not killed:
                record.phase = "running"
        if killed:
            record.host.kill()

    def _stop(self, record: Record) -> None:
        record.host.stop()
        with self._lock:
            record.phase = "stopped"

    def _destroy(self, key: str, record: Record) -> None:
        record.host.destroy()
        with self._lock:
            del self._records[key]


def _step(record: Record, wanted: bool) -> Step | None:
    if not wanted:
        return "destroy"
    if record.phase != "stopped":
        return "stop" if record.stop_due or record.machine.wanted == "stopped" else None
    # One that was told to stop, and ended before it could be, has done as it was told.
    may_start = record.start_due or record.stop_due
    return "boot" if record.machine.wanted == "running" and may_start else None
