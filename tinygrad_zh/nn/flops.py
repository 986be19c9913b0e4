"""How much a model computes: the products of its operations, counted while it runs.

May import: floors 0–1.  Read next: ``summary.py``, which shows them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from ..core.primitive import Primitive

Products = Callable[..., int]
"""The number of products that an op adds up: from its operands and its result."""


def size(x: Any) -> int:
    """Return the number of elements."""
    return math.prod(x.shape)


PRODUCTS: dict[str, Products] = {
    "linear": lambda y, x, weight, *_: size(y) * weight.shape[-1],
    "matmul": lambda y, a, b: size(y) * a.shape[-1],
    "convolution": lambda y, x, weight, *_: size(y) * math.prod(weight.shape[1:]),
    # Every input value meets a whole kernel.
    "convolution_transpose": lambda y, z, weight: size(z) * math.prod(weight.shape[1:]),
    # Every query meets every key, and the weights every value.
    "attention": lambda y, q, k, v, *_: math.prod(q.shape[:-1]) * k.shape[-2] * (q.shape[-1] + v.shape[-1]),
    # Every step multiplies the state before; the rows of x are the steps of all sequences.
    "rnn": lambda y, x, h0, w_hh: x.shape[0] * size(w_hh),
    "gru": lambda y, x, h0, w_hh, *_: x.shape[0] * size(w_hh),
    "lstm": lambda y, x, h0, c0, w_hh, w_hr=None: x.shape[0] * (size(w_hh) + (0 if w_hr is None else size(w_hr))),
}


class FlopsCounter:
    """Listens to the operations, and adds up their FLOPs: two for every product, which is added to others.

    What has no products, such as activations and norms, is not counted, nor is the addition of a bias.
    """

    def __init__(self) -> None:
        self.flops = 0

    def ran(self, op: Primitive, arrays: Sequence[Any], static: dict[str, Any], result: Any) -> None:
        """Count one step."""
        if op.name in PRODUCTS:
            y = result[0] if isinstance(result, tuple) else result
            self.flops += 2 * PRODUCTS[op.name](y, *arrays)

    def applied(self, op: Any, operands: Any, static: Any, result: Any) -> None:
        """The same step, as seen by whoever wants its Tensors."""

    def pulled(self, node: Any, cotangent: Any, shares: Any) -> None:
        """A backward sweep, which a summary has none of."""
