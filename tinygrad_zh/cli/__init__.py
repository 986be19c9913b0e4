"""Floor 5: the command ``tinygrad-zh``; ``main`` is its entry point.

Here stand the ways in which a command can end; the commands are in ``commands.py``.

May import: everything.  Read next: ``commands.py``.
"""

from __future__ import annotations

import importlib
import sys

from ..errors import ArgumentError, TinygradZhError, error
from ..train.words import say

PACKAGES = ("click", "rich")
FAILED, MISUSED, INTERRUPTED = 1, 2, 130  # 130 is what a shell reports for a program that Ctrl-C ended
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
        sys.exit(run(arguments))
    except TinygradZhError as problem:
        print(problem, file=sys.stderr)
        if problem.code == OFFLINE:
            print(say("source-subset"), file=sys.stderr)
        sys.exit(MISUSED if isinstance(problem, ArgumentError) else FAILED)


def run(arguments: list[str] | None) -> int:
    """Run a command, and return its exit code."""
    import click

    from .commands import tinygrad_zh

    try:
        code = tinygrad_zh.main(arguments, prog_name="tinygrad-zh", standalone_mode=False)
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except click.Abort:  # Ctrl-C where there was nothing to save
        print(say("aborted"), file=sys.stderr)
        return INTERRUPTED
    return code if isinstance(code, int) else 0


def require_packages() -> None:
    """Refuse to begin without what every command needs."""
    for package in PACKAGES:
        try:
            importlib.import_module(package)
        except ImportError as failed:
            raise error("missing-package", package=package, purpose="tinygrad-zh", extra="train") from failed
