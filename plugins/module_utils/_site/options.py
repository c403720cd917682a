# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Options that the modules of all clouds take, as doc_fragments/network.py and machines.py describe them."""

from __future__ import annotations

from typing import Any

SITE: dict[str, Any] = dict(
    cluster=dict(type="str", required=True),
    name=dict(type="str", required=True),
    site=dict(type="str", required=True),
    checksum=dict(type="str"),
    state_dir=dict(type="path"),
)

PUBLIC = dict(
    pools=dict(type="list", elements="str", required=True),
    ports=dict(type="list", elements="str", required=True),
    cidrs=dict(type="list", elements="str", required=True),
)
NETWORK: dict[str, Any] = dict(
    state=dict(type="str", choices=["present", "absent"], default="present"),
    cidr=dict(type="str", required=True),
    zones=dict(type="list", elements="str"),
    sizes=dict(type="list", elements="str", default=[]),
    inside=dict(type="list", elements="str", default=[]),
    admin=dict(type="list", elements="str", default=[]),
    public=dict(type="list", elements="dict", default=[], options=PUBLIC),
    mesh_port=dict(type="int", default=51820),
    api_port=dict(type="int", default=6443),
    addresses=dict(type="list", elements="str", default=[]),
    ssh_public_keys=dict(type="list", elements="str", default=[], no_log=False),
    marks=dict(type="dict"),
    caller_address=dict(type="str"),
)

MACHINE = dict(
    name=dict(type="str", required=True),
    role=dict(type="str", required=True, choices=["control_plane", "worker"]),
    pool=dict(type="str"),
    number=dict(type="int", required=True),
    size=dict(type="str", required=True),
    image=dict(type="str", default="debian-13"),
    user=dict(type="str"),
    disk_gb=dict(type="int", default=30),
    spot=dict(type="bool", default=False),
    public=dict(type="str", choices=["static", "automatic"], default="automatic"),
)
MACHINES: dict[str, Any] = dict(
    state=dict(type="str", choices=["present", "absent"], default="present"),
    network=dict(type="dict", required=True),
    machines=dict(type="list", elements="dict", default=[], options=MACHINE),
    remove=dict(type="list", elements="str", default=[]),
    pods=dict(type="str", required=True),
    pods_prefix=dict(type="int", default=24),
    record=dict(type="dict", no_log=False),
)
