"""Floor 2: ``LongTensor``, ``FloatTensor`` and their kin: PyTorch's names for tensors of one dtype, older than dtypes.

    LongTensor([1, 0])                 tensor([1, 0])
    FloatTensor(2, 3)                  a tensor of this shape, whose values are to be written
    x.type(LongTensor)                 converts
    isinstance(x, LongTensor)          asks for the dtype
    Tensor([1, 2])                     tensor([1., 2.]), of the default float dtype

They are no classes of their own: what they make is a Tensor.  Imported at the first use of one of the names.

May import: floors 0–1, ``create``, ``dtype_info``.
"""

from __future__ import annotations

from typing import Any

from ..aliases import DType
from ..backend.dtypes import as_dtype, get_default_dtype
from ..core.registry import register
from ..core.tensor import Tensor
from ..errors import error
from .create import empty, tensor
from .dtype_info import TYPE_NAMES


def old_tensor(data: tuple[Any, ...]) -> Tensor:
    """Make what ``Tensor(*data)`` means: sizes, or one of data, of the default float dtype."""
    if all(isinstance(size, int) and not isinstance(size, bool) for size in data):
        return empty(data or (0,))
    if len(data) != 1:
        raise error("argument", op="Tensor", argument="data", expected="sizes, or one of data", got=data)
    if isinstance(data[0], Tensor) and data[0].dtype == get_default_dtype():
        return data[0]
    return tensor(data[0], dtype=get_default_dtype())


class OfOneDtype(type):
    """The type of ``LongTensor`` and its kin, which says what calling and ``isinstance`` mean for them."""

    dtype: DType

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor) and instance.dtype == cls.dtype and not instance.is_cuda

    def __call__(cls, *data: Any) -> Tensor:
        """Make a tensor of sizes, ``LongTensor(2, 3)``, or of data: nested lists, an array, a tensor of this dtype."""
        if all(isinstance(size, int) and not isinstance(size, bool) for size in data):
            return empty(data or (0,), dtype=cls.dtype)
        if len(data) != 1 or not hasattr(data[0], "__len__"):
            raise error("argument", op=cls.__name__, argument="data", expected="sizes, or one of data", got=data)
        if isinstance(data[0], Tensor) and data[0].dtype != cls.dtype:
            expected = f"a tensor of dtype {cls.dtype}; x.type({cls.__name__}) converts one"
            raise error("argument", op=cls.__name__, argument="data", expected=expected, got=str(data[0].dtype))
        return tensor(data[0], dtype=cls.dtype)


BoolTensor, ByteTensor, CharTensor, DoubleTensor, FloatTensor, HalfTensor, IntTensor, LongTensor, ShortTensor = (
    OfOneDtype(name, (), {"dtype": as_dtype(dtype), "__doc__": f"Tensors of dtype {dtype} on the CPU."})
    for name, dtype in sorted((name, dtype) for dtype, name in TYPE_NAMES.items())
)
register("old_tensor", old_tensor)
