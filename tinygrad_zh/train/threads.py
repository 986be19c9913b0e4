"""How many threads matrix products use while training.

The products of a small network are done before a second thread has woken up, and where another program is at
work the two wait for each other: one thread is the default, and part of what makes a run repeat bit for bit.

May import: ``errors``.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import error


@contextmanager
def limited_threads(count: int) -> Iterator[None]:
    """Let NumPy's matrix products use at most `count` threads inside the block.

    Raises
    ------
    MissingPackageError
        If ``threadpoolctl`` is not installed.
    """
    try:
        threadpoolctl = importlib.import_module("threadpoolctl")
    except ImportError as problem:
        raise error("missing-package", package="threadpoolctl", purpose="--threads", extra="train") from problem
    with threadpoolctl.threadpool_limits(limits=count, user_api="blas"):
        yield
