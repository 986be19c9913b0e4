"""Floor 5: the command ``tinygrad-zh``; ``main`` is its entry point.

Here stand the ways in which a command can end; the commands are in ``commands.py``.

May import: everything.  Read next: ``commands.py``.
"""

from __future__ import annotations

import importlib
import sys

from ..errors import TinygradZhError, error
from ..train.interrupt import Interrupted
from ..train.words import say

PACKAGES = ("click", "rich")
FAILED, INTERRUPTED = 1, 130  # 130 is what a shell reports for a program that Ctrl-C ended
OFFLINE = "TG-E409"  # no source delivered the data


def main(arguments: list[str] | None = None) -> None:
    """Run a command, and leave Python with its exit code.

    Parameters
    ----------
    arguments : list of str, optional
        In place of those that the program was called with.

    Raises
    ------
    SystemExit
        Code 0: done; 1: an error of the catalogue, whose text was printed; 2: wrong usage; 130: Ctrl-C.
    """
    try:
        require_packages()
        from .commands import tinygrad_zh

        tinygrad_zh.main(arguments, prog_name="tinygrad-zh", standalone_mode=True)
    except TinygradZhError as problem:
        print(problem, file=sys.stderr)
        if problem.code == OFFLINE:
            print(say("source-subset"), file=sys.stderr)
        sys.exit(FAILED)


def require_packages() -> None:
    """Refuse to begin without what every command needs."""
    for package in PACKAGES:
        try:
            importlib.import_module(package)
        except ImportError as failed:
            raise error("missing-package", package=package, purpose="tinygrad-zh", extra="train") from failed
