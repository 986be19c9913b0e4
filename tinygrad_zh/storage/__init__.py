"""Floor 4: files that are either whole or absent: atomic writing, safetensors, checkpoints.

No pickle anywhere: a file that somebody sends you can be opened without running their code.

May import: floors 0 and 1.  Read next: ``atomic.py``, ``header.py``, ``safetensors.py``, ``folder.py``,
``checkpoint.py``.
"""

from __future__ import annotations

from .atomic import atomic_write
from .checkpoint import check_names, load_checkpoint, save_checkpoint
from .folder import load_folder, load_shards, strip_prefix
from .header import Header, TensorInfo, read_header
from .safetensors import SafeFile, load_file, safe_open, save_file

__all__ = [
    "Header",
    "SafeFile",
    "TensorInfo",
    "atomic_write",
    "check_names",
    "load_checkpoint",
    "load_file",
    "load_folder",
    "load_shards",
    "read_header",
    "safe_open",
    "save_checkpoint",
    "save_file",
    "strip_prefix",
]
