# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""YAML text as plain data, with the line and the spelling of every value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .problem import Path, Problem, dotted

if TYPE_CHECKING:  # PyYAML comes with Ansible; on a node, where modules import this package, it need not be
    import yaml

_DEEPEST = 32
_JINJA = re.compile(r"\{\{|\{%|\{#")
_SECRET_KEY = re.compile(
    r"(^|_)(password|passwd|passphrase|secrets?|tokens?|credentials?|(private|access|secret|api|account|shared)_?key)($|_)"
)
_SECRET_VALUE = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY|^(AKIA|ASIA)[A-Z0-9]{16}$|://[^/@\s]*:[^/@\s]+@")
_NAMES_A_FILE = re.compile(r"_(file|path|recipient)$")


@dataclass
class Document:
    """`data` as dicts, lists and scalars; `lines` and `spelled` by path, `problems` of the YAML itself."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    spelled: dict[Path, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    refused: set[Path] = field(default_factory=set)  # read as None, and complained about already

    @classmethod
    def parse(cls, text: str) -> Document:
        import yaml

        reader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is some ten times faster
        document = cls()
        try:
            loader = reader(text)
            try:
                # compose() would resolve an alias into its anchor without a trace, so events are read first.
                document._refuse_tricks(yaml.parse(text, Loader=reader))
                root = loader.get_single_node()
                if root is not None:
                    document.data = document._plain(root, (), loader)
            finally:
                loader.dispose()
        except _Refused:
            pass
        except yaml.YAMLError as error:
            document.problems = [_unreadable(error)]
            document.data = None
        return document

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it that is in the file; 0 in an empty file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)

    def bad(self, path: Path, value: str | None, why: str, fix: str) -> None:
        self.problems.append(Problem(dotted(path), value, why, fix, self.line(path)))

    def _refuse_tricks(self, events: Iterator[Any]) -> None:
        """Refuse aliases, and nesting that no cluster file needs and that the parser's own stack would not survive."""
        depth = 0
        for event in events:
            line = event.start_mark.line + 1
            depth += type(event).__name__ in ("MappingStartEvent", "SequenceStartEvent")
            depth -= type(event).__name__ in ("MappingEndEvent", "SequenceEndEvent")
            if depth > _DEEPEST:
                why, fix = f"is nested more than {_DEEPEST} deep", "look for brackets that were meant otherwise"
                self.problems.append(Problem("(file)", None, why, fix, line))
                break
            if getattr(event, "anchor", None):
                why = "names a YAML anchor or alias: an edit of one place, as `scale` makes it, would change others"
                self.problems.append(Problem("(file)", event.anchor, why, "write the value out in each place", line))
        if self.problems:
            raise _Refused

    def _plain(self, node: Any, path: Path, loader: Any) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if node.id == "mapping":
            return self._mapping(node, path, loader)
        if node.id == "sequence":
            return [self._plain(item, (*path, number), loader) for number, item in enumerate(node.value)]
        return self._scalar(node, path, loader)

    def _mapping(self, node: Any, path: Path, loader: Any) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.id != "scalar":
                self.bad(path, None, "has a key that is a list or a mapping", "use a plain word as the key")
                continue
            key, here = key_node.value, (*path, key_node.value)
            line = key_node.start_mark.line + 1
            if key in result:
                first = self.lines[here]
                self.problems.append(
                    Problem(dotted(here), None, f"occurs twice, first in line {first}", "keep one of the two", line)
                )
                continue
            self.lines[here] = line
            if _looks_secret(key) and value_node.id != "mapping":
                self._refuse_secret(here)
                result[key] = None
                continue
            result[key] = self._plain(value_node, here, loader)
        return result

    def _scalar(self, node: Any, path: Path, loader: Any) -> Any:
        self.spelled[path] = node.value
        if _SECRET_VALUE.search(node.value):
            self._refuse_secret(path)
            return None
        if _JINJA.search(node.value):
            self.refused.add(path)
            self.bad(
                path,
                node.value,
                "looks like Jinja, and the cluster file is read as it is, by tools that know no Jinja",
                "write the value itself",
            )
            return None
        if not node.tag.startswith("tag:yaml.org,2002:") or ":python/" in node.tag:
            self.refused.add(path)
            self.bad(path, node.tag, "is a YAML tag that the cluster file does not know", "write a plain value")
            return None
        try:
            return loader.construct_object(node)
        except ValueError:  # 2026-99-99 looks like a date to YAML, and is none
            return node.value

    def _refuse_secret(self, path: Path) -> None:
        self.refused.add(path)
        self.bad(
            path,
            None,
            "looks like a secret (its value is not shown), and the cluster file is no place for one",
            "remove it and renew it; give credentials by the environment or as a file that the file names by path",
        )


class _Refused(Exception):
    """What is wrong was already written down."""


def _looks_secret(key: str) -> bool:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower().replace("-", "_")
    return bool(_SECRET_KEY.search(snake)) and not _NAMES_A_FILE.search(snake)


def _unreadable(error: yaml.YAMLError) -> Problem:
    mark, began = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    said = [part for part in (getattr(error, "context", None), getattr(error, "problem", None)) if part]
    if len(said) == 2 and began is not None:
        said[0] += f" that begins in line {began.line + 1}"
    why = f"is not YAML: {', '.join(said) or ' '.join(str(error).split())}"
    mark = mark or began
    if mark is None:
        return Problem("(file)", None, why, "correct it")
    fix = f"look at column {mark.column + 1} of that line, and at what stands before it"
    return Problem("(file)", None, why, fix, mark.line + 1)
