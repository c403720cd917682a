#!/usr/bin/python
# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: plan
short_description: Make one plan of what every part of every site would change
version_added: 0.1.0
author: The Pangaea authors (@pangaea)
description:
  - Takes what the cloud modules said in check mode, merges it into one plan with one checksum, and judges the whole
    before anything is written.
  - Reads and writes nothing.
options:
  owner:
    description: Owner key of the cluster, C(<name>-<id>).
    type: str
    required: true
  parts:
    description: What each module said about each site.
    type: list
    elements: dict
    required: true
    suboptions:
      site:
        description: Name of the site.
        type: str
        required: true
      part:
        description: Which part of the site.
        type: str
        choices: [network, machines, removals]
        required: true
      plan:
        description: Result key C(plan) of the module.
        type: dict
      error:
        description: Why the site could not be read, if it could not.
        type: str
      kind:
        description: Class of that error.
        type: str
  nodes:
    description: What differs on each node, as sentences by node name. Not part of the checksum.
    type: dict
    default: {}
  checksum:
    description: Refuse any plan but this one.
    type: str
  max_deletes:
    description: Refuse a plan that deletes more than this. Without it there is no limit.
    type: int
  control_plane:
    description: The control plane of the cluster file, C(size) and C(machines) per site.
    type: dict
  marks:
    description: Values of the mark C(initialised) that the sites carry.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Can run in check_mode and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in check_mode), when in diff mode.
    support: none
  idempotent:
    description: A second run with the same arguments indicates no change.
    support: full
"""

EXAMPLES = r"""
- name: Make one plan of both sites
  pangaea.multicloud.plan:
    owner: shop-k3v9q2ab
    parts:
      - {site: aws-fra, part: network, plan: {checksum: 0f0f0f0f, changes: []}}
      - {site: aws-zrh, part: network, error: "list networks: the API did not answer"}
  register: plan
"""

RETURN = r"""
checksum:
  description: One checksum over those of all parts.
  type: str
  returned: always
empty:
  description: Whether nothing is to be done in the clouds, as far as they could be read.
  type: bool
  returned: always
pending:
  description: Whether anything is to be done, in the clouds or on a node.
  type: bool
  returned: always
text:
  description: The plan for people.
  type: str
  returned: always
plan_changes:
  description: All changes of the clouds in the order of doing.
  type: list
  elements: dict
  returned: always
parts:
  description: Checksum of each part that changes something, by site and part.
  type: dict
  returned: always
unread:
  description: Error by site, for the sites that could not be read.
  type: dict
  returned: always
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster.mark import refuse_another_control_plane
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import Error
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.guards import (
    refuse_a_moved_plan,
    refuse_too_many_deletes,
)
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.whole import Part, WholePlan

PART = dict(
    site=dict(type="str", required=True),
    part=dict(type="str", required=True, choices=["network", "machines", "removals"]),
    plan=dict(type="dict"),
    error=dict(type="str"),
    kind=dict(type="str"),
)
OPTIONS = dict(
    owner=dict(type="str", required=True),
    parts=dict(type="list", elements="dict", required=True, options=PART),
    nodes=dict(type="dict", default={}),
    checksum=dict(type="str"),
    max_deletes=dict(type="int"),
    control_plane=dict(type="dict"),
    marks=dict(type="list", elements="str", default=[]),
)


def main() -> None:
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    options = module.params
    nodes = {name: list(reasons) for name, reasons in options["nodes"].items() if reasons}
    plan = WholePlan(options["owner"], tuple(Part.of(part) for part in options["parts"]), nodes)
    try:
        if options["control_plane"]:
            wanted = options["control_plane"]
            refuse_another_control_plane(options["marks"], wanted["size"], wanted["machines"])
        refuse_a_moved_plan(plan.checksum, options["checksum"])
        if options["max_deletes"] is not None:
            refuse_too_many_deletes(plan.deletes, options["max_deletes"])
    except Error as error:
        module.fail_json(msg=str(error), kind=error.kind, text=plan.text(), plan_changes=plan.changes)
    module.exit_json(
        changed=False,
        checksum=plan.checksum,
        empty=plan.empty,
        pending=not plan.empty or bool(nodes),
        text=plan.text(),
        plan_changes=plan.changes,
        parts=plan.checksums,
        unread=plan.unread,
    )


if __name__ == "__main__":
    main()
