"""Floor 2: what went wrong inside a kernel, in the user's words.

An op checks nothing that NumPy or CuPy checks anyway: checking twice would cost time on every call.  Only
when the array module has refused does ``Primitive.run`` come here, to find out from the operands what the
user should change.  What is found is certain (devices, counts, shapes, dtypes); else the module's own words
are passed on, with op, shapes and dtypes beside them.

May import: floors 0–1.  Read next: ``../errors/entries/shape.py``.
"""

from __future__ import annotations

import warnings
from itertools import zip_longest
from typing import Any

from ..aliases import Shape
from ..backend.devices import BACKENDS, backend_of
from ..core.primitive import Primitive
from ..core.registry import register
from ..core.tensor import Tensor
from ..errors import error, message

ABOUT_DTYPES = ("not supported", "boolean", "input types", "wrong type", "dtype", "bitwise")
"""What NumPy's and CuPy's refusals of a dtype say, in lower case."""


def diagnose(op: Primitive, arrays: tuple[Any, ...], static: dict[str, Any], problem: Exception) -> Exception:
    """Return the exception to raise for a kernel that failed.

    Parameters
    ----------
    op : Primitive
        What was computed.
    arrays : tuple of array or number
        Its operands.
    static : dict
        Its other arguments.
    problem : TypeError, ValueError, IndexError or MemoryError
        What the array module raised.
    """
    present = [x for x in arrays if type(x) in BACKENDS]
    shapes = listed(x.shape for x in present)
    words = " ".join(str(problem).split()).rstrip(".") or type(problem).__name__
    if isinstance(problem, MemoryError):
        device = backend_of(present[0]).device
        return error("out-of-memory", op=op.name, device=device, shapes=shapes, problem=words)
    if len({backend_of(x) for x in present}) > 1:
        places = zip_longest(op.operands, arrays, fillvalue=op.operands[-1])
        on = [f"{name} {backend_of(x).device}" for name, x in places if type(x) in BACKENDS]
        return error("device-mixed", op=op.name, devices=listed(on))
    if (wrong := wrong_call(op, arrays, static)) is not None:
        return wrong
    if isinstance(problem, IndexError):
        return error("index-failed", op=op.name, shapes=shapes, problem=words)
    if isinstance(problem, ValueError) and (wrong := wrong_shapes(op, present, static, words)) is not None:
        return wrong
    dtypes = listed(x.dtype for x in present)
    if isinstance(problem, TypeError):
        if any(x is None for x in arrays):
            return error("operand-type", kind="NoneType")
        if any(part in words.lower() for part in ABOUT_DTYPES):
            return error("dtype-unsupported", op=op.name, dtypes=dtypes)
    return error("kernel-failed", op=op.name, shapes=shapes, dtypes=dtypes, problem=words)


def listed(parts: Any) -> str:
    """Return parts as text, with commas between."""
    return ", ".join(str(part) for part in parts)


def wrong_call(op: Primitive, arrays: tuple[Any, ...], static: dict[str, Any]) -> Exception | None:
    """What is wrong with how the op was called: a missing or surplus operand, one of a strange type."""
    required = [n for n in op.operands if n not in op.defaults]
    if not op.variadic and not len(required) <= len(arrays) <= len(op.operands):
        return error("operand-count", op=op.name, given=len(arrays), operands=listed(op.operands))
    for x in arrays:
        if type(x) not in BACKENDS and not isinstance(x, (bool, int, float, type(None))):
            return error("operand-type", kind=type(x).__name__)
    if missing := [n for n in op.static_names if n not in static and n not in op.defaults]:
        return error("argument-missing", op=op.name, names=listed(missing))
    return None


def wrong_shapes(op: Primitive, present: list[Any], static: dict[str, Any], words: str) -> Exception | None:
    """What is wrong with the shapes, if it is they that the array module complains of."""
    if op.name == "matmul" and len(present) == 2:
        return error("matmul-shapes", a=present[0].shape, b=present[1].shape)
    if op.name == "cat":
        return error("cat-shapes", shapes=listed(x.shape for x in present), dim=static["dim"])
    if "broadcast" in words and not broadcastable([x.shape for x in present]):
        return error("broadcast", op=op.name, shapes=listed(x.shape for x in present))
    return None


def broadcastable(shapes: list[Shape]) -> bool:
    """Whether shapes agree, from the right end, where neither has a 1.

    >>> broadcastable([(4, 1, 3), (2, 1)])
    True
    """
    columns = zip_longest(*(reversed(shape) for shape in shapes), fillvalue=1)
    return all(len(set(sizes) - {1}) <= 1 for sizes in columns)


def warn_non_leaf_grad(tensor: Tensor) -> None:
    """Say that ``backward()`` does not fill the ``grad`` that is being read; called by ``Tensor.grad``."""
    assert tensor.node is not None and tensor.node.op is not None, "only the result of an op is no leaf"
    # 3: neither this line nor the property's in core/tensor.py, but the user's
    warnings.warn(message("grad-of-non-leaf", op=tensor.node.op.name), UserWarning, stacklevel=3)


register("diagnose", diagnose)
register("warn_non_leaf_grad", warn_non_leaf_grad)
