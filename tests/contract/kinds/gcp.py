# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Good requests to Google, and what else than the discovery document decides over them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.contract.kinds.google import IMAGE, REGION, ZONE, Google
from tests.contract.mutants import DROPPED, GONE
from tests.contract.official import of_google
from tests.contract.trial import SERVED, Cloud, Kind, Rule, rules

HOME = "https://cloud.google.com/"
REST = HOME + "compute/docs/reference/rest/v1/"
PAGES = {
    "names": HOME + "compute/docs/naming-resources", "labels": HOME + "compute/docs/labeling-resources",
    "network tags": HOME + "vpc/docs/add-remove-network-tags", "networks": HOME + "vpc/docs/vpc",
    "MTU": HOME + "vpc/docs/mtu", "subnets": HOME + "vpc/docs/subnets",
    "firewall rules": HOME + "vpc/docs/firewalls", "VPC quotas": HOME + "vpc/docs/quota",
    "routes": HOME + "vpc/docs/routes", "static routes": HOME + "vpc/docs/static-routes",
    "static addresses": HOME + "compute/docs/ip-addresses/configure-static-external-ip-address",
    "disk types": HOME + "compute/docs/disks", "growing disks": HOME + "compute/docs/disks/resize-persistent-disk",
    "metadata": HOME + "compute/docs/metadata/overview", "Spot VMs": HOME + "compute/docs/instances/spot",
    **{f"{name}.{verb}": f"{REST}{name}/{verb}" for name, verb in (
         ("subnetworks", "insert"), ("subnetworks", "patch"), ("firewalls", "insert"),
        ("routes", "insert"),  ("addresses", "setLabels"), ("disks", "insert"),
        ("disks", "setLabels"), ("instances", "insert"), ("instances", "setLabels"), ("instances", "setTags"),
        ("instances", "setMetadata"),  ("projects", "setCommonInstanceMetadata"),
    )},
}  # fmt: skip
INVALID, REQUIRED, MISSING, STALE = "invalid", "required", "notFound", "conditionNotMet"
NIC, BOOT = "networkInterfaces[0]", "disks[0].initializeParams"


def a_name(where: str = "name") -> tuple[Rule, ...]:
    return rules(INVALID, "names", (where, "upper case", "Shop"), (where, "begins with a digit", "1shop"),
                 (where, "ends with a dash", "shop-"), (where, "64 characters", "s" * 64))  # fmt: skip


def some_labels(where: str = "labels") -> tuple[Rule, ...]:
    return rules(INVALID, "labels", (where, "65", {f"k{number}": "x" for number in range(65)}),
                 (where, "upper case in a key", {"Owner": "x"}), (where, "upper case in a value", {"owner": "X"}),
                 (where, "64 characters", {"a" * 64: "x"}), (where, "a dot", {"a.b": "x"}))  # fmt: skip


def some_tags(where: str) -> tuple[Rule, ...]:
    return rules(INVALID, "network tags", (where, "upper case", ["Shop"]), (where, "an underscore", ["shop_a"]))


def a_range(where: str, page: str) -> tuple[Rule, ...]:
    return rules(INVALID, page, (where, "no range", "banana"), (where, "host bits", "10.66.2.1/24"))


def a_link(where: str, page: str, nothing: str) -> tuple[Rule, ...]:
    """A link to something that is not there, and one that is none."""
    return (*rules(MISSING, page, (where, "link to nothing", nothing)),
            *rules(INVALID, page, (where, "no link", "a b")))  # fmt: skip


def a_fingerprint(where: str, page: str) -> tuple[Rule, ...]:
    return rules(STALE, page, (where, "old", "AAAAAAAAAAA="), (where, "missing", GONE))


def some_metadata(at: str) -> tuple[Rule, ...]:
    first, items = f"{at}items[0]", f"{at}items"
    return rules(INVALID, "metadata", (f"{first}.key", "a blank", "a b"), (f"{first}.key", "129 characters", "k" * 129),
                 (f"{first}.value", "over 256 KB", "x" * (256 * 1024 + 1)),
                 (items, "a key twice", [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]),
                 (items, "over 512 KB", [{"key": f"k{number}", "value": "x" * 200_000} for number in range(3)]),
                 )  # fmt: skip


def some_traffic(at: str) -> tuple[Rule, ...]:
    """What a firewall allows or denies."""
    return (*rules(REQUIRED, "firewalls.insert", (f"{at}[0].IPProtocol", "missing", GONE)),
            *rules(INVALID, "firewall rules", (f"{at}[0].IPProtocol", "unknown", "foo"),
                   (f"{at}[0].IPProtocol", "over 255", "256"), (f"{at}[0].IPProtocol", "with ports", "icmp"),
                   (f"{at}[0].ports", "65536", ["65536"]), (f"{at}[0].ports", "the higher first", ["90-80"]),
                   (f"{at}[0].ports", "no number", ["ssh"])))  # fmt: skip


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
        "networkFirewallPolicyEnforcementOrder": "AFTER_CLASSIC_FIREWALL"},
         *a_name(), *rules(INVALID, "MTU", ("mtu", "1299", 1299), ("mtu", "8897", 8897))),
    kind("network's change", "networks.patch net", lambda rows: {
        "routingConfig": {"routingMode": "GLOBAL"}, "mtu": 1500,
        "networkFirewallPolicyEnforcementOrder": "BEFORE_CLASSIC_FIREWALL"},
         *rules(INVALID, "MTU", ("mtu", "1299", 1299), ("mtu", "8897", 8897)),
         *rules(INVALID, "networks", ("name", "fixed", "other"), ("description", "fixed", "other"))),
    kind("subnetwork", "subnetworks.insert", lambda rows: {
        "name": "new-one", "description": "of a test", "network": "global/networks/net", "region": f"regions/{REGION}",
        "ipCidrRange": "10.66.1.0/24", "privateIpGoogleAccess": True, "purpose": "PRIVATE", "stackType": "IPV4_ONLY",
        "secondaryIpRanges": [{"rangeName": "pods", "ipCidrRange": "10.129.0.0/16"}]},
         *a_name(), *a_range("ipCidrRange", "subnets"), *a_name("secondaryIpRanges[0].rangeName"),
         *a_range("secondaryIpRanges[0].ipCidrRange", "subnets"),
         *a_link("network", "subnetworks.insert", "global/networks/nothing"),
         *rules(REQUIRED, "subnetworks.insert", *((name, "missing", GONE) for name in ("name", "network",
                "ipCidrRange"))),
         *rules(INVALID, "subnets", ("ipCidrRange", "/30", "10.66.1.0/30"), ("ipCidrRange", "overlaps", "10.66.0.0/16"),
                ("ipCidrRange", "link-local", "169.254.0.0/24"), ("secondaryIpRanges[0].ipCidrRange", "overlaps",
                 "10.66.1.0/25")),
         *rules(INVALID, "subnetworks.insert", ("region", "not that of the URL", "regions/us-east4")),
        taken={"fingerprint": "ignored when a subnetwork is inserted, as the API reference says"}),
    kind("subnetwork's change", "subnetworks.patch nodes", lambda rows: {
        "privateIpGoogleAccess": True, "fingerprint": rows["nodes"]["fingerprint"]},
         *a_fingerprint("fingerprint", "subnetworks.patch"), *rules(INVALID, "subnetworks.patch",
         *((name, "fixed", value) for name, value in (("name", "other"), ("network", "global/networks/other-net"),
           ("ipCidrRange", "10.66.0.0/20"), ("description", "other"))))),
    kind("subnetwork's growth", "subnetworks.expandIpCidrRange nodes/expandIpCidrRange", lambda rows: {
        "ipCidrRange": "10.66.0.0/20"},
         *a_range("ipCidrRange", "subnets"), *rules(INVALID, "subnets",
         ("ipCidrRange", "not larger", "10.66.0.0/25"), ("ipCidrRange", "without the old one", "10.67.0.0/20"))),
    kind("firewall", "firewalls.insert", lambda rows: {
        "name": "new-one", "description": "of a test", "network": "global/networks/net", "direction": "INGRESS",
        "priority": 900, "disabled": False, "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}],
        "sourceRanges": ["198.51.100.0/24"], "sourceTags": ["shop"], "targetTags": ["shop"]},
         *a_name(), *some_traffic("allowed"), *some_tags("sourceTags"), *some_tags("targetTags"),
         *a_range("sourceRanges[0]", "firewall rules"),
         *a_link("network", "firewalls.insert", "global/networks/nothing"),
         *rules(REQUIRED, "firewalls.insert", ("allowed", "missing", GONE)),
         *rules(INVALID, "firewall rules", ("denied", "beside allowed", [{"IPProtocol": "all"}]),
                ("priority", "65536", 65536), ("priority", "-1", -1)),
         *rules(INVALID, "VPC quotas", ("sourceTags", "31", [f"t{number}" for number in range(31)]),
                ("targetTags", "71", [f"t{number}" for number in range(71)]))),
    kind("firewall's change", "firewalls.patch there", lambda rows: {
        "name": "there", "allowed": [{"IPProtocol": "udp", "ports": ["51820"]}], "sourceRanges": ["0.0.0.0/0"],
        "description": "of a test", "disabled": True, "priority": 800, "sourceTags": ["shop"], "targetTags": ["shop"]},
         *some_traffic("allowed"), *a_range("sourceRanges[0]", "firewall rules"), *some_tags("targetTags"),
         *rules(INVALID, "firewall rules", ("priority", "65536", 65536), ("network", "fixed",
                "global/networks/other-net"), ("direction", "fixed", "EGRESS"))),
    kind("route", "routes.insert", lambda rows: {
        "name": "new-one", "description": "of a test", "network": "global/networks/net", "destRange": "10.128.1.0/24",
        "priority": 900, "nextHopInstance": f"zones/{ZONE}/instances/machine", "tags": ["shop"]},
         *a_name(), *a_range("destRange", "routes"), *some_tags("tags"),
         *a_link("network", "routes.insert", "global/networks/nothing"),
         *rules(MISSING, "routes.insert", ("nextHopInstance", "link to nothing", f"zones/{ZONE}/instances/nothing")),
         *rules(REQUIRED, "static routes", ("nextHopInstance", "no next hop", GONE)),
         *rules(INVALID, "static routes", ("nextHopIp", "two next hops", "10.66.0.9"), ("priority", "65536", 65536),
                ("destRange", "a subnet's", "10.66.0.0/24"), ("destRange", "inside a subnet", "10.66.0.4/32")),
         Rule("nextHopIp", "outside the network", "10.99.0.1", INVALID, "static routes", {"nextHopInstance": GONE}),
         Rule("nextHopIp", "no address", "banana", INVALID, "static routes", {"nextHopInstance": GONE}),
         Rule("nextHopGateway", "another than the internet's", "global/gateways/other", INVALID, "static routes",
              {"nextHopInstance": GONE})),
    kind("address", "addresses.insert", lambda rows: {
        "name": "new-one", "description": "of a test", "addressType": "EXTERNAL", "networkTier": "PREMIUM",
        "ipVersion": "IPV4", "labels": LABELS},
         *a_name(), *some_labels(),
         *rules(INVALID, "static addresses", ("address", "in nobody's use", "198.51.100.7"))),
    kind("address's labels", "addresses.setLabels address/setLabels", lambda rows: {
        "labels": LABELS, "labelFingerprint": rows["address"]["labelFingerprint"]},
         *some_labels(), *a_fingerprint("labelFingerprint", "addresses.setLabels")),
    kind("disk", "disks.insert", lambda rows: {
        "name": "new-one", "description": "of a test", "sizeGb": "20", "type": f"zones/{ZONE}/diskTypes/pd-balanced",
        "sourceImage": IMAGE, "labels": LABELS},
         *a_name(), *some_labels(),
         *rules(INVALID, "disk types", ("sizeGb", "under the image's", "9"), ("sizeGb", "65537", "65537"),
                ("type", "not there", f"zones/{ZONE}/diskTypes/pd-fast")),
         *rules(MISSING, "disks.insert", ("sourceImage", "link to nothing",
                "projects/debian-cloud/global/images/family/nothing"))),
    kind("disk's labels", "disks.setLabels disk/setLabels", lambda rows: {
        "labels": LABELS, "labelFingerprint": rows["disk"]["labelFingerprint"]},
         *some_labels(), *a_fingerprint("labelFingerprint", "disks.setLabels")),
    kind("disk's growth", "disks.resize disk/resize", lambda rows: {"sizeGb": "30"},
         *rules(INVALID, "growing disks", ("sizeGb", "smaller", "10"), ("sizeGb", "the same", "20"),
         ("sizeGb", "65537", "65537"), ("sizeGb", "missing", GONE))),
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
         *a_name(), *some_labels(), *some_labels(f"{BOOT}.labels"), *some_tags("tags.items"),
         *some_metadata("metadata."),
         *rules(REQUIRED, "instances.insert", ("machineType", "missing", GONE), (f"{BOOT}.sourceImage", "missing",
                GONE)),
         *rules(INVALID, "instances.insert", ("disks", "missing", GONE), ("networkInterfaces", "missing", GONE),
                (f"{NIC}.subnetwork", "missing", GONE), ("disks[0].boot", "no boot disk", False),
                ("disks[0].source", "beside initializeParams", f"zones/{ZONE}/disks/disk"),
                ("machineType", "not there", f"zones/{ZONE}/machineTypes/z9-huge"),
                ("machineType", "of another zone", "zones/europe-west3-b/machineTypes/e2-medium"),
                ("machineType", "another architecture", f"zones/{ZONE}/machineTypes/t2a-standard-1")),
         *rules(MISSING, "instances.insert", (f"{NIC}.subnetwork", "link to nothing",
                f"regions/{REGION}/subnetworks/nothing"), (f"{BOOT}.sourceImage", "link to nothing",
                "projects/debian-cloud/global/images/family/nothing")),
         *rules("badRequest", "instances.insert", (f"{NIC}.network", "not the subnetwork's",
                "global/networks/other-net")),
         *rules(INVALID, "disk types", (f"{BOOT}.diskSizeGb", "under the image's", "9"),
                (f"{BOOT}.diskType", "not there", f"zones/{ZONE}/diskTypes/pd-fast")),
         *rules(INVALID, "subnets", (f"{NIC}.networkIP", "reserved", "10.66.0.1"), (f"{NIC}.networkIP", "reserved",
                "10.66.0.254"), (f"{NIC}.networkIP", "outside the subnetwork", "10.67.0.5"),
                (f"{NIC}.networkIP", "no address", "banana"), (f"{NIC}.networkIP", "in use",
                 lambda world: world.rows["machine"]["networkInterfaces"][0]["networkIP"])),
         *rules(INVALID, "static addresses", (f"{NIC}.accessConfigs[0].natIP", "not ours", "198.51.100.7"),
                (f"{NIC}.accessConfigs[0].networkTier", "not the address's", "STANDARD")),
         *rules(INVALID, "Spot VMs", ("scheduling.automaticRestart", "true", True),
                ("scheduling.onHostMaintenance", "MIGRATE", "MIGRATE")),
         Rule("scheduling", "an end for one that is not Spot", {"instanceTerminationAction": "STOP"}, INVALID,
              "Spot VMs"),
        taken={"disks.diskSizeGb": SERVED, **dict.fromkeys((
            "displayDevice", "keyRevocationActionType", "reservationAffinity", "serviceAccounts",
            "shieldedInstanceConfig", "shieldedInstanceIntegrityPolicy", "networkInterfaces.nicType"), KEPT)}),
    kind("instance's labels", "instances.setLabels machine/setLabels", lambda rows: {
        "labels": LABELS, "labelFingerprint": rows["machine"]["labelFingerprint"]},
         *some_labels(), *a_fingerprint("labelFingerprint", "instances.setLabels")),
    kind("instance's network tags", "instances.setTags machine/setTags", lambda rows: {
        "items": ["shop"], "fingerprint": rows["machine"]["tags"]["fingerprint"]},
         *some_tags("items"), *a_fingerprint("fingerprint", "instances.setTags"),
         *rules(INVALID, "network tags", ("items", "65", [f"t{number}" for number in range(65)]))),
    kind("instance's metadata", "instances.setMetadata machine/setMetadata", lambda rows: {
        "items": [{"key": "user-data", "value": "#cloud-config"}],
        "fingerprint": rows["machine"]["metadata"]["fingerprint"]},
         *some_metadata(""), *a_fingerprint("fingerprint", "instances.setMetadata")),
    kind("instance's access config", "instances.addAccessConfig machine/addAccessConfig?networkInterface=nic0",
         lambda rows: {"name": "External NAT", "type": "ONE_TO_ONE_NAT", "networkTier": "PREMIUM",
                       "natIP": rows["address"]["address"]},
         *rules(INVALID, "static addresses", ("natIP", "not ours", "198.51.100.7"),
         ("networkTier", "not the address's", "STANDARD"))),
    kind("project's metadata", "projects.setCommonInstanceMetadata setCommonInstanceMetadata", lambda rows: {
        "items": [{"key": "ssh-keys", "value": "ana:ssh-ed25519 AAAA"}],
        "fingerprint": rows["project"]["commonInstanceMetadata"]["fingerprint"]},
         *some_metadata(""), *a_fingerprint("fingerprint", "projects.setCommonInstanceMetadata")),
)  # fmt: skip


def codes(kind: Kind, wrong: str) -> tuple[str, ...]:
    """Google has one reason for what is not there and one for all that is wrong."""
    return ("required",) if wrong == DROPPED else ("invalid",)


CLOUD = Cloud("GCP", KINDS, Google, codes, PAGES, HOME, common=("names", "labels", "network tags", "metadata"))
