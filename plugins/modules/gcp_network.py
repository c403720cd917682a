#!/usr/bin/python
# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gcp_network
short_description: Make the network of one site in GCP as it should be
version_added: 0.1.0
author: The Pangaea authors (@pangaea)
description:
  - One VPC network in custom mode with one subnetwork that spans the zones of the region, the way to the internet,
    firewalls by network tag, and static public addresses.
  - Everything is compared by one list call per kind; what was changed by hand is put back.
options:
  state:
    description:
      - V(absent) deletes all that belongs to the site, with what Kubernetes left in its network. It refuses as long as
        something in the network belongs to somebody else.
    type: str
    choices: [present, absent]
    default: present
  cidr:
    description: Network of the site, V(/8) to V(/27). It cannot be changed later.
    type: str
    required: true
  zones:
    description:
      - Zones that new machines are made in. Without it, up to three, those that have machines and then the first by
        name that offer the sizes.
    type: list
    elements: str
  sizes:
    description: Sizes of the machines of the site, V(small), V(medium), V(large) or exact machine types.
    type: list
    elements: str
    default: []
  inside:
    description: Networks of the cluster itself, of all sites, whose traffic is let in.
    type: list
    elements: str
    default: []
  admin:
    description: Networks from which ssh and the Kubernetes API can be reached.
    type: list
    elements: str
    default: []
  public:
    description: Ports of the machines of some pools that are open to some networks.
    type: list
    elements: dict
    default: []
    suboptions:
      pools:
        description: Names of the pools.
        type: list
        elements: str
        required: true
      ports:
        description: TCP ports, V(443), or ranges of them, V(30000-32767).
        type: list
        elements: str
        required: true
      cidrs:
        description: Networks that they are open to.
        type: list
        elements: str
        required: true
  mesh_port:
    description: UDP port of the mesh, open to everybody.
    type: int
    default: 51820
  api_port:
    description: TCP port of the Kubernetes API on control-plane machines.
    type: int
    default: 6443
  addresses:
    description: Names of the machines that have a static public address.
    type: list
    elements: str
    default: []
  ssh_public_keys:
    description: Public keys in OpenSSH format, which new machines let in.
    type: list
    elements: str
    default: []
  marks:
    description:
      - Marks kept in the description of the firewall that every site has, for example that the cluster was initialised.
      - Only these keys are looked at; other marks stay as they are.
    type: dict
  caller_address:
    description: Public address that this run comes from, if it is known. Refused when O(admin) does not contain it.
    type: str
extends_documentation_fragment:
  - pangaea.multicloud.gcp
"""

EXAMPLES = r"""
- name: Make the network of a site
  pangaea.multicloud.gcp_network:
    region: europe-west3
    project: shop-prod
    cluster: shop-k3v9q2ab
    name: shop
    site: gcp-fra
    cidr: 10.66.0.0/16
    sizes: [medium, large]
    inside: [10.66.0.0/16, 10.130.0.0/16]
    admin: [198.51.100.0/24]
    addresses: [shop-gcp-fra-cp-1]
    ssh_public_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4sX0O3aJQ0yCk8VxN0b6mYcO3x3mEoU1yqf0O3aJQ0 ana"]
  register: network
"""

RETURN = r"""
network:
  description: What the machines of the site need to know of it. Ids are V(null) for what does not exist yet.
  type: dict
  returned: success
  sample:
    id: "4211111111111111111"
    name: shop-k3v9q2ab-gcp-fra
    cidr: 10.66.0.0/16
    subnet: {id: "4222222222222222222", name: shop-k3v9q2ab-gcp-fra}
    zones: []
    groups: {nodes: pangaea-nodes, control_plane: pangaea-control-plane}
    addresses: {shop-gcp-fra-cp-1: {id: "4233333333333333333", address: 198.51.100.7}}
    ssh_public_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4sX0O3aJQ0yCk8VxN0b6mYcO3x3mEoU1yqf0O3aJQ0 ana"]
    marks: {}
    others: []
waiting:
  description: Keys of things that are to go, and stay until the machines that use them are gone.
  type: list
  elements: str
  returned: success
plan:
  description: The changes as data, with their checksum.
  type: dict
  returned: success
changes:
  description: The changes as sentences.
  type: list
  elements: str
  returned: always
applied:
  description: Those of them that were made; none in check mode.
  type: list
  elements: str
  returned: success
api_calls:
  description: Number of calls by operation. A list counts once however many pages it has.
  type: dict
  returned: always
kind:
  description: Class of the error.
  type: str
  returned: failure
"""

from collections.abc import Callable
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.run import Work, run
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.absent import NetworkRemoval
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.network import NetworkWork
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.options import TOGETHER, gcp_options

PUBLIC = dict(
    pools=dict(type="list", elements="str", required=True),
    ports=dict(type="list", elements="str", required=True),
    cidrs=dict(type="list", elements="str", required=True),
)
OPTIONS = gcp_options(
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
WORK: dict[str, Callable[[dict[str, Any]], Work]] = {"present": NetworkWork, "absent": NetworkRemoval}


def main() -> None:
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True, **TOGETHER)
    run(module, lambda options: WORK[options["state"]](options))


if __name__ == "__main__":
    main()
