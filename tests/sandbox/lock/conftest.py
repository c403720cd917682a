"""The lock under real ansible-playbook; the folder is that of the unit tests."""

from __future__ import annotations

from tests.unit.lock.conftest import folder

__all__ = ["folder"]
