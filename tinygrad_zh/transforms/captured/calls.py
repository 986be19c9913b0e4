"""Floor 3: what the steps of a plan call that are no ops: random numbers, optimisers, schedules, checks of values.

May import: floors 0–2.  Read next: ``plan.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...core.tensor import Tensor, box
from ...ops.generator import Place


def direct_function(op: Any, xp: Any) -> Any:
    """Return the array module's own function for an op, which can write into given memory; None if there is none."""
    if op.name == "matmul" and not op.static_names:
        return xp.matmul
    function = getattr(xp, op.ufunc, None) if op.ufunc else None
    return function if function is not None and not op.aux and not op.static_names else None


def drawing(generator: Any, words: int, device: Any) -> Callable[[], Any]:
    """Return a function that takes the next random numbers."""
    return lambda: Place(generator, words, device).array


def moving(optimizer: Any, parameters: list[Tensor], others: list[Tensor]) -> Callable[..., None]:
    """Return a function that lets an optimiser step along the gradients of `parameters`, none of `others`."""

    def move(*gradients: Any) -> None:
        for p in others:
            p._grad = None
        for p, g in zip(parameters, gradients, strict=True):
            p._grad = box(g)
        optimizer.step()

    return move


def calling(function: Callable[..., Any], name: str, args: list[Any], places: list[int]) -> Callable[..., None]:
    """Return a function that calls another one, with arrays in the places of Tensors."""

    def call(*arrays: Any) -> None:
        given = list(args)
        for place, array in zip(places, arrays, strict=True):
            given[place] = box(array)
        function(*given)

    return call


class Otherwise(Exception):
    """Values are such that the function would do something else than what was captured.

    Attributes
    ----------
    line : str
        Of the user's program.
    late : bool
        Whether something has changed before that was found: then nothing else can be done instead.
    """

    def __init__(self, line: str, late: bool) -> None:
        super().__init__(line, late)
        self.line, self.late = line, late


def checking(line: str, late: bool, **check: Any) -> Callable[[Any], None]:
    """Return a function that checks values as the captured call has checked its own; see `Trace.check`."""
    if "function" in check:
        return lambda array: check["function"](check["op"], box(array), *check["args"])

    def look(array: Any) -> None:
        found = array.shape if check["what"] == "shape" else bool(getattr(array, check["what"])())
        if found != check["found"]:
            raise Otherwise(line, late)

    return look
