"""The layout is a promise to the reader, and kept by these tests."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINKED = ROOT / "collections/ansible_collections/pangaea/multicloud"
LINES = 300  # a file; more wants a reason below
FUNCTION_LINES = 40
LONG_FILES = {
    "plugins/module_utils/_aws/api_network.py": "one decorated function of two lines per call, and a network has forty",
    "plugins/module_utils/_cluster/shape.py": "every shape that a value may have; they refer to each other",
}
LONG_FUNCTIONS = {
    "plugins/module_utils/_aws/network.py:_roads": "one list of resources, each a line or two, without a branch",
}
PURE = ("_engine", "_cluster", "_mesh", "_lock")


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders or ("plugins", "sandbox", "service", "tests"):
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "output" not in path.parts)


def test_each_entry_of_the_collection_is_linked_and_nothing_else_is() -> None:
    assert sorted(entry.name for entry in LINKED.iterdir()) == [
        "README.md",
        "galaxy.yml",
        "meta",
        "playbooks",
        "plugins",
        "roles",
    ]
    for entry in LINKED.iterdir():
        assert entry.is_symlink()
        assert entry.resolve() == ROOT / entry.name


def test_the_pure_parts_import_neither_ansible_nor_an_sdk() -> None:
    banned = {"ansible", "boto3", "botocore", "azure", "google", "requests"}
    for part in PURE:
        for path in sources(f"plugins/module_utils/{part}"):
            for name in imported(path):
                assert name.split(".")[0] not in banned, f"{path.relative_to(ROOT)} imports {name}"


def test_an_sdk_is_imported_inside_the_function_that_needs_it() -> None:
    for path in sources("plugins"):
        for name in imported(path, top=True):
            assert name.split(".")[0] not in {"azure", "boto3", "botocore", "google", "requests"}, (
                f"{path.relative_to(ROOT)} imports {name} at top"
            )


def test_the_collection_never_imports_from_service_or_sandbox() -> None:
    for path in sources("plugins"):
        for name in imported(path):
            assert name.split(".")[0] not in {"service", "sandbox"}, f"{path.relative_to(ROOT)} imports {name}"


def test_the_sandbox_shares_no_code_with_what_it_judges() -> None:
    for path in sources("sandbox"):
        for name in imported(path):
            assert not name.startswith("ansible_collections"), f"{path.relative_to(ROOT)} imports {name}"


def test_check_mode_is_read_once_for_the_clouds() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for path in sources("plugins/module_utils")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "check_mode"
    ]
    assert readers == ["plugins/module_utils/_engine/run.py"]


def test_no_cloud_is_asked_for_by_name_outside_a_table() -> None:
    for path in sources("plugins", "service"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare):
                text = ast.unparse(node)
                assert not any(f"== '{cloud}'" in text for cloud in ("aws", "azure", "gcp")), f"{path}: {text}"


def test_a_long_file_has_a_reason() -> None:
    long = {str(p.relative_to(ROOT)) for p in sources() if len(p.read_text().splitlines()) > LINES}
    assert sorted(long) == sorted(LONG_FILES), "give a new one its reason, and take out one that shrank"


def test_a_long_function_has_a_reason() -> None:
    long = set()
    for path in sources("plugins", "sandbox", "service"):
        for node in ast.walk(ast.parse(path.read_text())):
            length = (getattr(node, "end_lineno", None) or 0) - getattr(node, "lineno", 0)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and length >= FUNCTION_LINES:
                long.add(f"{path.relative_to(ROOT)}:{node.name}")
    assert sorted(long) == sorted(LONG_FUNCTIONS), "give a new one its reason, and take out one that shrank"


@pytest.mark.parametrize("role", sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir()))
def test_every_role_has_a_readme_and_specs_for_every_entry_point(role: str) -> None:
    import yaml

    folder = ROOT / "roles" / role
    assert (folder / "README.md").exists()
    specs = yaml.safe_load((folder / "meta/argument_specs.yml").read_text())["argument_specs"]
    assert "main" in specs


def test_every_committed_script_is_executable() -> None:
    command = ["git", "ls-files", "-s", "script", ".ci"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        assert line.startswith("100755"), line


def imported(path: Path, *, top: bool = False) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    for node in tree.body if top else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
