"""One playbook under ansible-runner: started, watched, and turned into a report."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from ansible_collections.pangaea.multicloud.plugins.module_utils._lock import durations
from ansible_collections.pangaea.multicloud.plugins.module_utils._lock.lock import TOKEN

from . import exits, history, page, report
from .events import Event, translate
from .exits import Exit
from .scene import ROOT, Scene
from .views import View

SHOWN = ("Show the nodes", "Prove it")  # the plays of status.yml and delete.yml whose debug output is for people


@dataclass(frozen=True)
class Order:
    """What is to be run. ``looks``: it changes nothing, so pending changes are what it found and not what it left."""

    playbook: str
    what: str
    looks: bool = False
    pending: bool = True  # a look: whether changes that are pending are an exit code of their own
    check: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)
    token: str | None = None
    verbosity: int = 0


@dataclass(frozen=True)
class Ended:
    """How it ended, and where its report lies."""

    code: Exit
    report: report.Report
    folder: Path
    shown: list[str] = field(default_factory=list)  # what the plays SHOWN printed


class Watch:
    """Hears of every event: shows it, and keeps the failures in case the playbook leaves no report."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.failures: list[Event] = []
        self.shown: list[str] = []
        self.made: list[str] = []
        self.pid: int | None = None  # of ansible-playbook
        self.interrupts = 0

    def hear(self, raw: dict[str, Any]) -> bool:
        """One event of ansible-runner. False: it need not be written to disk."""
        self.pid = raw.get("pid") or self.pid
        event = translate(raw)
        if event:
            if event.bad or event.error:
                self.failures.append(event)
            if event.play in SHOWN and event.outcome == "ok" and event.message:
                self.shown += event.message.splitlines()
            if event.outcome in ("changed", "failed"):
                self.made += event.changes
            self.view.show(event)
        return False

    def interrupted(self, number: int, _frame: FrameType | None) -> None:
        """The first time ask Ansible to end; the second time it is killed."""
        self.interrupts += 1
        if self.interrupts == 1 and self.pid:
            self.view.say("interrupted: ending the run; once more ends it at once")
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGINT)

    def give_up(self) -> bool:
        """Asked by ansible-runner every second: whether to kill the run."""
        return self.interrupts > 1 or (self.interrupts == 1 and self.pid is None)

    @contextmanager
    def catching(self) -> Iterator[None]:
        """Interrupts come here while the run lasts."""
        before = {number: signal.signal(number, self.interrupted) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def play(scene: Scene, order: Order, view: View) -> Ended:
    """Run a playbook to its end, and leave its report in the state folder."""
    verb = order.what.split()[0]
    kept, watch, start = history.begin(scene.folder, verb), Watch(view), time.monotonic()
    started = datetime.now(UTC).isoformat(timespec="seconds")
    with watch.catching(), view:
        rc = run_ansible(scene, order, kept.folder, watch)
    ended = datetime.now(UTC).isoformat(timespec="seconds")
    stamps = {"owner": scene.cluster.owner, "what": order.what, "started": started, "ended": ended}
    seen = report.Seen(rc, watch.failures, watch.made, watch.interrupts > 0)
    found = report.complete(report.read(kept.folder / "report.json"), stamps, seen)
    code = exits.of_report(found, looked=order.looks and order.pending)
    found.update(exit=int(code), looked=order.looks)
    keep(scene.folder, kept, found)
    if code == Exit.AS_DESIRED and not order.looks:
        durations.record(scene.folder, order.what, time.monotonic() - start)
    return Ended(code, found, kept.folder, watch.shown)


def keep(state: Path, kept: history.Kept, found: report.Report) -> None:
    """Write the report beside the run, and as the last one in the state folder."""
    history.end(kept)
    text, html = json.dumps(found, indent=1, default=str), page.html(found)
    for folder in (kept.folder, state):
        report.write(folder / "report.json", text)
        report.write(folder / "report.html", html)


def run_ansible(scene: Scene, order: Order, folder: Path, watch: Watch) -> int:
    """Call ansible-runner; the return code of ansible-playbook, KILLED if a signal ended it."""
    import ansible_runner  # slow to import, and kubectl, ssh and --help do not need it

    environment = environment_of(scene, order)
    extra = {"pangaea_report": str(folder / "report.json"), "pangaea_what": order.what, **order.extra}
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)  # ansible-runner starts from ours, and could add to it but take nothing away
    try:
        result = ansible_runner.run(
            private_data_dir=str(folder),
            artifact_dir=str(folder.parent),
            ident=folder.name,
            project_dir=str(ROOT),
            inventory=str(scene.source),
            playbook=order.playbook,
            extravars=extra,
            cmdline="--check --diff" if order.check else None,
            verbosity=order.verbosity or None,
            quiet=True,
            suppress_env_files=True,
            fact_cache_type="memory",
            settings={"pexpect_timeout": 1},
            event_handler=watch.hear,
            status_handler=forget_environment(folder),
            cancel_callback=watch.give_up,
        )
    finally:
        os.environ.clear()
        os.environ.update(before)
    return report.KILLED if result.rc is None else int(result.rc)


def forget_environment(folder: Path) -> Callable[..., None]:
    """ansible-runner writes the whole environment, credentials too, to a file; it goes before the run begins."""

    def handler(status: Mapping[str, Any], runner_config: object) -> None:
        if status.get("status") != "starting":
            (folder / "command").unlink(missing_ok=True)

    return handler


def environment_of(scene: Scene, order: Order) -> dict[str, str]:
    """The environment of ansible-playbook."""
    environment = scene.environment
    environment.setdefault("ANSIBLE_CONFIG", str(ROOT / "ansible.cfg"))
    environment["ANSIBLE_HOST_KEY_CHECKING"] = "True"  # ansible-runner would turn it off
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment.get('PATH', os.defpath)}"
    environment.pop(TOKEN, None)
    if order.token:
        environment[TOKEN] = order.token
    return environment
