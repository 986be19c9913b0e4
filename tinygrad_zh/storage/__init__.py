"""Floor 4: files that are either whole or absent: atomic writing, safetensors, checkpoints.

No pickle anywhere: a file that somebody sends you can be opened without running their code.

May import: floor 0 (``errors``, ``aliases``).  Read next: ``atomic.py``, ``safetensors.py``, ``checkpoint.py``.
"""

from __future__ import annotations

from .atomic import atomic_write
from .checkpoint import check_names, load_checkpoint, save_checkpoint
from .safetensors import load_file, read_header, save_file

__all__ = [
    "atomic_write",
    "check_names",
    "load_checkpoint",
    "load_file",
    "read_header",
    "save_checkpoint",
    "save_file",
]
