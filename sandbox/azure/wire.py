# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests and answers between the wire and the cloud."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.azure.errors import ArmError, not_implemented
from sandbox.azure.ids import Path
from sandbox.azure.versions import ALSO
from sandbox.faults import Fault


@dataclass(frozen=True)
class Request:
    """One request whose token was read. `headers` are lower case; `acting` are the faults that act on it, `client`
    the id of the service principal."""

    method: str
    path: Path
    query: dict[str, str]
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    actor: str = "client"
    base: str = ""
    raw: str = ""
    acting: tuple[Fault, ...] = ()
    client: str = ""

    @property
    def version(self) -> str:
        return self.query.get("api-version", "")

    def only(self, *names: str) -> None:
        """Refuse query parameters that have no meaning here."""
        unknown = sorted(self.query.keys() - {"api-version", *names})
        if unknown:
            raise not_implemented(f"the query parameter {unknown[0]} of {self.method} {'/'.join(self.path.types)}")


@dataclass
class Reply:
    """One answer. `shape` is the type that checks the body, or each item of it where it is `many`."""

    status: int
    body: Any = None
    shape: str = ""
    many: bool = False
    headers: dict[str, str] = field(default_factory=dict)


def check_version(request: Request, full: str, *known: str) -> None:
    """The api-version is there and taken for the type (learn.microsoft.com/rest/api/azure, "api-version")."""
    known = (*known, *ALSO.get(full.lower(), ()))
    if not request.version:
        raise ArmError("MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for "
                       "all requests.")  # fmt: skip
    following = "$skiptoken" in request.query and request.method == "GET"  # SDKs put their own version into a next link
    if request.version in known or following:
        return
    namespace, _, kind = full.partition("/")
    raise ArmError("NoRegisteredProviderFound", f"No registered resource provider found for location '' and API "
                   f"version '{request.version}' for type '{kind}' of {namespace}. The supported api-versions are "
                   f"'{', '.join(known)}'.")  # fmt: skip
