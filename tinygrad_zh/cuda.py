"""Floor 2: the public face ``tinygrad_zh.cuda`` (CuPy; ``tests/gpu`` has been run on an H200).

May import: floors 0–1, ``ops``.
"""

from __future__ import annotations

import importlib

from .backend.devices import Device, why_no_cuda
from .errors import error
from .ops.generator import Generator, default_generator

__all__ = [
    "device_count",
    "empty_cache",
    "is_available",
    "manual_seed",
    "manual_seed_all",
    "synchronize",
    "why_not",
]


def is_available() -> bool:
    """Return whether an NVIDIA GPU can be used through CuPy."""
    return why_no_cuda() is None


def why_not() -> str | None:
    """Say why no GPU can be used; None if one can."""
    return why_no_cuda()


def device_count() -> int:
    """Return how many GPUs are used: one, however many there are, or none."""
    return int(is_available())


def manual_seed(seed: int) -> None:
    """Begin the default generator again from a seed, if there is a GPU; without one nothing happens, as in PyTorch.

    Parameters
    ----------
    seed : int
        From −2⁶³ to 2⁶⁴ − 1.

    Raises
    ------
    ArgumentError
        If it is no int, or out of range.

    Notes
    -----
    One generator serves all devices here and gives each the same numbers, so after ``tinygrad_zh.manual_seed(seed)``
    the same seed again makes no difference.
    """
    Generator().manual_seed(seed)  # a bad seed is an error everywhere
    if is_available():
        default_generator.manual_seed(seed)


def manual_seed_all(seed: int) -> None:
    """Do what `manual_seed` does: there is one generator for all GPUs."""
    manual_seed(seed)


def synchronize() -> None:
    """Wait until the GPU has done all that it was asked for.

    Raises
    ------
    DeviceError
        If there is no GPU.
    """
    reason = why_no_cuda()
    if reason is not None:
        raise error("cuda-unavailable", device=Device("cuda", 0), reason=reason)
    importlib.import_module("cupy").cuda.runtime.deviceSynchronize()


def empty_cache() -> None:
    """Give memory that CuPy holds in reserve back to the GPU; without a GPU nothing happens, as in PyTorch."""
    if is_available():
        importlib.import_module("cupy").get_default_memory_pool().free_all_blocks()
