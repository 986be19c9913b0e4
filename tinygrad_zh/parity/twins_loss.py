"""PyTorch's forms of the primitives of the losses beside cross-entropy and mean squared error.

May import: the files before it.  Read next: ``table.py``.
"""

from __future__ import annotations

from typing import Any

from .twin import Twin


def huber(t: Any, x: Any, delta: float, slope: float) -> Any:
    """Huber's loss has the slope `delta` beyond ±delta."""
    return t.nn.functional.huber_loss(x, t.zeros_like(x), reduction="none", delta=delta) * (slope / delta)


def ctc(t: Any, log_p: Any, places: Any, times: Any, label_counts: Any, zero_infinity: bool) -> Any:
    """The blank is the class of the first place, and every other place is a label."""
    return t.nn.functional.ctc_loss(
        log_p, places[:, 1::2], times, label_counts, int(places[0, 0]), reduction="none", zero_infinity=zero_infinity
    )


def pairs(t: Any, target: Any) -> Any:
    """Whether entry i of a row is one of its labels, and class j none of them."""
    listed = t.cumprod((target >= 0).long(), 1) > 0
    label = listed[:, :, None] & (target[:, :, None] == t.arange(target.shape[1]))
    return listed[:, :, None] & ~label.any(1, keepdim=True)


def score_size(t: Any, y: Any, x: Any, target: Any) -> Any:
    """``(1 − t) x + ln(1 + e⁻ˣ)``: both count, even where they cancel."""
    return x.abs() * (1 + target.abs()) + 1


TWINS: dict[str, Twin] = {
    "binary_cross_entropy": Twin(
        lambda t, p, target: t.nn.functional.binary_cross_entropy(p, target, reduction="none"),
        size_back=lambda t, i, g, y, p, target: (
            g.abs() / (p * (1 - p)).clamp(min=1e-12) if i == 0 else g.abs() * (1 + p.log().abs() + t.log1p(-p).abs())
        ),
    ),
    "score_loss": Twin(
        lambda t, x, target: t.nn.functional.binary_cross_entropy_with_logits(x, target, reduction="none"),
        size=score_size,
        size_back=lambda t, i, g, y, x, target: g.abs() * (1 + (target if i == 0 else x).abs()),
    ),
    "huber": Twin(huber),
    "pairs_of": Twin(pairs),
    "ctc_loss": Twin(
        ctc,
        terms=lambda y, log_p, *_, **__: 4 * log_p.shape[0],
        terms_back=lambda i, y, log_p, *_, **__: 8 * log_p.shape[0],
        size=lambda t, y, log_p, *_, **__: y.abs() + log_p.abs().amax(2).sum(0),
        size_back=lambda t, i, g, y, log_p, *_, **__: g.abs().reshape(1, -1, 1) * (1 + log_p.abs()),
    ),
}
