"""The PyTorch forms of activation functions, normalisation, attention, dropout, similarity and embeddings.

May import: the files before ``table.py``.  Read next: ``table.py``.
"""

from __future__ import annotations

from typing import Any

from . import rounding as by
from .twin import Twin


def elu(t: Any, x: Any, alpha: float, scale: float = 1.0, steepness: float = 1.0) -> Any:
    """PyTorch's op with all three constants, which ``elu``, ``selu`` and ``celu`` fill in."""
    return t.ops.aten.elu(x, alpha, scale, steepness)


def functional(name: str, **options: Any) -> Twin:
    """A function of ``torch.nn.functional``, whose arguments have the same names."""
    return Twin(lambda t, *operands, **static: getattr(t.nn.functional, name)(*operands, **static), **options)


TWINS: dict[str, Twin] = {
    # -- activations -------------------------------------------------------------------------------------
    "relu6": functional("relu6"),
    "leaky_relu": Twin(lambda t, x, slope: t.nn.functional.leaky_relu(x, slope)),
    "prelu": Twin(lambda t, x, weight: t.where(x > 0, x, weight * x)),
    "hardtanh": Twin(lambda t, x, low, high: t.nn.functional.hardtanh(x, low, high)),
    # not hardsigmoid, whose slope is the float32 number next to 1/6, in float64 too
    "hardsigmoid": Twin(lambda t, x: t.nn.functional.relu6(x + 3) / 6, size=lambda t, y, x: 1 + x.abs()),
    "hardswish": functional("hardswish", size=lambda t, y, x: x.abs() * (1 + x.abs())),
    "hardshrink": functional("hardshrink"),
    "softshrink": functional("softshrink"),
    "threshold": functional("threshold"),
    "elu": Twin(elu),
    "softplus": functional("softplus", size_back=lambda t, i, g, y, x, **_: g.abs()),
    "logsigmoid": functional("logsigmoid", size_back=by.at_size_of_g),
    "mish": functional(
        "mish", size=lambda t, y, x: 2 * y.abs(), size_back=lambda t, i, g, y, x: g.abs() * (1 + x.abs())
    ),
}
REASONS: dict[str, tuple[str, str]] = {}
