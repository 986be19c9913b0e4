"""Floor 2: multi-head attention as a function: projections, heads, masks, and attention between them.

May import: floors 0–1, ``attention``, ``dropout``, ``join``, ``linalg``, ``normalise``, ``reduce``, ``shape``.
Read next: ``../nn/attention.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..backend.dtypes import float32
from ..core.registry import registry
from ..core.tensor import Tensor
from ..errors import error
from .attention import masked_p, scaled_dot_product_attention
from .dropout import dropout
from .elementwise import where
from .join import cat, zeros_beside
from .linalg import linear_p, matmul_p
from .normalise import softmax_p
from .parts import narrow
from .publish import published
from .recurrent_layers import fitting
from .reduce import floating, mean_p
from .shape import mT, permute_p, reshape_p, unsqueeze

OP = "multi_head_attention_forward"


@published(space="nn.functional")
def multi_head_attention_forward(
    query: Any, key: Any, value: Any, embed_dim_to_check: int, num_heads: int, in_proj_weight: Any, in_proj_bias: Any,
    bias_k: Any, bias_v: Any, add_zero_attn: bool, dropout_p: float, out_proj_weight: Any, out_proj_bias: Any,
    training: bool = True, key_padding_mask: Any = None, need_weights: bool = True, attn_mask: Any = None,
    use_separate_proj_weight: bool = False, q_proj_weight: Any = None, k_proj_weight: Any = None,
    v_proj_weight: Any = None, static_k: Any = None, static_v: Any = None, average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Any, Any]:  # fmt: skip
    """Project queries, keys and values, let every head attend by itself, and project what all heads have found.

    Parameters
    ----------
    query : Tensor of shape (L, B, E) or (L, E), floating
        What is asked.
    key, value : Tensors of shapes (S, B, ·) or (S, ·)
        Where it is looked up; of width E, unless the weights are separate.
    embed_dim_to_check : int
        E.
    num_heads : int
        H, which divides E.
    in_proj_weight : Tensor of shape (3E, E), or None
        The projections of query, key and value, one below the other.
    in_proj_bias : Tensor of shape (3E,), or None
        Their biases.
    bias_k, bias_v : Tensors of shape (1, 1, E), or None
        One more key and value for everybody.
    add_zero_attn : bool
        Whether there is one more key and value of zeros.
    dropout_p : float
        The probability with which a weight is dropped, if `training`.
    out_proj_weight, out_proj_bias : Tensors of shapes (E, E) and (E,); the bias may be None
        The last projection.
    key_padding_mask : Tensor of shape (B, S) or (S,), optional
        Bools: True for keys that nobody may look at; or numbers that are added to the scores.
    need_weights : bool
        Whether the weights are returned; without them less memory is used.
    attn_mask : Tensor of shape (L, S) or (B · H, L, S), optional
        The same for each pair of query and key.
    use_separate_proj_weight : bool
        Whether `q_proj_weight` (E, E), `k_proj_weight` (E, ·) and `v_proj_weight` (E, ·) stand for `in_proj_weight`.
    static_k, static_v : Tensors of shape (B · H, S, E / H), optional
        Keys and values that are projected already.
    average_attn_weights : bool
        Whether the weights are averaged over the heads.
    is_causal : bool
        A hint that `attn_mask` is the causal mask, which then need not be read.

    Returns
    -------
    output : Tensor of the shape of `query`
    weights : Tensor of shape (B, L, S), or (B, H, L, S) if not averaged, or None
        Of an input without batch, without B.

    Notes
    -----
    Vaswani et al. (2017), "Attention is all you need", section 3.2.2.  As in PyTorch, a query that may look at no key
    gets NaN where weights are needed, else the last projection of 0.
    """
    single = check_inputs(query, key, value, embed_dim_to_check, num_heads)
    if is_causal and attn_mask is None:
        raise error("causal-hint", op=OP)
    if single:
        same = (key is query, value is key)
        query = unsqueeze(query, 1)
        key = query if same[0] else unsqueeze(key, 1)
        value = key if same[1] else unsqueeze(value, 1)
        key_padding_mask = key_padding_mask if key_padding_mask is None else unsqueeze(key_padding_mask, 0)
    length, batch, width = query.shape
    projections = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else in_proj_weight
    q, k, v = projected(query, key, value, projections, in_proj_bias)
    masks = checked_masks(attn_mask, key_padding_mask, query, key.shape[0], num_heads)
    more = 0
    if bias_k is not None or bias_v is not None:
        for name, bias in (("bias_k", bias_k), ("bias_v", bias_v)):
            fitting(OP, name, bias, (1, 1, width), query)
        k, v = (cat([x, bias.expand(1, batch, width)]) for x, bias in ((k, bias_k), (v, bias_v)))
        more += 1
    q, k, v = (by_head(x, num_heads) for x in (q, k, v))
    if static_k is not None:
        k = static_heads("static_k", static_k, k)
    if static_v is not None:
        v = static_heads("static_v", static_v, v)
    if add_zero_attn:
        k, v = (cat([x, zeros_beside(x, shape=(*x.shape[:2], 1, x.shape[3]))], 2) for x in (k, v))
        more += 1
    causal = bool(is_causal) and not need_weights and key_padding_mask is None and not more
    mask = None if causal else joined_masks(masks, q, batch, num_heads, more)
    dropped = float(dropout_p) if training else 0.0
    if need_weights:
        scores = matmul_p(q * (1 / math.sqrt(q.shape[3])), mT(k))
        weights = softmax_p(scores if mask is None else masked_p(scores, mask, causal=False), dim=3)
        weights = dropout(weights, dropped) if dropped else weights
        found = matmul_p(weights, v)
    else:
        found = scaled_dot_product_attention(q, k, v, mask, dropped, causal)
    output = linear_p(
        reshape_p(permute_p(found, dims=(2, 0, 1, 3)), shape=(length, batch, width)), out_proj_weight, out_proj_bias
    )
    output = output[:, 0] if single else output
    if not need_weights:
        return output, None
    weights = mean_p(weights, dims=(1,), keepdim=False) if average_attn_weights else weights
    return output, weights[0] if single else weights


def check_inputs(query: Any, key: Any, value: Any, width: int, heads: int) -> bool:
    """Refuse what does not fit together; return whether it is without a batch."""
    for x in (query, key, value):
        if not isinstance(x, Tensor):
            raise error("not-a-tensor", op=OP, kind=type(x).__name__)
        floating(OP, x)
    if query.ndim not in (2, 3) or query.shape[-1] != width:
        of_query = f"(L, B, {width}) or (L, {width})"
        fits = False
    else:
        batch = query.shape[1:-1]
        of_query = f"(L, B, {width})" if batch else f"(L, {width})"
        fits = key.ndim == value.ndim == query.ndim and key.shape[1:-1] == batch and key.shape[:-1] == value.shape[:-1]
    if not fits:
        raise error(
            "attention-inputs", op=OP, query=query.shape, key=key.shape, value=value.shape, of_query=of_query,
            of_key="(S, B, ·)" if query.ndim == 3 else "(S, ·)",
            of_value="(S, B, ·)" if query.ndim == 3 else "(S, ·)",
        )  # fmt: skip
    if heads < 1 or width % heads:
        raise error("embed-heads", op=OP, width=width, heads=heads)
    return bool(query.ndim == 2)


def projected(query: Any, key: Any, value: Any, weights: Any, bias: Any) -> tuple[Any, ...]:
    """Project queries, keys and values; where these are the same, in one matmul."""
    width = query.shape[2]
    biases = (None,) * 3 if bias is None else tuple(narrow(bias, 0, k * width, width) for k in range(3))
    if bias is not None:
        fitting(OP, "in_proj_bias", bias, (3 * width,), query)
    if isinstance(weights, tuple):
        named = zip(("q_proj_weight", "k_proj_weight", "v_proj_weight"), weights, (query, key, value), strict=True)
        for name, weight, x in named:
            fitting(OP, name, weight, (width, x.shape[2]), query)
        pairs = zip((query, key, value), weights, biases, strict=True)
        return tuple(linear_p(x, weight, b) for x, weight, b in pairs)
    for x in (query, key, value):
        fitting(OP, "in_proj_weight", weights, (3 * width, x.shape[2]), query)
    if query is key and key is value:
        whole = linear_p(query, weights, bias)
        return tuple(narrow(whole, 2, k * width, width) for k in range(3))
    own = tuple(narrow(weights, 0, k * width, width) for k in range(3))
    return tuple(linear_p(x, w, b) for x, w, b in zip((query, key, value), own, biases, strict=True))


def by_head(x: Any, heads: int) -> Any:
    """Give every head its share of the width: (S, B, E) → (B, H, S, E/H)."""
    length, batch, width = x.shape
    return permute_p(reshape_p(x, shape=(length, batch, heads, width // heads)), dims=(1, 2, 0, 3))


def static_heads(name: str, given: Any, projected: Any) -> Any:
    """Take given keys or values in place of the projected ones."""
    batch, heads, _, size = projected.shape
    length = given.shape[1] if isinstance(given, Tensor) and given.ndim == 3 else -1
    fitting(OP, name, given, (batch * heads, length, size), projected)
    return reshape_p(given, shape=(batch, heads, length, size))


def checked_masks(attn_mask: Any, padding: Any, query: Any, keys: int, heads: int) -> tuple[Any, Any]:
    """Return the masks as (…, L, S) and (B, 1, 1, S), or None each; refuse others."""
    length, batch, _ = query.shape
    for name, mask in (("attn_mask", attn_mask), ("key_padding_mask", padding)):
        if mask is None:
            continue
        if not isinstance(mask, Tensor):
            raise error("not-a-tensor", op=OP, kind=type(mask).__name__)
        if mask.dtype.kind != "b" and mask.dtype not in (query.dtype, float32):
            raise error("parameter-dtype", op=OP, name=name, got=mask.dtype, dtype=f"bool or {query.dtype}")
    if padding is not None:
        if padding.shape != (batch, keys):
            raise error("parameter-shape", op=OP, name="key_padding_mask", got=padding.shape, expected=(batch, keys))
        padding = reshape_p(padding, shape=(batch, 1, 1, keys))
    if attn_mask is not None and attn_mask.shape != (length, keys):
        expected = (batch * heads, length, keys)
        if attn_mask.shape != expected:
            either = f"{(length, keys)} or {expected}"
            raise error("parameter-shape", op=OP, name="attn_mask", got=attn_mask.shape, expected=either)
        attn_mask = reshape_p(attn_mask, shape=(batch, heads, length, keys))
    return attn_mask, padding


def joined_masks(masks: tuple[Any, Any], q: Any, batch: int, heads: int, more: int) -> Any:
    """Return one mask, with room for the keys that everybody may look at; of bools where True lets a query look."""
    given = [mask for mask in masks if mask is not None]
    if not given:
        return None
    if all(mask.dtype.kind == "b" for mask in given):
        whole = given[0] if len(given) == 1 else given[0] | given[1]
    else:
        numbers = [added_to_scores(mask, q) for mask in given]
        whole = numbers[0] if len(numbers) == 1 else numbers[0] + numbers[1]
    if more:
        whole = cat([whole, zeros_beside(whole, shape=(*whole.shape[:-1], more))], -1)
    return ~whole if whole.dtype.kind == "b" else whole


def added_to_scores(mask: Any, q: Any) -> Any:
    """Return a mask as numbers in the dtype of the scores: −∞ where a bool says that one may not look."""
    if mask.dtype.kind == "b":
        zeros = zeros_beside(q, shape=())
        return where(mask, zeros - math.inf, zeros)
    return mask if mask.dtype == q.dtype else registry["cast"](mask, dtype=q.dtype)
