"""Errors about the equations of einsum (E182 to E187)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DTypeError, ShapeError

add_entries(
    {
        "einsum-equation": Entry(
            "TG-E182",
            DTypeError,
            en=Text(
                error="einsum got a {got} as its equation.",
                expected='a string such as "ij,jk->ik", then the tensors.',
                hint="or tensors each followed by a list of numbers from 0 to 51: einsum(a, [0, 1], b, [1, 2]).",
            ),
            zh=Text(
                error="einsum 的算式(equation)是 {got}。",
                expected='先是字符串，例如 "ij,jk->ik"，然后是各个张量。',
                hint="也可以在每个张量后写 0 到 51 的数字列表：einsum(a, [0, 1], b, [1, 2])。",
            ),
        ),
        "einsum-count": Entry(
            "TG-E183",
            ArgumentError,
            en=Text(
                error="einsum({equation!r}) names {terms} operands and got {operands}.",
                expected="one tensor for each term of the equation; commas separate the terms.",
                hint='for two matrices: einsum("ij,jk->ik", a, b).',
            ),
            zh=Text(
                error="einsum({equation!r}) 写了 {terms} 个操作数(operand)，却得到 {operands} 个。",
                expected="算式的每一项对应一个张量；各项用逗号分开。",
                hint='两个矩阵：einsum("ij,jk->ik", a, b)。',
            ),
        ),
        "einsum-letter": Entry(
            "TG-E184",
            ArgumentError,
            en=Text(
                error="einsum({equation!r}): {letter!r} cannot be understood.",
                expected="letters a-z and A-Z, commas between operands, one ... for each, and at most one ->.",
                hint='for example "...ij,...jk->...ik".',
            ),
            zh=Text(
                error="einsum({equation!r})：无法理解 {letter!r}。",
                expected="字母 a-z 和 A-Z，操作数之间用逗号，每个操作数最多一个 ...，最多一个 ->。",
                hint='例如 "...ij,...jk->...ik"。',
            ),
        ),
        "einsum-ndim": Entry(
            "TG-E185",
            ShapeError,
            en=Text(
                error="einsum({equation!r}): the operand {term!r} has the shape {shape}.",
                expected="one letter for each dimension, or ... for the rest.",
                hint="add letters, or ... at the front for batch dimensions.",
            ),
            zh=Text(
                error="einsum({equation!r})：操作数(operand) {term!r} 的形状是 {shape}。",
                expected="每一维一个字母，其余的维写 ...。",
                hint="补上字母，或在开头写 ... 代表批(batch)的维。",
            ),
        ),
        "einsum-output": Entry(
            "TG-E186",
            ArgumentError,
            en=Text(
                error="einsum({equation!r}): the result cannot have {letter!r} like that.",
                expected="after -> only letters that some operand has, each of them once.",
                hint="for a diagonal repeat a letter on the left: einsum('ii->i', a).",
            ),
            zh=Text(
                error="einsum({equation!r})：结果中不能这样写 {letter!r}。",
                expected="-> 之后只写操作数中有的字母，每个一次。",
                hint="取对角线时在左边重复字母：einsum('ii->i', a)。",
            ),
        ),
        "einsum-size": Entry(
            "TG-E187",
            ShapeError,
            en=Text(
                error="einsum({equation!r}): the dimensions of {letter!r} have the sizes {sizes}.",
                expected="one size for each letter (or 1, which broadcasts from one operand to another).",
                hint="check which dimension each letter stands for.",
            ),
            zh=Text(
                error="einsum({equation!r})：{letter!r} 对应的各维大小为 {sizes}。",
                expected="同一字母的大小相同（或为 1，在操作数之间广播(broadcasting)）。",
                hint="检查每个字母代表哪一维。",
            ),
        ),
    }
)
