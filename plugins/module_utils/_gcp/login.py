# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Who we are to GCP: found without ever asking a metadata server that nobody told us to ask."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlparse

from .._engine.errors import Denied, Refused

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
FILES = ("GCE_CREDENTIALS_FILE_PATH", "GCP_SERVICE_ACCOUNT_FILE", "GOOGLE_APPLICATION_CREDENTIALS")
CONTENTS = "GCP_SERVICE_ACCOUNT_CONTENTS"
TOKEN = "GCP_ACCESS_TOKEN"
SANDBOX_UNIVERSE = "sandbox.test"  # of key files of a simulator; no real universe can have that name
SANDBOX_TOKENS = ("sandbox", "ya29.sandbox.")  # how a token begins that is valid in a simulator only
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Found(NamedTuple):
    """Credentials of google-auth, what to call them, and whether they are those of a simulator."""

    credentials: Any
    name: str
    sandbox: bool


@dataclass(frozen=True)
class Login:
    """What the options say, or else the environment. All None: the login that gcloud left for applications."""

    file: str | None = None
    contents: dict[str, Any] | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    machine: bool = False  # ask the metadata server of the machine that this runs on: only when told so

    @classmethod
    def of(cls, options: dict[str, Any], environ: Mapping[str, str] | None = None) -> Login:
        """Options first: the environment is looked at only where they say nothing."""
        env = os.environ if environ is None else environ
        if options["auth_kind"] == "machineaccount":
            return cls(machine=True)
        file, contents = options["service_account_file"], options["service_account_contents"]
        token = options["access_token"]
        if not (file or contents or token):
            file = next((env[name] for name in FILES if env.get(name)), None)
            contents = None if file else env.get(CONTENTS)
            token = None if file or contents else env.get(TOKEN)
        return cls(file or None, _parsed(contents, "service_account_contents") if contents else None, token or None)

    def find(self) -> Found:
        """The credentials. Raises Denied with what to do when there are none."""
        if self.machine:
            from google.auth.compute_engine import Credentials

            return Found(Credentials(scopes=[SCOPE]), "the account of this machine", False)
        if self.token:
            from google.oauth2.credentials import Credentials as Given

            return Found(Given(token=self.token), "the access token", self.token.startswith(SANDBOX_TOKENS))
        return _from(self.contents if self.contents is not None else _read(self.file or _left_by_gcloud()))


def _from(info: dict[str, Any]) -> Found:
    sandbox = info.get("universe_domain") == SANDBOX_UNIVERSE
    if info.get("type") == "service_account":
        from google.oauth2 import service_account

        made = service_account.Credentials.from_service_account_info(info, scopes=[SCOPE])
        # Signing each request ourselves needs no token call, which the sandbox could not answer for Google either.
        return Found(made.with_always_use_jwt_access(True), str(info["client_email"]), sandbox)
    from google.auth import load_credentials_from_dict

    with warnings.catch_warnings():  # about files of strangers: this one the user named, or gcloud left
        warnings.simplefilter("ignore", DeprecationWarning)
        found, _project = load_credentials_from_dict(info, scopes=[SCOPE])
    return Found(found, str(info.get("type")), sandbox)


def _left_by_gcloud() -> str:
    folder = os.environ.get("CLOUDSDK_CONFIG") or str(Path("~/.config/gcloud").expanduser())
    file = Path(folder) / "application_default_credentials.json"
    if not file.exists():
        raise Denied(
            "log in to GCP: no credentials were found; set GOOGLE_APPLICATION_CREDENTIALS to the key file of a service "
            "account, or run gcloud auth application-default login, or give service_account_file, "
            "service_account_contents or access_token; auth_kind=machineaccount takes those of this machine"
        )
    return str(file)


def _read(file: str) -> dict[str, Any]:
    try:
        return _parsed(Path(file).expanduser().read_text(encoding="utf-8"), file)
    except OSError as error:
        raise Denied(f"log in to GCP: {file} cannot be read ({error.strerror}); name a key file that exists") from error


def _parsed(contents: Any, where: str) -> dict[str, Any]:
    """JSON text, or what Ansible made of it already. The text itself is never shown: it holds a private key."""
    try:
        found = json.loads(contents) if isinstance(contents, str) else contents
    except ValueError as error:
        raise Denied(
            f"log in to GCP: {where} holds no JSON; give the key of a service account as GCP made it"
        ) from error
    if not isinstance(found, dict) or "type" not in found:
        raise Denied(f"log in to GCP: {where} holds no credentials; give the key of a service account as GCP made it")
    return found


def is_loopback(endpoint: str | None) -> bool:
    """Whether an endpoint is on this machine: then it is a simulator."""
    return endpoint is not None and urlparse(endpoint).hostname in LOOPBACK


def refuse_mixed_worlds(endpoint: str | None, found: Found) -> None:
    """Raise Refused when real credentials would go to a simulator, or the other way round."""
    if is_loopback(endpoint) and not found.sandbox:
        raise Refused(
            f"endpoint {endpoint} is on this machine, so it is a simulator, but the credentials ({found.name}) are not "
            f"the sandbox's: real ones do not go there; give the simulator's (a key file of the universe "
            f"{SANDBOX_UNIVERSE}, or the token sandbox), or remove the endpoint"
        )
    if found.sandbox and not is_loopback(endpoint):
        raise Refused(
            f"the credentials ({found.name}) are those of the sandbox, but the endpoint is {endpoint or 'GCP itself'}; "
            "start the sandbox and name its endpoint, or use credentials of the project"
        )
