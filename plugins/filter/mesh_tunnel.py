# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: mesh_tunnel
short_description: Everything about one node's end of its links
version_added: 0.1.0
description:
  - The variable C(wireguard_tunnel) of the role P(pangaea.multicloud.wireguard#role), and the second argument of
    P(pangaea.multicloud.mesh_differences#filter).
  - Nodes whose public key is not known yet are put among those to keep.
positional: name, mesh
options:
  _input:
    description:
      - Every node of the cluster that was read. Each has C(name), C(site) and C(private_address) (or C(address)); what
        is known of C(cloud), C(public_address), C(pods) and C(public_key) is used, other keys are not looked at.
    type: list
    elements: dict
    required: true
  name:
    description: Name of the node.
    type: str
    required: true
  mesh:
    description: How nodes are linked, C(pangaea.network.mesh). C(driver), C(topology), C(port), C(clouds) of all sites.
    type: dict
    default: {}
  keep:
    description: Names of nodes that could not be read in this run.
    type: list
    elements: str
    default: []
  remove:
    description: Names of nodes that leave.
    type: list
    elements: str
    default: []
author:
  - The Pangaea authors (@pangaea)
"""

EXAMPLES = r"""
- name: Link this node to all others
  ansible.builtin.import_role:
    name: pangaea.multicloud.wireguard
  vars:
    wireguard_tunnel: >-
      {{ nodes | pangaea.multicloud.mesh_tunnel(inventory_hostname, pangaea['network']['mesh'], keep=pangaea_unread) }}
"""

RETURN = r"""
_value:
  description: A dictionary of C(address), C(port), C(mtu), C(peers), C(keep) and C(remove).
  type: dict
"""

from typing import Any

from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.plain import topology_of, tunnel
from ansible_collections.pangaea.multicloud.plugins.plugin_utils._door import door


def mesh_tunnel(
    nodes: list[dict[str, Any]],
    name: str,
    mesh: dict[str, Any] | None = None,
    keep: list[str] | None = None,
    remove: list[str] | None = None,
) -> dict[str, Any]:
    """See DOCUMENTATION."""
    return tunnel(topology_of(nodes, mesh), name, keep or [], remove or [])


class FilterModule:
    """Ansible's way to find the filter."""

    def filters(self) -> dict[str, Any]:
        """By name."""
        return {"mesh_tunnel": door(mesh_tunnel)}
