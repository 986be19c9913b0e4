"""Errors about transforms of functions: derivatives, vmap, functional_call, checkpoint (E92x, E93x)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, GraphError, IndexingError, ShapeError

add_entries(
    {
        "vmap-in-dims": Entry(
            "TG-E920",
            ArgumentError,
            en=Text(
                error="vmap: in_dims {in_dims} does not fit arguments of structure {structure}.",
                expected="an int for all arguments; or a tuple with an int, None or a structure of them for "
                "each argument.",
                hint="write for example in_dims=(0, None) for two arguments of which the second is shared.",
            ),
            zh=Text(
                error="vmap：in_dims {in_dims} 与结构为 {structure} 的参数不符。",
                expected="所有参数共用一个整数；或一个元组，每个参数对应一个整数、None 或由它们组成的结构。",
                hint="例如两个参数、第二个由所有样本共用时，写 in_dims=(0, None)。",
            ),
        ),
        "vmap-no-inputs": Entry(
            "TG-E921",
            ArgumentError,
            en=Text(
                error="vmap: the function was called without positional arguments.",
                expected="at least one tensor whose samples are to be mapped over.",
                hint="pass it by position; arguments by name are shared by all samples.",
            ),
            zh=Text(
                error="vmap：调用函数时没有位置参数。",
                expected="至少一个按样本映射的张量(Tensor)。",
                hint="按位置传入；按名字传入的参数由所有样本共用。",
            ),
        ),
        "vmap-nothing-mapped": Entry(
            "TG-E922",
            ArgumentError,
            en=Text(
                error="vmap: in_dims says None for every argument, so the size of the batch is unknown.",
                expected="at least one argument with a batch dimension.",
                hint="give its number in in_dims, or call the function without vmap.",
            ),
            zh=Text(
                error="vmap：in_dims 对每个参数都是 None，批量(batch)大小无从得知。",
                expected="至少一个参数带有批量维。",
                hint="在 in_dims 里写出它的编号，或者不用 vmap 直接调用函数。",
            ),
        ),
        "vmap-input": Entry(
            "TG-E923",
            ArgumentError,
            en=Text(
                error="vmap: in_dims says {dim} for an argument that is a {kind}.",
                expected="a Tensor wherever in_dims says a dimension.",
                hint="say None there, for example in_dims=(0, None), or wrap the value: tensor(...).",
            ),
            zh=Text(
                error="vmap：in_dims 对一个类型为 {kind} 的参数给出了 {dim}。",
                expected="in_dims 给出维度的地方必须是张量(Tensor)。",
                hint="在那里写 None，例如 in_dims=(0, None)；或者用 tensor(...) 包起来。",
            ),
        ),
        "vmap-dim": Entry(
            "TG-E924",
            IndexingError,
            en=Text(
                error="vmap: in_dims says {dim} for a tensor of shape {shape}.",
                expected="one of its dimensions; a 0-d tensor has none.",
                hint="check in_dims, or say None if all samples share this tensor.",
            ),
            zh=Text(
                error="vmap：in_dims 对形状为 {shape} 的张量给出了 {dim}。",
                expected="它的某一维；0 维张量没有维度。",
                hint="检查 in_dims；如果所有样本共用这个张量，写 None。",
            ),
        ),
        "vmap-sizes": Entry(
            "TG-E925",
            ShapeError,
            en=Text(
                error="vmap: the arguments have batches of different sizes: {sizes}.",
                expected="the same number of samples in every mapped argument.",
                hint="check in_dims: perhaps the samples lie along another dimension.",
            ),
            zh=Text(
                error="vmap：各参数的批量(batch)大小不同：{sizes}。",
                expected="每个被映射的参数样本数相同。",
                hint="检查 in_dims：样本也许在另一维上。",
            ),
        ),
        "vmap-output": Entry(
            "TG-E926",
            ArgumentError,
            en=Text(
                error="vmap: the function returned a {kind}.",
                expected="Tensors, also in dicts, lists and tuples.",
                hint="wrap the value: tensor(...).",
            ),
            zh=Text(
                error="vmap：函数返回了 {kind}。",
                expected="张量(Tensor)，也可以放在字典、列表、元组里。",
                hint="用 tensor(...) 包起来。",
            ),
        ),
        "vmap-out-dims": Entry(
            "TG-E927",
            ArgumentError,
            en=Text(
                error="vmap: out_dims {out_dims} does not fit results of structure {structure}.",
                expected="an int for all results; or a structure like theirs with an int or None for each.",
                hint="write for example out_dims=(0, None) for two results of which the second is the same "
                "for all samples.",
            ),
            zh=Text(
                error="vmap：out_dims {out_dims} 与结构为 {structure} 的结果不符。",
                expected="所有结果共用一个整数；或与结果同样的结构，每个结果对应一个整数或 None。",
                hint="例如两个结果、第二个对所有样本相同时，写 out_dims=(0, None)。",
            ),
        ),
        "vmap-unmapped-output": Entry(
            "TG-E928",
            ArgumentError,
            en=Text(
                error="vmap: out_dims says None for a result of shape {shape} that differs between samples.",
                expected="None only for results that no mapped argument has gone into.",
                hint="say where the samples shall lie, for example out_dims=0.",
            ),
            zh=Text(
                error="vmap：out_dims 对一个形状为 {shape}、随样本而不同的结果给出了 None。",
                expected="只有与被映射的参数无关的结果才能用 None。",
                hint="写出样本放在哪一维，例如 out_dims=0。",
            ),
        ),
        "vmap-values": Entry(
            "TG-E929",
            GraphError,
            en=Text(
                error="vmap: {what} asks for the value of one sample, but all samples are computed at once.",
                expected="a function whose course does not depend on values.",
                hint="instead of `if` write where(condition, a, b); or take the value outside of vmap.",
            ),
            zh=Text(
                error="vmap：{what} 要取单个样本的值，而所有样本是同时计算的。",
                expected="函数的流程不依赖于具体数值。",
                hint="不要用 `if`，改写成 where(condition, a, b)；或者在 vmap 之外取值。",
            ),
        ),
        "vmap-shapes": Entry(
            "TG-E930",
            GraphError,
            en=Text(
                error="vmap: the shape of what {op} returns depends on values, and would differ between samples.",
                expected="ops whose results have the same shape for all samples.",
                hint="use a mask instead of positions: where(mask, x, 0).",
            ),
            zh=Text(
                error="vmap：{op} 结果的形状取决于数值，各样本会不同。",
                expected="所有样本的结果形状相同的运算。",
                hint="用掩码(mask)代替位置：where(mask, x, 0)。",
            ),
        ),
        "vmap-random": Entry(
            "TG-E931",
            GraphError,
            en=Text(
                error="vmap: {op} draws random numbers.",
                expected='randomness="different" (each sample its own) or randomness="same" (all the same).',
                hint='write vmap(f, randomness="different"), or draw the numbers outside and pass them as an argument.',
            ),
            zh=Text(
                error="vmap：{op} 要抽取随机数。",
                expected='randomness="different"（各样本各抽各的）或 randomness="same"（所有样本相同）。',
                hint='写 vmap(f, randomness="different")；或者在外面抽好随机数，作为参数传入。',
            ),
        ),
        "vmap-inplace": Entry(
            "TG-E932",
            GraphError,
            en=Text(
                error="vmap: values that differ between samples would be written into a tensor that all samples share.",
                expected="a tensor of the batch on the left-hand side.",
                hint="make it like one of the batch, for example with zeros_like(x) or x * 0, or compute out of place.",
            ),
            zh=Text(
                error="vmap：要把随样本而不同的值写入所有样本共用的张量。",
                expected="左边的张量属于这个批量(batch)。",
                hint="用批量中的张量生成它，例如 zeros_like(x) 或 x * 0；或者不要原地(in-place)写入。",
            ),
        ),
        "func-output": Entry(
            "TG-E933",
            GraphError,
            en=Text(
                error="{op}: the function returned {got}.",
                expected="{expected}.",
                hint="for several numbers use vjp, jvp or jacrev; if it returns something besides, say has_aux=True.",
            ),
            zh=Text(
                error="{op}：函数返回了 {got}。",
                expected="应为：{expected}。",
                hint="结果有多个数时用 vjp、jvp 或 jacrev；如果还返回别的东西，写 has_aux=True。",
            ),
        ),
        "func-argnums": Entry(
            "TG-E934",
            ArgumentError,
            en=Text(
                error="{op}: argnums is {argnums}, but the function was called with {count} positional arguments.",
                expected="an int, or a tuple of ints without repetition, each the number of a positional argument.",
                hint="pass by position what is to be differentiated.",
            ),
            zh=Text(
                error="{op}：argnums 是 {argnums}，而调用函数时有 {count} 个位置参数。",
                expected="一个整数，或不重复的整数元组，都是位置参数的编号。",
                hint="要求导的参数按位置传入。",
            ),
        ),
        "func-structure": Entry(
            "TG-E935",
            ArgumentError,
            en=Text(
                error="{op}: {what} have the structure {got}.",
                expected="{expected}, the structure of what they belong to.",
                hint="build them from the same dicts, lists and tuples.",
            ),
            zh=Text(
                error="{op}：{what} 的结构是 {got}。",
                expected="{expected}，即它们所对应的东西的结构。",
                hint="用同样的字典、列表、元组来组织。",
            ),
        ),
        "func-independent": Entry(
            "TG-E936",
            GraphError,
            en=Text(
                error="{op}: output {output} does not depend on input {input}.",
                expected="with strict=True, every output depends on every input.",
                hint="check the function for detach(), or leave strict=False to get zeros.",
            ),
            zh=Text(
                error="{op}：输出 {output} 与输入 {input} 无关。",
                expected="strict=True 时，每个输出都依赖于每个输入。",
                hint="检查函数里有没有 detach()；或者用 strict=False，得到零。",
            ),
        ),
        "functional-call": Entry(
            "TG-E937",
            ArgumentError,
            en=Text(
                error="functional_call of a {kind}: {problem}: {names}.",
                expected="every parameter and buffer at most once, and with strict=True all of them and no "
                "others; tied ones the same tensor.",
                hint="dict(module.named_parameters()) shows the names.",
            ),
            zh=Text(
                error="对 {kind} 的 functional_call：{problem}: {names}。",
                expected="每个参数和缓冲区(buffer)最多出现一次；strict=True 时一个不多、一个不少；"
                "共享的参数给同一个张量。",
                hint="dict(module.named_parameters()) 列出这些名字。",
            ),
        ),
        "checkpoint-argument": Entry(
            "TG-E938",
            ArgumentError,
            en=Text(
                error="checkpoint: {argument} is {got}.",
                expected="{expected}.",
                hint="leave it out: this is the form of PyTorch's use_reentrant=False.",
            ),
            zh=Text(
                error="checkpoint：{argument} 是 {got}。",
                expected="应为：{expected}。",
                hint="不写这个参数即可：这里采用的就是 PyTorch 的 use_reentrant=False。",
            ),
        ),
        "checkpoint-differs": Entry(
            "TG-E939",
            GraphError,
            en=Text(
                error="checkpoint: computed a second time, the function did something else: {difference}.",
                expected="the same operations on the same shapes and dtypes both times.",
                hint="the function must not depend on what has changed since (a counter, a mode, its own "
                "random numbers).",
            ),
            zh=Text(
                error="checkpoint：第二次计算时，函数做了不同的事：{difference}。",
                expected="两次的运算、形状和 dtype 都相同。",
                hint="函数不能依赖于期间变化的东西（计数器、模式、自己的随机数）。",
            ),
        ),
    }
)
