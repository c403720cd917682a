# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only AWS has: ids that nobody chooses, metadata options, keys of accounts."""

from __future__ import annotations

from tests.sandbox.running import OWNER

from .damages import take_the_address_away
from .lab import Aws


def test_real_credentials_do_not_go_to_a_simulator(lab: Aws) -> None:
    lab.asked()
    refused = lab.network(access_key="AKIAIOSFODNN7EXAMPLE", secret_key="s3cr3t")
    assert refused["kind"] == "Refused" and "AKIA" in refused["msg"] and "s3cr3t" not in refused["msg"]
    assert lab.asked() == []


def test_keys_of_the_sandbox_do_not_go_to_amazon(lab: Aws) -> None:
    refused = lab.network(endpoint_url=None)
    assert refused["kind"] == "Refused" and "AWS itself" in refused["msg"]
    assert lab.asked() == []


def test_the_parts_of_a_machine_are_amazons_own(lab: Aws) -> None:
    lab.converge()
    row = lab.machine(lab.worker)
    mapped = row["BlockDeviceMappings"][0]
    disk = lab.ec2.describe_volumes(VolumeIds=[mapped["Ebs"]["VolumeId"]])["Volumes"][0]
    assert (disk["VolumeType"], disk["Encrypted"]) == ("gp3", True)
    assert mapped["DeviceName"] == row["RootDeviceName"]
    assert (row["MetadataOptions"]["HttpTokens"], row["MetadataOptions"]["HttpPutResponseHopLimit"]) == ("required", 1)
    assert {tag["Key"]: tag["Value"] for tag in row["Tags"]}["Name"] == lab.worker


def test_two_networks_with_our_tags_are_both_named(fresh: Aws) -> None:
    first = fresh.network()["network"]["id"]
    second = fresh.ec2.create_vpc(CidrBlock="10.64.0.0/16")["Vpc"]["VpcId"]
    tags = [{"Key": "pangaea-cluster", "Value": OWNER}, {"Key": "pangaea-site", "Value": fresh.site}]
    fresh.ec2.create_tags(Resources=[second], Tags=tags)
    refused = fresh.network(check=True)
    assert refused["kind"] == "Refused" and first in refused["msg"] and second in refused["msg"]


def test_a_machine_of_somebody_else_with_our_name_is_not_ours(fresh: Aws) -> None:
    fresh.bystanders()
    network = fresh.converge()
    made = fresh.machines(network=network)["machines"][fresh.worker]["id"]
    assert made == fresh.one("instance", fresh.worker)


def test_an_address_that_lost_all_tags_and_its_machine_is_free_for_others(fresh: Aws) -> None:
    """Nothing says any more whose it is: a new one is made, and nobody's is released."""
    fresh.converge()
    take_the_address_away(fresh)
    address = fresh.id_of("address")
    fresh.retag("address", dict.fromkeys(fresh.tags("address")))
    assert fresh.plan() == [f"create address/aws-fra/{fresh.control}", f"create attachment/aws-fra/{fresh.control}"]
    fresh.converge()
    assert address in fresh.snapshot()["address"]
