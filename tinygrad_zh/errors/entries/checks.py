"""Errors about checks and pictures (E7xx)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import (
    ArgumentError,
    CheckFailed,
    GraphError,
    MissingPackageError,
)

# -- pictures and explanations ---------------------------------------------------------------------------

add_entries(
    {
        "draw-not-a-tensor": Entry(
            "TG-E720",
            ArgumentError,
            en=Text(
                error="{op} got a {kind}.",
                expected="a Tensor, such as the loss.",
                hint="pass what the operations returned, not its .item() or .numpy().",
            ),
            zh=Text(
                error="{op} 得到的是 {kind}。",
                expected="一个张量(Tensor)，例如损失(loss)。",
                hint="传入运算的结果本身，而不是它的 .item() 或 .numpy()。",
            ),
        ),
        "draw-rankdir": Entry(
            "TG-E721",
            ArgumentError,
            en=Text(
                error="draw has no direction rankdir={got!r}.",
                expected="one of {known}.",
                hint="'TB' draws from top to bottom, 'LR' from left to right.",
            ),
            zh=Text(
                error="draw 没有 rankdir={got!r} 这个方向。",
                expected="{known} 之一。",
                hint="'TB' 从上到下画，'LR' 从左到右画。",
            ),
        ),
        "draw-limit": Entry(
            "TG-E722",
            ArgumentError,
            en=Text(
                error="draw got limit={got!r}.",
                expected="a positive int: how many operations are drawn at most.",
                hint="leave it out, or give limit=50.",
            ),
            zh=Text(
                error="draw 得到 limit={got!r}。",
                expected="正整数：最多画多少个运算(operation)。",
                hint="不写这个参数，或者写 limit=50。",
            ),
        ),
        "draw-needs-record": Entry(
            "TG-E723",
            GraphError,
            en=Text(
                error="draw was asked for values, gradients or lines, and no record holds them.",
                expected="a record of the computation; outside record() the engine keeps only what the rules need.",
                hint="with tinygrad_zh.record() as r: compute and call backward() inside, then draw(loss, record=r).",
            ),
            zh=Text(
                error="draw 要显示值、梯度或行号，但是没有记录(record)保存它们。",
                expected="计算过程的记录；在 record() 之外，引擎只保留求导规则需要的值。",
                hint="在 with tinygrad_zh.record() as r: 里面计算并调用 backward()，然后 draw(loss, record=r)。",
            ),
        ),
        "draw-not-recorded": Entry(
            "TG-E724",
            GraphError,
            en=Text(
                error="the record has not seen how this tensor of shape {shape} was computed.",
                expected="a tensor that an operation made inside the with record() block.",
                hint="move the computation into the block, or draw without record= to see the graph alone.",
            ),
            zh=Text(
                error="记录(record)里没有这个形状为 {shape} 的张量的计算过程。",
                expected="在 with record() 代码块里由运算得到的张量。",
                hint="把计算移到代码块里；或者不传 record=，只画计算图(graph)。",
            ),
        ),
        "draw-leaf": Entry(
            "TG-E725",
            GraphError,
            en=Text(
                error="there is no graph to draw: no operation is known that made this tensor of shape {shape}.",
                expected="the result of operations on a tensor with requires_grad=True, or on anything under record().",
                hint="compute it from x = tensor(..., requires_grad=True), outside no_grad().",
            ),
            zh=Text(
                error="没有计算图(graph)可画：不知道形状为 {shape} 的这个张量由什么运算得到。",
                expected="由 requires_grad=True 的张量运算得到的结果，或者在 record() 里得到的任何结果。",
                hint="从 x = tensor(..., requires_grad=True) 开始计算，并且不要放在 no_grad() 里。",
            ),
        ),
        "draw-freed": Entry(
            "TG-E726",
            GraphError,
            en=Text(
                error="the graph has been freed by backward(), as far back as {op}.",
                expected="a graph that is still there, or a record of it.",
                hint="draw before backward(), or call backward(retain_graph=True), or compute under record().",
            ),
            zh=Text(
                error="计算图(graph)已被 backward() 释放，断在 {op}。",
                expected="还在的计算图，或者它的记录(record)。",
                hint="在 backward() 之前画，或者用 backward(retain_graph=True)，或者在 record() 里计算。",
            ),
        ),
        "draw-names": Entry(
            "TG-E727",
            ArgumentError,
            en=Text(
                error="names gives {name!r} to a {kind}.",
                expected="a dict from names to Tensors.",
                hint='names={{"w": w, "x": x}}',
            ),
            zh=Text(
                error="names 把 {name!r} 给了一个 {kind}。",
                expected="从名字到张量(Tensor)的字典(dict)。",
                hint='names={{"w": w, "x": x}}',
            ),
        ),
        "draw-format": Entry(
            "TG-E728",
            ArgumentError,
            en=Text(
                error="a picture cannot be written as {got!r}.",
                expected="a file name ending in one of {known}, dot.",
                hint='save("graph.svg")',
            ),
            zh=Text(
                error="图不能保存成 {got!r}。",
                expected="文件名以 {known}、dot 之一结尾。",
                hint='save("graph.svg")',
            ),
        ),
        "draw-no-dot": Entry(
            "TG-E729",
            MissingPackageError,
            en=Text(
                error="the program dot, which lays out graphs, is not installed.",
                expected="graphviz in the search path (the Python package of that name does not contain it).",
                hint="apt install graphviz, brew install graphviz, conda install graphviz, or winget install graphviz; "
                'or save("graph.dot") and open that file elsewhere.',
            ),
            zh=Text(
                error="没有安装给图排版的程序 dot。",
                expected="搜索路径(PATH)里有 graphviz（同名的 Python 包里没有这个程序）。",
                hint="apt install graphviz、brew install graphviz、conda install graphviz 或 winget install graphviz；"
                '也可以 save("graph.dot")，在别处打开这个文件。',
            ),
        ),
        "draw-no-font": Entry(
            "TG-E730",
            MissingPackageError,
            en=Text(
                error="a {kind} of this picture needs a font with Chinese signs, and there is none.",
                expected="a CJK font such as Noto Sans CJK (fc-list :lang=zh names those that are installed).",
                hint='apt install fonts-noto-cjk; or save("graph.svg"), which the browser draws with its own fonts; '
                'or draw(..., lang="en").',
            ),
            zh=Text(
                error="把这张图保存成 {kind} 需要中文字体，但这里没有。",
                expected="一种 CJK 字体，例如 Noto Sans CJK（fc-list :lang=zh 列出已安装的）。",
                hint='apt install fonts-noto-cjk；或者 save("graph.svg")，浏览器会用自己的字体；'
                '或者 draw(..., lang="en")。',
            ),
        ),
        "draw-failed": Entry(
            "TG-E731",
            CheckFailed,
            en=Text(
                error="dot could not draw the graph: {reason}.",
                expected="DOT source that dot understands.",
                hint='save("graph.dot") writes the source; please report it.',
            ),
            zh=Text(
                error="dot 画不出这张图：{reason}。",
                expected="dot 能读懂的 DOT 源码。",
                hint='save("graph.dot") 可以保存源码；请报告这个问题。',
            ),
        ),
        "draw-source-written": Entry(
            "TG-E732",
            MissingPackageError,
            en=Text(
                error="the picture's DOT source has been written instead.",
                expected="the file {path}.",
                hint="once graphviz is installed: dot -Tsvg -O {path}",
            ),
            zh=Text(
                error="改为保存了图的 DOT 源码。",
                expected="文件 {path}。",
                hint="装好 graphviz 之后：dot -Tsvg -O {path}",
            ),
        ),
        "picture-language": Entry(
            "TG-E733",
            ArgumentError,
            en=Text(
                error="there are no texts in the language {got!r}.",
                expected="lang='zh' or lang='en'.",
                hint="leave it out to get your own language, or set TINYGRAD_ZH_LANG.",
            ),
            zh=Text(
                error="没有语言 {got!r} 的文字。",
                expected="lang='zh' 或 lang='en'。",
                hint="不写就用你自己的语言；也可以设置环境变量 TINYGRAD_ZH_LANG。",
            ),
        ),
        "explain-unused": Entry(
            "TG-E734",
            GraphError,
            en=Text(
                error="{wrt} has no share in this result: nothing that led to the result used it.",
                expected="a tensor with requires_grad=True that the result was computed from.",
                hint="draw(result) shows what it was computed from.",
            ),
            zh=Text(
                error="{wrt} 在这个结果里没有贡献：得到结果的运算都没有用到它。",
                expected="requires_grad=True、并且参与了计算的张量。",
                hint="draw(结果) 可以看到它是由什么算出来的。",
            ),
        ),
        "explain-no-gradient": Entry(
            "TG-E735",
            GraphError,
            en=Text(
                error="explain was asked about a tensor without a gradient: {what} does not require one.",
                expected="a result and a tensor between which gradients flow.",
                hint="make it with requires_grad=True, and compute outside no_grad().",
            ),
            zh=Text(
                error="explain 问的张量没有梯度：{what} 不需要梯度(requires_grad=False)。",
                expected="梯度能从结果流到它的两个张量。",
                hint="创建时写 requires_grad=True，并且不要在 no_grad() 里计算。",
            ),
        ),
        "explain-mixed": Entry(
            "TG-E737",
            GraphError,
            en=Text(
                error="the shares that the record kept at {op} do not add up to the gradient there.",
                expected="one backward() from this result alone, no hook that changes a gradient, and no writing into "
                "a part of a tensor, which the record does not see.",
                hint="record each backward() in a record() block of its own, or keep the graph by retain_graph=True.",
            ),
            zh=Text(
                error="记录(record)里 {op} 处的各份贡献加起来不等于那里的梯度。",
                expected="只从这个结果调用一次 backward()，没有修改梯度的钩子(hook)，"
                "也没有写入张量的一部分（记录看不到）。",
                hint="每次 backward() 用单独的 record() 代码块记录，或者用 retain_graph=True 保留计算图。",
            ),
        ),
        "explain-no-sweep": Entry(
            "TG-E736",
            GraphError,
            en=Text(
                error="no record saw the backward sweep from this result, and the graph has been freed since.",
                expected="backward() called inside the with record() block, or a graph that is still there.",
                hint="with tinygrad_zh.record() as r: loss = f(w); loss.backward(); "
                "then explain(loss, wrt=w, record=r).",
            ),
            zh=Text(
                error="没有记录(record)看到从这个结果开始的反向传播(backward)，而计算图(graph)已被释放。",
                expected="在 with record() 代码块里调用 backward()，或者计算图还在。",
                hint="with tinygrad_zh.record() as r: loss = f(w); loss.backward()；"
                "然后 explain(loss, wrt=w, record=r)。",
            ),
        ),
        "parity-no-tensor": Entry(
            "TG-E740",
            ArgumentError,
            en=Text(
                error="parity.check has nothing to compare: {name} returned no Tensor.",
                expected="a function that returns a Tensor, or a tuple, list or dict of Tensors.",
                hint="return the tensor itself, not its .item() or .numpy().",
            ),
            zh=Text(
                error="parity.check 没有可比较的：{name} 没有返回张量(Tensor)。",
                expected="返回张量的函数，或者返回由张量组成的 tuple、list、dict。",
                hint="返回张量本身，而不是它的 .item() 或 .numpy()。",
            ),
        ),
    }
)
