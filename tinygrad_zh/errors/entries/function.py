"""Errors about user-defined ops and the checks of gradients and numbers (E05x, E75x)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, CheckFailed, DTypeError, GraphError, UnknownNameError

add_entries(
    {
        "function-missing": Entry(
            "TG-E050",
            GraphError,
            en=Text(
                error="this Function has no {method}.",
                expected="a subclass that defines the static methods forward and backward.",
                hint="add `@staticmethod def {method}(ctx, ...)` to the class.",
            ),
            zh=Text(
                error="这个 Function 没有 {method}。",
                expected="子类定义了静态方法 forward 和 backward。",
                hint="在类里加上 `@staticmethod def {method}(ctx, ...)`。",
            ),
        ),
        "function-count": Entry(
            "TG-E051",
            GraphError,
            en=Text(
                error="{function}.backward returned {got} gradients.",
                expected="{expected}: one per argument of forward, None where there is none.",
                hint="return None for arguments that are no tensors.",
            ),
            zh=Text(
                error="{function}.backward 返回了 {got} 个梯度(gradient)。",
                expected="{expected} 个：forward 的每个参数一个，没有梯度的用 None。",
                hint="不是张量的参数，返回 None。",
            ),
        ),
        "function-result": Entry(
            "TG-E052",
            GraphError,
            en=Text(
                error="{function} returned a {kind} at position {position}.",
                expected="Tensors from forward; Tensors or None from backward.",
                hint="wrap it: tensor(...).",
            ),
            zh=Text(
                error="{function} 在位置 {position} 返回了 {kind}。",
                expected="forward 返回张量(Tensor)；backward 返回张量或 None。",
                hint="用 tensor(...) 包起来。",
            ),
        ),
        "rule-count": Entry(
            "TG-E053",
            GraphError,
            en=Text(
                error="the joint rule of {op} returned {got} shares.",
                expected="{expected}: one per operand, None where there is none.",
                hint="let the rule return a tuple with a place for every operand.",
            ),
            zh=Text(
                error="{op} 的联合规则(joint rule)返回了 {got} 份梯度(gradient)。",
                expected="{expected} 份：每个操作数一份，没有的用 None。",
                hint="让规则返回一个元组，给每个操作数留一个位置。",
            ),
        ),
        "sum-to-shape": Entry(
            "TG-E054",
            GraphError,
            en=Text(
                error="a gradient of shape {source} cannot become one of shape {target}.",
                expected="a derivative rule returns the operand's shape, or one that broadcasts from it.",
                hint="check the rule (or the Function's backward) that was just run.",
            ),
            zh=Text(
                error="形状 {source} 的梯度(gradient)不能变成形状 {target}。",
                expected="导数规则返回操作数的形状，或由它广播(broadcasting)得到的形状。",
                hint="检查刚运行的规则(或 Function 的 backward)。",
            ),
        ),
        "inplace-constant-view": Entry(
            "TG-E055",
            GraphError,
            en=Text(
                error="{op} writes into a view that was taken under no_grad(), and a gradient would have to pass.",
                expected="writes into such a view under no_grad() as well.",
                hint="take the view again outside no_grad(), or write under no_grad().",
            ),
            zh=Text(
                error="{op} 写入在 no_grad() 下取得的视图(view)，而这里需要传递梯度(gradient)。",
                expected="这样的视图也只在 no_grad() 下写入。",
                hint="在 no_grad() 之外重新取视图，或者在 no_grad() 下写入。",
            ),
        ),
        "gradcheck-nothing": Entry(
            "TG-E750",
            ArgumentError,
            en=Text(
                error="gradcheck got no input that requires a gradient.",
                expected="at least one Tensor with requires_grad=True among the inputs.",
                hint="make it with tensor(..., dtype=float64, requires_grad=True).",
            ),
            zh=Text(
                error="gradcheck 的输入里没有需要梯度的张量。",
                expected="至少一个 requires_grad=True 的张量(Tensor)。",
                hint="用 tensor(..., dtype=float64, requires_grad=True) 创建。",
            ),
        ),
        "gradcheck-dtype": Entry(
            "TG-E751",
            DTypeError,
            en=Text(
                error="gradcheck: input {position} is {dtype}.",
                expected="float64, because finite differences in a coarser dtype are rounding noise.",
                hint="convert it: x.double().detach().requires_grad_().",
            ),
            zh=Text(
                error="gradcheck：第 {position} 个输入是 {dtype}。",
                expected="float64，因为精度更低时，有限差分(finite difference)只剩舍入噪声。",
                hint="先转换：x.double().detach().requires_grad_()。",
            ),
        ),
        "gradcheck-differs": Entry(
            "TG-E752",
            CheckFailed,
            en=Text(
                error="∂output {output}[{row}] / ∂input {input}[{entry}]: reverse mode says {reverse:.9g}, "
                "finite differences say {difference:.9g}.",
                expected="the two agree to rounding.",
                hint="check the derivative rule; at a kink (relu at 0) no derivative exists, so move the input.",
            ),
            zh=Text(
                error="∂输出 {output}[{row}] / ∂输入 {input}[{entry}]：反向传播(backward)得 {reverse:.9g}，"
                "有限差分得 {difference:.9g}。",
                expected="两者只差舍入误差。",
                hint="检查导数规则；在尖点(例如 relu 的 0 处)导数不存在，请换一个输入。",
            ),
        ),
        "close-tolerances": Entry(
            "TG-E753",
            ArgumentError,
            en=Text(
                error="assert_close got rtol={rtol} and atol={atol}.",
                expected="both tolerances, or neither.",
                hint="give the other one as well, if only as 0.",
            ),
            zh=Text(
                error="assert_close 得到 rtol={rtol} 和 atol={atol}。",
                expected="两个容差(tolerance)都给，或都不给。",
                hint="把另一个也写上，哪怕是 0。",
            ),
        ),
        "close-mismatch": Entry(
            "TG-E754",
            CheckFailed,
            en=Text(
                error="{message}the {what} differ: {actual}, expected {expected}.",
                expected="the same {what} on both sides.",
                hint="compare like with like; check_dtype=False and check_device=False compare values alone.",
            ),
            zh=Text(
                error="{message}{what} 不同：{actual}，应为 {expected}。",
                expected="两边的 {what} 相同。",
                hint="请比较同类的东西；check_dtype=False、check_device=False 时只比较数值。",
            ),
        ),
        "close-values": Entry(
            "TG-E755",
            CheckFailed,
            en=Text(
                error="{message}{wrong} of {total} elements differ; most at {index}: {actual}, expected {expected} "
                "(difference {difference:.3g}).",
                expected="a difference of at most {atol:g} + {rtol:g} · |expected|.",
                hint="look at that element first; NaN equals NaN only with equal_nan=True.",
            ),
            zh=Text(
                error="{message}{total} 个元素中有 {wrong} 个不同；差得最多的在 {index}：{actual}，应为 {expected}"
                "（相差 {difference:.3g}）。",
                expected="相差不超过 {atol:g} + {rtol:g} · |预期值|。",
                hint="先看这个元素；只有 equal_nan=True 时 NaN 才等于 NaN。",
            ),
        ),
        "name-unknown": Entry(
            "TG-E290",
            UnknownNameError,
            en=Text(
                error="{module} has no {name}.",
                expected="one of its public names; close ones: {close}.",
                hint="dir({module}) lists them all.",
            ),
            zh=Text(
                error="{module} 里没有 {name}。",
                expected="它的公开名字之一；相近的有：{close}。",
                hint="dir({module}) 列出全部名字。",
            ),
        ),
        "target-shape": Entry(
            "TG-E190",
            ArgumentError,
            en=Text(
                error="the target is {target} for logits of shape {input}.",
                expected="int64 class indices of the logits' shape without its class dimension: (N,) for (N, C).",
                hint="turn one-hot rows into indices with target.argmax(1), or pass them as floating probabilities.",
            ),
            zh=Text(
                error="对形状为 {input} 的 logits，目标(target)是 {target}。",
                expected="int64 的类别下标，形状是 logits 去掉类别维：(N, C) 对应 (N,)。",
                hint="one-hot 的行用 target.argmax(1) 变成下标，或者作为浮点概率传入。",
            ),
        ),
        "target-probabilities": Entry(
            "TG-E191",
            ArgumentError,
            en=Text(
                error="the targets are floating, of shape {target}, for logits of shape {input}.",
                expected="class probabilities of the logits' own shape, or int64 class indices.",
                hint="for class indices write target.long().",
            ),
            zh=Text(
                error="目标(target)是浮点数，形状 {target}，而 logits 的形状是 {input}。",
                expected="与 logits 同形状的类别概率，或者 int64 的类别下标。",
                hint="如果是类别下标，写 target.long()。",
            ),
        ),
        "class-index": Entry(
            "TG-E192",
            ArgumentError,
            en=Text(
                error="{op}: the target holds class {index}.",
                expected="classes from 0 to {classes} − 1, or ignore_index.",
                hint="check the labels, and that the last layer has one output per class.",
            ),
            zh=Text(
                error="{op}：目标(target)里有类别 {index}。",
                expected="0 到 {classes} − 1 的类别，或 ignore_index。",
                hint="检查标签，并确认最后一层的输出数等于类别数。",
            ),
        ),
    }
)
