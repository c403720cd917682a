# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The JSON schema of the cluster file, for editors. It knows the shapes; the rules between values it cannot hold."""

from __future__ import annotations

import json
import sys
from typing import Any

from .fields import CLUSTER


def schema() -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Pangaea cluster file",
        "description": "One Kubernetes cluster over several clouds. Made from the code by script/schema: do not edit.",
        **CLUSTER.schema(),
    }


def text() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
