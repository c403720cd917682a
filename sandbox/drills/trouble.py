# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad luck with the clouds' APIs: throttling, errors, lost answers, slowness. `heal` ends all of it."""

from __future__ import annotations

import argparse
from typing import Any

from sandbox.drills.cloud import Refused
from sandbox.drills.find import SERVED, meant, where_options
from sandbox.places import CLOUDS, Place

SERVICES = sorted({service for one in SERVED.values() for service in one.SERVICES})


def add(verbs: Any) -> None:
    """Add the verbs of this file."""
    throttle = _verb(verbs, "throttle", "refuse what comes faster than a rate, with the cloud's own error")
    throttle.add_argument("--rate", type=float, default=5, help="requests a second (default: 5)")
    throttle.add_argument("--burst", type=float, default=5, help="requests at once (default: 5)")
    throttle.set_defaults(fault=lambda options: {"kind": "throttle", "rate": options.rate, "burst": options.burst})
    fail = _verb(verbs, "fail", "answer the n-th call with an error; without --times for ever")
    _which(fail, times=0)
    fail.add_argument("--code", help="error code, in GCP the reason (default: the cloud's own for an internal error)")
    fail.add_argument("--status", type=int, default=500, help="HTTP status (default: 500)")
    how = fail.add_mutually_exclusive_group()
    how.add_argument("--html", action="store_true", help="HTML instead, as from a broken load balancer")
    how.add_argument("--later", action="store_true", help="accept the call, and let its operation fail (Azure, GCP)")
    fail.set_defaults(fault=_fail)
    lose = _verb(verbs, "lose-answer", "do the n-th call and hang up before answering")
    _which(lose, times=1)
    lose.add_argument("--before", action="store_true", help="hang up before anything is done instead")
    lose.set_defaults(fault=lambda options: {"kind": "drop_before" if options.before else "drop_after"})
    slow = _verb(verbs, "slow", "wait before each answer")
    _which(slow, times=0)
    slow.add_argument("--seconds", type=float, default=2, help="how long (default: 2)")
    slow.set_defaults(fault=lambda options: {"kind": "delay", "seconds": options.seconds})
    stick = _verb(verbs, "stick", "leave what the n-th call makes under way, until healed")
    _which(stick, times=1)
    stick.set_defaults(fault=lambda options: {"kind": "stuck"})
    text = "end all trouble with the APIs, let go of what is stuck"
    heal = verbs.add_parser("heal", help=text, description=text)
    heal.add_argument("--cloud", choices=CLOUDS, help="only there (default: all clouds)")
    heal.set_defaults(run=_heal)


def _verb(verbs: Any, verb: str, text: str) -> argparse.ArgumentParser:
    whole = f"{text}. In all clouds, unless --cloud, --region or --service says where. Requests of drills are spared."
    parser: argparse.ArgumentParser = verbs.add_parser(verb, help=text, description=whole)
    where_options(parser, "only this region, in the cloud that has it")
    parser.add_argument(
        "--action", default="", help="only this action as `log` has it, or a pattern: RunInstances, 'PUT "
        "virtualMachines', instances.insert, 'Describe*', 'PUT *'",
    )  # fmt: skip
    parser.add_argument("--service", default="", choices=["", *SERVICES], help="only this service")
    parser.add_argument("--match", default="", metavar="TEXT", help="only calls whose parameters contain this text")
    parser.set_defaults(run=_order)
    return parser


def _which(parser: argparse.ArgumentParser, times: int) -> None:
    parser.add_argument("--nth", type=int, default=1, help="first call to act on, counted from now (default: 1)")
    parser.add_argument(
        "--times", type=int, default=times, help=f"how many calls; 0: all from then on (default: {times})"
    )


def _fail(options: argparse.Namespace) -> dict[str, Any]:
    if options.html:
        return {"kind": "html"}
    code = {"code": options.code} if options.code else {}
    return {"kind": "fail" if options.later else "error", **code, "status": options.status}


def _order(options: argparse.Namespace) -> int:
    rule = {
        "service": options.service, "action": options.action, "region": options.region or "", "name": options.match,
        **({"nth": options.nth, "times": options.times} if "nth" in options else {}), **options.fault(options),
    }  # fmt: skip
    named = [one for one in meant(options.cloud, options.region) if options.service in ("", *one.SERVICES)]
    able = [one for one in named if rule["kind"] in one.FAULTS]
    if not able:
        names = " and ".join(one.NAME for one in named)
        raise Refused(f"{names} cannot do that: there no operation fails after its call was accepted" if named else
                      f"{options.cloud or options.region} has no service {options.service}")  # fmt: skip
    for one in able:
        number = one(Place(options.name)).ask("POST", "faults", rule)["id"]
        where = " ".join(f"{key}={value}" for key, value in rule.items() if value != "")
        print(f"drill: fault {number} of {one.NAME} is set: {where}")
    print(f"drill: end it with: python -m sandbox drill --name {options.name} heal")
    return 0


def _heal(options: argparse.Namespace) -> int:
    clouds = [one(Place(options.name)) for one in meant(options.cloud, None)]
    removed = sum(int(cloud.ask("DELETE", "faults")["removed"]) for cloud in clouds)
    print(f"drill: {removed} fault(s) removed; what was stuck goes on")
    return 0
