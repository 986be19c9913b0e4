"""Memory of the MNIST job: bytes above what the process held after its imports, at the peak, in fresh processes.

Once as ``make mnist`` installs it, with NumPy alone; once with the Numba kernels, whose compiler is loaded at
the first step and so counts in full (most of it is LLVM and Numba themselves); and once after a first step, when
both libraries have loaded what they load late.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from ..timing import Comparison, compare

PROGRAM = """
import gc, json, re, sys
import numpy as np
framework = sys.argv[1]
if framework == "torch":
    import torch as library
    from torch import nn, optim
    library.set_num_threads(1)
    tensor = library.from_numpy
else:
    import tinygrad_zh as library
    from tinygrad_zh import nn, optim
    tensor = library.from_numpy
from tinygrad_zh.data import mnist
from bench.jobs.mlp import article_loop

def held(field):
    return int(re.search(field + r":\\s+(\\d+) kB", open("/proc/self/status").read())[1]) * 1024

images = mnist("train", source="subset")
del images
if sys.argv[3] == "before":
    article_loop(library, tensor, "sgd")()
gc.collect()
open("/proc/self/clear_refs", "w").write("5")  # let the peak start again from here
before = held("VmRSS")
step = article_loop(library, tensor, "sgd")
for _ in range(int(sys.argv[2])):
    step()
print(json.dumps(held("VmHWM") - before))
"""


def peak_bytes(framework: str, steps: int, kernels: str, loaded: str) -> float:
    """Run the job in a process of its own."""
    command = [sys.executable, "-c", PROGRAM, framework, str(steps), loaded]
    environment = {**os.environ, "TINYGRAD_ZH_KERNELS": kernels}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return float(json.loads(done.stdout))


def run(quick: bool = False) -> list[Comparison]:
    """Compare the peaks of 200 steps."""
    rounds, steps = (2, 50) if quick else (7, 200)
    results = []
    as_installed = {"torch": 1.0}
    for kernels, loaded, title, limit in (
        ("0", "within", "memory of the MNIST job", as_installed),
        ("1", "within", "the same with the Numba kernels", {}),
        ("1", "before", "the same after a first step", {}),
    ):
        numbers: dict[str, list[float]] = {"tinygrad_zh": [], "torch": []}
        for _ in range(rounds):
            for name, values in numbers.items():
                values.append(peak_bytes(name, steps, kernels, loaded))
        results.append(compare(title, "MB at the peak", "tinygrad_zh", numbers, limit, 1e-6))
    return results
