#!/usr/bin/python
# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: wireguard
short_description: One end of a node's WireGuard links
version_added: 0.1.0
description:
  - Makes and keeps one WireGuard interface of the node it runs on, in the kernel and for the next boot, with its own
    routing table and the rule that leads to it.
  - Compares the file and the kernel with what is asked for and changes only what differs. Links that are as they
    should be are not touched and go on carrying traffic.
  - Every link carries the name of its node. A link goes only when that name is in O(remove), or when what lies behind
    it belongs to a wanted link now. A name that is in no option stays and is reported as RV(unexpected).
  - The private key is made on the node and never leaves it.
options:
  state:
    description:
      - V(present) makes the interface. V(keyed) only makes the node's key, whose public half other nodes need.
    type: str
    choices: [present, keyed]
    default: present
  interface:
    description: Name of the interface.
    type: str
    default: wg0
  address:
    description: Address of the node, which the interface carries as C(/32). Required when O(state=present).
    type: str
  listen_port:
    description: UDP port.
    type: int
    default: 51820
  mtu:
    description: Largest packet inside of the tunnel, in bytes.
    type: int
    default: 1420
  fwmark:
    description: Mark of the outer packets, which keeps them out of the tunnel. One bit that nothing else uses.
    type: int
    default: 1048576
  table:
    description: Number of the routing table, and place of the rule that leads to it.
    type: int
    default: 7100
  peers:
    description: The links, one for each other node.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the node at the other end.
        type: str
        required: true
      public_key:
        description: Its public key.
        type: str
        required: true
      endpoint:
        description:
          - Where it is reached, as C(address:port). Without it the configured one stays, else the other end calls.
          - Compared as configured. An endpoint that roamed is left alone while the link talks.
        type: str
      allowed:
        description: Networks behind it.
        type: list
        elements: str
        required: true
  keep:
    description: Names of nodes that could not be read in this run. What the node knows of them stays as it is.
    type: list
    elements: str
    default: []
  remove:
    description: Names of nodes that leave.
    type: list
    elements: str
    default: []
  rollback:
    description:
      - Seconds after which a change undoes itself, unless C(systemctl stop pangaea-rollback.timer) confirms it.
        Confirm by a fresh connection, which proves that the change did not cut its own path.
      - V(0) changes without a way back.
      - A change of an earlier run that nobody confirmed is undone first.
    type: int
    default: 120
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  platform:
    platforms: debian
author:
  - The Pangaea authors (@pangaea)
"""

EXAMPLES = r"""
- name: Make the node's key
  pangaea.multicloud.wireguard:
    state: keyed
  register: key

- name: Link the node to one other
  pangaea.multicloud.wireguard:
    address: 10.64.0.10
    peers:
      - name: demo-aws-dub-general-1
        public_key: "{{ hostvars['demo-aws-dub-general-1'].key.public_key }}"
        endpoint: 198.51.100.21:51820
        allowed: [10.65.0.11/32, 10.129.0.0/24]
"""

RETURN = r"""
public_key:
  description: Public half of the node's key; empty in check mode as long as the node has none.
  type: str
  returned: always
reasons:
  description: Why something was changed, a sentence each.
  type: list
  elements: str
  returned: always
unexpected:
  description: Links that nobody asked for and that stay.
  type: list
  elements: str
  returned: when O(state=present)
armed:
  description: Whether the change undoes itself unless it is confirmed.
  type: bool
  returned: always
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import Error, Invalid, NotConverged
from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.decision import Asked, Decision
from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.wireguard import Interface, Peer
from ansible_collections.pangaea.multicloud.plugins.module_utils._node import change, rollback, tunnel


def asked_of(params: dict[str, Any]) -> Asked:
    """The options as a value. Raises Invalid for a network or a key that is none."""
    try:
        peers = tuple(Peer.of(p["name"], p["public_key"], p["endpoint"], p["allowed"]) for p in params["peers"])
    except ValueError as error:
        raise Invalid(
            f"peers: {error}; a network is written like 10.128.1.0/24, without bits after its prefix"
        ) from error
    twice = sorted({peer.name for peer in peers if [other.name for other in peers].count(peer.name) > 1})
    if twice:
        raise Invalid(f"peers: {', '.join(twice)} is named twice; give each node one entry")
    interface = Interface(
        address=params["address"],
        port=params["listen_port"],
        mtu=params["mtu"],
        peers=peers,
        mark=params["fwmark"],
        table=params["table"],
        name=params["interface"],
    )
    return Asked(interface, frozenset(params["keep"]), frozenset(params["remove"]))


class Work:
    """One run: a look, what differs, and the change of exactly that."""

    def __init__(self, params: dict[str, Any]) -> None:
        self.params, self.name = params, params["interface"]
        self.asked = asked_of(params) if params["state"] == "present" else None
        self.seen: tunnel.Seen | None = None
        self.decision: Decision | None = None
        self.reasons: tuple[str, ...] = ()
        self.armed = False

    def look(self) -> None:
        """Find the reasons for a change."""
        if self.asked is None:
            self.reasons = () if tunnel.public_key(self.name) else ("the node has no key yet",)
            return
        self.seen = tunnel.look(self.name, self.params["table"])
        self.decision = tunnel.differences(self.asked, self.seen)
        self.reasons = self.decision.reasons

    def apply(self) -> None:
        """Change what differs, and read it back. Raises NotConverged if that still shows a difference."""
        if not tunnel.public_key(self.name):
            change.make_key(self.name)
        if self.asked is None:
            return
        self.seen = tunnel.look(self.name, self.params["table"])  # with the key, which the kernel is compared with
        if self.params["rollback"]:
            rollback.arm(self.seen, self.name, self.params["table"], self.params["rollback"])
            self.armed = True
        change.apply(tunnel.differences(self.asked, self.seen), self.seen)
        left = tunnel.differences(self.asked, tunnel.look(self.name, self.params["table"])).reasons
        if left:
            raise NotConverged(f"tunnel {self.name}: changed, but reading it back shows: {'; '.join(left)}")

    def result(self) -> dict[str, Any]:
        """The module's result, with ``diff`` of the file, which holds no secret."""
        found: dict[str, Any] = {
            "public_key": tunnel.public_key(self.name),
            "reasons": list(self.reasons),
            "armed": self.armed,
        }
        if self.decision is not None and self.seen is not None:
            path = f"{tunnel.FOLDER}/{self.name}.conf"
            found["unexpected"] = list(self.decision.unexpected)
            found["diff"] = {
                "before_header": path,
                "after_header": path,
                "before": self.before or "",
                "after": self.decision.interface.text(),
            }
        return found

    @property
    def before(self) -> str | None:
        """The text of the file as the last look found it."""
        return self.seen.files[f"{tunnel.FOLDER}/{self.name}.conf"] if self.seen else None


def main() -> None:
    """Look, and change unless in check mode."""
    peer = dict(
        name=dict(type="str", required=True),
        public_key=dict(type="str", required=True, no_log=False),
        endpoint=dict(type="str"),
        allowed=dict(type="list", elements="str", required=True),
    )
    module = AnsibleModule(
        argument_spec=dict(
            state=dict(type="str", choices=["present", "keyed"], default="present"),
            interface=dict(type="str", default="wg0"),
            address=dict(type="str"),
            listen_port=dict(type="int", default=51820),
            mtu=dict(type="int", default=1420),
            fwmark=dict(type="int", default=0x100000),
            table=dict(type="int", default=7100),
            peers=dict(type="list", elements="dict", default=[], options=peer),
            keep=dict(type="list", elements="str", default=[]),
            remove=dict(type="list", elements="str", default=[]),
            rollback=dict(type="int", default=120),
        ),
        required_if=[("state", "present", ["address"])],
        supports_check_mode=True,
    )
    work: Work | None = None
    try:
        work = Work(module.params)
        if not module.check_mode and rollback.armed():
            rollback.undo()
        work.look()
        if work.reasons and not module.check_mode:
            work.apply()
        result = {"changed": bool(work.reasons), **work.result()}
    except Error as error:
        armed = bool(work and work.armed)
        module.fail_json(msg=str(error), kind=error.kind, changed=armed, armed=armed, **error.details)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
