"""Floor 4: data sets as arrays.

May import: floor 0 (``errors``, ``aliases``), ``storage``.
Read next: ``idx.py``, ``mnist.py``, then ``fetch.py`` and ``sources.py``.
"""

from __future__ import annotations

from .fetch import cache_folder
from .idx import read_idx, write_idx
from .mnist import Images, fashion_mnist, mnist

__all__ = ["Images", "cache_folder", "fashion_mnist", "mnist", "read_idx", "write_idx"]
