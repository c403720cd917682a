# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One machine: a root file system of its own over a shared image, and systemd-nspawn that boots it.

The overlay is mounted in a mount namespace of the machine's own, so that it goes with the last process, also
when all of them are killed. Directories that must not lie on an overlay (containerd makes overlays itself) are
plain ones beside it. Everything of a machine is in its folder, its control group and its network namespace.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time
import uuid

from sandbox.fabric import cgroup, spawn
from sandbox.fabric.system import FabricError, command, inside
from sandbox.fabric.world import Machine

ON_DISK = ("var/lib/containerd", "var/lib/kubelet", "var/lib/etcd", "var/log")
_DEVICES = ("/dev/net/tun", "/dev/fuse", "/dev/kmsg")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_SSH = ":0016"  # port 22 in /proc/net/tcp
_LISTENING = "0A"

# How systemd-nspawn ends. With --keep-unit it leaves a reboot to whoever started it, and says so by 133.
POWERED_OFF, REBOOTING = 0, 133

BOOT_PATIENCE = 90.0
STOP_PATIENCE = 10.0


class Host:
    """One machine's processes and disk. Not for two threads at once, except `kill` and `alive`."""

    def __init__(self, group: str, folder: pathlib.Path, machine: Machine, resolver: str) -> None:
        self._group = group  # also the name of its network namespace
        self._folder = folder
        self._machine = machine
        self._resolver = resolver
        self._process: subprocess.Popen[bytes] | None = None
        self.hurry = threading.Event()  # set: whoever waits for the boot gives up

    @property
    def console(self) -> pathlib.Path:
        return self._folder / "console.log"

    def boot(self, image: pathlib.Path) -> None:
        """Start the machine; returns when its sshd listens, or when told to hurry. Raises FabricError if it ends."""
        if not (self._folder / "prepared").exists():
            self._prepare(image)
        process = self._process = spawn.start(
            self._group,
            self._nspawn(),
            self.console,
            before=self._mount(image),
            # /proc/sys/net belongs to the network namespace, so a machine may write it.
            environment={"SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network"},
        )
        end = time.monotonic() + BOOT_PATIENCE
        while not self._answers():
            if process.poll() is not None:
                raise FabricError(f"{self._machine.name} ended while booting; its console says:\n{self._last_words()}")
            if time.monotonic() > end:
                raise FabricError(f"{self._machine.name}: no sshd after {BOOT_PATIENCE:.0f} s:\n{self._last_words()}")
            if self.hurry.wait(0.1):
                return

    def ended(self) -> int | None:
        """The exit code if it ran and has ended by itself: POWERED_OFF, REBOOTING, or anything else when it died."""
        process = self._process
        return None if process is None else process.poll()

    def stop(self) -> None:
        """Power off, the hard way when it takes too long. The disk stays."""
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)  # nspawn asks the machine's systemd to power off
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_PATIENCE)
        self.kill()

    def kill(self) -> None:
        """End all processes at once, as when the power goes. The disk stays."""
        if not cgroup.kill(self._group):
            raise FabricError(f"{self._machine.name}: processes {sorted(cgroup.processes(self._group))} do not die")
        process, self._process = self._process, None
        if process is not None:
            process.wait()

    def destroy(self) -> None:
        """End it and remove its disk and control groups."""
        self.kill()
        cgroup.remove(self._group)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _prepare(self, image: pathlib.Path) -> None:
        """Lay out the disk of a machine that never ran: what must differ between two machines of one image."""
        shutil.rmtree(self._folder, ignore_errors=True)
        etc = self._folder / "upper/etc"
        etc.mkdir(parents=True)
        for name in ("work", "root", "disk"):
            (self._folder / name).mkdir()
        for place in ON_DISK:
            target = self._folder / "disk" / place.replace("/", "-")
            target.mkdir()
            if (image / place).is_dir():
                command("cp", "-a", "--reflink=auto", f"{image / place}/.", str(target))
        # Without an ID systemd takes this for the first boot of an installation and enables every unit.
        (etc / "machine-id").write_text(uuid.uuid4().hex + "\n")
        (etc / "hostname").write_text(self._hostname + "\n")
        (etc / "resolv.conf").write_text(f"nameserver {self._resolver}\n")
        if self._machine.platform_uuid:
            (self._folder / "platform").mkdir()
            (self._folder / "platform/uuid").write_text(self._machine.platform_uuid + "\n")
        self._show_user_data()
        (self._folder / "prepared").touch()

    def _show_user_data(self) -> None:
        """Tell cloud-init where to look, if it is elsewhere than the image says."""
        source = self._machine.datasource
        if not source:
            return
        upper = self._folder / "upper"
        config = upper / "etc/cloud/cloud.cfg.d"
        config.mkdir(parents=True)
        (upper / "etc/cloud/ds-identify.cfg").write_text(f"policy: enabled\ndatasource: {source}\n")
        (config / "95-datasource.cfg").write_text(f"datasource_list: [{source}]\n")
        if source == "NoCloud":
            seed = upper / "var/lib/cloud/seed/nocloud"
            seed.mkdir(parents=True)
            (seed / "meta-data").write_text(f"instance-id: {self._machine.key}\n")
            (seed / "user-data").write_bytes(self._machine.user_data)

    @property
    def _hostname(self) -> str:
        """What the machine is called until cloud-init names it."""
        return self._machine.name if _LABEL.fullmatch(self._machine.name) else "localhost"

    def _mount(self, image: pathlib.Path) -> str:
        for path in (image, self._folder):
            if re.search(r"[\s:,'\\]", str(path)):
                raise FabricError(f"{path}: a path with space, quote, colon or comma cannot be a layer; move it")
        layers = f"lowerdir={image},upperdir={self._folder}/upper,workdir={self._folder}/work"
        return f"mount -t overlay overlay -o {layers} {self._folder}/root"

    def _nspawn(self) -> list[str]:
        binds = [f"--bind={self._folder}/disk/{place.replace('/', '-')}:/{place}" for place in ON_DISK]
        binds += [f"--bind={device}" for device in _DEVICES if os.path.exists(device)]
        binds += [f"--bind-ro={self._folder}/platform:/sys/hypervisor"] if self._machine.platform_uuid else []
        binds += ["--bind-ro=/lib/modules"] if os.path.isdir("/lib/modules") else []
        return [
            *("systemd-nspawn", "--quiet", "--boot", f"--directory={self._folder}/root"),
            *(f"--machine={self._group[:64]}", f"--hostname={self._hostname}"),
            # No machined, no unit of the host: the process stays in the control groups it was put into.
            *("--register=no", "--keep-unit", f"--network-namespace-path=/run/netns/{self._group}"),
            *("--capability=all", "--system-call-filter=@keyring bpf @mount @privileged"),
            *("--resolv-conf=off", "--timezone=off", "--link-journal=no", "--console=read-only"),
            *binds,
        ]

    def _answers(self) -> bool:
        """Does something listen on the ssh port? Looked up in the kernel, so that nothing is logged in there."""

        def look() -> bool:
            tables = (pathlib.Path("/proc/thread-self/net", name) for name in ("tcp", "tcp6"))
            rows = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
            return any(row[1].endswith(_SSH) and row[3] == _LISTENING for row in rows)

        return inside(self._group, look)

    def _last_words(self) -> str:
        return self.console.read_text(errors="replace")[-1500:].strip()
