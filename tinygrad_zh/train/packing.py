"""A state_dict in two parts: its arrays by name, and the rest as plain values that JSON can hold.

Whatever is built of dicts, lists, tuples, numbers, strings and tensors goes through and comes back the same, so
optimisers, schedulers and users' own parts need no code here.

May import: floors 0–1.  Read next: ``checkpoint.py``.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from ..backend.devices import backend_of
from ..core.tensor import Tensor, box
from ..errors import error

PLAIN = (str, int, float, bool, type(None))
# A dict in the packed form is one of these marks with its content.
TENSOR, TUPLE, ITEMS, COUNTER = "tensor", "tuple", "items", "counter"


def packed(value: Any, name: str, arrays: dict[str, np.ndarray[Any, Any]]) -> Any:
    """Return `value` as plain values, and put its tensors into `arrays`.

    Parameters
    ----------
    value : dict, list, tuple, Tensor, number, str, bool or None
        What to save.
    name : str
        What the names of its tensors begin with.
    arrays : dict
        Takes the tensors; they still share the memory.

    Returns
    -------
    JSON value
        For `unpacked`.

    Raises
    ------
    DTypeError
        If there is something else in it.

    Examples
    --------
    >>> arrays = {}
    >>> packed({"lr": 0.1, 0: (1, box(np.ones(2)))}, "o", arrays)
    {'items': [['lr', 0.1], [0, {'tuple': [1, {'tensor': 'o.0.1'}]}]]}
    >>> arrays
    {'o.0.1': array([1., 1.])}
    """
    if type(value) in PLAIN:
        return value
    if isinstance(value, Tensor):
        if name in arrays:  # {"a.b": {"c": …}, "a": {"b.c": …}}
            name = f"{name}#{len(arrays)}"
        arrays[name] = backend_of(value.array).to_numpy(value.array)
        return {TENSOR: name}
    if isinstance(value, dict):
        # Pairs, because JSON would turn the key 0 into "0".
        mark = COUNTER if isinstance(value, Counter) else ITEMS  # MultiStepLR's milestones
        return {mark: [[packed_key(key, name), packed(item, f"{name}.{key}", arrays)] for key, item in value.items()]}
    if isinstance(value, (list, tuple)):
        items = [packed(item, f"{name}.{i}", arrays) for i, item in enumerate(value)]
        return items if isinstance(value, list) else {TUPLE: items}
    raise error("state-type", where=name, found=type(value).__name__)


def packed_key(key: Any, name: str) -> Any:
    """Return a dict's key, if it can be saved."""
    if type(key) not in PLAIN:
        raise error("state-type", where=f"{name}: key {key!r}", found=type(key).__name__)
    return key


def unpacked(value: Any, arrays: dict[str, np.ndarray[Any, Any]]) -> Any:
    """Return what `packed` was given; tensors are new, on the CPU."""
    if isinstance(value, list):
        return [unpacked(item, arrays) for item in value]
    if not isinstance(value, dict):
        return value
    ((mark, content),) = value.items()
    if mark == TENSOR:
        return box(arrays[content])
    if mark == TUPLE:
        return tuple(unpacked(item, arrays) for item in content)
    items = {key: unpacked(item, arrays) for key, item in content}
    return Counter(items) if mark == COUNTER else items
