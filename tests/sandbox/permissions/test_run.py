# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole run with permissions for one of two sites."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.sandbox.permissions.aws import LEAST
from tests.sandbox.permissions.lab import Lab
from tests.sandbox.running import KEY, OWNER

ROOT = Path(__file__).parents[3]
CLUSTER = """
plugin: pangaea.multicloud.cluster
name: {name}
id: {id}
kubernetes: {{version: "1.34.4"}}
sites:
  aws-fra: {{cloud: aws, region: eu-central-1, account: "{account}", cidr: 10.64.0.0/16, pods: 10.128.0.0/16, endpoint: "{url}"}}
  aws-zrh: {{cloud: aws, region: eu-central-2, account: "{account}", cidr: 10.65.0.0/16, pods: 10.129.0.0/16, endpoint: "{url}"}}
control_plane: {{machines: {{aws-fra: 1}}}}
pools:
  general: {{size: small, machines: {{aws-fra: 1, aws-zrh: 1}}}}
access:
  ssh_public_key_file: {key}
  admin: [198.51.100.0/24]
"""  # noqa: E501


def test_a_site_without_its_permissions_fails_alone_and_its_error_names_the_first(
    labs: Callable[[str], Lab], tmp_path: Path
) -> None:
    lab = labs("aws")
    lab.restart()
    document = lab.written()
    for statement in document["Statement"]:
        statement["Condition"] = {"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}
    lab.bind(document)
    key = tmp_path / "id.pub"
    key.write_text(f"{KEY} ana\n")
    key.with_suffix("").write_text("never read: no machine is reached here\n")
    folder = tmp_path / "shop"
    folder.mkdir()
    name, number = OWNER.rsplit("-", 1)
    text = CLUSTER.format(name=name, id=number, account=lab.account, url=lab.url, key=key)
    (folder / "cluster.yml").write_text(text)
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    login = {"AWS_ACCESS_KEY_ID": LEAST, "AWS_SECRET_ACCESS_KEY": "secret"}
    done = subprocess.run(
        [sys.executable, str(ROOT / "runner.py"), "plan", "-i", str(folder)], cwd=ROOT, capture_output=True, text=True,
        env={**own, **login, "PANGAEA_STATE": str(tmp_path / "state")}, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 10, done.stdout + done.stderr
    assert "create  network/aws-fra" in done.stdout and "network/aws-zrh" not in done.stdout
    said = done.stdout + done.stderr
    assert "site aws-zrh" in said and "the permission ec2:DescribeVpcs is missing" in said
