# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: python -m sandbox up|down|status|drill|build|log."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from sandbox import lifecycle
from sandbox.client import NotRunning, ask_cloud
from sandbox.places import AWS, AZURE, CLOUDS, GCP, PORT, Place

EPILOG = """examples:
  python -m sandbox up                    start it (root: with real machines; else: clouds only)
  eval "$(python -m sandbox up --export)" start it and point the AWS tools of this shell at it
  python -m sandbox drill delete-route --region eu-central-1 shop-k3v9q2ab
  python -m sandbox status
  python -m sandbox down                  stop it and remove everything it made"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0 done, 1 it failed (said in a sentence), 64 wrong usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except (NotRunning, lifecycle.CannotStart, ValueError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("sandbox: interrupted", file=sys.stderr)
        return 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(64)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m sandbox", description="Three clouds in a box, on this machine.", epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    verbs: Any = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--name", default="demo", help="which sandbox; several can run at once (default: demo)")
    up = verbs.add_parser("up", parents=[common], help="start it, or find it running; cleans what a crashed one left")
    up.add_argument("--port", type=int, default=PORT, help=f"port on loopback for the cloud APIs (default: {PORT})")
    up.add_argument("--clouds-only", action="store_true", help="APIs only, no real machines; needs no root")
    up.add_argument("--export", action="store_true", help="print shell exports on stdout, everything else on stderr")
    up.set_defaults(run=_up)
    down = verbs.add_parser("down", parents=[common], help="stop it and remove all it made; also after a crash")
    down.set_defaults(run=_down)
    status = verbs.add_parser("status", parents=[common], help="sites, machines, health")
    status.add_argument("--json", action="store_true", help="everything, as JSON")
    status.set_defaults(run=_status)
    log = verbs.add_parser("log", parents=[common], help="requests that the clouds were asked")
    log.add_argument("--cloud", choices=CLOUDS, help="only this one (default: all, in the order they were asked)")
    log.add_argument(
        "--since", type=int, default=0, metavar="N", help="only those after number N; all clouds count as one"
    )
    log.add_argument("--mutating", action="store_true", help="only those that change something")
    log.set_defaults(run=_log)
    build = verbs.add_parser("build", help="fill the caches that real machines need (images, packages); once")
    build.set_defaults(run=_build)
    from sandbox.drills import add_verbs

    add_verbs(verbs.add_parser("drill", parents=[common], help="damage something, as somebody else would"))
    return parser


def _up(options: argparse.Namespace) -> int:
    say = sys.stderr if options.export else sys.stdout
    clouds_only = options.clouds_only
    if not clouds_only and os.geteuid() != 0:
        print("no root here: clouds only. The APIs answer as with root, but machines are not made; "
              "run the same as root for real ones.", file=say)  # fmt: skip
        clouds_only = True
    about = lifecycle.up(
        Place(options.name), options.port, clouds_only=clouds_only, say=lambda line: print(line, file=say, flush=True)
    )
    if options.export:
        for key, value in environment(Place(options.name), about["port"]).items():
            print(f"export {key}={value}")
        return 0
    print(f"sandbox {options.name} is up{' (clouds only)' if about['clouds_only'] else ''}. To use it from this shell:")
    for key, value in environment(Place(options.name), about["port"]).items():
        print(f"  export {key}={value}")
    return 0


def environment(place: Place, port: int) -> dict[str, str]:
    """What tools and modules need to talk to the sandbox's clouds; the regions are one of many."""
    from sandbox.azure.cloud import SUBSCRIPTION
    from sandbox.azure.login import CLIENT, SECRET, TENANT
    from sandbox.gcp.cloud import PROJECT

    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "GCP_ENDPOINT_URL": f"http://127.0.0.1:{place.port(GCP, port)}",
        "GCP_ACCESS_TOKEN": "sandbox",
        "GCP_PROJECT": PROJECT,
        "AZURE_ENDPOINT_URL": f"https://127.0.0.1:{place.port(AZURE, port)}",
        "AZURE_TENANT_ID": TENANT,
        "AZURE_CLIENT_ID": CLIENT,
        "AZURE_CLIENT_SECRET": SECRET,
        "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
    }


def _down(options: argparse.Namespace) -> int:
    lifecycle.down(Place(options.name), say=print)
    return 0


def _status(options: argparse.Namespace) -> int:
    from sandbox.showing import show

    place = Place(options.name)
    health = ask_cloud(place, AWS, "GET", "health")
    aws, gcp, azure = (ask_cloud(place, cloud, "GET", "state") for cloud in (AWS, GCP, AZURE))
    state = {
        **health, "regions": aws["regions"], "images": aws["images"], "gcp": gcp["kinds"],
        "azure": azure["resources"], "azure_power": azure["power"],
        "machines": aws["machines"] | gcp["machines"] | azure["machines"],
    }  # fmt: skip
    print(json.dumps(state, indent=1) if options.json else show(place, state))
    return 0


def _log(options: argparse.Namespace) -> int:
    entries = [
        {"seq": entry["seq"], "cloud": cloud, **entry}
        for cloud in ([options.cloud] if options.cloud else CLOUDS)
        for entry in ask_cloud(Place(options.name), cloud, "GET", f"log?since={options.since}")["entries"]
    ]
    for entry in sorted(entries, key=lambda one: int(one["seq"])):
        if entry.get("mutating") or not options.mutating:
            print(json.dumps(entry))
    return 0


def _build(options: argparse.Namespace) -> int:
    from sandbox.real import build

    if os.geteuid() != 0:
        raise ValueError("build needs root: it makes root file systems")
    build(lambda line: print(line, flush=True))
    return 0
