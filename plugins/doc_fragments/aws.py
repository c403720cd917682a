# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What the modules of AWS have in common."""

    DOCUMENTATION = r"""
options:
  region:
    description:
      - Region of the site.
      - Without it, E(AWS_REGION) or E(AWS_DEFAULT_REGION) is used.
    type: str
    required: true
  account:
    description:
      - The account that the site is in, twelve digits.
      - Compared with the account of the credentials before any other call.
    type: str
    required: true
  endpoint_url:
    description:
      - Address of a simulator, or of an interface endpoint. Without it, E(AWS_ENDPOINT_URL) is used, else AWS itself.
      - An endpoint on this machine takes only credentials whose access key begins with V(sandbox) or V(testing), and
        such credentials go nowhere else.
    type: str
  access_key:
    description:
      - Access key. Without it, credentials are found as boto3 finds them, for example by E(AWS_ACCESS_KEY_ID),
        E(AWS_SECRET_ACCESS_KEY), and E(AWS_SESSION_TOKEN) or E(AWS_SECURITY_TOKEN).
    type: str
  secret_key:
    description: Secret that belongs to O(access_key).
    type: str
  session_token:
    description: Session token that belongs to O(access_key), for temporary credentials.
    type: str
  profile:
    description: Profile of the shared configuration files. Without it, E(AWS_PROFILE) is used.
    type: str
requirements:
  - boto3
attributes:
  action_group:
    description: Use C(group/pangaea.multicloud.aws) in C(module_defaults) to set the common options once.
    support: full
    membership:
      - pangaea.multicloud.aws
"""
