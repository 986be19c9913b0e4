"""Errors about layers, optimisers and training (E600–E639)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DTypeError, MissingMethodError, ShapeError, StorageError, UnknownNameError

add_entries(
    {
        "module-init": Entry(
            "TG-E601",
            UnknownNameError,
            en=Text(
                error="{what} {name!r} was assigned before Module.__init__ had run.",
                expected="super().__init__() as the first line of __init__ in a subclass of nn.Module.",
                hint="add super().__init__() to the __init__ of your class.",
            ),
            zh=Text(
                error="在 Module.__init__ 运行之前就给 {what} {name!r} 赋值了。",
                expected="nn.Module 子类的 __init__ 第一行是 super().__init__()。",
                hint="在你的类的 __init__ 中加上 super().__init__()。",
            ),
        ),
        "attribute-unknown": Entry(
            "TG-E602",
            UnknownNameError,
            en=Text(
                error="{kind!r} has no attribute {name!r}.",
                expected="a parameter, buffer, submodule, method or other attribute of it; close to that: {near}.",
                hint="dir(module) lists all names; check the spelling, or assign the attribute in __init__.",
            ),
            zh=Text(
                error="{kind!r} 没有属性(attribute) {name!r}。",
                expected="它的参数、缓冲区(buffer)、子模块、方法或其他属性之一；相近的名字：{near}。",
                hint="dir(module) 列出所有名字；检查拼写，或在 __init__ 中给该属性赋值。",
            ),
        ),
        "module-name": Entry(
            "TG-E603",
            UnknownNameError,
            en=Text(
                error="{name!r} cannot be the name of a {what}: {reason}.",
                expected="a non-empty string without a dot that no other attribute bears.",
                hint="choose another name.",
            ),
            zh=Text(
                error="{name!r} 不能作为 {what} 的名字：{reason}。",
                expected="不含点号的非空字符串，且没有别的属性使用它。",
                hint="换一个名字。",
            ),
        ),
        "module-value": Entry(
            "TG-E604",
            DTypeError,
            en=Text(
                error="{found} was assigned as {what} {name!r}.",
                expected="{wanted} or None.",
                hint=(
                    "a tensor becomes a parameter with nn.Parameter(tensor); to store another object, delete the "
                    "name first or choose another."
                ),
            ),
            zh=Text(
                error="把 {found} 赋值为 {what} {name!r}。",
                expected="{wanted} 或 None。",
                hint="用 nn.Parameter(tensor) 把张量(tensor)变成参数；要存放别的对象，先删除该名字或换一个名字。",
            ),
        ),
        "parameter-non-leaf": Entry(
            "TG-E605",
            ArgumentError,
            en=Text(
                error="the result of an operation ({made}) cannot be the parameter {name!r}.",
                expected="a leaf: a tensor that no recorded operation has made.",
                hint="compute it from other parameters in forward(), or take tensor.detach().",
            ),
            zh=Text(
                error="运算({made})的结果不能作为参数(parameter) {name!r}。",
                expected="叶子(leaf)：不是由被记录的运算得到的张量。",
                hint="在 forward() 中由其他参数计算它，或使用 tensor.detach()。",
            ),
        ),
        "state-names": Entry(
            "TG-E606",
            StorageError,
            en=Text(
                error=(
                    "the state_dict does not fit {kind}:\n    missing: {missing}\n    unexpected: {unexpected}\n "
                    "   of another shape (given, wanted): {misshaped}"
                ),
                expected="the names and shapes of {kind}.state_dict().",
                hint=(
                    "build the model with the sizes it had when it was saved; strict=False ignores missing and "
                    "unexpected names (never shapes). Nothing has been changed."
                ),
            ),
            zh=Text(
                error=(
                    "state_dict 与 {kind} 不符：\n    缺少(missing)：{missing}\n    多余(unexpected)："
                    "{unexpected}\n    形状不同（给出的，需要的）：{misshaped}"
                ),
                expected="与 {kind}.state_dict() 相同的名字和形状(shape)。",
                hint="按保存时的大小建立模型；strict=False 忽略缺少和多余的名字（不忽略形状）。模型没有被改动。",
            ),
        ),
        "forward-missing": Entry(
            "TG-E607",
            MissingMethodError,
            en=Text(
                error="{kind} was called, but it has no forward method.",
                expected="a method forward(self, ...) in the class.",
                hint=(
                    "define forward in {kind}; check its spelling and its indentation. A ModuleList or "
                    "ModuleDict is not called: call its members."
                ),
            ),
            zh=Text(
                error="调用了 {kind}，但它没有 forward 方法。",
                expected="类中定义了方法 forward(self, ...)。",
                hint=(
                    "在 {kind} 中定义 forward，并检查拼写和缩进。ModuleList 和 ModuleDict 不能直接调用："
                    "请调用其中的成员。"
                ),
            ),
        ),
        "module-path": Entry(
            "TG-E608",
            UnknownNameError,
            en=Text(
                error="there is no {what} {path!r} in {kind}.",
                expected="one of: {known}.",
                hint="named_modules() and named_parameters() list the paths.",
            ),
            zh=Text(
                error="{kind} 中没有 {what} {path!r}。",
                expected="以下之一：{known}。",
                hint="named_modules() 和 named_parameters() 列出所有路径。",
            ),
        ),
        "init-fan": Entry(
            "TG-E609",
            ShapeError,
            en=Text(
                error="nn.init.{op} got a tensor of shape {shape}.",
                expected="at least 2 dimensions, for fan-in and fan-out are taken from the first two.",
                hint="initialise biases with zeros_ or uniform_.",
            ),
            zh=Text(
                error="nn.init.{op} 得到形状(shape)为 {shape} 的张量。",
                expected="至少 2 维，因为 fan-in 和 fan-out 取自前两维。",
                hint="偏置(bias)请用 zeros_ 或 uniform_ 初始化。",
            ),
        ),
        "parameters-empty": Entry(
            "TG-E620",
            ArgumentError,
            en=Text(
                error="{op} got no parameters.",
                expected="at least one tensor to optimise.",
                hint=(
                    "give model.parameters(); an iterator can be used only once, and layers in a plain list are "
                    "not found: use nn.ModuleList."
                ),
            ),
            zh=Text(
                error="{op} 没有得到任何参数(parameter)。",
                expected="至少一个要优化的张量。",
                hint=(
                    "传入 model.parameters()；迭代器只能用一次；放在普通 list 中的层不会被找到：请用 nn.ModuleList。"
                ),
            ),
        ),
        "parameters-kind": Entry(
            "TG-E621",
            DTypeError,
            en=Text(
                error="{op} got {found} where parameters belong.",
                expected=(
                    "an ordered iterable of tensors, such as model.parameters(), or a list of dicts with the key "
                    "'params'."
                ),
                hint="put a single tensor into a list: [tensor].",
            ),
            zh=Text(
                error="{op} 在参数(parameter)的位置得到 {found}。",
                expected="有顺序的张量序列，例如 model.parameters()；或带有 'params' 键的 dict 组成的 list。",
                hint="单个张量请放进 list：[tensor]。",
            ),
        ),
        "parameter-kind": Entry(
            "TG-E622",
            DTypeError,
            en=Text(
                error="{op}: parameter {position} is {found}.",
                expected="a Tensor.",
                hint="give nn.Parameter objects or tensors with requires_grad=True.",
            ),
            zh=Text(
                error="{op}：第 {position} 个参数(parameter)是 {found}。",
                expected="张量(Tensor)。",
                hint="传入 nn.Parameter，或 requires_grad=True 的张量。",
            ),
        ),
        "optimise-non-leaf": Entry(
            "TG-E623",
            ArgumentError,
            en=Text(
                error=(
                    "{op}: parameter {position} is the result of an operation ({made}), so writing to it would "
                    "not last."
                ),
                expected="leaf tensors, whose values nothing computes.",
                hint="optimise the tensors it is computed from, or call detach().requires_grad_() first.",
            ),
            zh=Text(
                error="{op}：第 {position} 个参数(parameter)是运算({made})的结果，写入它不会持久。",
                expected="叶子(leaf)张量，它的值不由任何运算得到。",
                hint="请优化计算它所用的张量，或先调用 detach().requires_grad_()。",
            ),
        ),
        "parameter-twice": Entry(
            "TG-E624",
            ArgumentError,
            en=Text(
                error="{op}: parameter {position}, of shape {shape}, is given twice.",
                expected="every parameter once, in one group.",
                hint=(
                    "parameters() of one whole model lists shared parameters once; do not join the lists of its parts."
                ),
            ),
            zh=Text(
                error="{op}：第 {position} 个参数(parameter)（形状 {shape}）给了两次。",
                expected="每个参数只出现一次，且只在一个组中。",
                hint="整个模型的 parameters() 对共享参数只列一次；不要把各部分的列表拼接起来。",
            ),
        ),
        "optimizer-option": Entry(
            "TG-E625",
            ArgumentError,
            en=Text(
                error="{op} got {name}={got!r}.",
                expected="{name}: {expected}.",
                hint="correct the value where the optimiser or its group is made.",
            ),
            zh=Text(
                error="{op} 得到 {name}={got!r}。",
                expected="选项 {name}：{expected}。",
                hint="在建立优化器(optimizer)或参数组处改正这个值。",
            ),
        ),
        "optimizer-foreign": Entry(
            "TG-E626",
            ArgumentError,
            en=Text(
                error="{op} got {name}={got!r}, an option of PyTorch that is not supported here.",
                expected="{name} left out, None or False.",
                hint="leave it out: there is one implementation here, which chooses its kernel by itself.",
            ),
            zh=Text(
                error="{op} 得到 {name}={got!r}，这是 PyTorch 的选项，这里不支持。",
                expected="不写 {name}，或写 None、False。",
                hint="去掉它：这里只有一种实现，并会自动选择 kernel。",
            ),
        ),
        "optimizer-state": Entry(
            "TG-E627",
            StorageError,
            en=Text(
                error="the state_dict does not fit this {op}: {reason}.",
                expected="groups with as many parameters as here, and state of the parameters' shapes.",
                hint="build model and optimiser as they were when the state was saved. Nothing has been changed.",
            ),
            zh=Text(
                error="state_dict 与这个 {op} 不符：{reason}。",
                expected="参数组的个数和大小与这里相同，状态(state)的形状与参数相同。",
                hint="按保存时的样子建立模型和优化器。这里没有任何改动。",
            ),
        ),
    }
)
