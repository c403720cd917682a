# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What the modules of Azure have in common."""

    DOCUMENTATION = r"""
options:
  region:
    description: Region of the site, as C(az account list-locations) names it.
    type: str
    required: true
  subscription:
    description:
      - The subscription that the site is in. Without it, E(AZURE_SUBSCRIPTION_ID) is used.
      - Looked at with the credentials before any other call.
    type: str
    required: true
  endpoint_url:
    description:
      - Address of a simulator, or of a private endpoint of the resource manager. Without it, E(AZURE_ENDPOINT_URL) is
        used, else what belongs to O(cloud_environment).
      - An endpoint on this machine takes only a O(client_id) that ends with V(73616e64626f), and such a one goes
        nowhere else.
    type: str
  authority:
    description:
      - Address of the login host. Without it, E(AZURE_AUTHORITY_HOST) is used, else what belongs to
        O(cloud_environment), or an O(endpoint_url) on this machine.
    type: str
  ca_file:
    description:
      - File with the certificates to trust. Without it, E(REQUESTS_CA_BUNDLE) is used, else those that Python trusts.
    type: path
  cloud_environment:
    description: The cloud of Microsoft. Without it, E(AZURE_CLOUD_ENVIRONMENT) is used.
    type: str
    choices: [AzureCloud, AzureUSGovernment, AzureChinaCloud]
    default: AzureCloud
  tenant:
    description: Tenant of the service principal. Without it, E(AZURE_TENANT_ID) or E(AZURE_TENANT) is used.
    type: str
  client_id:
    description:
      - Application id of the service principal. Without it, E(AZURE_CLIENT_ID) is used.
      - Without O(client_id) and O(secret), credentials are found as azure-identity finds them, for example a managed
        identity, or the login of C(az).
    type: str
  secret:
    description: Secret of the service principal. Without it, E(AZURE_CLIENT_SECRET) or E(AZURE_SECRET) is used.
    type: str
  cluster:
    description: Owner key of the cluster, C(<name>-<id>). What does not carry it is never changed or deleted.
    type: str
    required: true
  name:
    description: Name of the cluster, with which the names of all things begin.
    type: str
    required: true
  site:
    description: Name of the site.
    type: str
    required: true
  checksum:
    description: Apply only a plan with this checksum, and refuse any other.
    type: str
  state_dir:
    description:
      - Folder with the lock of the cluster, which must be held while something is written.
      - Without it no lock is looked at.
    type: path
requirements:
  - python >= 3.11
  - azure-identity
  - azure-mgmt-compute
  - azure-mgmt-network
  - azure-mgmt-resource
attributes:
  check_mode:
    description: Can run in check_mode and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in check_mode), when in diff mode.
    support: full
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
    support: full
  action_group:
    description: Use C(group/pangaea.multicloud.azure) in C(module_defaults) to set the common options once.
    support: full
    membership:
      - pangaea.multicloud.azure
"""
