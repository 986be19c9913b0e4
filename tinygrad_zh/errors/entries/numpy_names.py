"""Errors about NumPy's functions applied to tensors (E23x)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DTypeError

add_entries(
    {
        "numpy-unknown": Entry(
            "TG-E230",
            DTypeError,
            en=Text(
                error="{function} was called with a Tensor, but has no counterpart here that could be recorded.",
                expected="a NumPy function that one of our operations answers for, such as numpy.exp or numpy.sum.",
                hint="look for an operation of ours; outside the graph, "
                "pass the array: x.detach().numpy() instead of x.",
            ),
            zh=Text(
                error="{function} 得到了 Tensor，但这里没有可以记录的对应运算。",
                expected="有对应运算的 NumPy 函数，例如 numpy.exp 或 numpy.sum。",
                hint="找一个这里的运算；不需要计算图(graph)时传入数组：用 x.detach().numpy() 代替 x。",
            ),
        ),
        "numpy-argument": Entry(
            "TG-E231",
            ArgumentError,
            en=Text(
                error="{function} cannot be called like this with a Tensor: {problem}.",
                expected="the arguments that the operation behind it knows; "
                "there is no out=, where=, initial= or order=.",
                hint="assign the result instead of out=; multiply by a mask, or use where, instead of where=.",
            ),
            zh=Text(
                error="对 Tensor 不能这样调用 {function}：{problem}。",
                expected="对应的运算认识的参数(argument)；没有 out=、where=、initial= 和 order=。",
                hint="不用 out=，而是给结果赋值；不用 where=，而是乘以掩码(mask)，或用函数 where。",
            ),
        ),
        "numpy-inplace": Entry(
            "TG-E232",
            ArgumentError,
            en=Text(
                error="{function} would write a Tensor's result into a NumPy array in place: that cannot be recorded.",
                expected="a new Tensor for the result.",
                hint="write a = a + t instead of a += t; for numbers alone, a += t.detach().numpy().",
            ),
            zh=Text(
                error="{function} 会把 Tensor 的结果原地(in-place)写进 NumPy 数组，这无法记录。",
                expected="结果是新的 Tensor。",
                hint="把 a += t 写成 a = a + t；只要数值时写 a += t.detach().numpy()。",
            ),
        ),
    }
)
