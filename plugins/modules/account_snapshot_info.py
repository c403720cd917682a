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
      - The cloud of the site. Of the other options, only those count that the modules of this cloud have; what these
        require is required.
    type: str
    choices: [aws, azure, gcp]
    default: aws
  region:
    description: Region of the site. Without it, what the modules of its cloud take from the environment.
    type: str
    required: false
  account:
    description: The account of a site in AWS, where it is required.
    type: str
    required: false
  subscription:
    description: The subscription of a site in Azure, where it is required.
    type: str
    required: false
  project:
    description: The project of a site in GCP, where it is required.
    type: str
    required: false
extends_documentation_fragment:
  - pangaea.multicloud.aws
  - pangaea.multicloud.azure
  - pangaea.multicloud.gcp
  - pangaea.multicloud.site
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

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.pangaea.multicloud.plugins.module_utils._aws import options as aws
from ansible_collections.pangaea.multicloud.plugins.module_utils._aws import snapshot as aws_snapshot
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure import options as azure
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure import snapshot as azure_snapshot
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.run import Work, run
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp import options as gcp
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp import snapshot as gcp_snapshot


class Cloud(NamedTuple):
    """The options that a cloud's modules take, what holds between them, and the snapshot."""

    options: dict[str, Any]
    together: dict[str, Any]
    snapshot: Callable[[dict[str, Any]], Work]


CLOUDS = {
    "aws": Cloud(aws.aws_options(), aws.TOGETHER, aws_snapshot.Snapshot),
    "azure": Cloud(azure.azure_options(), azure.TOGETHER, azure_snapshot.Snapshot),
    "gcp": Cloud(gcp.gcp_options(), gcp.TOGETHER, gcp_snapshot.Snapshot),
}
# The options of all clouds. What only one of them requires, or takes from the environment, is known once the cloud is.
LATER = {"region", "account", "subscription", "project"}


def _for_all(name: str, option: dict[str, Any]) -> dict[str, Any]:
    left_out = {"fallback", "required"} if name in LATER else {"fallback"}
    return {key: value for key, value in option.items() if key not in left_out}


OPTIONS = {name: _for_all(name, option) for cloud in CLOUDS.values() for name, option in cloud.options.items()}


def main() -> None:
    choice = dict(type="str", choices=sorted(CLOUDS), default="aws")
    module = AnsibleModule(argument_spec={**OPTIONS, "cloud": choice}, supports_check_mode=True)
    cloud = CLOUDS[module.params["cloud"]]
    given = {name: module.params[name] for name in cloud.options if module.params[name] is not None}
    judged = ArgumentSpecValidator(cloud.options, **cloud.together).validate(given)
    if judged.error_messages:
        module.fail_json(msg="; ".join(judged.error_messages), kind="Invalid")
    module.params.update(judged.validated_parameters)
    run(module, cloud.snapshot)


if __name__ == "__main__":
    main()
