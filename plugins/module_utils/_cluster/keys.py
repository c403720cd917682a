# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Files that the cluster file names by path: relative to it, `~` is the home. A private key is never read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .shape import Place
from .syntax import ssh_public_key


def resolve(access: dict[str, Any] | None, place: Place, folder: Path) -> dict[str, Any]:
    """`access` with `ssh_public_keys` as text and `ssh_private_key_file` as an absolute path or None."""
    found = dict(access or {})
    named, inline = found.get("ssh_public_key_file"), found.get("ssh_public_keys")
    present = place.document.data.get("access") or {}
    if access is not None and not ({"ssh_public_key_file", "ssh_public_keys"} & set(present)):
        place.document.bad(
            place.path,
            None,
            "names no ssh public key, so nobody could log in",
            "add ssh_public_key_file: ~/.ssh/id_ed25519.pub (make one with ssh-keygen -t ed25519), or ssh_public_keys",
        )
    public = _absolute(named, folder)
    found["ssh_public_keys"] = [*(inline or []), *(_read(public, place / "ssh_public_key_file") if public else [])]
    private = _absolute(found.get("ssh_private_key_file"), folder)
    if private and not private.is_file():
        (place / "ssh_private_key_file").bad(
            None, f"does not exist ({private})", "name the private key, or leave it to the agent"
        )
    if private is None and public and public.suffix == ".pub" and public.with_suffix("").is_file():
        private = public.with_suffix("")
    found["ssh_private_key_file"] = str(private) if private else None
    return found


def resolve_mirrors(mirrors: dict[str, Any] | None, place: Place, folder: Path) -> dict[str, Any]:
    """`mirrors` with `apt_key` as an absolute path or None."""
    found = dict(mirrors or {})
    key = _absolute(found.get("apt_key"), folder)
    if key and not key.is_file():
        (place / "apt_key").bad(
            None, f"does not exist ({key})", "name the public key that signs the mirror, or remove the line"
        )
    return {**found, "apt_key": str(key) if key else None}


def resolve_certificates(sites: dict[str, Any] | None, place: Place, folder: Path) -> None:
    """Make `ca_file` of each site an absolute path."""
    for name, site in (sites or {}).items():
        file = _absolute(site.get("ca_file"), folder) if isinstance(site, dict) else None
        if file and not file.is_file():
            (place / name / "ca_file").bad(None, f"does not exist ({file})", "name the file, or remove the line")
        if file:
            site["ca_file"] = str(file)


def _absolute(named: str | None, folder: Path) -> Path | None:
    return folder / Path(named).expanduser() if named else None


def _read(path: Path, place: Place) -> list[str]:
    make = f"make a key pair with: ssh-keygen -t ed25519 -f {path.with_suffix('') if path.suffix == '.pub' else path}"
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        place.bad(None, f"does not exist ({path})", make)
        return []
    except (OSError, UnicodeDecodeError):
        place.bad(None, f"cannot be read as text ({path})", make)
        return []
    if "PRIVATE KEY" in text:
        place.bad(None, "is a private key", f"name the public one, {place.document.spelled.get(place.path)}.pub")
        return []
    keys = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not keys or any(ssh_public_key(key) for key in keys):
        place.bad(None, f"holds no ssh public key ({path})", make)
        return []
    return keys
