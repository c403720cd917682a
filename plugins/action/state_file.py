# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

MODE = 0o600
FOLDER_MODE = 0o700


class ActionModule(ActionBase):
    """A file on the controller needs no module that is packed and started for it: every hour, that was a second."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        _result, options = self.validate_argument_spec(
            {"path": {"type": "path", "required": True}, "content": {"type": "str", "required": True}}
        )
        path, content = Path(options["path"]), options["content"].encode()
        try:
            changed = differs(path, content)
            if changed and not self._task.check_mode:
                write(path, content)
        except OSError as error:
            raise AnsibleActionFail(
                f"write {path}: {error.strerror}; make the folder writable for this user"
            ) from error
        return {"changed": changed, "path": str(path)}


def differs(path: Path, content: bytes) -> bool:
    """Whether the file is missing, says something else, or may be read by others."""
    try:
        return path.read_bytes() != content or path.stat().st_mode & 0o777 != MODE
    except FileNotFoundError:
        return True


def write(path: Path, content: bytes) -> None:
    """All of it or nothing: who reads it meanwhile has the old text."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # for this user alone
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
