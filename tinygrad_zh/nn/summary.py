"""summary: a table of a model's layers, with the shapes they return, their parameters, bytes and FLOPs.

May import: floors 0–2, ``nn``'s modules.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..core.tensor import Tensor
from ..ops.grad_mode import no_grad
from ..ops.publish import public
from .convolution import Convolving
from .linear import Bilinear, Linear
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
        One per call of a module, in the order of the calls; the model itself comes first.
    parameters, trainable, bytes : int
        Of the whole model, shared ones once; bytes count buffers too.
    flops : int
        Multiplications and additions in the products of Linear, Bilinear and the convolutions.
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
    seen: set[int] = set()

    def before(module: Module, args: Any) -> None:
        open_lines.append(len(lines))
        path = paths[id(module)]
        name = "  " * path.count(".") + (f"  ({path.rpartition('.')[2]}): " if path else "") + type(module).__name__
        own = [] if id(module) in seen else [*module.parameters(recurse=False)]
        held = [] if id(module) in seen else [*own, *module.buffers(recurse=False)]
        seen.add(id(module))
        lines.append(Line(name, "", sum(p.numel() for p in own), sum(size_of(t) for t in held), 0))

    def after(module: Module, args: Any, result: Any) -> None:
        at = open_lines.pop()
        lines[at] = lines[at]._replace(shape=shape_of(result), flops=flops_of(module, args, result))

    handles, training = [], {}
    for module in model.modules():
        training[module] = module.training
        handles += [module.register_forward_pre_hook(before), module.register_forward_hook(after)]
    try:
        model.eval()(*given)
    finally:
        for handle in handles:
            handle.remove()
        for module, was in training.items():
            module.training = was
    parameters = list(model.parameters())
    return Summary(
        lines,
        sum(p.numel() for p in parameters),
        sum(p.numel() for p in parameters if p.requires_grad),
        sum(size_of(t) for t in [*parameters, *model.buffers()]),
        sum(line.flops for line in lines),
    )


def size_of(tensor: Tensor) -> int:
    """Return how many bytes the values take."""
    return math.prod(tensor.shape) * tensor.dtype.itemsize


def shape_of(result: Any) -> str:
    """Return the shape of what a module returned; of a tuple's parts the shapes, side by side."""
    if isinstance(result, Tensor):
        return str(tuple(result.shape))
    parts = [shape_of(part) for part in result] if isinstance(result, tuple | list) else []
    return ", ".join(filter(None, parts))


def flops_of(module: Module, args: tuple[Any, ...], result: Any) -> int:
    """Return twice the number of products that are added up, and the additions of a bias."""
    if not isinstance(module, Linear | Bilinear | Convolving):
        return 0
    per_channel = math.prod(module.weight.shape[1:])
    if isinstance(module, Convolving) and module.transposed:  # every input value meets a whole kernel
        products = args[0].numel() * per_channel
    else:
        products = result.numel() * per_channel
    return 2 * products
