"""A reason to stop, with the sentence for the user and the exit code."""

from __future__ import annotations

from .exits import Exit


class Stop(Exception):
    """Ends runner.py: the message goes to stderr, the code to the caller."""

    def __init__(self, code: Exit, message: str) -> None:
        super().__init__(message)
        self.code = code
