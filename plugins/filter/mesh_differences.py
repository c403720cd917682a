# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: mesh_differences
short_description: What differs in a node's links
version_added: 0.1.0
description:
  - Compares the links that a node has, as M(pangaea.multicloud.node_facts_info) found them, with those it should have.
    The node itself compares its kernel with its file; only the controller knows what the other nodes are.
positional: tunnel
options:
  _input:
    description: What M(pangaea.multicloud.node_facts_info) returned, or its C(wireguard).
    type: dict
    required: true
  tunnel:
    description: What P(pangaea.multicloud.mesh_tunnel#filter) gave for the node.
    type: dict
    required: true
author:
  - The Pangaea authors (@pangaea)
"""

EXAMPLES = r"""
- name: Say why the mesh of this node differs
  ansible.builtin.debug:
    msg: "{{ (pangaea_look | pangaea.multicloud.mesh_differences(tunnel))['reasons'] }}"
"""

RETURN = r"""
_value:
  description: C(reasons) are sentences of what differs; C(unexpected) are links that nobody asked for and that stay.
  type: dict
"""

from typing import Any

from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.plain import differences
from ansible_collections.pangaea.multicloud.plugins.plugin_utils._door import door


def mesh_differences(look: dict[str, Any], tunnel: dict[str, Any]) -> dict[str, list[str]]:
    """See DOCUMENTATION."""
    return differences(look.get("wireguard") or look, tunnel)


class FilterModule:
    """Ansible's way to find the filter."""

    def filters(self) -> dict[str, Any]:
        """By name."""
        return {"mesh_differences": door(mesh_differences)}
