# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Options that all modules of GCP take, as doc_fragments/gcp.py describes them."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import env_fallback

from .._site.options import SITE


def gcp_options(**others: dict[str, Any]) -> dict[str, Any]:
    """The ``argument_spec`` of a module: the common options, and its own.

    Credentials have no fallback here: an option must win over any variable of the environment (see login.py).
    """
    return dict(
        region=dict(type="str", required=True, fallback=(env_fallback, ["GCP_REGION", "CLOUDSDK_COMPUTE_REGION"])),
        project=dict(type="str", required=True, fallback=(env_fallback, ["GCP_PROJECT", "GCE_PROJECT"])),
        endpoint_url=dict(
            type="str", fallback=(env_fallback, ["GCP_ENDPOINT_URL", "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE"])
        ),
        auth_kind=dict(
            type="str",
            choices=["application", "serviceaccount", "accesstoken", "machineaccount"],
            fallback=(env_fallback, ["GCP_AUTH_KIND"]),
        ),
        service_account_file=dict(type="path"),
        service_account_contents=dict(type="jsonarg", no_log=True),
        access_token=dict(type="str", no_log=True),
        **SITE,
        **others,
    )


TOGETHER = dict(mutually_exclusive=[("service_account_file", "service_account_contents", "access_token")])
