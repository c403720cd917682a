# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One booted host for tests of the node side, without any cloud around it."""

from __future__ import annotations

import json
import pathlib
import subprocess
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from sandbox.fabric import cgroup, spawn, system

ROOT = pathlib.Path(__file__).parents[2]
PREFIX = "pgw-"
SITES = {"fra": "10.64.0", "dub": "10.65.0"}
PUBLIC = "198.18.7"  # + the host's number

# Runs a module of ours inside of a host, as Ansible would: options in, one JSON object out.
_DRIVER = """
import importlib, json, sys
from ansible.module_utils.testing import patch_module_args
name, options = sys.argv[1], json.load(sys.stdin)
module = importlib.import_module("ansible_collections.pangaea.multicloud.plugins.modules." + name)
with patch_module_args(options):
    module.main()
"""


@dataclass
class Host:
    """One booted system; ``number`` is the last part of its addresses, private and public."""

    name: str
    site: str
    number: int
    folder: pathlib.Path
    started: subprocess.Popen[bytes] | None = None
    _leader: int = field(default=0, repr=False)

    @property
    def address(self) -> str:
        return f"{SITES[self.site]}.{self.number}"

    @property
    def public(self) -> str:
        return f"{PUBLIC}.{self.number}"

    @property
    def pods(self) -> str:
        return f"10.{128 + list(SITES).index(self.site)}.{self.number}.0/24"

    @property
    def unit(self) -> str:
        return f"{PREFIX}{self.name}"

    def boot(self, image: pathlib.Path) -> None:
        """Start it; its changes are kept in its folder from boot to boot."""
        for part in ("upper", "work", "root"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        root = self.folder / "root"
        etc = self.folder / "upper/etc"
        (etc / "cloud").mkdir(parents=True, exist_ok=True)
        (etc / "cloud/cloud-init.disabled").touch()
        (etc / "hostname").write_text(f"{self.name}\n")
        if not (etc / "ssh/ssh_host_ed25519_key").exists():
            (etc / "ssh").mkdir(exist_ok=True)
            key = etc / "ssh/ssh_host_ed25519_key"
            system.command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", self.name, "-f", str(key))
        if not (etc / "machine-id").exists():  # without one systemd takes this for a first boot and enables every unit
            (etc / "machine-id").write_text(f"{uuid.uuid4().hex}\n")
        layers = f"lowerdir={image},upperdir={self.folder}/upper,workdir={self.folder}/work"
        ansible = next((ROOT / ".venv/lib").glob("python3.*/site-packages/ansible"))
        self.started = spawn.start(
            self.unit,
            [
                *(
                    "systemd-nspawn",
                    "-q",
                    "--register=no",
                    "--keep-unit",
                    "-b",
                    "-D",
                    str(root),
                    f"--machine={self.name}",
                ),
                *(f"--network-namespace-path=/run/netns/{self.unit}", "--capability=all", "--resolv-conf=off"),
                *("--link-journal=no", "--system-call-filter=@keyring bpf @mount @privileged", "--bind=/dev/net/tun"),
                f"--bind-ro={ansible}:/opt/modules/ansible",
                f"--bind-ro={ROOT}/plugins:/opt/modules/ansible_collections/pangaea/multicloud/plugins",
            ],
            self.folder / "console.log",
            before=f"mount -t overlay overlay -o {layers} {root}",
            environment={"SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network"},
        )
        self._wait_for_boot()

    def reboot(self, image: pathlib.Path) -> None:
        """Power off and on: its disk stays, its kernel's state goes."""
        self.kill()
        system.batch(self.unit, ["rule del pref 7100"], check=False)
        self.boot(image)

    def _wait_for_boot(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            self._leader = self._find_leader()
            if self._leader:
                state = self.run("systemctl is-system-running", check=False).strip()
                if state in ("running", "degraded"):
                    return
            time.sleep(0.2)
        raise AssertionError(f"{self.name} did not boot: {(self.folder / 'console.log').read_text()[-2000:]}")

    def _find_leader(self) -> int:
        """Process 1 of the host: the one that is 1 in its own process namespace."""
        for process in cgroup.processes(self.unit):
            try:
                status = pathlib.Path(f"/proc/{process}/status").read_text()
            except OSError:
                continue
            ids = next(line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:"))
            if len(ids) > 1 and ids[-1] == "1" and "(sd-stubinit)" not in status:
                return process
        return 0

    def run(self, script: str, *, given: str = "", check: bool = True) -> str:
        """What a shell script printed in the host."""
        done = subprocess.run(
            ["nsenter", "-t", str(self._leader), "-m", "-u", "-i", "-n", "-p", "sh", "-c", script],
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if check and done.returncode:
            raise AssertionError(f"{self.name}: {script}: status {done.returncode}: {done.stderr}{done.stdout}")
        return done.stdout

    def module(self, name: str, *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        """The result of one of our modules, run in the host by its own Python."""
        given = json.dumps({**options, "_ansible_check_mode": check_mode, "_ansible_diff": True})
        self.run("mkdir -p /run/driver && cat > /run/driver/driver.py", given=_DRIVER)
        command = f"cd / && PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/opt/modules python3 /run/driver/driver.py {name}"
        text = self.run(command, given=given, check=False)
        lines = [line for line in text.splitlines() if line.startswith("{")]
        assert lines, (
            f"{self.name}: {name} gave no result: {text}{self.run(command + ' 2>&1', given=given, check=False)}"
        )
        result: dict[str, Any] = json.loads(lines[-1])
        return result

    def kill(self) -> None:
        """Take its power away."""
        cgroup.kill(self.unit)
        if self.started:
            self.started.wait()
        cgroup.remove(self.unit)
