# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: cluster
short_description: The cluster file as inventory
version_added: 0.1.0
author:
  - Pangaea authors (@pangaea)
description:
  - Reads a cluster file, which describes one Kubernetes cluster over several clouds, and makes hosts and groups of it.
  - It calls no cloud. Two runs over the same file give the same inventory.
  - The file must be named C(cluster.yml) or C(cluster.yaml). It may hold no Jinja and no secret.
  - Everything that is wrong with the file is reported at once.
  - Groups are C(sites) (one local host per site), C(cloud_<cloud>) (the sites of a cloud), C(nodes) with
    C(control_plane) and C(workers) below it, and C(pool_<pool>) and C(site_<site>) (nodes, dashes as underscores).
  - The variable C(pangaea) of all hosts holds what is true of the whole cluster. Hosts of sites have C(pangaea_site),
    C(pangaea_network) and C(pangaea_machines), hosts of nodes have C(pangaea_node).
options:
  plugin:
    description: Names this plugin. All other keys of the file are described in its JSON schema.
    type: str
    required: true
    choices:
      - pangaea.multicloud.cluster
seealso:
  - name: The cluster file
    description: Every key, with an example.
    link: https://github.com/pangaea-multicloud/pangaea/blob/main/docs/cluster-file.md
"""

EXAMPLES = r"""
# cluster.yml
plugin: pangaea.multicloud.cluster
name: shop
id: k3v9q2ab # a fresh one stands in the error message when it is missing
kubernetes: {version: "1.34.4"}
sites:
  aws-fra: {cloud: aws, region: eu-central-1, account: "111122223333", cidr: 10.64.0.0/16, pods: 10.128.0.0/16}
  aws-zrh: {cloud: aws, region: eu-central-2, account: "111122223333", cidr: 10.65.0.0/16, pods: 10.129.0.0/16}
control_plane:
  size: medium
  machines: {aws-fra: 1}
pools:
  general: {size: large, machines: {aws-fra: 1, aws-zrh: 1}}
access:
  ssh_public_key_file: ~/.ssh/id_ed25519.pub
  admin: [198.51.100.0/24] # ssh and the Kubernetes API
"""

import ipaddress
import json
import re
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin
from ansible.template import trust_as_template

from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster import BadClusterFile, Cluster
from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster.variables import (
    cluster_variables,
    group_names,
    node_variables,
    site_variables,
    state_dir,
)

_NAMES = ("cluster.yml", "cluster.yaml")
_PLUGIN_LINE = re.compile(r"^plugin\s*:\s*['\"]?([^\s'\"#]+)", re.MULTILINE)


class InventoryModule(BaseInventoryPlugin):
    NAME = "pangaea.multicloud.cluster"

    def verify_file(self, path: str) -> bool:
        """A file of ours, or one that wants to be: a bad one is claimed too, since others would only guess at it."""
        if not super().verify_file(path) or Path(path).name not in _NAMES:
            return False
        text = Path(path).read_text("utf-8", errors="replace")
        named = _PLUGIN_LINE.search(text)
        if named:
            return named[1].startswith("pangaea.")
        return all(re.search(rf"^{key}\s*:", text, re.MULTILINE) for key in ("sites", "control_plane"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        try:
            cluster = Cluster.load(path)
        except BadClusterFile as error:
            raise AnsibleParserError(str(error)) from None  # Ansible would print the chain: all of it twice
        for name in ("sites", "nodes", "control_plane", "workers"):
            self.inventory.add_group(name)
        for child in ("control_plane", "workers"):
            self.inventory.add_child("nodes", child)
        self._set("all", {"pangaea": cluster_variables(cluster)})
        self._add_sites(cluster)
        self._add_nodes(cluster, self._last_addresses(cluster))

    def _add_sites(self, cluster: Cluster) -> None:
        for site in cluster.sites:
            self.inventory.add_host(site.name, group="sites")
            self.inventory.add_host(site.name, group=self.inventory.add_group(f"cloud_{site.cloud}"))
            self._set(site.name, {"ansible_connection": "local", **site_variables(cluster, site)})
            # The interpreter that runs Ansible has the SDKs. A stored inventory may run elsewhere: hence no path.
            interpreter = trust_as_template("{{ ansible_playbook_python }}")
            self.inventory.set_variable(site.name, "ansible_python_interpreter", interpreter)

    def _add_nodes(self, cluster: Cluster, addresses: dict[str, str]) -> None:
        for pool in cluster.pools:
            self.inventory.add_group(f"pool_{(pool.pool or '').replace('-', '_')}")  # also without a machine
        for site in cluster.sites:
            self.inventory.add_group(f"site_{site.name.replace('-', '_')}")
        for machine in cluster.nodes:
            for group in group_names(machine):
                self.inventory.add_host(machine.name, group=group)
            self._set(machine.name, node_variables(cluster, machine))
            if machine.name in addresses:
                self.inventory.set_variable(machine.name, "ansible_host", addresses[machine.name])

    def _set(self, name: str, variables: dict[str, Any]) -> None:
        for key, value in variables.items():
            self.inventory.set_variable(name, key, value)

    def _last_addresses(self, cluster: Cluster) -> dict[str, str]:
        """{machine: public address} as the last run left it, for ad-hoc commands; a converge reads the clouds."""
        file = Path(state_dir(cluster)) / "addresses.json"
        try:
            found = json.loads(file.read_text("utf-8"))
            public = {name: machine["public_address"] for name, machine in found.items()}
            return {name: str(ipaddress.ip_address(address)) for name, address in public.items() if address}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
            why = f"{file} is not used, it cannot be read as addresses of machines ({error})"
            self.display.warning(f"{why}; the next run writes it anew")
            return {}
