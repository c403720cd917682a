# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import struct

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._node import ping as of_ping
from ansible_collections.pangaea.multicloud.plugins.module_utils._node.ping import Target, ping


@pytest.mark.parametrize("payload", [b"", b"a", b"pangaea!" * 174])
def test_the_checksum_of_a_packet_with_its_checksum_is_zero(payload: bytes) -> None:
    packet = of_ping._packet(0xABCD, 7, payload)
    padded = packet + b"\0" * (len(packet) % 2)
    assert of_ping._checksum(padded) == 0
    assert struct.unpack("!BBHHH", packet[:8])[3:] == (0xABCD, 7)


def test_nobody_to_ping_needs_no_rights() -> None:
    assert ping([]) == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="a raw socket needs root")
def test_this_machine_answers_itself_and_a_packet_that_does_not_fit_is_said() -> None:
    found = ping([Target("self", "127.0.0.1", 1392), Target("huge", "127.0.0.1", 65507)], within=1.0)
    assert found["self"]["ok"] and isinstance(found["self"]["ms"], float)
    assert not found["huge"]["ok"] or isinstance(found["huge"]["ms"], float)  # as large as an IP packet can be
