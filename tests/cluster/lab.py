"""A sandbox of its own with a cluster in it, used as a user would: by runner.py, the drill and kubectl."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.mirror.apt import signing
from sandbox.places import CLOUDS, Place
from tests import inventories

ROOT = Path(__file__).parents[2]
NAME, OWNER = "ct", "ct-d3m0c1us"
PORT = 7831
SITES = ("aws-fra", "azure-fra", "gcp-fra")
REGION = {"aws-fra": "eu-central-1", "azure-fra": "germanywestcentral", "gcp-fra": "europe-west3"}
CONTROL_PLANE, WORKERS = [f"ct-{site}-cp-1" for site in SITES], [f"ct-{site}-general-1" for site in SITES]
NODES = {*CONTROL_PLANE, *WORKERS}
# What holds the rules and the routes of a site. Azure's networks have a way out without a route of ours.
RULES = {"aws-fra": "ct-aws-fra-nodes", "azure-fra": "ct-azure-fra-nodes", "gcp-fra": f"{OWNER}-gcp-fra"}
ROUTES = {"aws-fra": "ct-aws-fra-public", "gcp-fra": f"{OWNER}-gcp-fra"}
Numbers = dict[str, int]  # cloud -> the number of its last request


@dataclass(frozen=True)
class Run:
    """How one command ended."""

    code: int
    out: str
    seconds: float

    def __str__(self) -> str:
        return f"exit {self.code} after {self.seconds:.0f} s\n{self.out}"


class Lab:
    """The inventory is a copy of the demo's with its own sandbox, ports, key and state folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.place = folder, Place(NAME)
        self.started: Run | None = None  # the start of the sandbox, unless it ran already
        self.inventory = folder / "inventory"
        self.file = self.inventory / "cluster.yml"
        self.env = {
            **os.environ,
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "PANGAEA_STATE": str(folder / "state"),
            **inventories.environment(),
        }

    def write_inventory(self, urls: dict[str, str]) -> None:
        """The cluster file, with the certificates that the sandbox made when it came up."""
        inventories.write(self.inventory, sandbox=NAME, urls=urls, name=NAME)
        shutil.copy(signing().joinpath("key.asc"), self.inventory / ".ssh/mirror.asc")  # signs the sandbox's packages
        shutil.copy(self.place.ca, self.inventory / ".ssh/azure.pem")
        (self.folder / "urls.json").write_text(json.dumps(urls))

    def point_to(self, urls: dict[str, str]) -> None:
        """A kept lab finds the clouds behind the judges of this run."""
        text = self.file.read_text()
        for cloud, before in json.loads((self.folder / "urls.json").read_text()).items():
            text = text.replace(before, urls[cloud])
        self.file.write_text(text)
        (self.folder / "urls.json").write_text(json.dumps(urls))

    # ---- commands

    def call(self, *words: str, expect: int | None = 0, timeout: float = 900, **more: Any) -> Run:
        """Run one command in the checkout; its exit code must be ``expect`` (None: any)."""
        start = time.monotonic()
        done = subprocess.run(
            words, cwd=ROOT, env=self.env, text=True, timeout=timeout, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            **more,
        )  # fmt: skip
        run = Run(done.returncode, done.stdout, time.monotonic() - start)
        assert expect is None or run.code == expect, f"{' '.join(words)}: expected exit {expect}, got {run}"
        return run

    def runner(self, verb: str, *words: str, after: tuple[str, ...] = (), **more: Any) -> Run:
        """``./runner.py VERB WORDS -i inventory [-- AFTER]``"""
        tail = ("--", *after) if after else ()
        return self.call("./runner.py", verb, *words, "-i", str(self.inventory), *tail, **more)

    def sandbox(self, *words: str, **more: Any) -> Run:
        """``python -m sandbox WORDS`` for this sandbox."""
        verb, *rest = words
        named = () if verb == "build" else ("--name", NAME)
        return self.call(sys.executable, "-m", "sandbox", verb, *named, *rest, **more)

    def drill(self, *words: str) -> Run:
        """Damage, as somebody else would do it."""
        return self.sandbox("drill", *words)

    def start(self, verb: str, *words: str) -> subprocess.Popen[str]:
        """A runner in the background; its output is in its ``stdout``."""
        return subprocess.Popen(
            ["./runner.py", verb, *words, "-i", str(self.inventory)], cwd=ROOT, env=self.env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    # ---- what stands where

    @property
    def state(self) -> Path:
        return next((self.folder / "state").iterdir())

    def report(self) -> dict[str, Any]:
        """The report of the last run."""
        found: dict[str, Any] = json.loads((self.state / "report.json").read_text())
        return found

    def plan(self) -> list[str]:
        """What ``plan`` names, as ``update route/aws-fra/default`` and ``node/NAME``; its exit code must fit."""
        run = self.runner("plan", expect=None)
        assert run.code in (0, 2), str(run)
        report = self.report()
        named = [f"{change['action']} {change['key']}" for change in report["plan"]["changes"]]
        named += [f"node/{name}" for name, differences in sorted(report["nodes"].items()) if differences]
        assert (run.code == 2) == bool(named), str(run)
        return named

    def converge(self, *words: str, expect: int = 0) -> Run:
        return self.runner("converge", *words, expect=expect)

    def kubectl(self, *words: str, expect: int | None = 0, stdin: str | None = None, timeout: float = 120) -> str:
        more = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
        return self.runner("kubectl", after=words, expect=expect, timeout=timeout, **more).out

    def on(self, node: str, command: str, expect: int | None = 0) -> str:
        """Run a command on a node by the product's own ssh."""
        return self.runner("ssh", node, after=(command,), expect=expect, timeout=60, stdin=subprocess.DEVNULL).out

    def internet(self, *words: str, expect: int | None = 0) -> str:
        """Run a program of this machine as somebody on the sandbox's internet."""
        return self.call("ip", "netns", "exec", f"pgs-{NAME}-internet", *words, expect=expect, timeout=60).out

    def ready(self) -> dict[str, bool]:
        """Node names and whether they are Ready."""
        nodes = json.loads(self.kubectl("get", "nodes", "-o", "json"))["items"]
        return {
            node["metadata"]["name"]: any(
                c["type"] == "Ready" and c["status"] == "True" for c in node["status"]["conditions"]
            )
            for node in nodes
        }

    def healthy_members(self, asked: str) -> list[str]:
        """The members of etcd that are healthy, as the one on a control-plane node sees them."""
        pki = ["--cacert=/etc/kubernetes/pki/etcd/ca.crt", "--cert=/etc/kubernetes/pki/etcd/server.crt"]
        words = ["etcdctl", "--endpoints=https://127.0.0.1:2379", *pki, "--key=/etc/kubernetes/pki/etcd/server.key"]
        out = self.kubectl(
            "-n", "kube-system", "exec", f"etcd-{asked}", "--", *words, "endpoint", "health", "--cluster"
        )
        return [line for line in out.splitlines() if "is healthy" in line]

    def requests(self, since: Numbers | None = None) -> list[dict[str, Any]]:
        """What the clouds were asked by others than the drill, after those numbers; each says its ``cloud``."""
        return [entry for entry in self._log(since or {}) if entry["actor"] != "drill"]

    def wrote(self, since: Numbers) -> list[str]:
        """What would change something in a cloud, after those numbers."""
        return [f"{entry['cloud']} {entry['action']}" for entry in self.requests(since) if entry["mutating"]]

    def now(self) -> Numbers:
        """The numbers of the last requests."""
        return {entry["cloud"]: entry["seq"] for entry in self._log({})}

    def _log(self, since: Numbers) -> Iterator[dict[str, Any]]:
        for cloud in CLOUDS:
            lines = self.place.requests(cloud).read_text().splitlines()
            for entry in map(json.loads, lines):
                if entry["seq"] > since.get(cloud, 0):
                    yield {"cloud": cloud, **entry}

    def held(self) -> list[str]:
        """What the clouds hold, each as JSON. EC2 goes on to list a terminated instance for about an hour."""
        state = json.loads(self.sandbox("status", "--json").out)
        every = [row for kinds in state["regions"].values() for rows in kinds.values() for row in rows]
        every = [row for row in every if row.get("State") != {"Code": 48, "Name": "terminated"}]
        every += [row for rows in state["gcp"].values() for row in rows.values()]
        every += [row for rows in state["azure"].values() for row in rows]
        return [json.dumps(row) for row in every]

    def edit(self, old: str, new: str) -> None:
        """Change the cluster file by hand."""
        text = self.file.read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the cluster file"
        self.file.write_text(text.replace(old, new))

    @contextlib.contextmanager
    def file_kept(self) -> Iterator[None]:
        """Whatever happens to the cluster file inside is undone."""
        text = self.file.read_text()
        try:
            yield
        finally:
            self.file.write_text(text)

    @contextlib.contextmanager
    def meanwhile(self, look: Callable[[], None], pause: float = 0.2) -> Iterator[list[str]]:
        """Call ``look`` again and again beside the block; what it raised is in the list."""
        wrong: list[str] = []
        stop = threading.Event()

        def watch() -> None:
            while not stop.wait(pause):
                try:
                    look()
                except AssertionError as error:
                    wrong.append(str(error))

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield wrong
        finally:
            stop.set()
            thread.join()

    def down(self) -> None:
        self.sandbox("down", expect=None)


def until(ready: Callable[[], bool], what: str, limit: float = 60) -> None:
    """Wait for ``ready``; fail with ``what`` after ``limit`` seconds."""
    end = time.monotonic() + limit
    while not ready():
        assert time.monotonic() < end, f"not within {limit:.0f} s: {what}"
        time.sleep(0.5)
