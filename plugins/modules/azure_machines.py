#!/usr/bin/python
# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: azure_machines
short_description: Make the machines of one site in Azure as they should be
version_added: 0.1.0
author: The Pangaea authors (@pangaea)
description:
  - One virtual machine each, with a disk, a network interface and, unless it is static, a public address that end with
    it, and a pod range of its own.
  - A machine that is gone is made anew, one that was stopped is started, tags, firewalls and addresses are put back.
  - A machine that is not in O(machines) is reported as RV(surplus), and deleted only when it is named in O(remove).
  - Image, disk and zone are read when a machine is created, and never compared afterwards.
options:
  state:
    description: V(absent) deletes all machines of the site. It refuses as long as its group holds machines of others.
  network:
    description: RV(pangaea.multicloud.azure_network#module:network), the network of the site.
extends_documentation_fragment:
  - pangaea.multicloud.azure
  - pangaea.multicloud.site
  - pangaea.multicloud.machines
requirements:
  - cryptography
"""

EXAMPLES = r"""
- name: Make the machines of a site
  pangaea.multicloud.azure_machines:
    region: germanywestcentral
    subscription: 0b1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d
    cluster: shop-k3v9q2ab
    name: shop
    site: azure-fra
    network: "{{ network['network'] }}"
    pods: 10.129.0.0/16
    machines:
      - {name: shop-azure-fra-cp-1, role: control_plane, number: 1, size: medium, public: static}
      - {name: shop-azure-fra-general-1, role: worker, pool: general, number: 1, size: large}
  register: machines
"""

RETURN = r"""
machines:
  description: The cluster's machines in the network of the site, by name.
  type: dict
  returned: success
  sample:
    shop-azure-fra-general-1:
      id: /subscriptions/.../Microsoft.Compute/virtualMachines/shop-azure-fra-general-1
      name: shop-azure-fra-general-1
      private_address: 10.65.0.10
      public_address: 198.51.100.8
      zone: germanywestcentral-1
      region: germanywestcentral
      type: Standard_B4as_v2
      state: running
      pods: 10.129.1.0/24
      host_key: ssh-ed25519 AAAA...
      first_host_key: ecdsa-sha2-nistp256 AAAA...
      user: debian
      provider_id: azure:///subscriptions/.../Microsoft.Compute/virtualMachines/shop-azure-fra-general-1
      pool: general
      role: worker
surplus:
  description: Names of machines that are the cluster's and in no list.
  type: list
  elements: str
  returned: success
unread:
  description: Always false, since a site that cannot be read is a failure.
  type: bool
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

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.machines import MachinesRemoval, MachinesWork
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.options import TOGETHER, azure_options
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.run import run
from ansible_collections.pangaea.multicloud.plugins.module_utils._site.options import MACHINES

OPTIONS = azure_options(**MACHINES)
WORK = {"present": MachinesWork, "absent": MachinesRemoval}


def main() -> None:
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True, **TOGETHER)
    run(module, lambda options: WORK[options["state"]](options))


if __name__ == "__main__":
    main()
