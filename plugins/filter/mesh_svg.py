# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: mesh_svg
short_description: The mesh as a picture
version_added: 0.1.0
description:
  - Draws every node and every link, by site. Needs no program to do so.
positional: mesh
options:
  _input:
    description:
      - Every node of the cluster that was read. Each has C(name), C(site) and C(private_address) (or C(address)); what
        is known of C(cloud), C(public_address), C(pods) and C(public_key) is used, other keys are not looked at.
    type: list
    elements: dict
    required: true
  mesh:
    description: How nodes are linked, C(pangaea.network.mesh). C(driver), C(topology), C(port), C(clouds) of all sites.
    type: dict
    default: {}
author:
  - The Pangaea authors (@pangaea)
"""

EXAMPLES = r"""
- name: Draw the mesh
  ansible.builtin.copy:
    content: "{{ nodes | pangaea.multicloud.mesh_svg(pangaea['network']['mesh']) }}"
    dest: mesh.svg
    mode: "0644"
"""

RETURN = r"""
_value:
  description: The text.
  type: str
"""

from typing import Any

from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh import picture
from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.plain import topology_of
from ansible_collections.pangaea.multicloud.plugins.plugin_utils._door import door


def mesh_svg(nodes: list[dict[str, Any]], mesh: dict[str, Any] | None = None) -> str:
    """See DOCUMENTATION."""
    return picture.svg(topology_of(nodes, mesh))


class FilterModule:
    """Ansible's way to find the filter."""

    def filters(self) -> dict[str, Any]:
        """By name."""
        return {"mesh_svg": door(mesh_svg)}
