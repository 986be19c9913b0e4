"""Floor 2: making tensors: from data, of one value, as ranges.

May import: floors 0–1.  Read next: ``convert.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..aliases import DType
from ..backend.devices import backend_for, backend_of, is_elsewhere
from ..backend.dtypes import DTYPES, as_dtype, get_default_dtype
from ..backend.promotion import number_dtype
from ..backend.quiet import quietly
from ..core.primitive import SAME
from ..core.registry import register, registry
from ..core.tensor import Tensor, box
from ..errors import error
from .arguments import number_for, promoted
from .dims import sizes_of
from .noted import fresh, looked_at
from .publish import published


def array_of(data: Any, dtype: DType | None, op: str = "tensor") -> Any:
    """Return NumPy's array of what a user wrote: numbers, nested lists, arrays; floats become the default float."""
    if isinstance(data, (list, tuple)):
        data = [looked_at(x).array.tolist() if isinstance(x, Tensor) else x for x in data]
    try:
        found = np.asarray(data)
    except ValueError as problem:
        raise error("tensor-ragged", op=op, reason=problem) from problem
    if dtype is None:
        if found.dtype == np.float64 and not isinstance(data, (np.ndarray, np.generic)):
            dtype = get_default_dtype()
        elif found.dtype.newbyteorder("=") in DTYPES:
            dtype = found.dtype.newbyteorder("=")
        elif not found.size and not isinstance(data, np.ndarray):
            dtype = get_default_dtype()
        else:
            raise error("tensor-dtype", op=op, dtype=found.dtype, kind=type(data).__name__)
    elif found.dtype.kind not in "fiub":
        raise error("tensor-dtype", op=op, dtype=found.dtype, kind=type(data).__name__)
    elif dtype.kind in "iu" and found.size and not isinstance(data, (np.ndarray, np.generic)):
        for extreme in (found.min(), found.max()):  # an array's numbers wrap around, a user's have to fit
            number_for(op, extreme, dtype)
    return quietly(found.astype, dtype)  # always a copy; what is too large for a float is infinite


@published(method=False)
def tensor(data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of numbers, nested lists or an array; the data are copied.

    Parameters
    ----------
    data : array_like
        The values.
    dtype : dtype, optional
        By default int64 for ints, the default float for floats, and an array's own.
    device : str or Device, optional
        Where to put it; the CPU by default.
    requires_grad : bool
        Whether a gradient may be asked for.

    Raises
    ------
    ShapeError
        If nested lists have different lengths.
    DTypeError
        If the data are no numbers, or integers are to require a gradient.

    Examples
    --------
    >>> tensor([[1.0, 2.0], [3.0, 4.0]])
    tensor([[1., 2.],
            [3., 4.]])
    """
    wanted = None if dtype is None else as_dtype(dtype)
    array: Any
    if isinstance(data, Tensor):
        array = data.array.astype(wanted or data.dtype, copy=True)
        array = array if device is None else moved(array, device)
    elif is_elsewhere(data):
        array = data.astype(wanted or data.dtype, copy=True)  # an array of another device stays there
        array = array if device is None else moved(array, device)
    else:
        array = fresh(backend_for(device).from_numpy(array_of(data, wanted))).array
    result = box(array)
    return result.requires_grad_() if requires_grad else result


def moved(array: Any, device: Any) -> Any:
    """Return an array on another device; itself if it is there."""
    source, target = backend_of(array), backend_for(device)
    return array if source is target else target.from_numpy(source.to_numpy(array))


@published(method=False)
def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Return `data` as a tensor, sharing memory where dtype and device allow it."""
    if isinstance(data, Tensor):
        return data.to(dtype=dtype or data.dtype, device=device or data.device)  # type: ignore[no-any-return]
    wanted = None if dtype is None else as_dtype(dtype)
    if isinstance(data, np.ndarray) and data.dtype in DTYPES and wanted in (None, data.dtype):
        return box(moved(data, device or "cpu"))
    return tensor(data, dtype=dtype, device=device)


@published(method=False)
def asarray(
    obj: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None, requires_grad: bool | None = None
) -> Tensor:
    """Return `obj` as a tensor.

    Parameters
    ----------
    obj : Tensor, array_like or number
        The values.  A Tensor stays in its graph.
    dtype, device : optional
        What the result shall have; by default those of `obj`.
    copy : bool, optional
        True: always copy.  False: never; an error if memory cannot be shared.  None: only where it must be.
    requires_grad : bool, optional
        Whether a gradient may be asked for; by default what `obj` says.  False takes a Tensor out of its graph.

    Raises
    ------
    ArgumentError
        If `copy` is False and memory cannot be shared.
    """
    made = as_tensor(obj, dtype, device)
    shared = made is obj or (not isinstance(obj, Tensor) and made.array is obj)
    if copy is False and not shared:
        raise error("asarray-copy", kind=type(obj).__name__)
    if copy and shared:
        made = registry["clone"](made)
    if requires_grad is False:
        return made.detach() if made.requires_grad else made
    return made.requires_grad_() if requires_grad and not made.requires_grad else made


@published(method=False)
def scalar_tensor(s: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a 0-d tensor of one number; unlike `tensor`, integers and bools too become the default float."""
    number = s.item() if isinstance(s, Tensor) else s
    return full((), number, dtype=dtype or get_default_dtype(), device=device, requires_grad=requires_grad)


@published(method=False)
def from_numpy(array: Any) -> Tensor:
    """Return a tensor that shares memory with a NumPy array.

    Raises
    ------
    DTypeError
        If it is no NumPy array, or of a dtype that is not supported.
    """
    if not isinstance(array, np.ndarray):
        raise error("from-numpy", kind=type(array).__name__)
    if array.dtype not in DTYPES or not array.dtype.isnative:
        raise error("tensor-dtype", op="from_numpy", dtype=array.dtype, kind="ndarray")
    return box(array)


def as_operand(x: Any) -> Any:
    """Return what stands beside a Tensor as Tensor, Python number or None."""
    if isinstance(x, (Tensor, bool, int, float)) and not isinstance(x, np.generic):
        return x
    if x is None:
        return None
    if isinstance(x, np.generic):
        return x.item()
    if backend_of(x).array_type is type(x):
        return box(x)
    raise error("operand-type", kind=type(x).__name__)


def common(a: Any, b: Any) -> tuple[Any, Any]:
    """Return two operands of one dtype; two numbers become 0-d tensors."""
    if not isinstance(a, Tensor) and not isinstance(b, Tensor):
        a, b = tensor(a), tensor(b)
    return promoted((a, b), SAME)


# -- filled with one value -----------------------------------------------------------------------------


def filled(
    op: str, sizes: tuple[Any, ...], size: Any, value: Any, dtype: Any, device: Any, requires_grad: bool
) -> Tensor:
    """Make a tensor of one value; its sizes are listed, or given by name."""
    shape = sizes_of(op, sizes, size)
    if min(shape, default=0) < 0:
        raise error("size-negative", op=op, sizes=shape)
    wanted = get_default_dtype() if dtype is None else as_dtype(dtype)
    made = fresh(backend_for(device).xp.full(shape, number_for(op, value, wanted), dtype=wanted))
    return made.requires_grad_() if requires_grad else made


@published(method=False)
def zeros(*sizes: Any, size: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of zeros."""
    return filled("zeros", sizes, size, 0, dtype, device, requires_grad)


@published(method=False)
def ones(*sizes: Any, size: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of ones."""
    return filled("ones", sizes, size, 1, dtype, device, requires_grad)


@published(method=False)
def empty(*sizes: Any, size: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor whose values are to be written; they are zeros, so that nothing depends on old memory."""
    return filled("empty", sizes, size, 0, dtype, device, requires_grad)


@published(method=False)
def full(size: Any, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of one value; the dtype is the value's unless given."""
    value = fill_value.item() if isinstance(fill_value, Tensor) else fill_value
    if not isinstance(value, (bool, int, float)):
        raise error("operand-type", kind=type(value).__name__)
    return filled("full", (), size, value, number_dtype(value) if dtype is None else dtype, device, requires_grad)


def like(input: Any, value: Any, dtype: Any, device: Any, requires_grad: bool) -> Tensor:
    """Make a tensor of one value with shape, dtype and device of another."""
    dtype, device = input.dtype if dtype is None else dtype, input.device if device is None else device
    return filled("full_like", (), input.shape, value, dtype, device, requires_grad)


@published(method=False)
def zeros_like(input: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of zeros of the same shape, dtype and device."""
    return like(input, 0, dtype, device, requires_grad)


@published(method=False)
def ones_like(input: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of ones of the same shape, dtype and device."""
    return like(input, 1, dtype, device, requires_grad)


@published(method=False)
def empty_like(input: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of the same shape, dtype and device, whose values are to be written."""
    return like(input, 0, dtype, device, requires_grad)


@published(method=False)
def full_like(
    input: Any, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor of one value of the same shape, dtype and device."""
    return like(input, fill_value, dtype, device, requires_grad)


@published()
def new_zeros(
    input: Any, *sizes: Any, size: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor of zeros with this one's dtype and device."""
    return filled("new_zeros", sizes, size, 0, dtype or input.dtype, device or input.device, requires_grad)


@published()
def new_ones(
    input: Any, *sizes: Any, size: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor of ones with this one's dtype and device."""
    return filled("new_ones", sizes, size, 1, dtype or input.dtype, device or input.device, requires_grad)


@published()
def new_empty(
    input: Any, *sizes: Any, size: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor with this one's dtype and device, whose values are to be written."""
    return filled("new_empty", sizes, size, 0, dtype or input.dtype, device or input.device, requires_grad)


@published()
def new_full(
    input: Any, size: Any, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor of one value with this one's dtype and device."""
    return full(
        size, fill_value, dtype=dtype or input.dtype, device=device or input.device, requires_grad=requires_grad
    )


@published()
def new_tensor(input: Any, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of data with this one's dtype and device."""
    return tensor(data, dtype=dtype or input.dtype, device=device or input.device, requires_grad=requires_grad)


@published(method=False)
def eye(n: int, m: int | None = None, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make the identity matrix of n rows and m (by default n) columns."""
    rows, columns = sizes_of("eye", (n, n if m is None else m))
    if min(rows, columns) < 0:
        raise error("size-negative", op="eye", sizes=(rows, columns))
    wanted = get_default_dtype() if dtype is None else as_dtype(dtype)
    result = fresh(backend_for(device).xp.eye(rows, columns, dtype=wanted))
    return result.requires_grad_() if requires_grad else result


register("tensor", tensor)
register("as_operand", as_operand)
register("common", common)
