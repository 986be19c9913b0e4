"""All primitives that ops/ declares, found by looking: nobody keeps a list that could be forgotten."""

from __future__ import annotations

import importlib
import pkgutil

from tinygrad_zh import ops
from tinygrad_zh.core.primitive import Primitive


def all_primitives() -> list[Primitive]:
    """Every primitive in every file of ops/, in the order of names."""
    found: dict[int, Primitive] = {}  # by identity: two of one name are two
    for module in pkgutil.iter_modules(ops.__path__):
        for value in vars(importlib.import_module(f"{ops.__name__}.{module.name}")).values():
            if isinstance(value, Primitive):
                found[id(value)] = value
    return sorted(found.values(), key=lambda op: op.name)
