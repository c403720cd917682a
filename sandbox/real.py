# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real machines: the fabric, the images and the mirror, wired together for the daemon. Needs Linux and root."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sandbox import image, mirror
from sandbox.fabric.fabric import Fabric
from sandbox.fabric.metadata import Answer
from sandbox.fabric.world import World
from sandbox.mirror import Mirror
from sandbox.places import Place

Say = Callable[[str], None]


class Real:
    """This machine's part of one sandbox."""

    def __init__(self, name: str, answer: Answer, say: Say) -> None:
        self._place, self._answer, self._say = Place(name), answer, say
        self._fabric: Fabric | None = None
        self._mirror: Mirror | None = None

    def start(self) -> None:
        """Raise the internet and what stands in it. The first time, images and packages are made: minutes."""
        mirror.build(self._say)
        allow_watches(self._say)
        self._fabric = Fabric(self._place.name, folder(self._place), self._image, self._answer, self._say)
        self._say(f"internet: {self._fabric.internet_netns}")
        self._mirror = Mirror(self._fabric.internet_netns, self._place.folder / "mirror")
        self._mirror.start(self._say)

    def stop(self) -> None:
        """Remove everything."""
        if self._mirror is not None:
            self._mirror.stop()
        if self._fabric is not None:
            self._fabric.destroy()

    def apply(self, world: World) -> None:
        """Make this the wanted world."""
        self._running().apply(world)

    def status(self, key: str) -> str:
        """What the machine is really doing."""
        return self._running().status(key)

    def kill(self, key: str) -> None:
        """Let the machine die at once, behind the cloud's back."""
        self._running().kill(key)

    def reboot(self, key: str) -> None:
        """Power the machine off and on."""
        self._running().reboot(key)

    def problems(self) -> list[str]:
        """What does not work, as sentences."""
        return self._mirror.problems() if self._mirror is not None else []

    def _running(self) -> Fabric:
        if self._fabric is None:
            raise ValueError("the fabric has not started yet")
        return self._fabric

    def _image(self, name: str) -> Path:
        return image.ensure(name, self._say)


WATCHES = Path("/proc/sys/fs/inotify/max_user_instances")
ENOUGH_WATCHES = 1024  # a machine with Kubernetes takes about 25, and all machines share root's allowance


def allow_watches(say: Say) -> None:
    """Raise the kernel's limit of inotify instances, or kubelet ends with "inotify_init: too many open files".

    The usual 128 are used up by five machines. Kind's "Known issues: too many open files" says the same of its nodes.
    """
    if int(WATCHES.read_text()) >= ENOUGH_WATCHES:
        return
    try:
        WATCHES.write_text(str(ENOUGH_WATCHES))
        say(f"raised fs.inotify.max_user_instances to {ENOUGH_WATCHES}: it is shared by all machines of a sandbox")
    except OSError as error:
        say(f"fs.inotify.max_user_instances stays as it is ({error}): more than four machines may fail")


def folder(place: Place) -> Path:
    """Where the machines' disks are."""
    return place.folder / "fabric"


def clean(name: str, say: Say) -> None:
    """Remove what a sandbox of that name left in this machine's kernel, whatever became of its daemon."""
    Fabric.cleanup(name, folder(Place(name)))


def build(say: Say) -> None:
    """Fill the caches."""
    mirror.build(say)
