"""Errors about lazy layers, extra state, parametrisations and pruning, and hooks of optimisers (E691–E719)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, GraphError, UnknownNameError

add_entries(
    {
        "uninitialized": Entry(
            "TG-E691",
            GraphError,
            en=Text(
                error="a parameter of a lazy layer has no shape yet.",
                expected="a first input, which tells it.",
                hint="run the model once, model(x), before you look at its parameters.",
            ),
            zh=Text(
                error="惰性层(lazy layer)的参数(parameter)还没有形状(shape)。",
                expected="第一个输入，形状由它决定。",
                hint="先运行一次模型 model(x)，再查看参数。",
            ),
        ),
        "extra-state": Entry(
            "TG-E692",
            UnknownNameError,
            en=Text(
                error="{kind} has no {method}.",
                expected="a class that defines both get_extra_state and set_extra_state.",
                hint="define both: what the first returns is saved, and handed to the second when it is loaded.",
            ),
            zh=Text(
                error="{kind} 没有 {method}。",
                expected="类同时定义 get_extra_state 和 set_extra_state。",
                hint="定义这两个方法：前者的返回值会被保存，加载时交给后者。",
            ),
        ),
        "parametrization": Entry(
            "TG-E693",
            ArgumentError,
            en=Text(
                error="{op}: {kind}.{name} cannot have this parametrisation: {reason}.",
                expected="a parameter or buffer, and a Module whose forward keeps its shape and dtype.",
                hint="parametrize.is_parametrized(module, name) says if there is one; unsafe=True skips the check.",
            ),
            zh=Text(
                error="{op}：{kind}.{name} 不能这样参数化(parametrization)：{reason}。",
                expected="一个参数(parameter)或缓冲区(buffer)，和一个 forward 不改变形状与 dtype 的 Module。",
                hint="parametrize.is_parametrized(module, name) 告诉你是否已有；unsafe=True 跳过检查。",
            ),
        ),
        "not-parametrized": Entry(
            "TG-E694",
            ArgumentError,
            en=Text(
                error="{op}: {kind} has no parametrisation of {name}.",
                expected="one of: {known}.",
                hint="register it first: parametrize.register_parametrization(module, name, parametrization).",
            ),
            zh=Text(
                error="{op}：{kind} 没有对 {name} 的参数化(parametrization)。",
                expected="其中之一：{known}。",
                hint="先登记：parametrize.register_parametrization(module, name, parametrization)。",
            ),
        ),
        "prune-amount": Entry(
            "TG-E695",
            ArgumentError,
            en=Text(
                error="{op} got amount={got!r} for {size} {units}.",
                expected="a fraction between 0 and 1, or a whole number from 0 to {size}.",
                hint="0.3 prunes 30 % of them, 3 prunes three.",
            ),
            zh=Text(
                error="{op} 得到 amount={got!r}，而共有 {size} 个 {units}。",
                expected="0 到 1 之间的比例，或 0 到 {size} 的整数。",
                hint="0.3 剪去 30 %，3 剪去三个。",
            ),
        ),
        "prune-refused": Entry(
            "TG-E696",
            ArgumentError,
            en=Text(
                error="{op} cannot prune: {reason}.",
                expected="{expected}.",
                hint="see tinygrad_zh.nn.utils.prune; prune.is_pruned(module) says whether a model is pruned.",
            ),
            zh=Text(
                error="{op} 不能剪枝(pruning)：{reason}。",
                expected="剪枝所需：{expected}。",
                hint="见 tinygrad_zh.nn.utils.prune；prune.is_pruned(module) 告诉你模型是否剪枝过。",
            ),
        ),
        "step-hook": Entry(
            "TG-E697",
            ArgumentError,
            en=Text(
                error="a hook before {op}.step() returned {found}.",
                expected="None, or a tuple (args, kwargs) for the step.",
                hint="change the optimiser in the hook, and return None.",
            ),
            zh=Text(
                error="{op}.step() 之前的 hook 返回了 {found}。",
                expected="None，或这一步的 (args, kwargs)。",
                hint="在 hook 中修改优化器(optimizer)，并返回 None。",
            ),
        ),
    }
)
