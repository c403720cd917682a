"""What CI draws from a grid that takes too long for every run: `make test-long` takes all of it."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

T = TypeVar("T")


def drawn(values: Sequence[T], count: int) -> list[T]:
    """So many of them; which ones, the commit decides, or $PANGAEA_SEED: the same in all processes of a run."""
    seed = os.environ.get("PANGAEA_SEED") or _commit()
    return random.Random(seed).sample(list(values), min(count, len(values)))


def one_of(values: Sequence[str]) -> list[Any]:
    """Parameters of a test that takes a minute or more for each: CI draws one."""
    chosen = drawn(values, 1)
    return [pytest.param(value, marks=marks(value, chosen)) for value in values]


def marks(value: object, chosen: Collection[object]) -> tuple[pytest.MarkDecorator, ...]:
    """The marks of a parameter: what is not drawn is for `make test-long`."""
    return () if value in chosen else (pytest.mark.long,)


def _commit() -> str:
    words = ["git", "rev-parse", "HEAD"]
    return subprocess.run(words, cwd=Path(__file__).parent, capture_output=True, text=True, check=False).stdout
