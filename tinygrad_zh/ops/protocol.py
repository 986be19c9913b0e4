"""Floor 2: a tensor as one of Python's numbers and sequences, and what else every tensor can do.

These methods need nothing of the engine but its public attributes, so they are kept out of ``core/`` and
attached to Tensor.

May import: floors 0–1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..backend.devices import backend_of
from ..core.inplace import refresh, share, touch
from ..core.registry import register, registry
from ..core.tensor import Tensor, box
from ..errors import error
from .noted import looked_at
from .publish import published

# -- numbers and sequences -----------------------------------------------------------------------------


@published()
def item(input: Tensor) -> Any:
    """Return the only element as a Python number."""
    if input.array.size != 1:
        raise error("item-of-many", shape=input.shape)
    return looked_at(input).array.item()


def length(self: Tensor) -> int:
    """``len(x)``: the size of the first dimension."""
    if not self.array.shape:
        raise error("len-of-scalar")
    return int(self.array.shape[0])


def iterate(self: Tensor) -> Iterator[Any]:
    """``for row in x``"""
    if not self.array.shape:
        raise error("iterate-scalar")
    return iter(registry["unbind"](self))


def truth(self: Tensor) -> bool:
    """``if x:``, for a tensor of one element."""
    if self.array.size != 1:
        raise error("truth-of-many", shape=self.shape)
    return bool(looked_at(self).array.item())


def as_index(self: Tensor) -> int:
    """``range(x)``, ``some_list[x]``"""
    if self.array.dtype.kind not in "iub":
        raise error("index-dtype", dtype=self.dtype)
    return int(item(self))


def contains(self: Tensor, value: Any) -> bool:
    """``value in x``"""
    return bool((self == value).array.any())


def formatted(self: Tensor, spec: str) -> str:
    """``f"{loss:.3f}"``; ``f"{loss}"`` is the bare number, as in PyTorch."""
    if not spec:
        return str(item(self) if type(self) is Tensor and self.ndim == 0 else self)
    if self.array.size != 1:
        raise error("argument", op="format", argument="spec", expected="empty for a tensor of many elements", got=spec)
    return format(item(self), spec)


def written(self: Tensor, index: Any, value: Any) -> None:
    """``x[index] = value``"""
    registry["setitem_"](self, index, value)


# -- copies --------------------------------------------------------------------------------------------


def shallow_copy(self: Tensor) -> Tensor:
    """``copy.copy(x)``: another leaf for the same memory."""
    result = box(self.array)
    result.cell = share(self)
    result.requires_grad = self.requires_grad and self.is_leaf
    return result


def deep_copy(self: Tensor, memo: dict[int, Any]) -> Tensor:
    """``copy.deepcopy(x)``: memory, gradient and ``requires_grad`` of its own; only for leaves."""
    if not self.is_leaf:
        raise error("deepcopy-non-leaf")
    result = object.__new__(type(self))
    memo[id(self)] = result
    result.array, result.node, result.cell = self.array.copy(), None, None
    result.name = self.name
    if self._grad is not None:
        result._grad = box(self._grad.array.copy())
    result.requires_grad = self.requires_grad
    return result


def refuse_pickle(self: Tensor, _protocol: int) -> Any:
    """Pickle runs code when it is read: this project writes safetensors instead."""
    raise error("no-pickle")


# -- the graph -----------------------------------------------------------------------------------------


@published()
def requires_grad_(input: Tensor, requires_grad: bool = True) -> Tensor:
    """Set ``requires_grad`` in place and return the tensor."""
    input.requires_grad = requires_grad
    return input


def get_data(self: Tensor) -> Tensor:
    """The values as a Tensor outside the graph, sharing memory."""
    return self.detach()


def set_data(self: Tensor, value: Any) -> None:
    """Take other values; the graph does not see it, but a rule that saved the old ones does."""
    array = value.array if isinstance(value, Tensor) else backend_of(self.array).xp.asarray(value, dtype=self.dtype)
    if self.node is not None and (array.shape != self.shape or array.dtype != self.dtype):
        raise error("data-mismatch", expected=f"{self.shape} {self.dtype}", got=f"{array.shape} {array.dtype}")
    touch(looked_at(self), ".data = …")
    self.array = array


ATTRIBUTES = {
    "__len__": length,
    "__iter__": iterate,
    "__bool__": truth,
    "__float__": lambda self: float(item(self)),
    "__int__": lambda self: int(item(self)),
    "__index__": as_index,
    "__contains__": contains,
    "__format__": formatted,
    "__repr__": lambda self: registry["repr"](self),
    "__setitem__": written,
    "__copy__": shallow_copy,
    "__deepcopy__": deep_copy,
    "__reduce_ex__": refuse_pickle,
    "data": property(get_data, set_data),
    "ndim": property(lambda self: len(self.array.shape)),
    "device": property(lambda self: backend_of(self.array).device),
    "grad_fn": property(lambda self: None if self.is_leaf else refresh(self).node),
    "T": property(lambda self: registry["transpose_all"](self)),
    "mT": property(lambda self: registry["mT"](self)),
    "mH": property(lambda self: registry["adjoint"](self)),
    "H": property(lambda self: registry["hermitian"](self)),
    "itemsize": property(lambda self: int(self.dtype.itemsize)),
    "nbytes": property(lambda self: int(self.array.nbytes)),
    "is_cuda": property(lambda self: self.device.type == "cuda"),
    "is_cpu": property(lambda self: self.device.type == "cpu"),
    "real": property(lambda self: self),
}
for _name, _attribute in ATTRIBUTES.items():
    setattr(Tensor, _name, _attribute)

register("box", box)
