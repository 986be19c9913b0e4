"""What a result depends on besides the seed: versions, machine, threads.

May import: floor 0, and its root's version.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import platform

from ..backend.devices import CPU

OPTIONAL = ("cupy", "numba", "matplotlib", "pillow", "safetensors", "rich", "click", "graphviz", "torch")
THREAD_SETTINGS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


def package_version() -> str:
    """Return this package's version."""
    # Asked of the root when called: at import time the root, which imports everything else, is not complete.
    root = importlib.import_module(__name__.partition(".")[0])
    version: str = root.__version__
    return version


def versions() -> dict[str, str]:
    """Return the versions on which numbers depend."""
    found = {"tinygrad_zh": package_version(), "python": platform.python_version(), "numpy": installed("numpy") or "?"}
    # The kernels add up in another order than the formulas, so a result depends on whether they are there.
    optional = {"cupy": installed("cupy-cuda13x"), "numba": installed("numba") if CPU.kernels else None}
    return found | {name: version for name, version in optional.items() if version}


def installed(package: str) -> str | None:
    """Return the version of an installed package, without importing it; None if it is not there."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads() -> int:
    """Return how many threads matrix products may use: what NumPy's OpenBLAS was told, else one per core."""
    for name in THREAD_SETTINGS:  # in the order in which OpenBLAS asks
        setting = os.environ.get(name, "")
        if setting.isdecimal() and int(setting):
            return min(int(setting), usable_cores())
    return usable_cores()
