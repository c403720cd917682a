#!/usr/bin/python
# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_network
short_description: Make the network of one site in AWS as it should be
version_added: 0.1.0
author: The Pangaea authors (@pangaea)
description:
  - One VPC with public subnets in up to three zones, an internet gateway, a route table, firewalls (security groups),
    an ssh key, and static public addresses.
  - Everything is compared by one list call per kind; what was changed by hand is put back.
options:
  cidr:
    description: Network of the site, V(/16) to V(/26). It cannot be changed later.
  zones:
    description:
      - Zones that get a subnet. Without it, the first three by name that offer the O(sizes).
      - Zones that have a subnet already stay.
  sizes:
    description: Sizes of the machines of the site, V(small), V(medium), V(large) or exact instance types.
  ssh_public_keys:
    description: Public keys in OpenSSH format. The first one is imported as the key of new machines.
  marks:
    description:
      - Marks kept on the network as tags C(pangaea-<key>), for example that the cluster was initialised.
      - Only these keys are looked at; other marks stay as they are.
extends_documentation_fragment:
  - pangaea.multicloud.aws
  - pangaea.multicloud.site
  - pangaea.multicloud.network
"""

EXAMPLES = r"""
- name: Make the network of a site
  pangaea.multicloud.aws_network:
    region: eu-central-1
    account: "111122223333"
    cluster: shop-k3v9q2ab
    name: shop
    site: aws-fra
    cidr: 10.64.0.0/16
    sizes: [medium, large]
    inside: [10.64.0.0/16, 10.128.0.0/16]
    admin: [198.51.100.0/24]
    addresses: [shop-aws-fra-cp-1]
    ssh_public_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4sX0O3aJQ0yCk8VxN0b6mYcO3x3mEoU1yqf0O3aJQ0 ana"]
  register: network
"""

RETURN = r"""
network:
  description: What the machines of the site need to know of it. Ids are V(null) for what does not exist yet.
  type: dict
  returned: success
  sample:
    id: vpc-0a1b2c3d4e5f67890
    cidr: 10.64.0.0/16
    zones: {eu-central-1a: {subnet_id: subnet-0a1b2c3d4e5f67890, cidr: 10.64.0.0/18}}
    groups: {nodes: sg-0a1b2c3d4e5f67890, control_plane: sg-0b1b2c3d4e5f67890}
    addresses: {shop-aws-fra-cp-1: {id: eipalloc-0a1b2c3d4e5f67890, address: 198.51.100.7}}
    key_name: shop-k3v9q2ab-aws-fra
    ssh_public_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4sX0O3aJQ0yCk8VxN0b6mYcO3x3mEoU1yqf0O3aJQ0 ana"]
    marks: {}
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

from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.absent import NetworkRemoval
from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.network import NetworkWork
from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.options import TOGETHER, aws_options
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.run import Work, run
from ansible_collections.pangaea.multicloud.plugins.module_utils._site.options import NETWORK

OPTIONS = aws_options(**NETWORK)
WORK: dict[str, Callable[[dict[str, Any]], Work]] = {"present": NetworkWork, "absent": NetworkRemoval}


def main() -> None:
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True, **TOGETHER)
    run(module, lambda options: WORK[options["state"]](options))


if __name__ == "__main__":
    main()
