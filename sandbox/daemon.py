# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process behind `up`: API servers, and the fabric where this machine can have one. `python -m sandbox.daemon`."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import threading
from pathlib import Path
from typing import Any

from sandbox.host import Host, Nothing, Steps
from sandbox.places import Place, started

log = logging.getLogger("sandbox")
TICK = 0.5  # seconds between two looks at what time did, when nobody asks


class Supervisor:
    """Starts the parts in order, serves until told to stop, stops them the other way round."""

    def __init__(self, place: Place, port: int, *, clouds_only: bool) -> None:
        self.place, self.port, self.clouds_only = place, port, clouds_only
        self.steps = Steps()
        self.host: Host = Nothing()
        self.stopping = threading.Event()

    def run(self) -> None:
        """Serve until SIGTERM. Whatever fails at the start is shown by `up` and ends the process."""
        from sandbox.serving import Clouds  # moto: over a second, paid by this process only

        clouds = Clouds(self, self.port)
        self._announce()
        clouds.start()
        for cloud, url in clouds.urls.items():
            self.steps.say(f"{cloud}: answers on {url}")
        try:
            if not self.clouds_only:
                from sandbox.real import Real

                self.host = Real(self.place.name, clouds.metadata, self.steps.say)
                clouds.machines.host = self.host
                self.host.start()
                clouds.worlds.begin(self.host.apply)
            self.steps.ready.set()
            while not self.stopping.wait(TICK):
                clouds.tick()
        except Exception as error:
            log.exception("the sandbox could not start")
            self.steps.failed = f"{type(error).__name__}: {error}"
            self.stopping.wait(10)  # long enough for `up` to read why
            raise
        finally:
            clouds.stop()
            self.host.stop()
            self.place.daemon.unlink(missing_ok=True)

    def health(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What /_sandbox/health of AWS's port says: is the sandbox ready, and what does it do until then."""
        about = {"name": self.place.name, "clouds_only": self.clouds_only, "port": self.port}
        problems = self.host.problems() if self.steps.ready.is_set() else []  # what only starts is no problem yet
        return {**about, **self.steps.show(), "problems": problems}

    def kill(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Kill machine `id` of any cloud behind the cloud's back: its API goes on to say that it runs."""
        self.host.kill(asked["id"])
        return {}

    def _announce(self) -> None:
        about = {"pid": os.getpid(), "ticks": started(os.getpid()), "port": self.port, "clouds_only": self.clouds_only}
        part = self.place.daemon.with_suffix(".part")
        part.write_text(json.dumps(about))
        part.rename(self.place.daemon)


def main() -> None:
    """Entry point; the arguments come from `up`."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.daemon", description="Serve one sandbox in the foreground."
    )
    parser.add_argument("--name", default="demo")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--clouds-only", action="store_true")
    options = parser.parse_args()
    place = Place(options.name)
    Path(place.folder).mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    supervisor = Supervisor(place, options.port, clouds_only=options.clouds_only)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: supervisor.stopping.set())
    supervisor.run()


if __name__ == "__main__":
    main()
