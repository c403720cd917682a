# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What machines install from: an apt repository and an image registry inside the sandbox's internet.

Inside the sandbox, where machines are told to look for packages and images:

    http://mirror.pangaea.test/debian                                Debian, suite trixie, component main
    http://mirror.pangaea.test/kubernetes/core:/stable:/v1.34/deb/   Kubernetes, a flat repository with Release.key
    http://mirror.pangaea.test/key.asc                               the key that signs both; also at `key()`
    http://mirror.pangaea.test:5000                                  images, by their names below registry.k8s.io
"""

from sandbox.mirror.apt import key
from sandbox.mirror.content import VERSIONS, build, ready
from sandbox.mirror.images import WEB
from sandbox.mirror.server import ADDRESS, NAME, Mirror

__all__ = ["ADDRESS", "NAME", "VERSIONS", "WEB", "Mirror", "build", "key", "ready"]
