"""Floor 2: what is known of dtypes: their limits, and what becomes of them in a mixture.

May import: floors 0–1, ``convert``.  Read next: ``../backend/promotion.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..aliases import DType
from ..backend import promotion
from ..backend.dtypes import as_dtype, get_default_dtype
from ..core.tensor import Tensor
from ..errors import error
from .convert import to
from .publish import publish, published


class Info:
    """What the limits of floating and of integer dtypes have in common: they can be compared and printed.

    Parameters
    ----------
    dtype : dtype
        Of which numbers.
    """

    kinds: str  # of which kinds of dtype
    fields: tuple[str, ...]  # what is printed

    def __init__(self, dtype: Any) -> None:
        self._dtype = as_dtype(dtype)
        if self._dtype.kind not in self.kinds:
            raise error("dtype-info", op=type(self).__name__, dtype=self._dtype)

    @property
    def bits(self) -> int:
        """How many bits a number has."""
        return int(self._dtype.itemsize) * 8

    @property
    def dtype(self) -> str:
        """The name of the dtype, as a string."""
        return str(self._dtype)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._dtype == self._dtype

    __hash__ = None  # type: ignore[assignment]  # as in PyTorch

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name):g}" for name in self.fields)
        return f"{type(self).__name__}({shown}, dtype={self.dtype})"


class finfo(Info):
    """The limits of a floating dtype; of the default dtype if none is given.

    Attributes
    ----------
    bits : int
        How many bits a number has.
    eps : float
        The distance from 1 to the next larger number.
    max, min : float
        The largest and the smallest finite number.
    tiny, smallest_normal : float
        The smallest positive number of full precision.
    resolution : float
        10⁻ᵖ, where p decimal digits are exact.
    dtype : str
        The dtype's name.
    """

    kinds, fields = "f", ("resolution", "min", "max", "eps", "smallest_normal", "tiny")

    def __init__(self, type: Any = None) -> None:
        super().__init__(get_default_dtype() if type is None else type)
        limits = np.finfo(self._dtype)
        self.eps, self.max, self.min = float(limits.eps), float(limits.max), float(limits.min)
        self.tiny = self.smallest_normal = float(limits.smallest_normal)
        self.resolution = 10.0**-limits.precision


class iinfo(Info):
    """The limits of an integer dtype.

    Attributes
    ----------
    bits : int
        How many bits a number has.
    max, min : int
        The largest and the smallest number.
    dtype : str
        The dtype's name.
    """

    kinds, fields = "iu", ("min", "max")

    def __init__(self, type: Any) -> None:
        super().__init__(type)
        limits = np.iinfo(self._dtype)
        self.max, self.min = int(limits.max), int(limits.min)


# -- mixtures ------------------------------------------------------------------------------------------


@published(method=False)
def result_type(tensor1: Any, tensor2: Any) -> DType:
    """Return the dtype that an operation on two tensors or numbers has.

    Examples
    --------
    >>> str(result_type(tensor([1, 2]), 1.5))
    'float32'
    """
    ranked = []
    for x in (tensor1, tensor2):
        if isinstance(x, Tensor):
            ranked.append((x.dtype, 0 if x.ndim else 1))
        elif isinstance(x, (bool, int, float)):
            ranked.append((promotion.number_dtype(x), 2))
        else:
            raise error("operand-type", kind=type(x).__name__)
    return promotion.result_type(ranked)


@published(method=False)
def can_cast(from_: Any, to: Any) -> bool:
    """Return whether a result of one dtype may be written into a tensor of another: no float into an integer.

    Examples
    --------
    >>> can_cast("float32", "int32")
    False
    """
    return promotion.can_cast(as_dtype(from_), as_dtype(to))


@published(method=False)
def is_tensor(obj: Any) -> bool:
    """Return whether an object is a Tensor."""
    return isinstance(obj, Tensor)


# -- the older names of types --------------------------------------------------------------------------

TYPE_NAMES = {
    "float16": "HalfTensor",
    "float32": "FloatTensor",
    "float64": "DoubleTensor",
    "int8": "CharTensor",
    "int16": "ShortTensor",
    "int32": "IntTensor",
    "int64": "LongTensor",
    "uint8": "ByteTensor",
    "bool": "BoolTensor",
}
"""PyTorch's names of tensors by dtype, from before there were dtypes."""


def type_(input: Any, dtype: Any = None) -> Any:
    """Return PyTorch's older name of dtype and device, ``"torch.FloatTensor"``; or the tensor converted to a dtype.

    Parameters
    ----------
    dtype : dtype or str, optional
        What to convert to; a name such as ``"torch.DoubleTensor"`` stands for its dtype.
    """
    if dtype is None:
        return f"torch.{'cuda.' if input.is_cuda else ''}{TYPE_NAMES[str(input.dtype)]}"
    names = {"torch." + name: known for known, name in TYPE_NAMES.items()}
    return to(input, dtype=names.get(dtype, dtype) if isinstance(dtype, str) else dtype)


type_.__name__ = "type"
setattr(Tensor, "type", type_)  # noqa: B010 - not published as a function: there ``type`` is Python's own
for _info in (finfo, iinfo):
    publish(_info.__name__, _info, method=False)
