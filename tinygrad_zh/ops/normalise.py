r"""Floor 2: softmax and its logarithm, as fused primitives beside their plain formula.

May import: floors 0–1, ``dims``, ``elementwise``, ``reduce``.  Read next: ``loss.py``.
"""

from __future__ import annotations

from typing import Any

from ..backend.dtypes import as_dtype
from ..core.primitive import FLOAT, primitive
from ..core.registry import registry
from ..errors import error
from .dims import one_dim
from .elementwise import exp
from .fusable import fusable
from .publish import published
from .reduce import sum_p


@fusable()
def softmax_pullback(g: Any, y: Any, *, dim: int) -> Any:
    """Y ⊙ (g − Σ g ⊙ y): what the cotangent gains in one place it loses in proportion in the others."""
    return y * (g - sum_p(g * y, dims=(dim,), keepdim=True))


@fusable()
def log_softmax_pullback(g: Any, y: Any, *, dim: int) -> Any:
    """G − eʸ Σ g"""
    return g - exp(y) * sum_p(g, dims=(dim,), keepdim=True)


@primitive(
    r"\operatorname{softmax}(<x>)",
    promote=FLOAT,
    vjp_x=lambda g, y, dim: softmax_pullback(g, y, dim=dim),
    tex_rules={"x": r"y \odot \left(g - \sum g \odot y\right)"},
    name="softmax",
)
def softmax_p(xp: Any, x: Any, *, dim: int) -> Any:
    if not x.size:
        return x.copy()
    e = xp.exp(x - xp.max(x, axis=dim, keepdims=True))
    e /= xp.sum(e, axis=dim, keepdims=True)
    return e


@primitive(
    r"\ln \operatorname{softmax}(<x>)",
    promote=FLOAT,
    vjp_x=lambda g, y, dim: log_softmax_pullback(g, y, dim=dim),
    tex_rules={"x": r"g - e^{y} \sum g"},
    name="log_softmax",
)
def log_softmax_p(xp: Any, x: Any, *, dim: int) -> Any:
    if not x.size:
        return x.copy()
    shifted = x - xp.max(x, axis=dim, keepdims=True)
    return shifted - xp.log(xp.sum(xp.exp(shifted), axis=dim, keepdims=True))


def prepared(op: str, input: Any, dim: Any, dtype: Any, axis: Any) -> tuple[Any, int]:
    """Sort out dtype and dimension for both."""
    if dtype is not None:
        input = registry["cast"](input, dtype=as_dtype(dtype))
    if dim is None and axis is None:
        raise error("argument", op=op, argument="dim", expected="a dimension", got=None)
    if input.dtype.kind != "f":
        raise error("dtype-not-floating", op=op, dtype=input.dtype)
    return input, one_dim(op, dim, input.ndim, axis)


@published()
def softmax(input: Any, dim: int | None = None, dtype: Any = None, *, axis: int | None = None) -> Any:
    """Return eˣ / Σ eˣ along `dim`: positive numbers that sum to 1.

    Parameters
    ----------
    input : Tensor of shape (...), floating
        The logits.
    dim : int
        Along which the results sum to 1.
    dtype : dtype, optional
        Convert to this dtype first.

    Notes
    -----
    The maximum is subtracted first, which changes nothing but keeps eˣ finite.
    """
    x, place = prepared("softmax", input, dim, dtype, axis)
    return softmax_p(x, dim=place) if x.ndim else exp(x - x)


@published()
def log_softmax(input: Any, dim: int | None = None, dtype: Any = None, *, axis: int | None = None) -> Any:
    """Return ln(softmax(x)) along `dim`, computed as x − logsumexp(x), accurate where softmax underflows."""
    x, place = prepared("log_softmax", input, dim, dtype, axis)
    return log_softmax_p(x, dim=place) if x.ndim else x - x
