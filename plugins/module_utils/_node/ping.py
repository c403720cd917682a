# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Full-size pings to many addresses at once, by one socket and without a program."""

from __future__ import annotations

import os
import select
import socket
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass

# Linux's own numbers, which Python's socket module lacks: set the "don't fragment" bit.
_MTU_DISCOVER, _DO = 10, 2
_REQUEST, _REPLY = 8, 0
_AGAIN = 0.7  # seconds until a lost packet is sent again: a tunnel may begin with a handshake


@dataclass(frozen=True)
class Target:
    """Whom to ping, with how many bytes of payload."""

    name: str
    address: str
    size: int


def ping(targets: Iterable[Target], within: float = 3.0) -> dict[str, dict[str, float | bool | str | None]]:
    """``{name: {"ok": True, "ms": 0.8}}``, or ``{"ok": False, "ms": None, "why": "no answer in 3 s"}``. Needs root."""
    wanted = list(targets)
    if not wanted:
        return {}
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as channel:
        channel.setsockopt(socket.IPPROTO_IP, _MTU_DISCOVER, _DO)
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        channel.setblocking(False)
        return _Round(channel, wanted, within).results()


class _Round:
    """One round: sends to everybody, then again to those who are silent, and takes the answers."""

    def __init__(self, channel: socket.socket, targets: list[Target], within: float) -> None:
        self.channel, self.targets, self.within = channel, targets, within
        self.mark = int.from_bytes(os.urandom(2), "big")  # ours among all pings of the node
        self.token = os.urandom(8)
        self.sent: dict[int, float] = {}
        self.found: dict[int, float] = {}
        self.refused: dict[int, str] = {}

    def results(self) -> dict[str, dict[str, float | bool | str | None]]:
        """Wait until all have answered, or for ``within`` seconds."""
        end = time.monotonic() + self.within
        again = 0.0
        while (now := time.monotonic()) < end and len(self.found) < len(self.targets):
            if now >= again:
                self._send()
                again = time.monotonic() + _AGAIN
            if select.select([self.channel], [], [], max(0.0, min(again, end) - time.monotonic()))[0]:
                self._take()
        return {target.name: self._result(number, target) for number, target in enumerate(self.targets)}

    def _send(self) -> None:
        for number, target in enumerate(self.targets):
            if number in self.found:
                continue
            payload = (self.token * (target.size // 8 + 1))[: target.size]
            self.sent[number] = time.monotonic()
            try:
                self.channel.sendto(_packet(self.mark, number, payload), (target.address, 0))
                self.refused.pop(number, None)
            except OSError as error:  # too large for the path, no route ...
                self.refused[number] = (error.strerror or str(error)).lower()

    def _take(self) -> None:
        while True:
            try:
                packet, (address, _port) = self.channel.recvfrom(65535)
            except BlockingIOError:
                return
            header = (packet[0] & 15) * 4
            kind, _code, _sum, mark, number = struct.unpack("!BBHHH", packet[header : header + 8])
            if kind != _REPLY or mark != self.mark or number not in self.sent or number in self.found:
                continue
            target = self.targets[number]
            if address == target.address and len(packet) - header - 8 == target.size:
                self.found[number] = time.monotonic() - self.sent[number]

    def _result(self, number: int, target: Target) -> dict[str, float | bool | str | None]:
        if number in self.found:
            return {"ok": True, "ms": round(self.found[number] * 1000, 2)}
        why = self.refused.get(number, f"no answer in {self.within:g} s")
        return {"ok": False, "ms": None, "why": f"{target.size + 28} bytes to {target.address}: {why}"}


def _packet(mark: int, number: int, payload: bytes) -> bytes:
    def header(checksum: int) -> bytes:
        return struct.pack("!BBHHH", _REQUEST, 0, checksum, mark, number)

    return header(_checksum(header(0) + payload)) + payload


def _checksum(content: bytes) -> int:
    """The internet checksum: RFC 1071."""
    if len(content) % 2:
        content += b"\0"
    total: int = sum(struct.unpack(f"!{len(content) // 2}H", content))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
