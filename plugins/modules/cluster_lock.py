#!/usr/bin/python
# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_lock
short_description: Hold the lock of a cluster while this playbook runs
version_added: 0.1.0
author:
  - The Pangaea authors (@pangaea)
description:
  - Takes the one lock that a cluster has on this controller, so that two runs never change it at once.
  - The lock is held by a small detached process that watches C(ansible-playbook) and ends with it, also when that is
    killed. There is nothing to clean up after a crash.
  - Fails at once when the lock is held, or when others wait for it, and names them.
    Waiting for one's turn is what C(runner.py) does.
  - A run that was started by C(runner.py) finds the token of the runner's lock in its environment and shares that lock.
  - Then waits for modules of killed runs that still write to a cloud.
options:
  state_dir:
    description: Folder of this cluster's state. The lock's files lie in it.
    type: path
    required: true
  what:
    description: What the lock is for, one or a few words, for those who meet it.
    type: str
    default: converge
  file:
    description:
      - The cluster file. With O(checksum) it is compared once the lock is held.
      - It fails, and frees the lock, if the file is no longer the one that the inventory was made from.
    type: path
  checksum:
    description: SHA-256 of the cluster file's bytes when the inventory was made.
    type: str
  patience:
    description: Seconds to wait for modules of earlier, killed runs that still write to a cloud.
    type: int
    default: 900
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
attributes:
  check_mode:
    support: full
    description: Takes no lock, and tells who holds it.
  diff_mode:
    support: none
    description: A lock has no content that could differ.
  platform:
    support: full
    platforms: linux
notes:
  - MUST run on the controller (C(hosts=localhost)), never on a node.
  - Linux only. The lock counts among the users and processes of one machine.
"""

EXAMPLES = r"""
- name: Hold the cluster's lock
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Take the lock
      pangaea.multicloud.cluster_lock:
        state_dir: "{{ pangaea['state_dir'] }}"
        file: "{{ pangaea['file'] }}"
        checksum: "{{ pangaea['file_checksum'] }}"

    - name: Look who holds it
      pangaea.multicloud.cluster_lock:
        state_dir: "{{ pangaea['state_dir'] }}"
      check_mode: true
      register: lock
"""

RETURN = r"""
held:
  description: Whether this run holds the lock.
  type: bool
  returned: always
locked:
  description: Whether the task failed because somebody else has the lock, or comes first.
  type: bool
  returned: on failure
holder:
  description: Who holds the lock, or null.
  type: dict
  returned: always
  sample:
    who: ana
    host: control
    pid: 4711
    what: converge
    since: "2026-01-31T14:02:11+00:00"
    until: "2026-01-31T14:09:00+00:00"
sentence:
  description: The same for people.
  type: str
  returned: when somebody holds the lock
  sample: ana@control since 14:02 (6 min ago), converge; it should be done about 14:09
queue:
  description: Who waits for the lock, the next one first. Each with who, host, what and since.
  type: list
  elements: dict
  returned: always
"""

import hashlib
import os
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.pangaea.multicloud.plugins.module_utils._lock import durations, lock
from ansible_collections.pangaea.multicloud.plugins.module_utils._lock.files import Holder
from ansible_collections.pangaea.multicloud.plugins.module_utils._lock.process import playbook


class FileChanged(Exception):
    """The cluster file is not the one that the inventory was made from."""


def shown(folder: Path, holder: Holder | None, held: bool) -> dict[str, Any]:
    """Result keys about the lock."""
    keys = ("who", "host", "what", "since")
    queue = [{key: getattr(ticket, key) for key in keys} for ticket in lock.queue_of(folder)]
    result: dict[str, Any] = {"held": held, "holder": holder.as_dict() if holder else None, "queue": queue}
    if holder:
        result["sentence"] = holder.sentence()
    return result


def refuse_another_file(file: str | None, checksum: str | None) -> None:
    """Raise FileChanged if the cluster file has other bytes than those the inventory was made from."""
    if not file or not checksum:
        return
    now = hashlib.sha256(Path(file).read_bytes()).hexdigest()
    if now != checksum:
        raise FileChanged(
            f"{file} was changed after this run had read it (checksum {checksum[:8]}, now {now[:8]}); "
            f"nothing was applied. Start again, so that the new file is read"
        )


def hold(params: dict[str, Any]) -> Holder:
    """Share the runner's lock, or take one that lasts as long as this ansible-playbook."""
    folder = Path(params["state_dir"])
    watch = playbook()
    if watch is None:
        raise lock.Gone("no ansible-playbook stands above this task: run it on the controller, by connection: local")
    token = os.environ.get(lock.TOKEN)
    if token:
        holder = lock.join(folder, token, watch)
    else:
        lasts = durations.expected(folder, params["what"])
        holder = lock.take(folder, lock.Claim.of(params["what"]), watch, lasts=lasts, patience=params["patience"])
    try:
        refuse_another_file(params["file"], params["checksum"])
    except (OSError, FileChanged):
        if not token:
            lock.free(folder, holder.token)
        raise
    return holder


def main() -> None:
    """Take the lock, or tell who has it."""
    module = AnsibleModule(
        argument_spec=dict(
            state_dir=dict(type="path", required=True),
            what=dict(type="str", default="converge"),
            file=dict(type="path"),
            checksum=dict(type="str"),
            patience=dict(type="int", default=900),
        ),
        required_by=dict(checksum=["file"]),
        supports_check_mode=True,
    )
    folder = Path(module.params["state_dir"])
    if module.check_mode:
        module.exit_json(changed=False, **shown(folder, lock.holder_of(folder)[1], held=False))
    try:
        holder = hold(module.params)
    except lock.Held as held:
        advice = "wait for it, or let ./runner.py queue the change"
        module.fail_json(msg=f"{held}; {advice}", locked=True, kind="Held", **shown(folder, held.holder, held=False))
    except (lock.Gone, lock.StillWriting, FileChanged, OSError) as error:
        module.fail_json(msg=str(error), locked=False, kind=type(error).__name__, held=False, holder=None, queue=[])
    module.exit_json(changed=False, **shown(folder, holder, held=True))


if __name__ == "__main__":
    main()
