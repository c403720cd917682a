# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real hosts for tests of the node side: booted systems in two sites with 1:1 NAT, without any cloud around them.

Everything it makes on this machine carries the prefix ``pgw-``; ``Lab.down`` also takes away what a crashed run left.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import sandbox.image
from sandbox.fabric import cgroup, system

from .booted import PREFIX, PUBLIC, ROOT, SITES, Host

INTERNET = f"{PREFIX}net"


class Lab:
    """Hosts ``fra-1``, ``fra-2``, ``dub-1`` ... in their sites, and the internet between them."""

    def __init__(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=PREFIX, dir="/var/tmp"))
        self.hosts: dict[str, Host] = {}
        self.image = sandbox.image.ensure("debian-13")

    def up(self, *names: str) -> None:
        """Make the internet, and boot one host per name."""
        self.down_all()
        system.add_namespace(INTERNET)
        system.set_kernel(INTERNET, {"ipv4/ip_forward": "1"})
        lines = []
        for site, prefix in SITES.items():
            lines += [f"link add {site} type bridge", f"addr add {prefix}.1/24 dev {site}", f"link set {site} up"]
        system.batch(INTERNET, ["link set lo up", *lines, f"addr add {PUBLIC}.1/32 dev lo"])
        # Somewhere to go, for the look-up that comes before the translation of what starts in here.
        system.batch(INTERNET, [f"route add {PUBLIC}.0/24 dev {next(iter(SITES))} src {PUBLIC}.1"])
        for number, name in enumerate(names, start=11):
            host = Host(name, name.split("-")[0], number, self.folder / name)
            self.hosts[name] = host
            _wire(host)
        self._nat()
        for host in self.hosts.values():
            host.boot(self.image)

    def ansible(self, play: str, *arguments: str) -> str:
        """The output of a play on all hosts, over ssh from the internet; it must not fail."""
        key = self.folder / "id"
        if not key.exists():
            system.command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key))
        known = []
        for host in self.hosts.values():
            public = key.with_suffix(".pub").read_text()
            host.run("mkdir -p -m 700 /root/.ssh; cat > /root/.ssh/authorized_keys", given=public)
            known.append(f"{host.name} {host.run('cat /etc/ssh/ssh_host_ed25519_key.pub')}")
        (self.folder / "known_hosts").write_text("".join(known))
        options = f"-o UserKnownHostsFile={self.folder}/known_hosts -o StrictHostKeyChecking=yes"
        inventory = {
            host.name: {
                "ansible_host": host.public,
                "ansible_user": "root",
                "ansible_ssh_private_key_file": str(key),
                "ansible_ssh_common_args": f"{options} -o HostKeyAlias={host.name}",
                "ansible_python_interpreter": "/usr/bin/python3",
                "site": host.site,
                "pods": host.pods,
                "row": {"name": host.name, "site": host.site, "cloud": "aws", "private_address": host.address,
                        "public_address": host.public, "pods": host.pods},
            }
            for host in self.hosts.values()
        }  # fmt: skip
        (self.folder / "hosts.json").write_text(json.dumps({"all": {"hosts": inventory}}))
        (self.folder / "play.yml").write_text(play)
        done = subprocess.run(
            ["ip", "netns", "exec", INTERNET, str(ROOT / ".venv/bin/ansible-playbook"),
             "-i", str(self.folder / "hosts.json"), str(self.folder / "play.yml"), *arguments],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _nat(self) -> None:
        """1:1 NAT as clouds do it, and no way between the private networks of two sites."""
        rows = [(host.public, host.address, host.site) for host in self.hosts.values()]
        inward = "\n".join(f"ip daddr {public} dnat to {address}" for public, address, _ in rows)
        outward = "\n".join(f'iifname "{site}" ip saddr {address} snat to {public}' for public, address, site in rows)
        rules = f"""
            table ip nat {{
              chain inward {{ type nat hook prerouting priority -100; {inward}
              }}
              chain from_here {{ type nat hook output priority -100; {inward}
              }}
              chain outward {{ type nat hook postrouting priority 100; {outward}
              }}
              chain to_here {{ type nat hook input priority 100; ip daddr != {PUBLIC}.1 accept; {outward}
              }}
            }}
            table ip sites {{
              chain apart {{ type filter hook forward priority 0; policy accept;
                iifname "fra" oifname "dub" ct status dnat accept
                iifname "dub" oifname "fra" ct status dnat accept
                iifname "fra" oifname "dub" drop
                iifname "dub" oifname "fra" drop
              }}
            }}"""
        system.command("ip", "netns", "exec", INTERNET, "nft", "-f", "-", text=rules)

    def down(self) -> None:
        """Take everything away."""
        self.down_all()
        shutil.rmtree(self.folder, ignore_errors=True)

    def down_all(self) -> None:
        """The same for whatever carries our prefix, also from a run that crashed."""
        for host in self.hosts.values():
            host.kill()
        for group in cgroup.groups(PREFIX):
            cgroup.kill(group)
            cgroup.remove(group)
        for namespace in system.namespaces(PREFIX):
            system.delete_namespace(namespace)
        for left in pathlib.Path("/var/tmp").glob(f"{PREFIX}*"):
            if left != self.folder:
                shutil.rmtree(left, ignore_errors=True)


def _wire(host: Host) -> None:
    system.add_namespace(host.unit)
    port = f"v{host.number}"
    system.batch(
        INTERNET,
        [
            f"link add {port} type veth peer name eth0 netns {host.unit}",
            f"link set {port} master {host.site} up",
        ],
    )
    system.batch(
        host.unit,
        [
            "link set lo up",
            f"addr add {host.address}/24 dev eth0",
            "link set eth0 up",
            f"route add default via {SITES[host.site]}.1",
        ],
    )
