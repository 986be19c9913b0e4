"""summary: a table of a model's layers, with the shapes they return, their parameters, bytes and FLOPs.

May import: floors 0–2, ``module``, ``flops``.  Read next: ``flops.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..core.modes import listening
from ..core.tensor import Tensor
from ..ops.grad_mode import no_grad
from ..ops.publish import public
from .flops import FlopsCounter
from .module import Module


class Line(NamedTuple):
    """What the table says of one call of one module."""

    name: str
    shape: str
    parameters: int
    bytes: int
    flops: int


@dataclass
class Summary:
    """The table; ``print`` shows it.

    Attributes
    ----------
    lines : list of Line
        One per call of a module, in the order of the calls; the model itself comes first.  What is held by a module
        that is not called counts for the one that holds it.
    parameters, trainable, bytes : int
        Of the whole model, shared ones once; bytes count buffers too.
    flops : int
        Multiplications and additions in products: of linear layers, convolutions, attention and recurrent layers.
        A line has those of its own operations, without those of the modules that it calls.
    """

    lines: list[Line]
    parameters: int
    trainable: int
    bytes: int
    flops: int

    def __str__(self) -> str:
        head = ("Layer", "Output shape", "Parameters", "Bytes", "FLOPs")
        rows = [(line.name, line.shape, *(f"{n:,}" for n in line[2:])) for line in self.lines]
        widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
        text = [
            "  ".join(
                cell.ljust(width) if i < 2 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in (head, *rows)
        ]
        rule = "-" * max(map(len, text))
        totals = f"{self.parameters:,} parameters ({self.trainable:,} trainable), {self.bytes:,} bytes, "
        return "\n".join([text[0], rule, *text[1:], rule, totals + f"{self.flops:,} FLOPs"])

    __repr__ = __str__


@no_grad()
def summary(model: Module, *inputs: Any) -> Summary:
    """Run a model once in evaluation and return a table of its layers.

    Parameters
    ----------
    model : Module
        What is called; it is left as it was.
    *inputs : Tensor or tuple of int
        What it is called with; a tuple is the shape of a tensor of zeros.

    Examples
    --------
    >>> from tinygrad_zh.nn import Linear, ReLU, Sequential
    >>> summary(Sequential(Linear(4, 3), ReLU()), (2, 4))
    Layer          Output shape  Parameters  Bytes  FLOPs
    -----------------------------------------------------
    Sequential     (2, 3)                 0      0      0
      (0): Linear  (2, 3)                15     60     48
      (1): ReLU    (2, 3)                 0      0      0
    -----------------------------------------------------
    15 parameters (15 trainable), 60 bytes, 48 FLOPs
    """
    given = [public["zeros"](x) if isinstance(x, tuple) else x for x in inputs]
    lines: list[Line] = []
    paths = {id(module): path for path, module in model.named_modules()}
    open_lines: list[int] = []
    counter = FlopsCounter()
    line_of: dict[str, int] = {}

    def count() -> None:
        """Write down on the innermost open line what has been computed since the last time."""
        if open_lines:
            line = lines[open_lines[-1]]
            lines[open_lines[-1]] = line._replace(flops=line.flops + counter.flops)
        counter.flops = 0

    def before(module: Module, args: Any) -> None:
        count()
        open_lines.append(len(lines))
        path = paths[id(module)]
        name = "  " * path.count(".") + (f"  ({path.rpartition('.')[2]}): " if path else "") + type(module).__name__
        lines.append(Line(name, "", *((0, 0) if path in line_of else held_by(module)), 0))
        line_of.setdefault(path, len(lines) - 1)

    def after(module: Module, args: Any, result: Any) -> None:
        count()
        at = open_lines.pop()
        lines[at] = lines[at]._replace(shape=shape_of(result))

    handles, training = [], {}
    for module in model.modules():
        training[module] = module.training
        handles += [module.register_forward_pre_hook(before), module.register_forward_hook(after)]
    try:
        with listening(counter):
            model.eval()(*given)
    finally:
        for handle in handles:
            handle.remove()
        for module, was in training.items():
            module.training = was
    for path, module in model.named_modules():  # what is not called is used by the module that holds it
        if path not in line_of:
            holder = path
            while holder not in line_of:
                holder = holder.rpartition(".")[0]
            line, (count_more, bytes_more) = lines[line_of[holder]], held_by(module)
            lines[line_of[holder]] = line._replace(
                parameters=line.parameters + count_more, bytes=line.bytes + bytes_more
            )
    parameters = list(model.parameters())
    return Summary(
        lines,
        sum(p.numel() for p in parameters),
        sum(p.numel() for p in parameters if p.requires_grad),
        sum(size_of(t) for t in [*parameters, *model.buffers()]),
        sum(line.flops for line in lines),
    )


def held_by(module: Module) -> tuple[int, int]:
    """Return a module's own parameters, and the bytes of those and its buffers."""
    own = list(module.parameters(recurse=False))
    return sum(p.numel() for p in own), sum(size_of(t) for t in (*own, *module.buffers(recurse=False)))


def size_of(tensor: Tensor) -> int:
    """Return how many bytes the values take."""
    return math.prod(tensor.shape) * tensor.dtype.itemsize


def shape_of(result: Any) -> str:
    """Return the shape of what a module returned; of a tuple's parts the shapes, side by side."""
    if isinstance(result, Tensor):
        return str(tuple(result.shape))
    parts = [shape_of(part) for part in result] if isinstance(result, tuple | list) else []
    return ", ".join(filter(None, parts))
