# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links between resources: full, from projects/ on, or short; and names.

Pages, below cloud.google.com/: compute/docs/naming-resources, compute/docs/labeling-resources,
vpc/docs/add-remove-network-tags.
"""

from __future__ import annotations

import re

from sandbox.gcp.errors import GcpError, invalid

ROOT = "https://www.googleapis.com/compute/v1/"
NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
HOST = re.compile(r"https?://[^/]+/compute/(v1|beta|alpha)/")


def full(path: str) -> str:
    """As answers carry it: with Google's host, whatever host was asked; clients compare from projects/ on."""
    return ROOT + path


def path_of(link: str) -> str:
    """From projects/ on, whatever the host; a partial link stays as it is."""
    return HOST.sub("", link).removeprefix("/")


def last(link: str) -> str:
    """The name at its end."""
    return link.rstrip("/").rsplit("/", 1)[-1]


def reference(field: str, link: str, project: str, scope: str, collection: str) -> str:
    """The path that a request's reference means: full, "projects/...", "global/networks/n" or only a name.

    `scope` is "global", "regions/r" or "zones/z". Raises GcpError if it names another kind of thing.
    """
    path = path_of(link)
    if NAME.fullmatch(path):
        path = f"{scope}/{collection}/{path}"
    if path.startswith(("global/", "regions/", "zones/")):
        path = f"projects/{project}/{path}"
    pattern = rf"projects/[^/]+/(global|regions/[^/]+|zones/[^/]+)/{collection}/[^/]+"
    if not re.fullmatch(pattern, path):
        raise invalid(field, link, "The URL is malformed.")
    return path


def check_name(field: str, name: object) -> None:
    """RFC 1035 names, as the API reference says for each `name`."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise invalid(field, name, "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'")


LABEL_KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
LABEL_VALUE = re.compile(r"[a-z0-9_-]{0,63}")
LABELS = 64


def check_labels(field: str, labels: dict[str, str]) -> None:
    """Lower case only. Source: Compute Engine documentation, "Organize resources using labels", requirements.

    The page allows international letters, too; the sandbox does not (what our modules write is ASCII).
    """
    if len(labels) > LABELS:
        raise invalid(field, f"{len(labels)} labels", f"A resource can have at most {LABELS} labels.")
    for key, value in labels.items():
        if not LABEL_KEY.fullmatch(key):
            raise invalid(field, key, "Label keys must start with a lowercase letter and hold only lowercase letters, "
                          "numbers, underscores and dashes, at most 63.")  # fmt: skip
        if not LABEL_VALUE.fullmatch(value):
            raise invalid(field, value, f"The value of label '{key}' may hold only lowercase letters, numbers, "
                          "underscores and dashes, at most 63.")  # fmt: skip


def check_tags(field: str, tags: list[str]) -> None:
    """Network tags follow the name rule, 64 at most. Source: VPC documentation, "Configure network tags", limits."""
    if len(tags) > 64:
        raise invalid(field, f"{len(tags)} tags", "An instance can have at most 64 tags.")
    for number, tag in enumerate(tags):
        check_name(f"{field}[{number}]", tag)
    if len(set(tags)) != len(tags):
        raise GcpError(400, "invalid", f"Invalid value for field '{field}': duplicate tags.")
