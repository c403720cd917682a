"""The verbs that run a playbook, or tell of runs."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster import BadClusterFile, Cluster
from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster.edit import set_machines, write
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import Refused
from ansible_collections.pangaea.multicloud.plugins.module_utils._lock import lock

from . import exits, history, report
from .exits import Exit
from .failure import Stop
from .queue import hold
from .run import Ended, Order, play
from .scene import Scene
from .views import View, view_of

COLLECTION = "pangaea.multicloud"


def plan(scene: Scene, options: Namespace) -> Exit:
    """What converge would do."""
    view = view_of(f"plan of {scene.cluster.name}", as_json=options.json)
    tell_holder(scene, view)
    ended = play(scene, order(options, "plan", looks=True), view)
    tell_plan(scene, ended, view)
    return ended.code


def converge(scene: Scene, options: Namespace) -> Exit:
    """Make everything as the cluster file says; with ``--check`` only look, as plan does."""
    if options.check:
        view = view_of(f"check of {scene.cluster.name}", as_json=options.json)
        tell_holder(scene, view)
        ended = play(scene, order(options, "converge", looks=True, check=True), view)
        tell_plan(scene, ended, view)
        return ended.code
    view = view_of(f"converge of {scene.cluster.name}", as_json=options.json)
    with hold(scene.folder, "converge", tell=view.say, wait=not options.no_wait) as token:
        ended = play(scene.again(), order(options, "converge", token=token), view)
    tell_done(ended, view)
    return ended.code


def scale(scene: Scene, options: Namespace) -> Exit:
    """Change how many machines of a pool stand in a site, in the cluster file, then converge."""
    edited(scene.cluster, options)  # a wrong name is refused now, not after an hour in the queue
    what = f"scale {options.pool} " + " ".join(f"{site}={count}" for site, count in options.counts)
    view = view_of(f"{what} in {scene.cluster.name}", as_json=options.json)
    with hold(scene.folder, what, tell=view.say, wait=not options.no_wait) as token:
        scene = scene.again()
        before, text = scene.cluster.file.read_text(encoding="utf-8"), edited(scene.cluster, options)
        if text == before:
            view.say(f"{scene.cluster.file} says so already")
        else:
            write(scene.cluster.file, text)
            view.say(f"{scene.cluster.file} edited: {what}")
        ended = play(scene.again(), order(options, "converge", what=what, token=token), view)
    tell_done(ended, view)
    return ended.code


def edited(cluster: Cluster, options: Namespace) -> str:
    """The cluster file with the counts in it. Raises Stop if it would be a bad one."""
    with cluster.file.open(encoding="utf-8", newline="") as file:
        text = file.read()
    try:
        for site, count in options.counts:
            text = set_machines(text, options.pool, site, count)
        Cluster.parse(text, cluster.file)
    except Refused as error:
        raise Stop(Exit.USAGE, str(error)) from error
    except BadClusterFile as error:
        raise Stop(
            Exit.BAD_CLUSTER_FILE, f"{error}\n(so the file would be after the change; it was not edited)"
        ) from error
    return text


def delete(scene: Scene, options: Namespace) -> Exit:
    """Delete the whole cluster, after its name was typed."""
    cluster = scene.cluster
    confirm(cluster, yes=options.yes)
    view = view_of(f"delete of {cluster.name}", as_json=options.json)
    with hold(scene.folder, "delete", tell=view.say, wait=not options.no_wait) as token:
        ended = play(scene.again(), order(options, "delete", token=token, confirm=cluster.owner), view)
    for line in ended.shown:  # the closing proof
        view.say(line)
    tell_done(ended, view)
    return ended.code


def confirm(cluster: Cluster, *, yes: bool) -> None:
    """Ask for the cluster's name. Raises Stop if it is not given."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Stop(Exit.USAGE, "delete asks for the cluster's name on a terminal; without one say --yes")
    sites = ", ".join(site.name for site in cluster.sites)
    print(
        f"This deletes {cluster.owner} with its {len(cluster.nodes)} machines and their disks in {sites}.",
        file=sys.stderr,
    )
    try:
        typed = input("Type the cluster's name to go on: ").strip()
    except (EOFError, KeyboardInterrupt):
        typed = ""
    if typed != cluster.name:
        raise Stop(Exit.USAGE, "that is not its name; nothing was deleted")


def status(scene: Scene, options: Namespace) -> Exit:
    """What stands where, read now."""
    view = view_of(f"status of {scene.cluster.name}", as_json=options.json)
    tell_holder(scene, view)
    ended = play(scene, replace(order(options, "status"), looks=True, pending=False), view)
    found = ended.report
    fine = ended.code == Exit.AS_DESIRED
    pending = "changes are pending, plan names them" if exits.pending(found) else "everything is as desired"
    lines = [*ended.shown, f"cluster {found['owner']}: {pending if fine else ended.code.sentence}"]
    lines += [f"  site {name}: {site.get('error') or 'read'}" for name, site in sorted(found["sites"].items())]
    lines += [f"  node {name}: {state_of(reasons)}" for name, reasons in sorted(found["nodes"].items())]
    lines += [f"  node {name}: does not answer" for name in found["unreachable"]]
    lines += report.trouble(found)
    view.result("\n".join(lines), exit=int(ended.code), report=found)
    return ended.code


def state_of(reasons: list[str]) -> str:
    """A node in a few words."""
    return "; ".join(map(str, reasons)) if reasons else "as desired"


def runs(scene: Scene, options: Namespace) -> Exit:
    """The runs that are kept, newest first."""
    view = view_of("history", as_json=options.json)
    rows = []
    for kept in history.kept(scene.folder):
        found = kept.read()
        code = f"exit {found['exit']}" if "exit" in found else "broken off"
        what, done = found.get("what") or "", 0 if found.get("looked") else len(report.done(found))
        rows.append(f"{found.get('started') or kept.name}  {what:<24} {code:<10} {done} changes  {kept.folder}")
        if options.json:
            facts = {key: found.get(key) for key in ("started", "ended", "what", "exit")}
            view.result(rows[-1], folder=str(kept.folder), **facts)
    if not options.json:
        view.result("\n".join(rows) or f"no run is kept in {scene.folder}")
    return Exit.AS_DESIRED


def graph(scene: Scene, options: Namespace) -> Exit:
    """The mesh as a picture, from the addresses that the last run left."""
    from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.node import Mesh, Node
    from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.picture import dot, svg
    from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.topology import Topology

    known = addresses(scene)
    nodes = [
        Node.of({**known[machine.name], "name": machine.name, "site": machine.site.name})
        for machine in scene.cluster.nodes
        if known.get(machine.name, {}).get("private_address")
    ]
    if not nodes:
        raise Stop(Exit.FAILED, f"no address of a node is known in {scene.folder}; ./runner.py status reads them")
    topology = Topology.of(nodes, Mesh(scene.cluster.driver, scene.cluster.topology, scene.cluster.mesh_port))
    text = svg(topology) if options.svg else dot(topology)
    if options.output:
        Path(options.output).write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return Exit.AS_DESIRED


def addresses(scene: Scene) -> dict[str, Any]:
    """What the last run wrote of the machines; empty if there is nothing."""
    try:
        found = json.loads((scene.folder / "addresses.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def order(options: Namespace, playbook: str, *, what: str | None = None, looks: bool = False, check: bool = False,
          token: str | None = None, **extra: Any) -> Order:  # fmt: skip
    """What to hand to ansible-runner."""
    if getattr(options, "checksum", None):
        extra["pangaea_checksum"] = options.checksum
    return Order(
        f"{COLLECTION}.{playbook}", what or playbook, looks=looks, check=check, extra=extra, token=token,
        verbosity=options.verbose,
    )  # fmt: skip


def tell_holder(scene: Scene, view: View) -> None:
    """A command that only looks says when somebody changes things under its eyes, and who waits to."""
    held, holder = lock.holder_of(scene.folder)
    if held:
        view.say(f"locked by {holder.sentence() if holder else 'another run'}; what you see may be outdated soon")
    for place, ticket in enumerate(lock.queue_of(scene.folder), 1):
        since = datetime.fromisoformat(ticket.since).astimezone(UTC)
        view.say(f"queued, {place}: {ticket.who}@{ticket.host} since {since.astimezone():%H:%M}, {ticket.what}")


def tell_plan(scene: Scene, ended: Ended, view: View) -> None:
    """The plan, what is in its way, and how to apply exactly it."""
    found = ended.report
    for line in report.trouble(found):
        view.say(line)
    text = report.plan_text(found)
    checksum = (found.get("plan") or {}).get("checksum")
    if ended.code == Exit.CHANGES_PENDING and checksum:
        command = f"./runner.py converge --checksum {checksum} -i {scene.source}"
        text += f"\nnothing was changed; apply exactly this plan with: {command}"
    if ended.code not in (Exit.AS_DESIRED, Exit.CHANGES_PENDING) and text == report.plan_text({}):
        text = f"no plan: {ended.code.sentence}"
    view.result(text, exit=int(ended.code), report=found)


def tell_done(ended: Ended, view: View) -> None:
    """What was done, what was not, and where to read more."""
    for line in report.trouble(ended.report):
        view.say(line)
    last = f"{ended.code.sentence} (exit {int(ended.code)}); report: {ended.folder}/report.html"
    view.result(f"{report.applied_text(ended.report)}\n{last}", exit=int(ended.code), report=ended.report)
