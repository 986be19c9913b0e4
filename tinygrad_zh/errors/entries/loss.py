"""Errors of losses (E822–E824)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, ShapeError

add_entries(
    {
        "loss-shapes": Entry(
            "TG-E822",
            ShapeError,
            en=Text(
                error="{op} got {name} of shape {got}.",
                expected="the shape {expected}.",
                hint="bring it to that shape with reshape, unsqueeze or expand; a loss does not guess what belongs "
                "to what.",
            ),
            zh=Text(
                error="{op} 的 {name} 形状(shape)是 {got}。",
                expected="形状 {expected}。",
                hint="用 reshape、unsqueeze 或 expand 变成该形状；损失函数(loss)不猜测谁与谁对应。",
            ),
        ),
        "probability-range": Entry(
            "TG-E823",
            ArgumentError,
            en=Text(
                error="{op} got values outside [0, 1], or NaN, in its {name}.",
                expected="probabilities.",
                hint="for scores take binary_cross_entropy_with_logits; or apply sigmoid first.",
            ),
            zh=Text(
                error="{op} 的 {name} 中有 [0, 1] 之外的值或 NaN。",
                expected="概率(probability)。",
                hint="如果是得分(logits)，请用 binary_cross_entropy_with_logits；或者先用 sigmoid。",
            ),
        ),
        "variance-negative": Entry(
            "TG-E824",
            ArgumentError,
            en=Text(
                error="{op} got a negative variance.",
                expected="variances of 0 or more.",
                hint="let the network predict the logarithm, and take its exp.",
            ),
            zh=Text(
                error="{op} 得到负的方差(variance)。",
                expected="方差不小于 0。",
                hint="让网络预测方差的对数，再取 exp。",
            ),
        ),
    }
)
