# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The report of a run: what was planned, done, not done, and by whom not answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import sites as of_sites

Vars = Mapping[str, Any]


def report(here: Vars, sites: Mapping[str, Vars], run: Vars) -> dict[str, Any]:
    """``here``: variables of localhost. ``run``: what the play itself knows: what, ended, refused, failed."""
    plan, work = here.get("pangaea_plan") or {}, here.get("pangaea_work") or {}
    errors = of_sites.errors(sites)
    unmet = here.get("pangaea_unreachable") or []
    return {
        "owner": here["pangaea"]["owner"],
        "what": run["what"],
        "started": here.get("pangaea_started"),
        "ended": run["ended"],
        "plan": {
            "checksum": plan.get("checksum"),
            "empty": plan.get("empty"),
            "text": plan.get("text"),
            "changes": plan.get("plan_changes") or [],
        },
        "nodes": work.get("reasons") or {},
        "sites": {
            site: {
                "error": errors.get(site, {}).get("error"),
                "kind": errors.get(site, {}).get("kind"),
                "api_calls": of_sites.api_calls(variables),
            }
            for site, variables in sorted(sites.items())
        },
        "unreachable": sorted(unmet),
        "refused": run["refused"],
        "failed": run["failed"],
        "not_converged": bool(here.get("pangaea_left")),
        "left": here.get("pangaea_left") or {},
        "applied": [done for _site, variables in sorted(sites.items()) for done in variables.get("pangaea_done") or []],
        "timings": here.get("pangaea_timings") or {},
    }


def text(here: Vars, sites: Mapping[str, Vars]) -> list[str]:
    """The plan of the run for people, a line each; then what went wrong."""
    lines = str((here.get("pangaea_plan") or {}).get("text") or "no plan").splitlines()
    nodes = (here.get("pangaea_work") or {}).get("reasons") or {}
    lines += [f"  change  node/{name}  {reason}" for name, reasons in sorted(nodes.items()) for reason in reasons]
    return lines + trouble(here, sites)


def trouble(here: Vars, sites: Mapping[str, Vars]) -> list[str]:
    """What is not as it should be at the end, a sentence each."""
    said = [f"site {site}: {error['error']}" for site, error in sorted(of_sites.errors(sites).items())]
    if unmet := sorted(here.get("pangaea_unreachable") or []):
        said.append(f"no answer from {', '.join(unmet)}; what others hold about them was kept")
    left = here.get("pangaea_left") or {}
    said += [f"node/{name} still differs: {reason}" for name, reasons in sorted(left.items()) for reason in reasons]
    return said
