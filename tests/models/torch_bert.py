"""BERT once more, in PyTorch's functions over a dict of weights: an independent reference, no line shared with ours."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

State = dict[str, Any]


def norm(w: State, name: str, x: Any, eps: float) -> Any:
    mean, var = x.mean(-1, keepdim=True), x.var(-1, unbiased=False, keepdim=True)
    return (x - mean) / (var + eps).sqrt() * w[f"{name}.weight"] + w[f"{name}.bias"]


def dense(w: State, name: str, x: Any) -> Any:
    return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]


def bert(
    w: State, ids: Any, mask: Any, types: Any, *, layers: int, heads: int, eps: float, act: Any = F.gelu
) -> tuple[Any, Any, Any]:
    """Return the embeddings, the last hidden state and the pooler's output."""
    batch, length = ids.shape
    start = (
        w["embeddings.word_embeddings.weight"][ids]
        + w["embeddings.position_embeddings.weight"][:length]
        + w["embeddings.token_type_embeddings.weight"][types]
    )
    start = norm(w, "embeddings.LayerNorm", start, eps)
    x = start
    for i in range(layers):
        here = f"encoder.layer.{i}"
        q, k, v = (
            dense(w, f"{here}.attention.self.{name}", x).view(batch, length, heads, -1)
            for name in ("query", "key", "value")
        )
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) / q.shape[-1] ** 0.5
        scores = scores.masked_fill(mask[:, None, None, :] == 0, -torch.inf)
        mean = torch.einsum("bhqk,bkhd->bqhd", scores.softmax(-1), v).reshape(batch, length, -1)
        x = norm(w, f"{here}.attention.output.LayerNorm", x + dense(w, f"{here}.attention.output.dense", mean), eps)
        wide = act(dense(w, f"{here}.intermediate.dense", x))
        x = norm(w, f"{here}.output.LayerNorm", x + dense(w, f"{here}.output.dense", wide), eps)
    pooled = torch.tanh(dense(w, "pooler.dense", x[:, 0])) if "pooler.dense.weight" in w else None
    return start, x, pooled


def pooled_mean(x: Any, mask: Any) -> Any:
    """The mean over the tokens, of length 1."""
    vectors = torch.stack([row[here != 0].mean(0) for row, here in zip(x, mask, strict=True)])
    return vectors / vectors.norm(dim=1, keepdim=True)
