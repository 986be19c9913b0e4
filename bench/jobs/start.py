"""How long an import takes, each time in a fresh interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from ..timing import Comparison, compare


def seconds_of(statement: str) -> float:
    """Run a statement in a fresh interpreter."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}  # as where it is installed
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True, env=environment)
    return time.perf_counter() - start


def run(quick: bool = False) -> list[Comparison]:
    """Compare ``import tinygrad_zh`` with ``import numpy``."""
    numbers: dict[str, list[float]] = {"tinygrad_zh": [], "numpy": []}
    for name in numbers:
        seconds_of(f"import {name}")  # compile it once
    for _ in range(3 if quick else 25):
        for name, values in numbers.items():
            values.append(seconds_of(f"import {name}"))
    return [compare("import", "ms, interpreter included", "tinygrad_zh", numbers, {"numpy": 1.6}, 1e3)]
