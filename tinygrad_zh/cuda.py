"""Floor 2: the public face ``tinygrad_zh.cuda`` (CuPy; ``tests/gpu`` has been run on an H200).

May import: floor 0.
"""

from __future__ import annotations

from .backend.devices import why_no_cuda

__all__ = ["is_available", "why_not"]


def is_available() -> bool:
    """Return whether an NVIDIA GPU can be used through CuPy."""
    return why_no_cuda() is None


def why_not() -> str | None:
    """Say why no GPU can be used; None if one can."""
    return why_no_cuda()
