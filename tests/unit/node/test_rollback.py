# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
from dataclasses import replace

from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.decision import Running
from ansible_collections.pangaea.multicloud.plugins.module_utils._node.change import route_changes
from ansible_collections.pangaea.multicloud.plugins.module_utils._node.rollback import script
from ansible_collections.pangaea.multicloud.plugins.module_utils._node.tunnel import SYSCTLS, Seen, persistent

from ..mesh.nodes import CP, mesh

FULL = mesh().interface(CP.name)
FILES = {path: text for path, (text, _mode) in persistent(FULL).items()}
SEEN = Seen(
    FULL, Running(FULL, FULL.routes), "K", dict(FILES), dict.fromkeys(SYSCTLS, "1"), {"UnitFileState": "enabled"}
)


def test_the_way_back_is_a_script_that_a_shell_reads() -> None:
    for seen in (SEEN, replace(SEEN, running=None, files=dict.fromkeys(FILES)), replace(SEEN, unit={})):
        done = subprocess.run(
            ["sh", "-n"], input=script(seen, "wg0", 7100), text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_a_way_back_to_nothing_stops_the_unit_before_its_files_go() -> None:
    text = script(replace(SEEN, running=None, files=dict.fromkeys(FILES), unit={}), "wg0", 7100)
    assert text.index("systemctl stop wg-quick@wg0.service") < text.index("rm -f /etc/wireguard/wg0.conf")
    assert "systemctl disable wg-quick@wg0.service" in text


def test_wrong_routes_go_before_right_ones_come() -> None:
    running = Running(FULL, ("10.64.0.11", *FULL.routes[1:]))
    assert list(route_changes(FULL, running)) == [
        "route delete 10.64.0.11 table 7100\n",
        "route replace 10.64.0.11/32 dev wg0 src 10.64.0.10 table 7100\n",
    ]
