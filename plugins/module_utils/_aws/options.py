# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Options that all modules of AWS take, as doc_fragments/aws.py describes them."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import env_fallback

from .._site.options import SITE


def aws_options(**others: dict[str, Any]) -> dict[str, Any]:
    """The ``argument_spec`` of a module: the common options, and its own."""
    return dict(
        region=dict(type="str", required=True, fallback=(env_fallback, ["AWS_REGION", "AWS_DEFAULT_REGION"])),
        account=dict(type="str", required=True),
        endpoint_url=dict(type="str", fallback=(env_fallback, ["AWS_ENDPOINT_URL"])),
        access_key=dict(type="str", no_log=False),  # a name; the secret is the other one
        secret_key=dict(type="str", no_log=True),
        session_token=dict(type="str", no_log=True),
        profile=dict(type="str"),
        **SITE,
        **others,
    )


TOGETHER = dict(required_together=[("access_key", "secret_key")], mutually_exclusive=[("access_key", "profile")])
