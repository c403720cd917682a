# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What a node is, from its own files and its kernel: many small looks and hardly a program started."""

from __future__ import annotations

import glob
import json
import os
import re
from typing import Any

from .._mesh import cni
from .shell import text_of
from .tunnel import Seen
from .x509 import Certificate, parse

# What runs what a node is asked for. Their versions are those of the packages: no program is started to be asked.
PACKAGES = ("kubelet", "kubeadm", "containerd", "haproxy", "wireguard-tools")
UNITS = ("kubelet.service", "containerd.service", "pangaea-api-balancer.service")
BALANCER = "/etc/pangaea/api-balancer.cfg"
CA = "/etc/kubernetes/pki/ca.crt"
CERTIFICATES = (
    "/etc/kubernetes/pki/*.crt",
    "/etc/kubernetes/pki/etcd/*.crt",
    "/var/lib/kubelet/pki/kubelet-client-current.pem",
)
_SERVER = re.compile(r"^\s*server\s+(\S+)\s+(\S+):(\d+)", re.MULTILINE)
_STANZA = re.compile(r"^Package: (\S+)\n(.*?)(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)


def packages() -> dict[str, str]:
    """``{name: version}`` of what is installed."""
    found = {}
    for name, stanza in _STANZA.findall(text_of("/var/lib/dpkg/status") or ""):
        fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line and line[0] != " ")
        if fields.get("Status", "").endswith(" installed"):
            found[name] = fields.get("Version", "")
    return found


def gather(seen: Seen, installed: dict[str, str], units: dict[str, dict[str, str]]) -> dict[str, Any]:
    """All facts of the node; what is not there is None or empty. ``units`` holds at least UNITS."""
    return {
        "wireguard": wireguard(seen),
        "host_key": host_key(),
        "node_json": node_json(),
        "kubelet": kubelet(installed, units),
        "etcd_data": os.path.isdir("/var/lib/etcd/member"),
        "apiserver_manifest": os.path.exists("/etc/kubernetes/manifests/kube-apiserver.yaml"),
        "containerd": {
            "version": version(installed.get("containerd")),
            "active": active(units, "containerd.service"),
        },
        "balancer": {"servers": servers(BALANCER), "active": active(units, "pangaea-api-balancer.service")},
        "pods": pods(),
        "boot_id": (text_of("/proc/sys/kernel/random/boot_id") or "").strip(),
        "os": os_release(),
        "packages": {name: installed[name] for name in PACKAGES if name in installed},
    }


def wireguard(seen: Seen) -> dict[str, Any]:
    """The tunnel: its key, and its links as they are configured, with the seconds since each shook hands."""
    configured, running = seen.in_file, seen.running
    ages = running.ages if running else {}
    return {
        "public_key": seen.public_key or None,
        "address": configured.address if configured else None,
        "port": configured.port if configured else None,
        "mtu": configured.mtu if configured else None,
        "running": running is not None,
        "routes_ok": bool(configured and running and set(configured.routes) == set(running.routes)),
        "peers": {
            peer.name: {
                "public_key": peer.public_key,
                "endpoint": peer.endpoint,
                "allowed": list(peer.allowed),
                "handshake": None if ages.get(peer.public_key) is None else round(ages[peer.public_key] or 0),
            }
            for peer in (configured.peers if configured else ())
        },
    }


def servers(path: str) -> dict[str, str]:
    """``{name: address}`` of the servers in a configuration of haproxy."""
    return {name: address for name, address, _port in _SERVER.findall(text_of(path) or "")}


def host_key() -> str | None:
    """The node's own ed25519 key, without its comment."""
    text = text_of("/etc/ssh/ssh_host_ed25519_key.pub")
    return " ".join(text.split()[:2]) if text and text.strip() else None


def node_json() -> dict[str, Any] | None:
    """What the node has recorded of itself; None when there is nothing that can be read."""
    try:
        found = json.loads(text_of("/etc/pangaea/node.json") or "null")
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def kubelet(installed: dict[str, str], units: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Installed, configured (it has an identity of its own in the cluster), running, by which authority."""
    authority = _certificate(CA)
    return {
        "installed": "kubelet" in installed,
        "version": version(installed.get("kubelet")),
        "configured": os.path.exists("/etc/kubernetes/kubelet.conf"),
        "active": active(units, "kubelet.service"),
        "ca_fingerprint": authority.fingerprint if authority else None,
        "ca_key": authority.key_fingerprint if authority else None,
        "certificates": certificates(),
    }


def certificates() -> dict[str, str]:
    """``{path: "2027-11-20T19:43:00+00:00"}``: when each ends. One that cannot be read is left out."""
    read = {path: _certificate(path) for pattern in CERTIFICATES for path in sorted(glob.glob(pattern))}
    return {path: found.ends.isoformat() for path, found in read.items() if found}


def _certificate(path: str) -> Certificate | None:
    try:
        return parse(text_of(path) or "")
    except ValueError:
        return None


def pods() -> str | None:
    """The pod range that the node's containers get their addresses from."""
    try:
        chain = json.loads(text_of(cni.CONFLIST) or "null")
        return str(chain["plugins"][0]["ipam"]["ranges"][0][0]["subnet"])
    except (json.JSONDecodeError, LookupError, TypeError):
        return None


def os_release() -> dict[str, str]:
    """``{"id": "debian", "version": "13", "kernel": "6.12.43"}``."""
    pairs = (line.split("=", 1) for line in (text_of("/etc/os-release") or "").splitlines() if "=" in line)
    found = {key: value.strip('"') for key, value in pairs}
    return {"id": found.get("ID", ""), "version": found.get("VERSION_ID", ""), "kernel": os.uname().release}


def version(package: str | None) -> str | None:
    """The program's version in a package's: ``1.34.4-1.1`` is ``1.34.4``."""
    return re.split(r"[-~+]", package.split(":", 1)[-1])[0] if package else None


def active(units: dict[str, dict[str, str]], unit: str) -> bool:
    """Whether the unit runs now."""
    return units.get(unit, {}).get("ActiveState") == "active"
