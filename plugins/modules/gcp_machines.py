#!/usr/bin/python
# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gcp_machines
short_description: Make the machines of one site in GCP as they should be
version_added: 0.1.0
author: The Pangaea authors (@pangaea)
description:
  - One instance per machine, with a disk that ends with it, a public address, and a pod range of its own. It has no
    service account, and OS Login and the ssh keys of the project do not open it.
  - A machine that is gone is made anew, one that was stopped is started, labels, firewalls and addresses are put
    back.
  - A machine that is not in O(machines) is reported as RV(surplus), and deleted only when it is named in O(remove).
  - Image, disk and zone are read when a machine is created, and never compared afterwards.
options:
  network:
    description: RV(pangaea.multicloud.gcp_network#module:network), the network of the site.
extends_documentation_fragment:
  - pangaea.multicloud.gcp
  - pangaea.multicloud.site
  - pangaea.multicloud.machines
requirements:
  - cryptography
"""

EXAMPLES = r"""
- name: Make the machines of a site
  pangaea.multicloud.gcp_machines:
    region: europe-west3
    project: shop-prod
    cluster: shop-k3v9q2ab
    name: shop
    site: gcp-fra
    network: "{{ network['network'] }}"
    pods: 10.130.0.0/16
    machines:
      - {name: shop-gcp-fra-cp-1, role: control_plane, number: 1, size: medium, public: static}
      - {name: shop-gcp-fra-general-1, role: worker, pool: general, number: 1, size: large}
  register: machines
"""

RETURN = r"""
machines:
  description: The cluster's machines in the network of the site, by name.
  type: dict
  returned: success
  sample:
    shop-gcp-fra-general-1:
      id: "4244444444444444444"
      name: shop-gcp-fra-general-1
      private_address: 10.66.0.10
      public_address: 198.51.100.8
      zone: europe-west3-a
      region: europe-west3
      type: e2-standard-4
      state: running
      pods: 10.130.1.0/24
      host_key: ssh-ed25519 AAAA...
      first_host_key: ecdsa-sha2-nistp256 AAAA...
      user: debian
      provider_id: gce://shop-prod/europe-west3-a/shop-gcp-fra-general-1
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

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.run import run
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.machines import MachinesRemoval, MachinesWork
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.options import TOGETHER, gcp_options
from ansible_collections.pangaea.multicloud.plugins.module_utils._site.options import MACHINES

OPTIONS = gcp_options(**MACHINES)
WORK = {"present": MachinesWork, "absent": MachinesRemoval}


def main() -> None:
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True, **TOGETHER)
    run(module, lambda options: WORK[options["state"]](options))


if __name__ == "__main__":
    main()
