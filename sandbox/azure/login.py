# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token endpoint with its discovery documents, as far as a service principal needs it.

learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow, .../v2-protocols-oidc; error codes:
.../reference-error-codes.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from sandbox.azure.errors import ArmError
from sandbox.azure.roles import Principals

TENANT = "7e4a4700-0000-4000-8000-73616e64626f"
SECRET = "sandbox-secret"
CLIENTS = {"c11e4700-0000-4000-8000-73616e64626f": "client", "d4111000-0000-4000-8000-73616e64626f": "drill"}
CLIENT, DRILL = CLIENTS
AUDIENCES = ("https://management.azure.com", "https://management.core.windows.net")
LIFE = 3600  # seconds

Json = dict[str, Any]


class Login:
    """Gives tokens, and judges them."""

    def __init__(self, now: Callable[[], float], principals: Principals) -> None:
        self._now, self._key = now, secrets.token_bytes(32)
        self._principals = principals

    def answer(self, method: str, path: str, query: str, body: bytes, base: str) -> tuple[int, Json] | None:
        """The answer to a path of the login host; None if it is not one."""
        parts = [part for part in path.split("/") if part]
        if path == "/common/discovery/instance":
            return self._instance(dict(parse_qsl(query)), base)
        if parts[-2:] == [".well-known", "openid-configuration"] and len(parts) in (3, 4):
            return self._configuration(parts[0], base)
        if method == "POST" and len(parts) >= 3 and parts[1] == "oauth2" and parts[-1] == "token":
            return self._token(parts[0], dict(parse_qsl(body.decode())), base)
        return None

    def caller(self, header: str | None, base: str) -> tuple[str, str]:
        """Who sends a bearer token: actor and client id. Raises ArmError 401 in the shape that ARM gives."""
        challenge = {"WWW-Authenticate": f'Bearer authorization_uri="{base}/{TENANT}", error="invalid_token", '
                     'error_description="The authentication failed."'}  # fmt: skip
        if not header or not header.startswith("Bearer "):
            raise ArmError("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing or "
                           "has an invalid format.", 401, headers=challenge)  # fmt: skip
        claims = self._claims(header.removeprefix("Bearer "))
        if claims is None:
            raise ArmError("InvalidAuthenticationToken", "The access token is invalid.", 401, headers=challenge)
        if claims["exp"] < self._now():
            raise ArmError("ExpiredAuthenticationToken", f"The access token expiry UTC time '{_day(claims['exp'])}' is "
                           f"earlier than current UTC time '{_day(self._now())}'.", 401, headers=challenge)  # fmt: skip
        if claims["aud"] not in (*AUDIENCES, base):
            raise ArmError("InvalidAuthenticationTokenAudience", f"The access token has been obtained for wrong "
                           f"audience or resource '{claims['aud']}'. It should exactly match with one of the allowed "
                           f"audiences '{','.join(AUDIENCES)}'.", 401, headers=challenge)  # fmt: skip
        return CLIENTS.get(claims["appid"], "client"), claims["appid"]

    def token(self, client: str = CLIENT, audience: str = AUDIENCES[0], life: float = LIFE) -> str:
        """A token as the endpoint gives it; for tests that want a bad one."""
        now = int(self._now())
        claims = {"aud": audience, "iss": f"https://sts.windows.net/{TENANT}/", "iat": now, "nbf": now,
                  "exp": now + life, "appid": client, "tid": TENANT, "ver": "1.0"}  # fmt: skip
        head = _encoded(json.dumps({"typ": "JWT", "alg": "HS256"}).encode())
        text = f"{head}.{_encoded(json.dumps(claims).encode())}"
        return f"{text}.{self._signature(text)}"

    def _claims(self, token: str) -> Json | None:
        text, _, signature = token.rpartition(".")
        if not text or not hmac.compare_digest(signature, self._signature(text)):
            return None
        part = text.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))  # type: ignore[no-any-return]

    def _signature(self, text: str) -> str:
        return _encoded(hmac.new(self._key, text.encode(), hashlib.sha256).digest())

    def _instance(self, query: dict[str, str], base: str) -> tuple[int, Json]:
        host = base.split("://")[1]
        if "authorization_endpoint" not in query:
            return self._error(400, "invalid_request", 900144, "The request must contain 'authorization_endpoint'.")
        tenant = query["authorization_endpoint"].split("://")[-1].split("/")[1]
        known = {"preferred_network": host, "preferred_cache": host, "aliases": [host]}
        return 200, {"tenant_discovery_endpoint": f"{base}/{tenant}/v2.0/.well-known/openid-configuration",
                     "api-version": "1.1", "metadata": [known]}  # fmt: skip

    def _configuration(self, tenant: str, base: str) -> tuple[int, Json]:
        if tenant.lower() not in (TENANT, "common", "organizations"):
            return self._error(400, "invalid_tenant", 90002, f"Tenant '{tenant}' not found. Check to make sure you "
                               "have the correct tenant ID and are signing into the correct cloud.")  # fmt: skip
        v2 = f"{base}/{TENANT}/oauth2/v2.0"
        return 200, {
            "token_endpoint": f"{v2}/token", "authorization_endpoint": f"{v2}/authorize",
            "device_authorization_endpoint": f"{v2}/devicecode", "issuer": f"{base}/{TENANT}/v2.0",
            "jwks_uri": f"{base}/{TENANT}/discovery/v2.0/keys", "response_types_supported": ["code", "token"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "subject_types_supported": ["pairwise"], "scopes_supported": ["openid"], "tenant_region_scope": "EU",
            "id_token_signing_alg_values_supported": ["RS256"], "cloud_instance_name": "sandbox",
        }  # fmt: skip

    def _token(self, tenant: str, form: dict[str, str], base: str) -> tuple[int, Json]:
        if tenant.lower() != TENANT:
            return self._error(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
        if form.get("grant_type") != "client_credentials":
            return self._error(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type "
                               f"'{form.get('grant_type')}'.")  # fmt: skip
        client = form.get("client_id", "").lower()
        if client not in CLIENTS and self._principals.find(client) is None:
            return self._error(400, "unauthorized_client", 700016, f"Application with identifier "
                               f"'{form.get('client_id')}' was not found in the directory 'sandbox'.")  # fmt: skip
        if not hmac.compare_digest(form.get("client_secret", ""), SECRET):
            return self._error(401, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret "
                               "being sent in the request is the client secret value, not the client secret "
                               "ID.")  # fmt: skip
        scope = form.get("scope", "").split(" ")[0]
        if not scope.endswith("/.default"):
            return self._error(400, "invalid_scope", 1002012, f"The provided value for scope {scope} is not valid. "
                               "Client credential flows must have a scope value with /.default suffixed to the "
                               "resource identifier.")  # fmt: skip
        audience = scope.removesuffix("/.default").rstrip("/")
        if audience not in (*AUDIENCES, base):
            return self._error(400, "invalid_resource", 500011, f"The resource principal named {audience} was not "
                               "found in the tenant named sandbox.")  # fmt: skip
        return 200, {"token_type": "Bearer", "expires_in": LIFE, "ext_expires_in": LIFE,
                     "access_token": self.token(client, audience)}  # fmt: skip

    def _error(self, status: int, error: str, code: int, text: str) -> tuple[int, Json]:
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        stamp = datetime.datetime.fromtimestamp(self._now(), datetime.UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        return status, {
            "error": error, "error_codes": [code], "timestamp": stamp, "trace_id": trace,
            "correlation_id": correlation, "error_description": f"AADSTS{code}: {text} Trace ID: {trace} Correlation "
            f"ID: {correlation} Timestamp: {stamp}",
        }  # fmt: skip


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _day(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%m/%d/%Y %I:%M:%S %p")
