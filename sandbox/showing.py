# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`status` for people: regions with something of somebody in them, their machines, what the fabric says."""

from __future__ import annotations

from typing import Any

from sandbox.places import Place

HEAD = ("MACHINE", "ID", "CLOUD", "FABRIC", "PRIVATE", "PUBLIC")
ROW = "  {:<44} {:<20} {:<12} {:<11} {:<16} {:<16}"


def show(place: Place, state: dict[str, Any]) -> str:
    """The health of the sandbox and the state of all its clouds as a page of text."""
    kind = "clouds only" if state["clouds_only"] else "with machines"
    lines = [
        f"sandbox {place.name}: {'ready' if state['ready'] else 'starting'}, {kind}, pid {state['pid']}; {place.log}"
    ]
    lines += [f"problem: {line}" for line in state["problems"]]
    for name, things in sorted(state["regions"].items()):
        lines += _region(name, things, state["machines"])
    lines += _gcp(state["gcp"], state["machines"])
    lines += _azure(state["azure"], state["azure_power"], state["machines"])
    if not state["regions"]:
        lines.append("no region was used yet")
    for region, images in sorted(state["images"].items()):
        lines.append(f"images in {region}: " + ", ".join(f"{one}={ami}" for one, ami in sorted(images.items())))
    return "\n".join(lines)


def _region(name: str, things: dict[str, Any], machines: dict[str, str]) -> list[str]:
    own = [vpc for vpc in things["Vpcs"] if not vpc["IsDefault"]]
    lines = [f"{name}: {len(own)} networks, {len(things['Instances'])} instances, {len(things['Addresses'])} addresses"]
    for vpc in own:
        lines.append(f"  {vpc['VpcId']} {vpc['CidrBlock']} {name_of(vpc)}")
    lines += _head(things["Instances"])
    for row in things["Instances"]:
        lines.append(_row(name_of(row), row["InstanceId"], row["State"]["Name"], machines.get(row["InstanceId"]),
                          row.get("PrivateIpAddress"), row.get("PublicIpAddress")))  # fmt: skip
    return lines


def _gcp(kinds: dict[str, Any], real: dict[str, str]) -> list[str]:
    networks, machines = kinds["networks"].values(), kinds["instances"].values()
    if not networks:
        return []
    lines = [f"gcp: {len(networks)} networks, {len(machines)} instances, {len(kinds['addresses'])} addresses"]
    lines += [f"  {row['name']}" for row in networks]
    lines += _head(machines)
    for row in machines:
        place, nic = row["zone"].rpartition("/")[2], row["networkInterfaces"][0]
        public = next((one.get("natIP") for one in nic.get("accessConfigs", [])), None)
        key = f"gce-{row['id']}"
        lines.append(_row(row["name"], place, row["status"].lower(), real.get(key), nic.get("networkIP"), public))
    return lines


def _azure(kinds: dict[str, Any], power: dict[str, str], real: dict[str, str]) -> list[str]:
    rows = {kind.rpartition("/")[2]: found for kind, found in kinds.items()}
    if not rows["virtualNetworks"]:
        return []
    counts = f"{len(rows['virtualNetworks'])} networks, {len(rows['virtualMachines'])} machines"
    lines = [f"azure: {counts}, {len(rows['publicIPAddresses'])} addresses"]
    lines += [f"  {row['name']} {', '.join(row['properties']['addressSpace']['addressPrefixes'])}"
              for row in rows["virtualNetworks"]]  # fmt: skip
    lines += _head(rows["virtualMachines"])
    addresses = {row["id"].lower(): row["properties"].get("ipAddress") for row in rows["publicIPAddresses"]}
    nics = {row["id"].lower(): row["properties"]["ipConfigurations"][0]["properties"]
            for row in rows["networkInterfaces"]}  # fmt: skip
    for row in rows["virtualMachines"]:
        nic = nics.get(row["properties"]["networkProfile"]["networkInterfaces"][0]["id"].lower(), {})
        public = addresses.get(nic.get("publicIPAddress", {}).get("id", "").lower())
        private, key = nic.get("privateIPAddress"), row["properties"]["vmId"]
        word = power.get(key) or row["properties"]["provisioningState"].lower()
        lines.append(_row(row["name"], row["location"], word, real.get(key), private, public))
    return lines


def _head(machines: Any) -> list[str]:
    return [ROW.format(*HEAD).rstrip()] if machines else []


def _row(name: str, where: str, word: str, real: str | None, private: str | None, public: str | None) -> str:
    return ROW.format(name, where, word, real or "-", private or "-", public or "-").rstrip()


def name_of(row: dict[str, Any]) -> str:
    """The Name tag, or nothing."""
    return next((tag["Value"] for tag in row.get("Tags", row.get("TagSet", [])) if tag["Key"] == "Name"), "")
