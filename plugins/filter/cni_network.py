# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: cni_network
short_description: One node's part of the pod network
version_added: 0.1.0
description:
  - The files of the role P(pangaea.multicloud.cni#role), and what M(pangaea.multicloud.node_facts_info) expects.
positional: site, pods, mtu
options:
  _input:
    description: C(pangaea.network) of the inventory. C(services), C(sites) and C(pods) are used.
    type: dict
    required: true
  site:
    description: Site of the node.
    type: str
    required: true
  pods:
    description: Pod range of the node.
    type: str
    required: true
  mtu:
    description: Largest packet of a pod, in bytes; that of the tunnel.
    type: int
    required: true
author:
  - The Pangaea authors (@pangaea)
"""

EXAMPLES = r"""
- name: Expect the pod network
  ansible.builtin.set_fact:
    expect: "{{ (pangaea['network'] | pangaea.multicloud.cni_network('aws-fra', '10.128.1.0/24', 1420))['expect'] }}"
"""

RETURN = r"""
_value:
  description: C(files), texts by path, and C(expect), for the area C(cni) of the module's option.
  type: dict
"""

from typing import Any

from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.cni import PodNetwork
from ansible_collections.pangaea.multicloud.plugins.plugin_utils._door import door


def cni_network(network: dict[str, Any], site: str, pods: str, mtu: int) -> dict[str, Any]:
    """See DOCUMENTATION."""
    wanted = PodNetwork.of(network, site, pods, int(mtu))
    return {"files": wanted.files, "expect": wanted.expected()}


class FilterModule:
    """Ansible's way to find the filter."""

    def filters(self) -> dict[str, Any]:
        """By name."""
        return {"cni_network": door(cni_network)}
