# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Options that all modules of Azure take, as doc_fragments/azure.py describes them."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import env_fallback

from .._site.options import SITE
from .client import CLOUDS


def azure_options(**others: dict[str, Any]) -> dict[str, Any]:
    """The ``argument_spec`` of a module: the common options, and its own. Short names of variables are AWX's."""
    return dict(
        region=dict(type="str", required=True),
        subscription=dict(type="str", required=True, fallback=(env_fallback, ["AZURE_SUBSCRIPTION_ID"])),
        endpoint_url=dict(type="str", fallback=(env_fallback, ["AZURE_ENDPOINT_URL"])),
        authority=dict(type="str", fallback=(env_fallback, ["AZURE_AUTHORITY_HOST"])),
        ca_file=dict(type="path", fallback=(env_fallback, ["REQUESTS_CA_BUNDLE"])),
        cloud_environment=dict(
            type="str",
            choices=list(CLOUDS),
            default="AzureCloud",
            fallback=(env_fallback, ["AZURE_CLOUD_ENVIRONMENT"]),
        ),
        tenant=dict(type="str", fallback=(env_fallback, ["AZURE_TENANT_ID", "AZURE_TENANT"])),
        client_id=dict(type="str", fallback=(env_fallback, ["AZURE_CLIENT_ID"])),
        secret=dict(type="str", no_log=True, fallback=(env_fallback, ["AZURE_CLIENT_SECRET", "AZURE_SECRET"])),
        **SITE,
        **others,
    )


TOGETHER: dict[str, Any] = dict(required_by={"secret": ["tenant", "client_id"]})
