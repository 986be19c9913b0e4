"""Rows of ``ops/multihead.py``: two or three places, four features, two heads."""

from __future__ import annotations

from typing import Any

import numpy as np

from .rows_attention import attention
from .tables import Array, Row, Source, booleans, normal, row


def several_heads(
    q: Array, k: Array, v: Array, w_in: Array, w_out: Array, b_in: Any = 0.0, b_out: Any = 0.0, mask: Any = None,
    padding: Any = None,
) -> tuple[Array, Array]:  # fmt: skip
    """One sequence and one head at a time; masks of bools are True where nobody may look."""
    width = q.shape[2]
    w_q, w_k, w_v = w_in[:width], w_in[width : 2 * width], w_in[2 * width :]
    b_q, b_k, b_v = np.split(b_in, 3) if np.ndim(b_in) else (0.0,) * 3
    outputs, weights = np.empty_like(q), np.zeros((q.shape[1], q.shape[0], k.shape[0]))
    for b in range(q.shape[1]):
        found = []
        for head in range(2):
            part = slice(head * width // 2, (head + 1) * width // 2)
            asked, keys, values = (
                (x[:, b] @ w.T + bias)[:, part] for x, w, bias in ((q, w_q, b_q), (k, w_k, b_k), (v, w_v, b_v))
            )
            added = np.zeros((len(asked), len(keys)))
            for each in (mask, None if padding is None else padding[b]):
                if each is not None:
                    added = added + (np.where(each, -np.inf, 0.0) if each.dtype.kind == "b" else each)
            p = attention(asked, keys, np.eye(len(keys)), added)
            found.append(p @ values)
            weights[b] += p / 2
        outputs[:, b] = np.concatenate(found, 1) @ w_out.T + b_out
    return outputs, weights


def heads(case: str, *operands: Source, biases: bool = True, names: tuple[str, ...] = (), **options: Any) -> Row:
    """A row whose operands are query, key, value, the weights, perhaps the biases, and then the masks by `names`."""
    count = 7 if biases else 5

    def call(m: Any, q: Any, k: Any, v: Any, w_in: Any, w_out: Any, *rest: Any) -> Any:
        b_in, b_out = rest[:2] if biases else (None, None)
        masks = dict(zip(names, rest[count - 5 :], strict=True))
        function = m.nn.functional.multi_head_attention_forward
        given = (q, k, v, q.shape[2], 2, w_in, b_in, None, None, False, 0.0, w_out, b_out)
        found = function(*given, **masks, **options)
        return found if found[1] is not None else found[0]

    def reference(*xs: Array) -> Any:
        masks = dict(
            zip([{"attn_mask": "mask", "key_padding_mask": "padding"}[n] for n in names], xs[count:], strict=True)
        )
        found = several_heads(*xs[:count], **masks)
        return found if options.get("need_weights", True) else found[0]

    # PyTorch refuses integers by an AssertionError
    name = "nn.functional.multi_head_attention_forward" + case
    return row(name, call, *operands, np=reference, integers=False)


def sometimes(*shape: int) -> Source:
    """Masks of bools that never hide the first key."""

    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        mask = booleans(*shape).draw(rng, shape)
        mask[..., 0] = False
        return np.asarray(mask)

    return Source(draw, shape)


q, k, w, b = normal(2, 1, 2), normal(3, 1, 2), (normal(6, 2), normal(2, 2)), (normal(6), normal(2))

ROWS = [
    heads("", q, k, k, *w, *b),
    heads("/no weights or biases wanted", q, k, k, *w, biases=False, need_weights=False),
    heads("/numbers as mask", q, k, k, *w, normal(2, 3), biases=False, names=("attn_mask",)),
    heads("/padding", q, k, k, *w, sometimes(1, 3), biases=False, names=("key_padding_mask",), need_weights=False),
    heads(
        "/both masks", q, k, k, *w, sometimes(2, 3), sometimes(1, 3), biases=False,
        names=("attn_mask", "key_padding_mask"),
    ),
]  # fmt: skip
