"""``python -m bench [JOB …] [--quick]``: run the jobs, print the table, write ``bench/results``."""

from __future__ import annotations

import argparse
import importlib
import os

# One thread each, decided before any array library is loaded.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"
# Set on some machines for older libraries; they slow a current NumPy.
for variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(variable, None)


def main() -> None:
    """Run the jobs named on the command line, or all."""
    from .jobs import JOBS, ON_A_GPU
    from .report import HEADS, rows, write

    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("jobs", nargs="*", help=f"which of {', '.join(JOBS)}; all by default; {ON_A_GPU[0]}")
    parser.add_argument("--quick", action="store_true", help="few rounds, only to see that it works")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.jobs) - {*JOBS, *ON_A_GPU})
    if unknown:
        parser.error(f"unknown jobs {', '.join(unknown)}; there are {', '.join(JOBS)}")
    chosen = arguments.jobs or list(JOBS)
    if set(chosen) - {"memory", "start"}:
        import torch

        torch.set_num_threads(1)
    results = []
    for job in chosen:
        found = importlib.import_module(f"bench.jobs.{job}").run(arguments.quick)
        results += found
        for row in rows(found):
            print("  ".join(f"{head}: {cell}" for head, cell in zip(HEADS, row, strict=True) if cell and head), row[-1])
    if not arguments.quick:
        write(results, "latest" if not arguments.jobs else "-".join(chosen))


if __name__ == "__main__":
    main()
