# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The API boundary: what a failed call means, said once above each ``def``.

A cloud gives one ``Judge``; its ``api.py`` decorates one function per call::

    edge = Boundary(judge)

    @edge.deletes("delete subnet {subnet}")     # outside: missing is False, anything else one Error with a sentence
    @retries(is_transient, within=60)           # inside: only what passes by waiting
    def delete_subnet(client, subnet): ...
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Optional, ParamSpec, TypeVar

from .errors import Error, NotFound

T = TypeVar("T")
P = ParamSpec("P")

# What a cloud's exception means: the class of our error and the cloud's own words; None: not an answer of the cloud.
Judge = Callable[[Exception], Optional[tuple[type[Error], str]]]


class Boundary:
    """The family of decorators of one cloud."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def calls(self, sentence: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
        """A missing thing is an error, like any other. ``sentence`` may name arguments: ``"create subnet {cidr}"``."""
        return lambda call: self._guarded(call, sentence, _no_answer)

    def lists(self, sentence: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
        """What is asked about is missing: an empty list. A list that failed in any other way is an error."""
        return lambda call: self._guarded(call, sentence, list)

    def deletes(self, sentence: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
        """It was gone already: False."""
        return lambda call: self._guarded(call, sentence, bool)

    def _guarded(self, call: Callable[P, T], sentence: str, missing: Callable[[], Any]) -> Callable[P, T]:
        signature = inspect.signature(call)

        @functools.wraps(call)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return call(*args, **kwargs)
            except Exception as error:
                verdict = self._judge(error)
                if verdict is None:
                    raise
                kind, words = verdict
                if kind is NotFound and missing is not _no_answer:
                    answer: T = missing()
                    return answer
                said = sentence.format_map(signature.bind(*args, **kwargs).arguments)
                raise kind(f"{said}: {words}") from error

        return wrapped


def _no_answer() -> None:
    raise AssertionError("never called: it only marks that a missing thing is an error")
