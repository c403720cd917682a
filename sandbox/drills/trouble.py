# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad luck with the cloud's API: throttling, errors, lost answers, slowness. `heal` ends all of it."""

from __future__ import annotations

import argparse
from typing import Any

from sandbox.client import ask, port_of
from sandbox.places import Place


def add(verbs: Any) -> None:
    """Add the verbs of this file."""
    throttle = _verb(verbs, "throttle", "answer RequestLimitExceeded to what comes faster than a rate")
    throttle.add_argument("--rate", type=float, default=5, help="requests a second (default: 5)")
    throttle.add_argument("--burst", type=float, default=5, help="requests at once (default: 5)")
    throttle.set_defaults(fault=lambda options: {"kind": "throttle", "rate": options.rate, "burst": options.burst})
    fail = _verb(verbs, "fail", "answer the n-th call with an error; without --times for ever")
    _which(fail, times=0)
    fail.add_argument("--code", default="InternalError", help="AWS error code (default: InternalError)")
    fail.add_argument("--status", type=int, default=500, help="HTTP status (default: 500)")
    fail.add_argument("--html", action="store_true", help="a 500 with HTML instead, as from a broken load balancer")
    fail.set_defaults(fault=_fail)
    lose = _verb(verbs, "lose-answer", "do the n-th call and hang up before answering")
    _which(lose, times=1)
    lose.add_argument("--before", action="store_true", help="hang up before anything is done instead")
    lose.set_defaults(fault=lambda options: {"kind": "drop_before" if options.before else "drop_after"})
    slow = _verb(verbs, "slow", "wait before each answer")
    _which(slow, times=0)
    slow.add_argument("--seconds", type=float, default=2, help="how long (default: 2)")
    slow.set_defaults(fault=lambda options: {"kind": "delay", "seconds": options.seconds})
    stick = _verb(verbs, "stick", "leave what the n-th call makes pending, until healed")
    _which(stick, times=1)
    stick.set_defaults(fault=lambda options: {"kind": "stuck"})
    heal = verbs.add_parser("heal", help="end all trouble with the API, let go of what is stuck")
    heal.set_defaults(run=_heal)


def _verb(verbs: Any, verb: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(verb, help=text, description=text)
    parser.add_argument("--region", default="", help="only this region")
    parser.add_argument("--action", default="", help="only this action, as RunInstances")
    parser.add_argument(
        "--service", default="", choices=["", "ec2", "sts", "ssm", "service-quotas"], help="only this service"
    )
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
    return {"kind": "error", "code": options.code, "status": options.status}


def _order(options: argparse.Namespace) -> int:
    rule = {
        "service": options.service, "action": options.action, "region": options.region, "name": options.match,
        **({"nth": options.nth, "times": options.times} if "nth" in options else {}), **options.fault(options),
    }  # fmt: skip
    number = ask(port_of(Place(options.name)), "POST", "faults", rule)["id"]
    where = " ".join(f"{key}={value}" for key, value in rule.items() if value != "")
    print(f"drill: fault {number} is set: {where}; end it with: python -m sandbox drill --name {options.name} heal")
    return 0


def _heal(options: argparse.Namespace) -> int:
    removed = ask(port_of(Place(options.name)), "DELETE", "faults")["removed"]
    print(f"drill: {removed} fault(s) removed; what was stuck goes on")
    return 0
