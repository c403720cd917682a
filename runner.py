#!/usr/bin/env python3
"""Build and keep one Kubernetes cluster over several clouds. Usage: ./runner.py --help, or docs/runner.md."""

import importlib.util
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = HERE / ".venv" / "bin" / "python"


def main() -> int:
    """Run in the environment of this checkout, wherever and by whichever Python this was called."""
    if importlib.util.find_spec("ansible_runner") is None:
        if not PYTHON.exists() or Path(sys.prefix).resolve() == PYTHON.parents[1].resolve():
            said = f"runner.py needs the Python environment {HERE}/.venv, which is missing or not whole; run: make venv"
            print(said, file=sys.stderr)
            return 10
        os.execv(PYTHON, [str(PYTHON), str(HERE / "runner.py"), *sys.argv[1:]])
    sys.path[:0] = [str(HERE), str(HERE / "collections")]
    from service.cli import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
