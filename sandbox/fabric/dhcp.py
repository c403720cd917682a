# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DHCP as a cloud's router does it: each machine is told the one address that its cloud gave it (RFC 2131).

The fabric configures machines before they boot, so nothing depends on an answer from here to stay reachable.
But cloud-init on AWS asks by DHCP before it asks the metadata service, as it must on the real one.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
import threading
from collections.abc import Callable

from sandbox.fabric import addresses
from sandbox.fabric.system import NAMESPACES, inside
from sandbox.fabric.world import Machine

_IP_PKTINFO = 8  # linux/in.h; Python names it from 3.14 on
_COOKIE = b"\x63\x82\x53\x63"
_DISCOVER, _OFFER, _REQUEST, _ACK, _INFORM = 1, 2, 3, 5, 8
_LEASE = 3600  # seconds, as AWS has it


class Service:
    """Answers until `close`. `who` finds (machine, CIDR of its subnet, resolver) by the router's interface."""

    def __init__(self, router: str, who: Callable[[str], tuple[Machine, str, str] | None]) -> None:
        self._who = who
        self._router = router
        self._socket = inside(router, _listen)
        self._closing = False
        self._thread = threading.Thread(target=self._serve, name=f"dhcp {router}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing = True
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        handle = os.open(NAMESPACES / self._router, os.O_RDONLY | os.O_CLOEXEC)
        os.setns(handle, os.CLONE_NEWNET)  # for good: this thread translates interface numbers
        os.close(handle)
        while not self._closing:
            try:
                packet, control, _, _ = self._socket.recvmsg(2048, 128)
            except TimeoutError:
                continue
            try:
                self._answer(packet, struct.unpack("=I", control[0][2][:4])[0])
            except (OSError, IndexError, struct.error):
                continue  # a machine may send what it likes, and its link may go at any moment

    def _answer(self, packet: bytes, index: int) -> None:
        found = self._who(socket.if_indextoname(index))
        kind = options(packet).get(53, b"\0")[0]
        if found is None or kind not in (_DISCOVER, _REQUEST, _INFORM):
            return
        machine, subnet, resolver = found
        answer = reply(packet, _OFFER if kind == _DISCOVER else _ACK, machine.private_address, subnet, resolver)
        source = socket.inet_aton(addresses.gateway(subnet))
        route = (socket.IPPROTO_IP, _IP_PKTINFO, struct.pack("=I4s4s", index, source, b"\0\0\0\0"))
        self._socket.sendmsg([answer], [route], 0, ("255.255.255.255", 68))


def options(packet: bytes) -> dict[int, bytes]:
    """The options of a DHCP packet, by number."""
    found: dict[int, bytes] = {}
    rest = packet[240:] if packet[236:240] == _COOKIE else b""
    while rest and rest[0] != 255:
        if rest[0] == 0:
            rest = rest[1:]
            continue
        found[rest[0]], rest = rest[2 : 2 + rest[1]], rest[2 + rest[1] :]
    return found


def reply(request: bytes, kind: int, address: str, subnet: str, resolver: str) -> bytes:
    """The packet that tells a machine its address, gateway and resolver."""
    network = ipaddress.IPv4Network(subnet)
    gateway = socket.inet_aton(addresses.gateway(subnet))
    head = struct.pack("!BBBB4sHH", 2, 1, 6, 0, request[4:8], 0, 0x8000)
    places = bytes(4) + socket.inet_aton(address) + gateway + bytes(4)
    told = {
        53: bytes([kind]),
        54: gateway,
        51: struct.pack("!I", _LEASE),
        1: network.netmask.packed,
        3: gateway,
        6: socket.inet_aton(resolver),
        28: network.broadcast_address.packed,
    }
    text = b"".join(bytes([number, len(value)]) + value for number, value in told.items())
    return head + places + request[28:44] + bytes(192) + _COOKIE + text + b"\xff"


def _listen() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    listener.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
    listener.settimeout(0.5)
    listener.bind(("0.0.0.0", 67))
    return listener
