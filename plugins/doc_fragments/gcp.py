# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What the modules of GCP have in common."""

    DOCUMENTATION = r"""
options:
  region:
    description:
      - Region of the site.
      - Without it, E(GCP_REGION) or E(CLOUDSDK_COMPUTE_REGION) is used.
    type: str
    required: true
  project:
    description:
      - The project that the site is in.
      - Without it, E(GCP_PROJECT) or E(GCE_PROJECT) is used.
      - Looked at before any other call, and refused when the credentials do not reach it.
    type: str
    required: true
  endpoint_url:
    description:
      - Address of a simulator, or of another endpoint of the Compute Engine API. Without it, E(GCP_ENDPOINT_URL) or
        E(CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE) is used, else GCP itself.
      - An endpoint on this machine takes only the credentials of a sandbox (key files of the universe V(sandbox.test),
        or the token V(sandbox)), and such credentials go nowhere else.
    type: str
  auth_kind:
    description:
      - V(machineaccount) takes the service account of the machine that this runs on; no other kind asks its metadata
        server. The others say nothing that the credentials themselves do not say.
      - Without it, E(GCP_AUTH_KIND) is used.
    type: str
    choices: [application, serviceaccount, accesstoken, machineaccount]
  service_account_file:
    description:
      - File with credentials, for example the key of a service account.
      - Without O(service_account_file), O(service_account_contents) and O(access_token), the first one that is set of
        E(GCE_CREDENTIALS_FILE_PATH), E(GCP_SERVICE_ACCOUNT_FILE), E(GOOGLE_APPLICATION_CREDENTIALS),
        E(GCP_SERVICE_ACCOUNT_CONTENTS) and E(GCP_ACCESS_TOKEN) is used, else the login that
        C(gcloud auth application-default login) left.
    type: path
  service_account_contents:
    description: The contents of such a file, as JSON or as a dictionary.
    type: jsonarg
  access_token:
    description: An OAuth 2.0 access token.
    type: str
requirements:
  - google-auth
  - requests
attributes:
  action_group:
    description: Use C(group/pangaea.multicloud.gcp) in C(module_defaults) to set the common options once.
    support: full
    membership:
      - pangaea.multicloud.gcp
"""
