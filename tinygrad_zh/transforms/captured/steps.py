"""Floor 3: values, which are arrays by name, and steps, which make values from values.

May import: floors 0–2.  Read next: ``traced.py``.
"""

from __future__ import annotations

from typing import Any

from ...aliases import Array, DType, Shape
from ...backend.devices import Backend, backend_of
from ...core.primitive import Primitive
from ...core.registry import registry

LETTERS = {"input": "x", "outside": "w", "constant": "c", "gradient": "g", "step": "v"}


class Value:
    """An array by name.

    Attributes
    ----------
    kind : {"input", "outside", "constant", "gradient", "step"}
        Where it comes from: an argument; memory that is there before the call, such as a weight; what the function
        makes of numbers alone, such as ``zeros(3)``; a ``grad`` from before the call; or a step.
    number : int or str
        Which one of its kind.
    shape, dtype, backend
        Of the array: the same at every call.
    array : array or None
        Of something from outside, or of a constant: the array itself.
    base : Value
        Whose memory it is: itself, unless it is a view.
    in_order : bool
        Whether the elements lie in memory one after the other, the last dimension fastest: the same at every call.
    numbers : tuple of Value
        Of a number: which of the caller's Python numbers it is computed from, perhaps itself; else empty.
    fixed : bool
        Of a caller's number: whether it was asked for its value.
    """

    __slots__ = ("array", "backend", "base", "dtype", "fixed", "in_order", "kind", "number", "numbers", "shape")

    def __init__(self, kind: str, number: int | str, array: Array) -> None:
        self.kind, self.number = kind, number
        self.shape: Shape = array.shape
        self.dtype: DType = array.dtype
        self.backend: Backend = backend_of(array)
        self.array: Any = array if kind in ("outside", "constant") else None
        self.in_order: bool = array.flags.c_contiguous
        self.base: Value = self
        self.numbers: tuple[Value, ...] = ()
        self.fixed = False

    @property
    def size_bytes(self) -> int:
        """How much memory the array takes."""
        size = self.dtype.itemsize
        for n in self.shape:
            size *= n
        return int(size)

    def __repr__(self) -> str:
        return LETTERS[self.kind] + str(self.number)


class Step:
    """One entry of the list.

    Attributes
    ----------
    what : str
        ``"op"``, or one of the others: ``"copy"``, ``"draw"``, ``"write"``, ``"optimiser"``, ``"call"``, ``"check"``,
        ``"fused"`` (`fuse.py`).
    op : Primitive or None
        Of an op.
    operands : list
        Values, and plain numbers or other things that ops take.
    static : dict
        The op's static arguments, or what the others need to know.
    results : list of Value
        What it makes.
    several : bool
        Whether it makes a tuple.
    line : str
        ``file:line`` in the user's program.
    """

    __slots__ = ("line", "op", "operands", "results", "several", "static", "what")

    def __init__(
        self, what: str, op: Primitive | None, operands: list[Any], static: dict[str, Any], results: list[Value]
    ) -> None:
        self.what, self.op, self.operands, self.static, self.results = what, op, operands, static, results
        self.several = False
        self.line: str = registry["user_line"]()

    @property
    def name(self) -> str:
        """What is done."""
        return self.what if self.op is None else self.op.name

    @property
    def has_effect(self) -> bool:
        """Whether it does more than to make its results."""
        return self.what not in ("op", "copy", "fused")

    @property
    def is_fence(self) -> bool:
        """Whether it changes memory, or what lies outside: no step changes places with it."""
        return self.what in ("write", "optimiser", "call")
