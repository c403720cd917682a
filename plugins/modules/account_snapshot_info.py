#!/usr/bin/python
# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: account_snapshot_info
short_description: List everything that an account holds in the region of a site
version_added: 0.1.0
author: The Pangaea authors (@pangaea)
description:
  - Lists networks, machines, disks, addresses, firewalls and load balancers, the cluster's or not.
  - The difference between two snapshots shows what a run did, and that it touched nothing of others.
options:
  cloud:
    description:
      - The cloud of the site.
      - The other options are those of AWS; of another cloud they are those of its own modules, for example
        O(pangaea.multicloud.azure_network#module:subscription).
    type: str
    choices: [aws, azure]
    default: aws
extends_documentation_fragment:
  - pangaea.multicloud.aws
attributes:
  diff_mode:
    support: none
"""

EXAMPLES = r"""
- name: See what the account holds
  pangaea.multicloud.account_snapshot_info:
    region: eu-central-1
    account: "111122223333"
    cluster: shop-k3v9q2ab
    name: shop
    site: aws-fra
  register: before
"""

RETURN = r"""
snapshot:
  description:
    - By kind and id, each thing with its owner and site (V(null) when it carries none), its tags, and the cloud's row.
  type: dict
  returned: success
  sample:
    network:
      vpc-0a1b2c3d4e5f67890: {owner: shop-k3v9q2ab, site: aws-fra, tags: {Name: shop-aws-fra}, row: {}}
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
from typing import Any, NamedTuple

from ansible.module_utils.basic import AnsibleModule, _load_params

from ansible_collections.pangaea.multicloud.plugins.module_utils._aws import options as aws
from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.snapshot import Snapshot as AwsSnapshot
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure import options as azure
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.snapshot import Snapshot as AzureSnapshot
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.run import Work, run


class Cloud(NamedTuple):
    """The options of a cloud's modules, how they belong together, and who lists what an account holds."""

    options: Callable[..., dict[str, Any]]
    together: dict[str, Any]
    snapshot: Callable[[dict[str, Any]], Work]


CLOUDS = {
    "aws": Cloud(aws.aws_options, aws.TOGETHER, AwsSnapshot),
    "azure": Cloud(azure.azure_options, azure.TOGETHER, AzureSnapshot),
}


def main() -> None:
    # Which options there are depends on one of them, so that one is looked at first.
    cloud = CLOUDS.get((_load_params() or {}).get("cloud"), CLOUDS["aws"])
    options = cloud.options(cloud=dict(type="str", choices=sorted(CLOUDS), default="aws"))
    module = AnsibleModule(argument_spec=options, supports_check_mode=True, **cloud.together)
    run(module, cloud.snapshot)


if __name__ == "__main__":
    main()
