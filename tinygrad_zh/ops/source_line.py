"""Floor 2: which line of the user's program is at work, and the error for a saved value that was overwritten.

May import: floors 0–1.
"""

from __future__ import annotations

import os.path
import sys
from typing import Any

import numpy as np

from ..core.inplace import Cell
from ..core.modes import MODE
from ..core.node import Node
from ..core.primitive import Primitive
from ..core.record import Record
from ..core.registry import register
from ..errors import TinygradZhError, error

_PACKAGE = os.path.dirname(os.path.dirname(__file__))  # not by pathlib, which takes 5 ms to import
_NOT_THE_USERS = (_PACKAGE, os.path.dirname(np.__file__))  # NumPy's functions stand between, where one is called


def user_line() -> str:
    """Return ``file:line`` of the innermost frame that is not this package's."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_NOT_THE_USERS):
        frame = frame.f_back
    return "?" if frame is None else f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"


def stale(op: Primitive, saved: str, cell: Cell, node: Node) -> TinygradZhError:
    """Build the error for a saved value that has been overwritten, with both lines where they are known.

    The line of the op that saved it is known only under ``record()``: noting it always would slow every op.
    """
    records = [listener for listener in MODE.get().listeners if isinstance(listener, Record)]
    made = next((record.by_node[node.id].line for record in records if node.id in record.by_node), None)
    return error("stale-value", op=op.name, saved=saved, where=made or "?", writer=cell.last)


register("user_line", user_line)
register("stale", stale)
