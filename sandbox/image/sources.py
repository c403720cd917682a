# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where this machine gets its Debian packages from; the sandbox's images come from the same place."""

from __future__ import annotations

import os
import re
import urllib.request
from collections.abc import Iterable
from pathlib import Path

APT = Path("/etc/apt")


class NoDebianSource(Exception):
    """None of this machine's apt sources has the suite; the message says what was tried and the way out."""


def addresses(apt: Path = APT) -> list[str]:
    """The addresses named by the apt sources below `apt`, in order, each once, without a slash at the end."""
    files = [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))]
    found: list[str] = []
    for file in files:
        if file.suffix in (".list", ".sources") and file.is_file():
            found += _named(file.read_text(errors="replace"), deb822=file.suffix == ".sources")
    return list(dict.fromkeys(address.rstrip("/") for address in found))


def debian(suite: str, tried: Iterable[str] | None = None) -> str:
    """The first source that holds Debian's `suite`. $PANGAEA_DEBIAN_MIRROR overrides. Raises NoDebianSource."""
    chosen = os.environ.get("PANGAEA_DEBIAN_MIRROR")
    candidates = [chosen] if chosen else list(addresses() if tried is None else tried)
    answers = {}
    for address in candidates:
        answers[address] = _refusal(address, suite)
        if answers[address] is None:
            return address.rstrip("/")
    said = "; ".join(f"{address}: {why}" for address, why in answers.items()) or "there are no sources"
    raise NoDebianSource(
        f"no apt source of this machine has Debian {suite} ({said}); name one in PANGAEA_DEBIAN_MIRROR"
    )


def _named(text: str, *, deb822: bool) -> list[str]:
    if not deb822:
        return re.findall(r"^\s*deb\s+(?:\[[^\]]*\]\s+)?(https?://\S+)", text, re.MULTILINE)
    found: list[str] = []
    for stanza in re.split(r"\n\s*\n", text):
        if not re.search(r"^Enabled:\s*no\b", stanza, re.MULTILINE | re.IGNORECASE):
            for words in re.findall(r"^URIs:(.*(?:\n[ \t].*)*)", stanza, re.MULTILINE | re.IGNORECASE):
                found += [word for word in words.split() if word.startswith(("http://", "https://"))]
    return found


def _refusal(address: str, suite: str) -> str | None:
    """Why this is not the Debian archive with that suite; None if it is."""
    try:
        with urllib.request.urlopen(f"{address.rstrip('/')}/dists/{suite}/InRelease", timeout=20) as answer:
            head = answer.read(4096).decode(errors="replace")
    except (OSError, ValueError) as error:
        return str(error)
    if not re.search(r"^Origin: Debian$", head, re.MULTILINE):
        return f"its {suite} is not Debian's"
    if not re.search(rf"^Codename: {re.escape(suite)}$", head, re.MULTILINE):
        return f"its {suite} has another code name"  # trixie-security and the like
    return None
