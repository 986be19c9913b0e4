"""Errors about activation functions, normalisation, attention and lookups by bags (E836–E849)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DTypeError, ShapeError

add_entries(
    {
        "parameter-shape": Entry(
            "TG-E836",
            ShapeError,
            en=Text(
                error="{op} got {name} of shape {got}.",
                expected="{name} of shape {expected}.",
                hint="the shape follows from the input: check its channels or last dimensions, "
                "and the size the layer was made with.",
            ),
            zh=Text(
                error="{op} 得到的 {name} 形状(shape)是 {got}。",
                expected="{name} 的形状是 {expected}。",
                hint="这个形状由输入决定：检查输入的通道(channel)数或最后几维，以及创建该层时给的大小。",
            ),
        ),
        "parameter-dtype": Entry(
            "TG-E837",
            DTypeError,
            en=Text(
                error="{op} got {name} of dtype {got} beside values of dtype {dtype}.",
                expected="{name} of dtype {dtype}.",
                hint="convert one of the two: {name}.to(x.dtype), or x.to({name}.dtype).",
            ),
            zh=Text(
                error="{op} 得到的 {name} 的 dtype 是 {got}，而数值的 dtype 是 {dtype}。",
                expected="{name} 的 dtype 是 {dtype}。",
                hint="转换两者之一：{name}.to(x.dtype)，或 x.to({name}.dtype)。",
            ),
        ),
        "odd-halves": Entry(
            "TG-E838",
            ShapeError,
            en=Text(
                error="{op} cannot halve a tensor of shape {shape} along dimension {dim}.",
                expected="an even length there, and at least one dimension.",
                hint="the layer before it must give twice as many features as are wanted.",
            ),
            zh=Text(
                error="{op} 不能把形状为 {shape} 的张量沿第 {dim} 维分成两半。",
                expected="至少有一维(dimension)，并且这一维的长度是偶数。",
                hint="前一层的输出特征数应是所需的两倍。",
            ),
        ),
    }
)
