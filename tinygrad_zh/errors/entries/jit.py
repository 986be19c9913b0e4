"""Errors about captured functions, ``jit`` (E79x)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, GraphError

add_entries(
    {
        "jit-values": Entry(
            "TG-E790",
            GraphError,
            en=Text(
                error="inside jit, {where} asks for the numbers of a tensor ({what}).",
                expected="a function that does the same whatever the numbers: it is captured once and replayed.",
                hint="return the tensor and look at it outside; where() chooses between values without looking.",
            ),
            zh=Text(
                error="在 jit 里，{where} 要取张量(tensor)的数值（{what}）。",
                expected="无论数值是什么都做同样事情的函数：它只捕获(capture)一次，以后用别的数值重放(replay)。",
                hint="把张量返回，在外面看；要在两个值之间选择，用 where()，不必看数值。",
            ),
        ),
        "jit-leaked": Entry(
            "TG-E791",
            GraphError,
            en=Text(
                error="{op} got a tensor of a call that jit captures, outside of that call or in another thread.",
                expected="tensors that the function returned.",
                hint="return what is needed outside; wait until a call is over before another thread uses its weights.",
            ),
            zh=Text(
                error="{op} 得到的张量(tensor)属于 jit 正在捕获(capture)的一次调用，却用在那次调用之外或别的线程里。",
                expected="由函数返回的张量。",
                hint="把外面需要的东西返回；等一次调用结束后，再让别的线程使用它的权重(weight)。",
            ),
        ),
        "jit-graph": Entry(
            "TG-E792",
            GraphError,
            en=Text(
                error="a function captured by jit returned a tensor of shape {shape} with a graph.",
                expected="a result without a graph: a replayed call records none.",
                hint="call backward() inside the function, or return loss.detach(), or call it under no_grad().",
            ),
            zh=Text(
                error="jit 捕获(capture)的函数返回了形状(shape)为 {shape}、梯度(gradient)还能流过的张量。",
                expected="不带计算图(graph)的结果：重放(replay)的调用不记录计算图。",
                hint="在函数里调用 backward()，或返回 loss.detach()，或在 no_grad() 下调用它。",
            ),
        ),
        "jit-argument-graph": Entry(
            "TG-E793",
            GraphError,
            en=Text(
                error="a function captured by jit got a tensor made by {made}, which has a graph.",
                expected="tensors that no recorded operation has made: a replay cannot go back into their graph.",
                hint="capture the whole step, or pass x.detach().",
            ),
            zh=Text(
                error="jit 捕获(capture)的函数得到一个由 {made} 产生、带有计算图(graph)的张量(tensor)。",
                expected="不是由被记录的运算产生的张量：重放(replay)的调用无法回到它们的计算图里。",
                hint="把整个训练步一起捕获，或传入 x.detach()。",
            ),
        ),
        "jit-argument": Entry(
            "TG-E794",
            ArgumentError,
            en=Text(
                error="a function captured by jit got an argument of type {kind}, which has no hash.",
                expected="tensors, numbers, nested lists, tuples and dicts of them; and things that have a hash.",
                hint="turn arrays into tensors with from_numpy; let the function find other objects by itself.",
            ),
            zh=Text(
                error="jit 捕获(capture)的函数得到类型为 {kind} 的参数，它没有哈希值。",
                expected="张量(tensor)、数、由它们嵌套成的列表、元组和字典；以及能用哈希值比较的东西。",
                hint="数组用 from_numpy 变成张量；其他对象让函数自己去找。",
            ),
        ),
        "jit-number-late": Entry(
            "TG-E795",
            GraphError,
            en=Text(
                error="a function captured by jit asked for the value of its argument {number} after a change.",
                expected="numbers that decide what is done, looked at before weights or other tensors change.",
                hint="pass it as a str or bool, which are part of the plan from the start, or look at it first.",
            ),
            zh=Text(
                error="jit 捕获(capture)的函数在改动了某些东西之后，才去看参数 {number} 的值。",
                expected="决定做什么的数，要在改动权重(weight)或其他张量(tensor)之前看。",
                hint="把它作为 str 或 bool 传入（它们一开始就是计划的一部分），或先看它的值。",
            ),
        ),
        "jit-no-plan": Entry(
            "TG-E796",
            GraphError,
            en=Text(
                error="{name} has not been captured yet.",
                expected="a call before its plan is looked at.",
                hint="call it once with arguments of the shapes that you mean.",
            ),
            zh=Text(
                error="{name} 还没有被捕获(capture)。",
                expected="先调用一次，再看它的计划(plan)。",
                hint="用你要的形状(shape)的参数调用它一次。",
            ),
        ),
        "jit-kept": Entry(
            "TG-E797",
            GraphError,
            en=Text(
                error="a tensor made at {where}, inside a function captured by jit, is kept outside of it.",
                expected="results that are returned: later calls do not renew what lies in a list or an attribute.",
                hint="return the tensor; a state that goes from call to call is an argument, or written by copy_().",
            ),
            zh=Text(
                error="在 jit 捕获(capture)的函数里、{where} 处产生的张量(tensor)被留在了函数之外。",
                expected="结果由函数返回：以后的调用不会更新存在列表或属性里的张量。",
                hint="把这个张量返回；要在调用之间保存的状态，作为参数传入，或用 copy_() 写入。",
            ),
        ),
        "jit-otherwise": Entry(
            "TG-E798",
            GraphError,
            en=Text(
                error="inside jit, values at {where} lead elsewhere than when captured, after other changes.",
                expected="checks of values, and shapes that depend on them, before anything changes or is drawn.",
                hint="move that part to the front; where() keeps the shape; step.function(...) is the function itself.",
            ),
            zh=Text(
                error="在 jit 里，{where} 处的数值使函数走向与捕获(capture)时不同，而此前已有别的改动。",
                expected="对数值的检查、依赖数值的形状(shape)，要在改动权重(weight)或抽取随机数之前得出。",
                hint="把这一部分移到最前面；where() 不改变形状(shape)；step.function(...) 是函数本身。",
            ),
        ),
        "jit-replaced": Entry(
            "TG-E799",
            GraphError,
            en=Text(
                error="a function captured by jit gave a tensor of shape {shape} other memory.",
                expected="weights and arguments that stay where they are.",
                hint="write into it: w.copy_(new) under no_grad(); call to(), load_state_dict() and the like outside.",
            ),
            zh=Text(
                error="jit 捕获(capture)的函数给形状(shape)为 {shape} 的张量(tensor)换了内存。",
                expected="留在原处的权重(weight)和参数。",
                hint="写入原来的内存：在 no_grad() 下用 w.copy_(new)；to()、load_state_dict() 等在函数外面调用。",
            ),
        ),
    }
)
