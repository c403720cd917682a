# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What the cloud modules said about each site, by part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

# A site's host keeps the last result of each part under this variable.
PARTS = {"network": "pangaea_network_now", "machines": "pangaea_machines_now", "removals": "pangaea_removals_now"}

Vars = Mapping[str, Any]


def result(site: Vars, part: str) -> dict[str, Any]:
    """The last result of a part; empty when its module did not run (nothing to do, or a failure before)."""
    found = site.get(PARTS[part]) or {}
    return {} if found.get("skipped") else dict(found)


def parts(sites: Mapping[str, Vars]) -> list[dict[str, Any]]:
    """What the module ``plan`` wants to know: of each site and part either the plan or the error."""
    said = []
    for site, variables in sorted(sites.items()):
        for part in PARTS:
            found = result(variables, part)
            if found.get("failed"):
                kind = found.get("kind") or "Error"
                said.append({"site": site, "part": part, "error": sentence(found), "kind": kind})
            elif found.get("plan"):
                said.append({"site": site, "part": part, "plan": found["plan"]})
    return said


def sentence(failed: Mapping[str, Any]) -> str:
    """Why a module failed; of one that died, the last line it said."""
    said = str(failed.get("msg") or "the module said nothing")
    last = str(failed.get("module_stderr") or failed.get("exception") or "").strip().splitlines()[-1:]
    return f"{said} ({last[0]})" if last and "kind" not in failed else said


def errors(sites: Mapping[str, Vars]) -> dict[str, dict[str, str]]:
    """``{site: {"error", "kind"}}`` of the sites where something failed; what a site's play noted is looked at, too."""
    found = {
        site: dict(variables["pangaea_failure"]) for site, variables in sites.items() if "pangaea_failure" in variables
    }
    for said in parts(sites):
        if "error" in said:
            found[said["site"]] = {"error": said["error"], "kind": said["kind"]}
    return found


def marks(sites: Mapping[str, Vars]) -> list[str]:
    """The values of the mark ``initialised`` that the sites carry."""
    found = (network(variables).get("marks") or {} for variables in sites.values())
    return [seen["initialised"] for seen in found if seen.get("initialised")]


def network(site: Vars) -> dict[str, Any]:
    """The network of a site as it was last seen."""
    return result(site, "network").get("network") or {}


def machines(sites: Mapping[str, Vars]) -> dict[str, dict[str, Any]]:
    """``{name: machine}`` of all sites that could be read, each with its site and cloud."""
    found: dict[str, dict[str, Any]] = {}
    for site, variables in sorted(sites.items()):
        for name, machine in (result(variables, "machines").get("machines") or {}).items():
            if machine.get("id"):
                found[name] = {**machine, "name": name, "site": site, "cloud": variables["pangaea_site"]["cloud"]}
    return found


def surplus(sites: Mapping[str, Vars]) -> dict[str, str]:
    """``{name: site}`` of the machines that are there and that nobody wants."""
    return {
        name: site
        for site, variables in sorted(sites.items())
        for name in result(variables, "machines").get("surplus") or []
    }


def api_calls(site: Vars) -> dict[str, int]:
    """Calls by operation, of the last run of each part."""
    total: Counter[str] = Counter()
    for part in PARTS:
        total.update(result(site, part).get("api_calls") or {})
    return dict(sorted(total.items()))
