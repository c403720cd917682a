# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Regional external addresses: RESERVING, RESERVED, IN_USE.

Source: API reference, "addresses"; VPC documentation, "Configure static external IP addresses".

Pages, below cloud.google.com/: compute/docs/reference/rest/v1/addresses/insert,
compute/docs/reference/rest/v1/addresses/setLabels, compute/docs/ip-addresses/configure-static-external-ip-address.
"""

from __future__ import annotations

from sandbox.gcp.call import Call, rule
from sandbox.gcp.errors import in_use, invalid, not_implemented
from sandbox.gcp.kinds import ADDRESS, INSTANCE
from sandbox.gcp.links import last
from sandbox.gcp.store import Entry, Row, Store

KNOWN = frozenset({"name", "description", "address", "addressType", "networkTier", "labels", "ipVersion"})
TIERS = ("PREMIUM", "STANDARD")


@rule("addresses.insert")
def insert(call: Call) -> Row:
    call.only(KNOWN)
    body = call.body
    if body.get("addressType", "EXTERNAL") != "EXTERNAL" or body.get("ipVersion", "IPV4") != "IPV4":
        raise not_implemented("addresses other than external ones of IPv4")
    if body.get("networkTier", "PREMIUM") not in TIERS:
        raise invalid("resource.networkTier", body["networkTier"], f"Must be one of {', '.join(TIERS)}.")
    row = {"addressType": "EXTERNAL", "networkTier": "PREMIUM", **body, **call.labels(body.get("labels", {}))}
    if not row["labels"]:
        del row["labels"]
    entry = call.fresh({key: value for key, value in row.items() if key not in ("address", "ipVersion")})
    user = _ephemeral(call, body["address"]) if body.get("address") else None
    call.cloud.quotas.need("STATIC_ADDRESSES", 1, call.project, call.region)
    entry.row |= {"address": body.get("address") or call.cloud.pool.allocate(), "status": "RESERVING"}
    return call.insert(entry, finish=lambda: _reserved(call, entry, user))


@rule("addresses.setLabels")
def set_labels(call: Call) -> Row:
    return call.set_labels(call.target())


@rule("addresses.delete")
def delete(call: Call) -> Row:
    entry = call.target()

    def check() -> None:
        if entry.row.get("users"):
            raise in_use("address", entry.path, entry.row["users"][0].split("/compute/v1/")[-1])

    return call.delete(entry, check, at_door=True)


def _ephemeral(call: Call, address: str) -> Entry:
    """The machine of this region whose passing address is to become a static one."""
    for machine in call.cloud.store.all(INSTANCE, call.project):
        here = last(machine.scope).rsplit("-", 1)[0] == call.region
        if here and address in public_of(machine.row) and by_address(call.cloud.store, address) is None:
            return machine
    raise invalid("resource.address", address, "Specified IP address is not in use in this region, or is taken.")


def _reserved(call: Call, entry: Entry, user: Entry | None) -> None:
    row = call.cloud.store.edit(entry.path)
    row["status"] = "RESERVED"
    if user is not None and row["address"] in public_of(user.row):
        use(call.cloud.store, row["address"], user)


def by_address(store: Store, address: str) -> Entry | None:
    """The static address of that value, or None."""
    return next((one for one in store.all(ADDRESS) if one.row["address"] == address), None)


def use(store: Store, address: str, machine: Entry) -> None:
    """A machine begins to use it, if it is a static one."""
    entry = by_address(store, address)
    if entry is not None:
        store.edit(entry.path).update(status="IN_USE", users=[machine.row["selfLink"]])


def leave(store: Store, address: str) -> None:
    """A machine uses it no more; an ephemeral one goes back to where it came from."""
    entry = by_address(store, address)
    if entry is not None:
        row = store.edit(entry.path)
        row.pop("users", None)
        row["status"] = "RESERVED"


def public_of(row: Row) -> list[str]:
    """The public addresses of an instance."""
    return [access["natIP"] for nic in row["networkInterfaces"] for access in nic.get("accessConfigs", [])
            if access.get("natIP")]  # fmt: skip
