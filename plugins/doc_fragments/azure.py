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
requirements:
  - azure-identity
  - azure-mgmt-compute
  - azure-mgmt-network
  - azure-mgmt-resource
attributes:
  action_group:
    description: Use C(group/pangaea.multicloud.azure) in C(module_defaults) to set the common options once.
    support: full
    membership:
      - pangaea.multicloud.azure
"""
