# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any request to the API of Azure or GCP as somebody else, for what no other verb does."""

from __future__ import annotations

import argparse
import json
from typing import Any

from sandbox.drills.somebody import TOKENS, somebody
from sandbox.places import Place

EPILOG = """examples:
  python -m sandbox drill call gcp GET /compute/v1/projects/pangaea-sandbox/global/firewalls
  python -m sandbox drill call gcp DELETE /compute/v1/projects/pangaea-sandbox/global/firewalls/NAME
  python -m sandbox drill call azure DELETE '/subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network\\
/networkSecurityGroups/NSG/securityRules/NAME?api-version=2025-07-01'"""


def add(verbs: Any) -> None:
    """Add the verb of this file."""
    text = "send one request to Azure or GCP as somebody else, and wait for what it began"
    parser = verbs.add_parser(
        "call", help=text, description=text, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cloud", choices=sorted(TOKENS))
    parser.add_argument("method", choices=("GET", "POST", "PUT", "PATCH", "DELETE"))
    parser.add_argument("path", help="with its query")
    parser.add_argument("--body", type=json.loads, help="JSON")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    said = somebody(Place(options.name), options.cloud).do(options.method, options.path, options.body)
    print(json.dumps(said, indent=1) if options.method == "GET" else f"drill: {options.method} {options.path}")
    return 0
