"""Errors about the graph and its differentiation (E0xx)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import GraphError, ShapeError

add_entries(
    {
        "not-differentiable": Entry(
            "TG-E001",
            GraphError,
            en=Text(
                error="{op} has no derivative with respect to {operand}, and a gradient is asked for there.",
                expected="a gradient asked for only where the operation has a derivative rule.",
                hint="cut the graph there with {operand}.detach(), or use a differentiable operation.",
            ),
            zh=Text(
                error="{op} 对操作数(operand) {operand} 没有导数规则，而这里需要它的梯度(gradient)。",
                expected="只在运算有导数规则的地方求梯度。",
                hint="用 {operand}.detach() 在这里截断计算图，或换一个可微的运算。",
            ),
        ),
        "graph-freed": Entry(
            "TG-E002",
            GraphError,
            en=Text(
                error="backward passes through {op} a second time, but the values it saved are gone since the first.",
                expected="one backward pass per graph, unless the first one keeps the graph.",
                hint="write backward(retain_graph=True) in the first pass, or compute the forward pass again.",
            ),
            zh=Text(
                error="第二次反向传播(backward)经过 {op}，但它保存的值在第一次之后已经释放。",
                expected="每个计算图(graph)只反向传播一次，除非第一次就保留了它。",
                hint="第一次写 backward(retain_graph=True)，或者重新做一次前向计算(forward)。",
            ),
        ),
        "stale-value": Entry(
            "TG-E003",
            GraphError,
            en=Text(
                error="{op} saved its value {saved} for the backward pass, but the value has been overwritten since.\n"
                "    saved at: {where}\n    overwritten by: {writer}",
                expected="every value that a derivative rule saved is unchanged when the backward pass comes.",
                hint="write the change in its functional form, which makes a new tensor: y = y + 1 instead of y += 1; "
                "or change a copy, y.clone(). With record() the line where it was saved is known.",
            ),
            zh=Text(
                error="{op} 为反向传播(backward)保存了值 {saved}，但这个值后来被改写了。\n"
                "    保存的位置：{where}\n    改写者：{writer}",
                expected="反向传播时，导数规则保存的值都没有变过。",
                hint="用函数形式改写，生成新的张量(tensor)：把 y += 1 写成 y = y + 1；或者先复制 y.clone() 再改。"
                "在 record() 之中运行可以看到保存它的那一行。",
            ),
        ),
        "requires-grad-non-leaf": Entry(
            "TG-E004",
            GraphError,
            en=Text(
                error="requires_grad cannot be switched off on this tensor: it is the result of {op}, not a leaf.",
                expected="requires_grad changed only on leaves, the tensors that you made yourself.",
                hint="x.detach() gives the same values outside the graph.",
            ),
            zh=Text(
                error="不能关闭这个张量的 requires_grad：它是 {op} 的结果，不是叶子(leaf)。",
                expected="只改叶子的 requires_grad，叶子就是你自己创建的张量(tensor)。",
                hint="x.detach() 给出同样的值，但不在计算图中。",
            ),
        ),
        "hook-without-grad": Entry(
            "TG-E005",
            GraphError,
            en=Text(
                error="a hook was registered on a tensor that requires no gradient: it would never be called.",
                expected="a tensor whose requires_grad is True.",
                hint="make it with requires_grad=True, or register the hook on a result computed from such a tensor.",
            ),
            zh=Text(
                error="不能在不需要梯度(gradient)的张量上注册钩子(hook)：它永远不会被调用。",
                expected="张量(tensor)的 requires_grad 为 True。",
                hint="创建时写 requires_grad=True，或把钩子注册到由这种张量算出的结果上。",
            ),
        ),
        "retain-without-grad": Entry(
            "TG-E006",
            GraphError,
            en=Text(
                error="retain_grad() was called on a tensor that does not require a gradient.",
                expected="a tensor whose requires_grad is True.",
                hint="was it computed under no_grad(), or from tensors without requires_grad=True?",
            ),
            zh=Text(
                error="在不需要梯度(gradient)的张量上调用了 retain_grad()。",
                expected="张量(tensor)的 requires_grad 为 True。",
                hint="它是不是在 no_grad() 中算出的，或者所用的张量都没有 requires_grad=True？",
            ),
        ),
        "deepcopy-non-leaf": Entry(
            "TG-E007",
            GraphError,
            en=Text(
                error="deepcopy was asked for a tensor that an operation made: its history cannot be copied.",
                expected="a leaf: a tensor that you made yourself, or one outside the graph.",
                hint="copy.deepcopy(x.detach()) copies the values; x.clone() copies them inside the graph.",
            ),
            zh=Text(
                error="不能对运算的结果做 deepcopy：它的历史无法复制。",
                expected="叶子(leaf)：你自己创建的张量(tensor)，或不在计算图中的张量。",
                hint="copy.deepcopy(x.detach()) 只复制值；x.clone() 在计算图(graph)之内复制。",
            ),
        ),
        "inplace-leaf": Entry(
            "TG-E008",
            GraphError,
            en=Text(
                error="{op} would overwrite a leaf that requires a gradient (or a view of one) while recording.",
                expected="leaves that require a gradient stay as they are while the graph is recorded.",
                hint="to update a parameter, write the change inside `with no_grad():`; "
                "to compute with it, use the functional form: y = x + 1 instead of x += 1.",
            ),
            zh=Text(
                error="{op} 会在记录计算图时原地(in-place)改写一个需要梯度的叶子(leaf)，或它的视图(view)。",
                expected="记录计算图(graph)期间，需要梯度的叶子保持不变。",
                hint="更新参数时，写在 `with no_grad():` 之内；用它计算时，用函数形式：把 x += 1 写成 y = x + 1。",
            ),
        ),
        "symbol-truth": Entry(
            "TG-E009",
            GraphError,
            en=Text(
                error="the formula {formula} was used as a condition: a formula is neither true nor false.",
                expected="a derivative rule without `if` or loops on its operands, so that it can be printed.",
                hint="use where(condition, a, b), or state the formula as text with tex_rules={{...}}.",
            ),
            zh=Text(
                error="公式 {formula} 被当作条件使用：公式没有真假。",
                expected="导数规则里不对操作数用 `if` 或循环，这样才能打印成公式。",
                hint="用 where(condition, a, b)，或者用 tex_rules={{...}} 直接写出公式。",
            ),
        ),
        "no-graph": Entry(
            "TG-E010",
            GraphError,
            en=Text(
                error="this tensor of shape {shape} cannot be differentiated: it does not require a gradient "
                "and no operation was recorded for it.",
                expected="a result computed, outside no_grad(), from a tensor with requires_grad=True.",
                hint="make the inputs or parameters with requires_grad=True; "
                "check for no_grad(), detach(), item() or integer operations on the way.",
            ),
            zh=Text(
                error="这个形状(shape)为 {shape} 的张量无法求导：它不需要梯度(gradient)，也没有为它记录任何运算。",
                expected="在 no_grad() 之外、由 requires_grad=True 的张量(tensor)算出的结果。",
                hint="创建输入或参数时写 requires_grad=True；检查途中是否有 no_grad()、detach()、item() 或整数运算。",
            ),
        ),
        "backward-non-scalar": Entry(
            "TG-E011",
            GraphError,
            en=Text(
                error="backward was called on a tensor of shape {shape} without saying which gradient to start from.",
                expected="a tensor of one element (a loss), or a starting gradient of shape {shape}.",
                hint="reduce it first, for example loss.sum().backward() or loss.mean().backward(); "
                "or pass y.backward(gradient=ones_like(y)).",
            ),
            zh=Text(
                error="对形状(shape)为 {shape} 的张量调用了 backward，却没有给出起始梯度。",
                expected="只有一个元素的张量(tensor)（例如损失 loss），或形状为 {shape} 的起始梯度(gradient)。",
                hint="先归约，例如 loss.sum().backward() 或 loss.mean().backward()；"
                "或者传入 y.backward(gradient=ones_like(y))。",
            ),
        ),
        "cotangent-count": Entry(
            "TG-E012",
            GraphError,
            en=Text(
                error="there are {outputs} outputs to differentiate, but {given} starting gradients were given.",
                expected="one starting gradient per output (None where the output has one element).",
                hint="pass a list as long as the outputs, for example grad_outputs=[g1, None].",
            ),
            zh=Text(
                error="要对 {outputs} 个输出求导，却给了 {given} 个起始梯度(gradient)。",
                expected="每个输出一个起始梯度（只有一个元素的输出可以用 None）。",
                hint="传入与输出一样长的列表，例如 grad_outputs=[g1, None]。",
            ),
        ),
        "grad-of-constant": Entry(
            "TG-E013",
            GraphError,
            en=Text(
                error="input {position} (counted from 0) does not require a gradient, so nothing was recorded for it.",
                expected="every input of grad() has requires_grad=True.",
                hint="call requires_grad_() on it before computing the outputs.",
            ),
            zh=Text(
                error="第 {position} 个输入（从 0 数起）不需要梯度(gradient)，因此没有为它记录任何运算。",
                expected="grad() 的每个输入都是 requires_grad=True。",
                hint="在计算输出之前，对它调用 requires_grad_()。",
            ),
        ),
        "unused-input": Entry(
            "TG-E014",
            GraphError,
            en=Text(
                error="the outputs do not depend on input {position} (counted from 0), of shape {shape}.",
                expected="inputs from which the outputs were computed.",
                hint="allow_unused=True gives None for it, materialize_grads=True gives zeros.",
            ),
            zh=Text(
                error="输出不依赖第 {position} 个输入（从 0 数起），它的形状(shape)是 {shape}。",
                expected="输出是由这些输入算出来的。",
                hint="allow_unused=True 时它的梯度(gradient)为 None，materialize_grads=True 时为零。",
            ),
        ),
        "detach-view": Entry(
            "TG-E015",
            GraphError,
            en=Text(
                error="detach_() was called on a view: the tensor it looks into would still be in the graph.",
                expected="detach_() on a tensor that is no view.",
                hint="use x.detach(), which gives a new tensor outside the graph.",
            ),
            zh=Text(
                error="在视图(view)上调用了 detach_()：它所看的张量仍在计算图中。",
                expected="在不是视图的张量(tensor)上调用 detach_()。",
                hint="用 x.detach()，它给出一个在计算图(graph)之外的新张量。",
            ),
        ),
        "numpy-requires-grad": Entry(
            "TG-E016",
            GraphError,
            en=Text(
                error="a tensor that requires a gradient cannot be handed to NumPy: what NumPy does is not recorded.",
                expected="a tensor outside the graph.",
                hint="use x.detach().numpy(), or x.numpy(force=True) for a copy.",
            ),
            zh=Text(
                error="需要梯度(gradient)的张量不能交给 NumPy：NumPy 的计算不会被记录。",
                expected="不在计算图(graph)中的张量(tensor)。",
                hint="用 x.detach().numpy()，或用 x.numpy(force=True) 得到一份复制。",
            ),
        ),
        "grad-of-non-leaf": Entry(
            "TG-E017",
            GraphError,
            en=Text(
                error="the grad of a tensor that is no leaf (made by {op}) is read; backward() does not fill it.",
                expected="grad of a leaf, or of a tensor that has called retain_grad().",
                hint="call retain_grad() on it before backward(), or look at the leaf instead.",
            ),
            zh=Text(
                error="读取了非叶子(non-leaf)张量的 grad（它由 {op} 得出）；backward() 不会填写它。",
                expected="叶子(leaf)的 grad，或调用过 retain_grad() 的张量(tensor)的 grad。",
                hint="在 backward() 之前对它调用 retain_grad()，或者改看叶子的 grad。",
            ),
        ),
        "tangent-count": Entry(
            "TG-E018",
            GraphError,
            en=Text(
                error="there are {primals} points to differentiate at, but {tangents} tangents were given.",
                expected="one tangent per input of the function.",
                hint="pass a tuple in the order of the inputs, with zeros_like(x) for one that stands still.",
            ),
            zh=Text(
                error="要在 {primals} 个点上求导，却给了 {tangents} 个切向量(tangent)。",
                expected="函数的每个输入一个切向量。",
                hint="按输入的顺序用元组传入切向量；不动的输入用 zeros_like(x)。",
            ),
        ),
        "tangent-mismatch": Entry(
            "TG-E019",
            ShapeError,
            en=Text(
                error="tangent {position} (counted from 0) is {got}, but its input is {expected}.",
                expected="a tangent of the input's shape and dtype: {expected}.",
                hint="ones_like(x) and randn_like(x) make tangents that fit x.",
            ),
            zh=Text(
                error="第 {position} 个切向量（从 0 数起）是 {got}，而对应的输入是 {expected}。",
                expected="切向量(tangent)的形状(shape)和 dtype 与输入相同：{expected}。",
                hint="ones_like(x) 和 randn_like(x) 给出与 x 相配的切向量。",
            ),
        ),
    }
)
