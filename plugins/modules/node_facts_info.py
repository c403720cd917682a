#!/usr/bin/python
# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: node_facts_info
short_description: Everything about a node in one look
version_added: 0.1.0
description:
  - Reads what a node is, compares it with what it should be, and pings other nodes, all in one round trip.
  - Changes nothing and creates nothing. Needs root and nothing but Python.
options:
  expect:
    description:
      - What the node should be, by area, such as C(base), C(api_balancer), C(mesh), C(cni) and C(kubernetes).
      - In an area, each key is a kind of check. C(packages) is a list of names, or versions by name.
        C(units) are names of units that run and start at boot. C(files) are SHA-256 digests by path; null means that
        the file must not be there. C(paths) must be there, whatever they hold. C(sysctls) are values by name.
        C(records) are keys and values that a JSON file has, by path.
        C(read) are signs by path, a sign being touched when a service reads that file.
        C(servers) has C(file), C(servers) (addresses by name) and C(keep) (names that may stay), of haproxy.
        C(rules) has C(table), C(file) and C(loaded), as the role C(cni) lays them.
        C(tunnel) is true where the kernel must run what the tunnel's file says.
        C(certificates) has C(days) that each must still be good for.
    type: dict
    default: {}
  ping:
    description: Nodes to ping, all at once, with packets that are not fragmented.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the node.
        type: str
        required: true
      address:
        description: Its address.
        type: str
        required: true
      size:
        description: Bytes of payload. The packet has 28 more.
        type: int
        default: 1392
  ping_within:
    description: Seconds to wait for the slowest answer.
    type: float
    default: 3
  interface:
    description: Name of the tunnel's interface.
    type: str
    default: wg0
  table:
    description: Number of the tunnel's routing table.
    type: int
    default: 7100
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  platform:
    platforms: debian
author:
  - The Pangaea authors (@pangaea)
"""

EXAMPLES = r"""
- name: Look at the node
  pangaea.multicloud.node_facts_info:
    expect:
      base:
        packages: {kubelet: "1.34.4"}
        units: [containerd.service]
        sysctls: {net.ipv4.ip_forward: "1"}
      mesh: {tunnel: true}
    ping:
      - {name: demo-aws-dub-general-1, address: 10.65.0.11, size: 1392}
  register: look
"""

RETURN = r"""
wireguard:
  description: The tunnel as configured. C(public_key), C(address), C(port), C(mtu), C(peers), C(running), C(routes_ok).
  type: dict
  returned: always
host_key:
  description: The node's own ed25519 key, without a comment; null where there is none.
  type: str
  returned: always
node_json:
  description: What the node has recorded of itself; null where nothing is.
  type: dict
  returned: always
kubelet:
  description:
    - C(installed), C(version), C(configured) (it has an identity of its own in the cluster), C(active) and
      C(certificates) (when each ends, by path). C(ca_fingerprint) and C(ca_key) are SHA-256 in hex of the cluster's
      authority, as openssl counts it, and of its key, as kubeadm counts it.
  type: dict
  returned: always
etcd_data:
  description: Whether there is data of etcd.
  type: bool
  returned: always
apiserver_manifest:
  description: Whether kubeadm has laid down the API server.
  type: bool
  returned: always
containerd:
  description: C(version) and C(active).
  type: dict
  returned: always
balancer:
  description: C(servers), the addresses of the control plane that the node's balancer knows, by name, and C(active).
  type: dict
  returned: always
pods:
  description: The pod range that containers get their addresses from.
  type: str
  returned: always
boot_id:
  description: Another one after each boot.
  type: str
  returned: always
os:
  description: C(id), C(version) and C(kernel).
  type: dict
  returned: always
packages:
  description: Versions of the packages that matter, by name.
  type: dict
  returned: always
links:
  description: What each ping gave, by name. C(ok), C(ms), and C(why) where there was no answer.
  type: dict
  returned: always
differences:
  description: Sentences of what is not as expected, by area. Every area of O(expect) is there.
  type: dict
  returned: always
seconds:
  description: How long the look took, without and with the pings.
  type: dict
  returned: always
"""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import Error
from ansible_collections.pangaea.multicloud.plugins.module_utils._node import checks, facts, tunnel
from ansible_collections.pangaea.multicloud.plugins.module_utils._node.ping import Target, ping


def look(params: dict[str, Any]) -> dict[str, Any]:
    """The module's result. The pings run beside the reading, which is done before the slowest of them answers."""
    start = time.monotonic()
    targets = [Target(one["name"], one["address"], one["size"]) for one in params["ping"]]
    with ThreadPoolExecutor(max_workers=1) as beside:
        answers = beside.submit(ping, targets, params["ping_within"])
        expect = params["expect"]
        units = {*facts.UNITS, *(unit for area in expect.values() for unit in area.get("units") or [])}
        seen = tunnel.look(params["interface"], params["table"])
        read = checks.Look(facts.packages(), tunnel.units_state(sorted(units)), seen)
        found = facts.gather(seen, read.packages, read.units)
        differs = checks.differences(expect, read)
        reading = time.monotonic() - start
        links = answers.result()
    seconds = {"reading": round(reading, 3), "all": round(time.monotonic() - start, 3)}
    return {**found, "differences": differs, "links": links, "seconds": seconds}


def main() -> None:
    """Look, and tell."""
    target = dict(
        name=dict(type="str", required=True),
        address=dict(type="str", required=True),
        size=dict(type="int", default=1392),
    )
    module = AnsibleModule(
        argument_spec=dict(
            expect=dict(type="dict", default={}),
            ping=dict(type="list", elements="dict", default=[], options=target),
            ping_within=dict(type="float", default=3),
            interface=dict(type="str", default="wg0"),
            table=dict(type="int", default=7100),
        ),
        supports_check_mode=True,
    )
    try:
        result = look(module.params)
    except Error as error:
        module.fail_json(msg=str(error), kind=error.kind, **error.details)
    except OSError as error:
        module.fail_json(msg=f"cannot read the node: {error}; run this as root", kind="Denied")
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
