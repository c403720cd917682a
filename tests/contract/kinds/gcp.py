# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Good requests to Google, and what else than the discovery document decides over them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.contract.kinds.google import IMAGE, REGION, ZONE, Google
from tests.contract.mutants import DROPPED
from tests.contract.official import of_google
from tests.contract.trial import SERVED, Cloud, Kind, Rule

HOME = "https://cloud.google.com/"
PAGES: dict[str, str] = {}
KEPT = "kept and shown, without effect on the machine"
LABELS = {"pangaea-cluster": "shop-k3v9q2ab"}


def kind(name: str, what: str, good: Callable[[Any], dict[str, Any]], *rules: Rule,
         taken: dict[str, str] | None = None) -> Kind:  # fmt: skip
    """A kind; `what`: the method, and for one thing its name and the action."""
    return Kind(name, what, partial(of_google, what.split()[0]), lambda world: good(world.rows), rules, taken or {})


KINDS = (
    kind("network", "networks.insert", lambda rows: {
        "name": "new-one", "description": "of a test", "autoCreateSubnetworks": False, "mtu": 1460,
        "routingConfig": {"routingMode": "REGIONAL"},
        "networkFirewallPolicyEnforcementOrder": "AFTER_CLASSIC_FIREWALL"}),
    kind("network's change", "networks.patch net", lambda rows: {
        "routingConfig": {"routingMode": "GLOBAL"}, "mtu": 1500,
        "networkFirewallPolicyEnforcementOrder": "BEFORE_CLASSIC_FIREWALL"}),
    kind("subnetwork", "subnetworks.insert", lambda rows: {
        "name": "new-one", "description": "of a test", "network": "global/networks/net", "region": f"regions/{REGION}",
        "ipCidrRange": "10.66.1.0/24", "privateIpGoogleAccess": True, "purpose": "PRIVATE", "stackType": "IPV4_ONLY",
        "secondaryIpRanges": [{"rangeName": "pods", "ipCidrRange": "10.129.0.0/16"}]},
        taken={"fingerprint": "ignored when a subnetwork is inserted, as the API reference says"}),
    kind("subnetwork's change", "subnetworks.patch nodes", lambda rows: {
        "privateIpGoogleAccess": True, "fingerprint": rows["nodes"]["fingerprint"]}),
    kind("subnetwork's growth", "subnetworks.expandIpCidrRange nodes/expandIpCidrRange", lambda rows: {
        "ipCidrRange": "10.66.0.0/20"}),
    kind("firewall", "firewalls.insert", lambda rows: {
        "name": "new-one", "description": "of a test", "network": "global/networks/net", "direction": "INGRESS",
        "priority": 900, "disabled": False, "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}],
        "sourceRanges": ["198.51.100.0/24"], "sourceTags": ["shop"], "targetTags": ["shop"]}),
    kind("firewall's change", "firewalls.patch there", lambda rows: {
        "name": "there", "allowed": [{"IPProtocol": "udp", "ports": ["51820"]}], "sourceRanges": ["0.0.0.0/0"],
        "description": "of a test", "disabled": True, "priority": 800, "sourceTags": ["shop"], "targetTags": ["shop"]}),
    kind("route", "routes.insert", lambda rows: {
        "name": "new-one", "description": "of a test", "network": "global/networks/net", "destRange": "10.128.1.0/24",
        "priority": 900, "nextHopInstance": f"zones/{ZONE}/instances/machine", "tags": ["shop"]}),
    kind("address", "addresses.insert", lambda rows: {
        "name": "new-one", "description": "of a test", "addressType": "EXTERNAL", "networkTier": "PREMIUM",
        "ipVersion": "IPV4", "labels": LABELS}),
    kind("address's labels", "addresses.setLabels address/setLabels", lambda rows: {
        "labels": LABELS, "labelFingerprint": rows["address"]["labelFingerprint"]}),
    kind("disk", "disks.insert", lambda rows: {
        "name": "new-one", "description": "of a test", "sizeGb": "20", "type": f"zones/{ZONE}/diskTypes/pd-balanced",
        "sourceImage": IMAGE, "labels": LABELS}),
    kind("disk's labels", "disks.setLabels disk/setLabels", lambda rows: {
        "labels": LABELS, "labelFingerprint": rows["disk"]["labelFingerprint"]}),
    kind("disk's growth", "disks.resize disk/resize", lambda rows: {"sizeGb": "30"}),
    kind("instance", "instances.insert", lambda rows: {
        "name": "new-one", "description": "of a test", "machineType": f"zones/{ZONE}/machineTypes/e2-medium",
        "canIpForward": True, "deletionProtection": False, "labels": LABELS, "tags": {"items": ["shop"]},
        "metadata": {"items": [{"key": "user-data", "value": "#cloud-config"}]},
        "scheduling": {"provisioningModel": "SPOT", "preemptible": True, "automaticRestart": False,
                       "onHostMaintenance": "TERMINATE", "instanceTerminationAction": "STOP"},
        "disks": [{"boot": True, "autoDelete": True, "deviceName": "boot", "mode": "READ_WRITE", "type": "PERSISTENT",
                   "initializeParams": {"sourceImage": IMAGE, "diskSizeGb": "30", "diskName": "new-one-boot",
                                        "diskType": f"zones/{ZONE}/diskTypes/pd-balanced", "labels": LABELS,
                                        "description": "of a test"}}],
        "networkInterfaces": [{
            "network": "global/networks/net", "subnetwork": f"regions/{REGION}/subnetworks/nodes",
            "networkIP": "10.66.0.77", "stackType": "IPV4_ONLY", "accessConfigs": [{
                "name": "External NAT", "type": "ONE_TO_ONE_NAT", "networkTier": "PREMIUM",
                "natIP": rows["address"]["address"]}]}]},
        taken={"disks.diskSizeGb": SERVED, **dict.fromkeys((
            "displayDevice", "keyRevocationActionType", "reservationAffinity", "serviceAccounts",
            "shieldedInstanceConfig", "shieldedInstanceIntegrityPolicy", "networkInterfaces.nicType"), KEPT)}),
    kind("instance's labels", "instances.setLabels machine/setLabels", lambda rows: {
        "labels": LABELS, "labelFingerprint": rows["machine"]["labelFingerprint"]}),
    kind("instance's network tags", "instances.setTags machine/setTags", lambda rows: {
        "items": ["shop"], "fingerprint": rows["machine"]["tags"]["fingerprint"]}),
    kind("instance's metadata", "instances.setMetadata machine/setMetadata", lambda rows: {
        "items": [{"key": "user-data", "value": "#cloud-config"}],
        "fingerprint": rows["machine"]["metadata"]["fingerprint"]}),
    kind("instance's access config", "instances.addAccessConfig machine/addAccessConfig?networkInterface=nic0",
         lambda rows: {"name": "External NAT", "type": "ONE_TO_ONE_NAT", "networkTier": "PREMIUM",
                       "natIP": rows["address"]["address"]}),
    kind("project's metadata", "projects.setCommonInstanceMetadata setCommonInstanceMetadata", lambda rows: {
        "items": [{"key": "ssh-keys", "value": "ana:ssh-ed25519 AAAA"}],
        "fingerprint": rows["project"]["commonInstanceMetadata"]["fingerprint"]}),
)  # fmt: skip


def codes(kind: Kind, wrong: str) -> tuple[str, ...]:
    """Google has one reason for what is not there and one for all that is wrong."""
    return ("required",) if wrong == DROPPED else ("invalid",)


CLOUD = Cloud("GCP", KINDS, Google, codes, PAGES)
