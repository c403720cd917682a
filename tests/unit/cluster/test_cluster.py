"""What a good cluster file says."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster import BadClusterFile, Cluster
from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster.variables import (
    cluster_variables,
    node_variables,
    site_variables,
    state_dir,
)

HERE = Path(__file__).parent
BASE = (HERE / "base.yml").read_text()
INVENTORIES = HERE.parents[2] / "inventories"


def changed(old: str, new: str) -> Cluster:
    assert BASE.count(old) == 1
    return Cluster.parse(BASE.replace(old, new), HERE / "cluster.yml")


def names(cluster: Cluster, site: str) -> list[str]:
    return [machine.name for machine in cluster.machines(site)]


def test_machines_are_named_after_cluster_site_pool_and_number() -> None:
    cluster = Cluster.load(HERE / "base.yml")
    assert names(cluster, "aws-fra") == ["shop-aws-fra-cp-1", "shop-aws-fra-general-1", "shop-aws-fra-general-2"]
    assert cluster.owner == "shop-k3v9q2ab"


def test_a_skipped_number_goes_and_the_others_keep_theirs() -> None:
    cluster = Cluster.load(HERE / "base.yml")  # batch: 3 machines, skip [2]
    assert names(cluster, "gcp-fra") == ["shop-gcp-fra-cp-1", "shop-gcp-fra-batch-1", "shop-gcp-fra-batch-3"]


def test_a_number_may_be_skipped_in_one_site_only() -> None:
    cluster = changed("      aws-zrh: 2\n", "      aws-zrh: 2\n    skip: {aws-zrh: [1]}\n")
    assert names(cluster, "aws-zrh") == ["shop-aws-zrh-cp-1", "shop-aws-zrh-general-2"]
    assert "shop-aws-fra-general-1" in names(cluster, "aws-fra")


def test_no_name_moves_when_a_site_or_pool_is_added_before_the_others() -> None:
    before = {machine.name for machine in Cluster.load(HERE / "base.yml").nodes}
    site = (
        '  aws-dub: {cloud: aws, region: eu-west-1, account: "111122223333", cidr: 10.67.0.0/16, pods: 10.131.0.0/16}\n'
    )
    text = BASE.replace("sites:\n", "sites:\n" + site)
    text = text.replace("pools:\n  general:", "pools:\n  early: {machines: {aws-dub: 1}}\n  general:")
    after = {machine.name for machine in Cluster.parse(text, HERE / "cluster.yml").nodes}
    assert after == before | {"shop-aws-dub-early-1"}


def test_a_site_that_leaves_keeps_its_ranges_and_has_no_machines() -> None:
    text = BASE.replace("machines: {aws-fra: 1, aws-zrh: 1, gcp-fra: 1}", "machines: {aws-fra: 1}")
    text = text.replace("project: shop-prod,", "project: shop-prod, state: absent,")
    cluster = Cluster.parse(text, HERE / "cluster.yml")
    assert cluster.machines("gcp-fra") == []
    assert site_variables(cluster, cluster.site("gcp-fra"))["pangaea_site"]["state"] == "absent"
    network = cluster_variables(cluster)["network"]
    assert "10.130.0.0/16" in network["inside"]
    assert "gcp" in network["mesh"]["clouds"]  # its machines may still be there, and their path decides the MTU


def test_a_group_may_have_an_image_and_disk_of_its_own() -> None:
    cluster = changed("  general:\n", "  general:\n    image: ubuntu-24.04\n    disk_gb: 100\n")
    machines = {m["name"]: m for m in site_variables(cluster, cluster.site("aws-fra"))["pangaea_machines"]}
    assert (machines["shop-aws-fra-general-1"]["image"], machines["shop-aws-fra-general-1"]["disk_gb"]) == (
        "ubuntu-24.04",
        100,
    )
    assert (machines["shop-aws-fra-cp-1"]["image"], machines["shop-aws-fra-cp-1"]["disk_gb"]) == ("debian-13", 30)
    users = {node.name: node_variables(cluster, node, {})["ansible_user"] for node in cluster.machines("aws-fra")}
    assert users["shop-aws-fra-general-1"] == "ubuntu"
    assert users["shop-aws-fra-cp-1"] == "debian"


def test_only_the_control_plane_keeps_its_public_addresses() -> None:
    cluster = Cluster.load(HERE / "base.yml")
    variables = site_variables(cluster, cluster.site("aws-fra"))
    assert variables["pangaea_network"]["addresses"] == ["shop-aws-fra-cp-1"]
    assert [machine["public"] for machine in variables["pangaea_machines"]] == ["static", "automatic", "automatic"]


def test_the_dns_is_the_tenth_address_of_the_services() -> None:
    cluster = changed("services: 10.96.0.0/16", "services: 10.97.128.0/20")
    assert cluster_variables(cluster)["network"]["dns"] == "10.97.128.10"


def test_the_checksum_is_of_the_bytes() -> None:
    cluster = Cluster.load(HERE / "base.yml")
    assert cluster.file_checksum == hashlib.sha256((HERE / "base.yml").read_bytes()).hexdigest()
    assert cluster.file == HERE / "base.yml"


def test_the_state_folder_is_chosen_by_the_environment() -> None:
    cluster = Cluster.load(HERE / "base.yml")
    assert state_dir(cluster, {"PANGAEA_STATE": "/srv/pangaea"}) == "/srv/pangaea/shop-k3v9q2ab"
    assert state_dir(cluster, {}).endswith("/.local/state/pangaea/shop-k3v9q2ab")


def test_ssh_checks_keys_by_the_name_of_the_node() -> None:
    cluster = changed("  admin: [198.51.100.0/24]", "  admin: [198.51.100.0/24]\n  ssh_proxy_command: nc -x it's %h %p")
    found = node_variables(cluster, cluster.nodes[0], {"PANGAEA_STATE": "/srv/my state"})["ansible_ssh_common_args"]
    assert "StrictHostKeyChecking=yes" in found
    assert "HostKeyAlias=shop-aws-fra-cp-1" in found
    assert "'UserKnownHostsFile=/srv/my state/shop-k3v9q2ab/known_hosts'" in found
    assert found.endswith(""" -o 'ProxyCommand=nc -x it'"'"'s %h %p'""")


def test_a_public_key_is_read_from_beside_the_file_and_the_private_one_is_found(tmp_path: Path) -> None:
    key = BASE.split('ssh_public_keys: ["')[1].split('"')[0]
    (tmp_path / "id.pub").write_text(f"# mine\n{key}\n")
    (tmp_path / "cluster.yml").write_text(BASE.split("  ssh_public_keys:")[0] + "  ssh_public_key_file: id.pub\n")
    assert Cluster.load(tmp_path / "cluster.yml").access.ssh_private_key_file is None  # then it is the agent's
    (tmp_path / "id").write_text("")
    access = Cluster.load(tmp_path / "cluster.yml").access
    assert access.ssh_public_keys == (key,)
    assert access.ssh_private_key_file == str(tmp_path / "id")


def test_a_file_that_does_not_exist_is_a_bad_cluster_file(tmp_path: Path) -> None:
    with pytest.raises(BadClusterFile, match=r"does not exist; make one with `./runner.py init`"):
        Cluster.load(tmp_path / "cluster.yml")


def test_a_folder_and_a_binary_are_bad_cluster_files(tmp_path: Path) -> None:
    with pytest.raises(BadClusterFile, match="cannot be read"):
        Cluster.load(tmp_path)
    (tmp_path / "cluster.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadClusterFile, match="is not UTF-8"):
        Cluster.load(tmp_path / "cluster.yml")


def test_a_secret_is_never_shown() -> None:
    text = BASE.replace("cidr: 10.65.0.0/16", "secret_access_key: wJalrXUtnFEMI, cidr: 10.65.0.0/16")
    with pytest.raises(BadClusterFile) as caught:
        Cluster.parse(text, HERE / "cluster.yml")
    assert "wJalrXUtnFEMI" not in repr(caught.value.problems)


def test_concessions_to_the_sandbox_stand_in_the_demo_only() -> None:
    having = [file.parent.name for file in INVENTORIES.glob("*/cluster.yml") if "concessions:" in file.read_text()]
    assert having == ["demo"]
