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
  state:
    description: V(absent) deletes all machines of the site. It refuses as long as its network holds machines of others.
    type: str
    choices: [present, absent]
    default: present
  network:
    description: RV(pangaea.multicloud.gcp_network#module:network), the network of the site.
    type: dict
    required: true
  machines:
    description: The machines that should be there.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name in the cloud, of the host and of the node.
        type: str
        required: true
      role:
        description: What the node will be.
        type: str
        choices: [control_plane, worker]
        required: true
      pool:
        description: Pool of a worker.
        type: str
      number:
        description: Number within its pool, from 1. It decides the zone.
        type: int
        required: true
      size:
        description: V(small), V(medium), V(large), or an exact machine type. It cannot be changed later.
        type: str
        required: true
      image:
        description: V(debian-13), V(ubuntu-24.04), or C(projects/<project>/global/images/<name>).
        type: str
        default: debian-13
      user:
        description: Login user that is made at the first start. Without it, it follows from O(machines[].image).
        type: str
      disk_gb:
        description: Size of the root disk.
        type: int
        default: 30
      spot:
        description: Whether to buy it on the spot market, where GCP may stop it at any time.
        type: bool
        default: false
      public:
        description: Whether the public address stays when the machine stops.
        type: str
        choices: [static, automatic]
        default: automatic
  remove:
    description:
      - Names of machines to delete. Their nodes must have been drained.
      - With it, nothing else is done.
    type: list
    elements: str
    default: []
  pods:
    description: Range of the site from which each machine gets a part for its pods.
    type: str
    required: true
  pods_prefix:
    description: Length of the prefix of each part.
    type: int
    default: 24
  record:
    description:
      - What nodes said of themselves, by name of the machine, to be written on the machine. Not part of the plan, but
        for a pod range that the machine lost.
      - A host key is written once; another one is refused.
    type: dict
extends_documentation_fragment:
  - pangaea.multicloud.gcp
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
OPTIONS = gcp_options(
    state=dict(type="str", choices=["present", "absent"], default="present"),
    network=dict(type="dict", required=True),
    machines=dict(type="list", elements="dict", default=[], options=MACHINE),
    remove=dict(type="list", elements="str", default=[]),
    pods=dict(type="str", required=True),
    pods_prefix=dict(type="int", default=24),
    record=dict(type="dict", no_log=False),
)
WORK = {"present": MachinesWork, "absent": MachinesRemoval}


def main() -> None:
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True, **TOGETHER)
    run(module, lambda options: WORK[options["state"]](options))


if __name__ == "__main__":
    main()
