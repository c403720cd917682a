# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asks: service accounts with keys, signed assertions, access tokens.

Source: Google Identity documentation, "Using OAuth 2.0 for Server to Server Applications" (assertions, and calls
without a token by a self-signed JWT); RFC 7523.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox.clock import Clock
from sandbox.gcp.errors import GcpError

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
GOOGLE = "https://oauth2.googleapis.com/token"
API = "https://compute.googleapis.com/"
SCOPES = ("https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/compute",
          "https://www.googleapis.com/auth/compute.readonly")  # fmt: skip
LIFE = 3600  # seconds, of tokens and at most of assertions
SKEW = 300
# Tokens that are known to everybody: no real one looks like this. "sandbox-drill" is somebody else in the project.
OPEN = {"sandbox": "client", "sandbox-drill": "drill"}


class BadGrant(Exception):
    """The token endpoint refuses; the text is `error_description`."""


@dataclass
class Key:
    """One key of one service account; the private half leaves in the key file only."""

    email: str
    public: rsa.RSAPublicKey


@dataclass
class Token:
    email: str
    scopes: frozenset[str]
    end: float


@dataclass(frozen=True)
class Caller:
    """`actor` is "client", or "drill" for somebody else; `reads_only` by the scopes of the credential."""

    email: str
    actor: str = "client"
    reads_only: bool = False


@dataclass
class Identity:
    """All keys and tokens of one sandbox. `url` is where its clients reach it ("http://127.0.0.1:7802")."""

    clock: Clock
    url: str = ""
    keys: dict[str, Key] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)

    def key_file(self, project: str, account: str = "pangaea", universe: str = "googleapis.com") -> dict[str, str]:
        """A new key of a service account, as the file that Google gives out.

        With another `universe` google-auth signs its requests itself, and asks no real Google for the account's
        "allowed locations", which it otherwise does in the background.
        """
        email = f"{account}@{project}.iam.gserviceaccount.com"
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = secrets.token_hex(20)
        self.keys[name] = Key(email, private.public_key())
        pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                    serialization.NoEncryption())  # fmt: skip
        return {
            "type": "service_account", "project_id": project, "private_key_id": name, "private_key": pem.decode(),
            "client_email": email, "client_id": str(uuid.uuid5(uuid.NAMESPACE_DNS, email).int)[:21],
            "auth_uri": "https://accounts.google.com/o/oauth2/auth", "token_uri": f"{self.url}/token",
            "universe_domain": universe,
        }  # fmt: skip

    def grant(self, form: dict[str, str]) -> dict[str, Any]:
        """What the token endpoint answers. Raises BadGrant."""
        if form.get("grant_type") != GRANT:
            raise BadGrant(f"Unsupported grant_type: {form.get('grant_type', '')}")
        claims = self._verified(form.get("assertion", ""))
        if claims.get("aud") not in (GOOGLE, f"{self.url}/token"):
            raise BadGrant("Invalid JWT: Failed audience check")
        scopes = str(claims.get("scope", "")).split()
        if not scopes:
            raise BadGrant("Invalid OAuth scope or ID token audience provided.")
        return self.issue(str(claims["iss"]), scopes)

    def issue(self, email: str, scopes: list[str]) -> dict[str, Any]:
        """A new access token."""
        text = "ya29.sandbox." + secrets.token_urlsafe(40)
        self.tokens[text] = Token(email, frozenset(scopes), self.clock.now() + LIFE)
        return {"access_token": text, "expires_in": LIFE - 1, "token_type": "Bearer"}

    def caller(self, header: str) -> Caller:
        """Who sent this Authorization header. Raises GcpError."""
        word, _, credential = header.partition(" ")
        if word.lower() != "bearer" or not credential:
            raise GcpError(401, "required", "Login Required.", location="Authorization")
        if credential in OPEN:
            return Caller(f"{credential}@sandbox.test", OPEN[credential])
        if credential.count(".") == 2 and not credential.startswith("ya29."):
            return self._self_signed(credential)
        token = self.tokens.get(credential)
        if token is None or token.end <= self.clock.now():
            raise unauthenticated()
        return _caller(token.email, token.scopes)

    def _self_signed(self, text: str) -> Caller:
        try:
            claims = self._verified(text)
        except BadGrant as error:
            raise unauthenticated() from error
        scopes = frozenset(str(claims.get("scope", "")).split())
        if not scopes and claims.get("aud") in (API, f"{self.url}/"):
            scopes = frozenset(SCOPES[:1])
        if claims.get("sub") != claims["iss"] or not scopes:
            raise unauthenticated()
        return _caller(str(claims["iss"]), scopes)

    def _verified(self, text: str) -> dict[str, Any]:
        """The claims of a JWT that one of our keys signed with RS256, by real time, as its signer has no other."""
        try:
            head, body, signature = text.split(".")
            header, claims = json.loads(_decoded(head)), json.loads(_decoded(body))
            key = self.keys[header["kid"]]
            key.public.verify(_decoded(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
        except (ValueError, KeyError, TypeError, binascii.Error, InvalidSignature) as error:
            raise BadGrant("Invalid JWT Signature.") from error
        if header.get("alg") != "RS256" or claims.get("iss") != key.email:
            raise BadGrant("Invalid JWT: issuer or algorithm do not fit the key")
        begin, end, now = claims.get("iat", 0), claims.get("exp", 0), time.time()
        if not begin - SKEW <= now < end + SKEW or end - begin > LIFE:
            text = "Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
            raise BadGrant(f"Invalid JWT: {text} Check your iat and exp values in the JWT claim.")
        return dict(claims)


def unauthenticated() -> GcpError:
    text = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
    return GcpError(401, "authError", text + "authentication credential.", location="Authorization")


def _caller(email: str, scopes: frozenset[str]) -> Caller:
    if not scopes & set(SCOPES):
        raise GcpError(403, "insufficientPermissions", "Request had insufficient authentication scopes.")
    return Caller(email, reads_only=not scopes & set(SCOPES[:2]))


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
