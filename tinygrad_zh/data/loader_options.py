"""Which of DataLoader's options go together, and which of PyTorch's mean nothing here.

May import: floors 0–2, ``sampler``.  Read next: ``loader.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..errors import error
from ..ops.generator import Generator
from .sampler import check_count

FOREIGN: dict[str, Any] = {"multiprocessing_context": None, "pin_memory_device": "", "in_order": True}
"""Options of PyTorch's about processes and GPUs, with what they are without any."""
KNOWN = (
    "dataset, batch_size, shuffle, sampler, batch_sampler, num_workers, collate_fn, pin_memory, drop_last, timeout, "
    "worker_init_fn, generator, prefetch_factor, persistent_workers"
)


def check_foreign(unknown: dict[str, Any], pin_memory: Any, **options: Any) -> None:
    """Refuse PyTorch's options that are not supported, and names that nobody knows."""
    if unknown:
        raise error("argument-unknown", op="DataLoader", names=", ".join(unknown), known=KNOWN)
    if not isinstance(pin_memory, bool):
        refuse("pin_memory", "True or False", pin_memory)
    for name, value in options.items():
        if value != FOREIGN[name]:
            raise error("loader-foreign", name=name, got=value)


def check_workers(
    num_workers: Any, timeout: Any, worker_init_fn: Any, prefetch_factor: Any, persistent_workers: Any
) -> None:
    """Refuse options about workers that are out of range, or that mean nothing without workers."""
    if isinstance(num_workers, bool) or not isinstance(num_workers, int) or num_workers < 0:
        refuse("num_workers", "an int ≥ 0", num_workers)
    number = isinstance(timeout, (int, float)) and not isinstance(timeout, bool)
    if not number or not 0 <= timeout < math.inf:
        refuse("timeout", "seconds ≥ 0; 0 for no limit", timeout)
    if worker_init_fn is not None and not callable(worker_init_fn):
        refuse("worker_init_fn", "a function of the worker's number, or None", worker_init_fn)
    if prefetch_factor is not None:
        check_count("DataLoader", "prefetch_factor", prefetch_factor)
    if not isinstance(persistent_workers, bool):
        refuse("persistent_workers", "True or False", persistent_workers)
    if num_workers == 0:
        given = {"timeout": timeout, "prefetch_factor": prefetch_factor, "persistent_workers": persistent_workers}
        if names := [f"{name}={value}" for name, value in given.items() if value]:
            raise error("loader-no-workers", options=", ".join(names))


def check_choice(
    stream: bool,
    batch_size: Any,
    shuffle: Any,
    sampler: Any,
    batch_sampler: Any,
    drop_last: Any,
    generator: Any,
) -> None:
    """Refuse ways to choose examples that exclude each other."""
    if generator is not None and not isinstance(generator, Generator):
        refuse("generator", "a Generator or None", generator)
    chosen = {"shuffle": shuffle, "sampler": sampler, "batch_sampler": batch_sampler}
    if stream and (names := [name for name, given in chosen.items() if given is not None and given is not False]):
        raise error("loader-stream", names=", ".join(names))
    if not isinstance(drop_last, bool):
        refuse("drop_last", "True or False", drop_last)
    if sampler is not None and shuffle:
        raise error("loader-exclusive", names="sampler, shuffle=True")
    if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
        named = {"batch_size": batch_size != 1, "shuffle": shuffle, "sampler": sampler, "drop_last": drop_last}
        names = [name for name, given in named.items() if given is not None and given is not False]
        raise error("loader-exclusive", names=", ".join(["batch_sampler", *names]))
    if batch_size is None and drop_last:
        refuse("drop_last", "False where batch_size is None", drop_last)
    own = getattr(getattr(batch_sampler, "sampler", sampler), "generator", None)
    if generator is not None and own is not None and own is not generator:
        refuse("generator", "None, or the generator of the sampler", generator)


def refuse(argument: str, expected: str, got: Any) -> None:
    """Raise the error for one argument."""
    raise error("argument", op="DataLoader", argument=argument, expected=expected, got=got)
