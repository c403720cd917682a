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
  - google-auth
  - requests
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
    description: Use C(group/pangaea.multicloud.gcp) in C(module_defaults) to set the common options once.
    support: full
    membership:
      - pangaea.multicloud.gcp
"""
