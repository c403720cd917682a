# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept beside the checkout: checkers and types that belong to no product, in ../shared."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

SHARED = Path(__file__).resolve().parents[3].parent / "shared"
AZURE_TYPES = sorted((SHARED / "specs" / "azure").glob("*.json"))


def installed_document() -> Path | None:
    """Google's discovery document of Compute Engine, in a package that is not imported for it."""
    found = importlib.util.find_spec("googleapiclient")
    folder = next(iter(found.submodule_search_locations or []), "") if found else ""
    path = Path(folder) / "discovery_cache/documents/compute.v1.json"
    return path if folder and path.exists() else None


def missing(cloud: str) -> str:
    """Why a cloud cannot be judged here; "" if it can."""
    if cloud == "azure" and not (AZURE_TYPES and (SHARED / "contracts/azure_types.py").exists()):
        return "Azure's resource types are not beside this checkout (../shared/specs, ../shared/contracts)"
    if cloud == "gcp" and not (SHARED / "contracts/gcp_discovery.py").exists():
        return "the checker of Google's discovery document is not beside this checkout (../shared/contracts)"
    if cloud == "gcp" and installed_document() is None:
        return "google-api-python-client, which carries Google's discovery document, is not installed"
    return ""


def checker(name: str) -> ModuleType:
    """The module ../shared/contracts/NAME.py."""
    known = f"pangaea_shared_{name}"
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, SHARED / "contracts" / f"{name}.py")
        assert spec is not None and spec.loader is not None
        sys.modules[known] = importlib.util.module_from_spec(spec)  # dataclasses look there
        spec.loader.exec_module(sys.modules[known])
    return sys.modules[known]
