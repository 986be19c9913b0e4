r"""Floor 2: attention: every query takes a weighted mean of the values, by how well their keys fit it.

    softmax(q kᵀ / √E) v

It is one primitive with one pullback, so that a kernel may take the place of either and never hold the L × S
weights in memory: all that is kept for the way back is the logarithm of each row's sum, from which the weights
can be had again.  With dropout it is another primitive, as it draws random numbers; which weights are dropped is not
kept either, for what has been drawn can be drawn again.

May import: floors 0–1, ``elementwise``, ``fusable``, ``generator``, ``linalg``, ``normalise``, ``reduce``,
``sampling``, ``shape``.  Read next: ``dropout.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..aliases import Shape
from ..backend import philox
from ..backend.dtypes import float32
from ..core.primitive import primitive
from ..core.registry import registry
from ..core.symbol import SUM
from ..core.tensor import Tensor
from ..errors import error
from .elementwise import masked_to_zero
from .fusable import fusable
from .generator import Place
from .linalg import matmul_p
from .normalise import softmax_p
from .publish import published
from .reduce import amax_p, floating, sum_p
from .sampling import chance_p
from .shape import mT, reshape_p


@primitive(
    r"<scores:1> + <mask>",
    level=SUM,
    vjp_scores=lambda g, y: masked_to_zero(g, y == -math.inf),
    vjp_mask=lambda g, y: masked_to_zero(g, y == -math.inf),
    tex_rules={"scores": r"g \odot [y > -\infty]", "mask": r"g \odot [y > -\infty]"},
    name="attention_mask",
)
def masked_p(xp: Any, scores: Any, mask: Any, *, causal: bool) -> Any:
    """Add a floating mask, or put −∞ where a mask of bools is False; with `causal`, wherever the key comes later."""
    if mask is not None:
        scores = xp.where(mask, scores, -math.inf) if mask.dtype.kind == "b" else scores + mask
    if causal:
        queries, keys = xp.arange(scores.shape[-2]), xp.arange(scores.shape[-1])
        scores = xp.where(queries[:, None] >= keys, scores, -math.inf)
    return scores


def attention_weights(q: Any, k: Any, mask: Any, *, causal: bool, scale: float) -> Any:
    """softmax(q kᵀ · scale + mask); 0 for a query that may look at no key."""
    scores = matmul_p(q, mT(k)) * scale
    if not k.shape[-2]:
        return scores
    if mask is not None or causal:
        scores = masked_p(scores, mask, causal=causal)
    idle = amax_p(scores, dims=(len(scores.shape) - 1,), keepdim=True) == -math.inf
    return masked_to_zero(softmax_p(masked_to_zero(scores, idle), dim=len(scores.shape) - 1), idle)


# -- back, and forward ---------------------------------------------------------------------------------------


def dropped_weights(xp: Any, weights: Any, place: Any, p: float) -> Any:
    """Drop weights, the same ones for the same place; with none, nothing is dropped."""
    if place is None:
        return weights
    return weights * philox.chance(xp, place, math.prod(weights.shape), 1 - p).reshape(weights.shape) / (1 - p)


def attention_pullback_value(
    xp: Any, g: Any, q: Any, k: Any, v: Any, mask: Any, place: Any, y: Any, lse: Any, *,
    causal: bool, scale: float, p: float,
) -> tuple[Any, ...]:  # fmt: skip
    """The same on arrays: the weights are e^(scores − lse)."""
    scores = masked_p.value(xp, xp.matmul(q, xp.swapaxes(k, -1, -2)) * scale, mask, causal=causal)
    weights = xp.exp(scores - xp.where(lse == -math.inf, 0, lse))
    dropped = dropped_weights(xp, weights, place, p)
    ds = dropped * xp.matmul(g, xp.swapaxes(v, -1, -2)) - weights * xp.sum(g * y, axis=-1, keepdims=True)
    dq, dk = xp.matmul(ds, k) * scale, xp.matmul(xp.swapaxes(ds, -1, -2), q) * scale
    found = (dq, dk, xp.matmul(xp.swapaxes(dropped, -1, -2), g))
    return (*found, ds) if is_additive(mask) else found


@fusable(array_value=attention_pullback_value, outputs=0)
def attention_pullback(
    g: Any, q: Any, k: Any, v: Any, mask: Any, place: Any, y: Any, lse: Any, *, causal: bool, scale: float, p: float
) -> tuple[Any, ...]:  # fmt: skip
    """Take the gradients back, with P the weights and P′ what dropout leaves of them (P′ = P where nothing is dropped).

    dV = P′ᵀ G;  dS = P′ ⊙ G Vᵀ − P ⊙ Σ G ⊙ Y, as of every softmax, since Σ P′ ⊙ G Vᵀ = Σ G ⊙ Y;  dQ = dS K, dK = dSᵀ Q.
    """
    weights = attention_weights(q, k, mask, causal=causal, scale=scale)
    dropped = weights if place is None else weights * chance_p(place, p=1 - p, shape=weights.shape) / (1 - p)
    ds = dropped * matmul_p(g, mT(v)) - weights * sum_p(g * y, dims=(len(y.shape) - 1,), keepdim=True)
    found = (matmul_p(ds, k) * scale, matmul_p(mT(ds), q) * scale, matmul_p(mT(dropped), g))
    return (*found, ds) if is_additive(mask) else found


def is_additive(mask: Any) -> bool:
    """Whether the mask is one of numbers, which are added and have a gradient."""
    return mask is not None and mask.dtype.kind == "f"


def attended(xp: Any, q: Any, k: Any, v: Any, mask: Any, place: Any, causal: bool, scale: float, p: float) -> Any:
    """Return the weighted means of the values, and ln Σ e^scores of every row."""
    scores = masked_p.value(xp, xp.matmul(q, xp.swapaxes(k, -1, -2)) * scale, mask, causal=causal)
    if not scores.shape[-1]:  # no key at all
        return xp.matmul(scores, v), xp.full((*scores.shape[:-1], 1), -math.inf, dtype=scores.dtype)
    top = xp.max(scores, axis=-1, keepdims=True)
    top = xp.where(top == -math.inf, 0, top)  # a query that may look at no key gets the sum of nothing
    e = xp.exp(scores - top)
    total = xp.sum(e, axis=-1, keepdims=True)
    weights = dropped_weights(xp, e / xp.where(total == 0, 1, total), place, p)
    return xp.matmul(weights, v), xp.log(total) + top


PULLBACKS = {
    "q": r"\mathrm{scale}\,dS\,k,\quad dS = P \odot \left(g v^{\top} - \sum g \odot y\right)",
    "k": r"\mathrm{scale}\,dS^{\top} q",
    "v": r"P^{\top} g",
    "mask": r"dS",
}


@primitive(
    r"\operatorname{softmax}(<scale:2>\,<q:2>\,<k:3>^{\top} + <mask:1>)\,<v:2>",
    aux=("lse",),
    vjp=lambda g, q, k, v, mask, y, lse, causal, scale: (
        *attention_pullback(g, q, k, v, mask, None, y, lse, causal=causal, scale=scale, p=0.0),
        *(() if is_additive(mask) else (None,)),
    ),
    tex_rules=PULLBACKS,
    name="attention",
)
def attention_p(xp: Any, q: Any, k: Any, v: Any, mask: Any, *, causal: bool, scale: float) -> Any:
    """Without dropout."""
    return attended(xp, q, k, v, mask, None, causal, scale, 0.0)


@primitive(
    r"\operatorname{dropout}(\operatorname{softmax}(<scale:2>\,<q:2>\,<k:3>^{\top} + <mask:1>), <p>)\,<v:2>",
    aux=("lse",),
    vjp=lambda g, q, k, v, mask, place, y, lse, causal, scale, p: (
        *attention_pullback(g, q, k, v, mask, place, y, lse, causal=causal, scale=scale, p=p),
        *((None,) if is_additive(mask) else (None, None)),
    ),
    tex_rules={
        **PULLBACKS,
        "q": r"\mathrm{scale}\,dS\,k,\quad dS = P' \odot g v^{\top} - P \odot \sum g \odot y",
        "v": r"P'^{\top} g",
        "place": r"\mathrm{none}",
    },
    name="attention_dropout",
)
def attention_dropout_p(
    xp: Any, q: Any, k: Any, v: Any, mask: Any, place: Any, *, causal: bool, scale: float, p: float
) -> Any:  # fmt: skip
    """With dropout of weights, which are drawn from a place; see ``random.py``."""
    return attended(xp, q, k, v, mask, place, causal, scale, p)


@published(space="nn.functional")
def scaled_dot_product_attention(
    query: Any, key: Any, value: Any, attn_mask: Any = None, dropout_p: float = 0.0, is_causal: bool = False, *,
    scale: float | None = None, enable_gqa: bool = False,
) -> Any:  # fmt: skip
    """Return softmax(query keyᵀ · scale + mask) value: for every query a mean of the values, weighted by their keys.

    Parameters
    ----------
    query : Tensor of shape (..., H, L, E), floating
        What is asked, L times.
    key : Tensor of shape (..., H, S, E)
        What each of the S values is good for.
    value : Tensor of shape (..., H, S, D)
        What is looked up.
    attn_mask : Tensor that broadcasts to (..., H, L, S), optional
        Bools: whether a query may look at a key; or numbers that are added to the scores.
    dropout_p : float
        The probability with which a weight is dropped, whatever the mode of a model is.
    is_causal : bool
        Let query i look at the keys 0 … i only; beside a mask, both hold.
    scale : float, optional
        What the scores are multiplied by; 1/√E by default.
    enable_gqa : bool
        Key and value have fewer heads, each of which serves equally many consecutive heads of the query.

    Returns
    -------
    Tensor of shape (..., H, L, D)
        0 for a query that may look at no key.

    Raises
    ------
    ShapeError
        If the shapes don't fit together.
    DTypeError
        If the dtypes differ.

    Notes
    -----
    Vaswani et al. (2017), "Attention is all you need", eq. 1.  Heads that share keys: Ainslie et al. (2023), "GQA".
    O(L S (E + D)) time.  For the way back only ln Σ e^scores is kept, as by Dao et al. (2022), "FlashAttention".

    Examples
    --------
    >>> q = k = v = ones(1, 2, 4)
    >>> scaled_dot_product_attention(q, k, v, is_causal=True).shape
    (1, 2, 4)
    """
    check_operands(query, key, value)
    if isinstance(dropout_p, bool) or not isinstance(dropout_p, (int, float)) or not 0 <= dropout_p <= 1:
        raise error("probability", op="scaled_dot_product_attention", got=dropout_p)
    mask = attn_mask if attn_mask is None else usable_mask(attn_mask, query, key)
    q, k, v, mask = grouped_heads(query, key, value, mask) if enable_gqa else (query, key, value, mask)
    check_batches(q, k, v, mask)
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1] or 1)
    options = {"causal": bool(is_causal), "scale": float(scale)}
    if 0 < dropout_p < 1:
        place = Place(None, math.prod(weights_shape(q, k, mask)), q.device)
        result = attention_dropout_p(q, k, v, mask, place, p=float(dropout_p), **options)
    else:
        result = attention_p(q, k, v, mask, **options)
        result = result * 0 if dropout_p else result
    return reshape_p(result, shape=(*query.shape[:-1], value.shape[-1])) if enable_gqa else result


def check_operands(query: Any, key: Any, value: Any) -> None:
    """Refuse what are no matrices of one floating dtype that can be multiplied."""
    op = "scaled_dot_product_attention"
    for x in (query, key, value):
        if not isinstance(x, Tensor):
            raise error("not-a-tensor", op=op, kind=type(x).__name__)
        if x.ndim < 2:
            raise error("ndim", op=op, expected="at least 2", shape=x.shape)
    floating(op, query)
    for name, x in (("key", key), ("value", value)):
        if x.dtype != query.dtype:
            raise error("parameter-dtype", op=op, name=name, got=x.dtype, dtype=query.dtype)
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise error("attention-shapes", query=query.shape, key=key.shape, value=value.shape)


def usable_mask(mask: Any, query: Any, key: Any) -> Any:
    """Return a mask of bools, or of the query's dtype; refuse others."""
    op = "scaled_dot_product_attention"
    if not isinstance(mask, Tensor):
        raise error("not-a-tensor", op=op, kind=type(mask).__name__)
    if mask.dtype.kind != "b" and mask.dtype not in (query.dtype, float32):
        raise error("parameter-dtype", op=op, name="attn_mask", got=mask.dtype, dtype=f"bool or {query.dtype}")
    if mask.ndim < 2 or mask.shape[-2] not in (1, query.shape[-2]) or mask.shape[-1] not in (1, key.shape[-2]):
        expected = f"(..., {query.shape[-2]}, {key.shape[-2]})"
        raise error("parameter-shape", op=op, name="attn_mask", got=mask.shape, expected=expected)
    return mask if mask.dtype.kind == "b" or mask.dtype == query.dtype else registry["cast"](mask, dtype=query.dtype)


def grouped_heads(query: Any, key: Any, value: Any, mask: Any) -> tuple[Any, ...]:
    """Give the heads of the query a dimension for those that share a key: (..., H, L, E) → (..., K, H/K, L, E)."""
    if query.ndim < 3 or key.ndim != query.ndim or value.ndim != query.ndim:
        raise error("attention-shapes", query=query.shape, key=key.shape, value=value.shape)
    heads, of_key, of_value = query.shape[-3], key.shape[-3], value.shape[-3]
    groups = max(of_key, of_value)
    if not of_key or not of_value or heads % groups or groups % of_key or groups % of_value:
        raise error("attention-heads", heads=heads, key=of_key, value=of_value)
    if of_key != of_value:  # then each of the smaller ones serves a longer run of heads
        key, value = (repeated(x, groups) for x in (key, value))
    size = heads // groups
    query = reshape_p(query, shape=(*query.shape[:-3], groups, size, *query.shape[-2:]))
    key, value = (reshape_p(x, shape=(*x.shape[:-3], groups, 1, *x.shape[-2:])) for x in (key, value))
    if mask is not None and mask.ndim > 2:
        split = (groups, size) if mask.shape[-3] == heads else (mask.shape[-3], 1)
        mask = reshape_p(mask, shape=(*mask.shape[:-3], *split, *mask.shape[-2:]))
    return query, key, value, mask


def repeated(x: Any, groups: int) -> Any:
    """Repeat every head, so that there are `groups` of them."""
    heads = x.shape[-3]
    spread = reshape_p(x, shape=(*x.shape[:-3], heads, 1, *x.shape[-2:]))
    spread = spread.expand(*x.shape[:-3], heads, groups // heads, *x.shape[-2:])
    return reshape_p(spread, shape=(*x.shape[:-3], groups, *x.shape[-2:]))


def weights_shape(query: Any, key: Any, mask: Any) -> Shape:
    """Return the shape of the weights: (..., L, S)."""
    batch = np.broadcast_shapes(query.shape[:-2], key.shape[:-2], () if mask is None else mask.shape[:-2])
    return (*batch, query.shape[-2], key.shape[-2])


def check_batches(query: Any, key: Any, value: Any, mask: Any) -> None:
    """Refuse batch dimensions that don't broadcast, and a mask that would add some."""
    try:
        batch = np.broadcast_shapes(query.shape[:-2], key.shape[:-2], value.shape[:-2])
    except ValueError as problem:
        raise error("attention-shapes", query=query.shape, key=key.shape, value=value.shape) from problem
    if mask is not None:
        lead = mask.shape[:-2]
        padded = (1,) * (len(batch) - len(lead)) + lead
        if len(lead) > len(batch) or any(n not in (1, m) for n, m in zip(padded, batch, strict=True)):
            expected = f"one that broadcasts to {(*batch, query.shape[-2], key.shape[-2])}"
            raise error(
                "parameter-shape",
                op="scaled_dot_product_attention",
                name="attn_mask",
                got=mask.shape,
                expected=expected,
            )
