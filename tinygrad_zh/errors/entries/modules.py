"""Errors about hooks of modules, layers' sizes, and what nn.utils does with parameters (E610–E619)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, GraphError, ShapeError, UnknownNameError

add_entries(
    {
        "backward-hook-order": Entry(
            "TG-E610",
            GraphError,
            en=Text(
                error="the gradients of the inputs of {kind} came before any of its results.",
                expected="a loss that depends on the inputs through what the module returns.",
                hint="something computed inside the module was used outside; return it from forward instead.",
            ),
            zh=Text(
                error="{kind} 的输入的梯度(gradient)先到，而它的结果还没有梯度。",
                expected="损失(loss)经由模块的返回值依赖于输入。",
                hint="模块内部计算的张量在外面被使用了；请让 forward 返回它。",
            ),
        ),
        "backward-hook-inplace": Entry(
            "TG-E616",
            GraphError,
            en=Text(
                error="{kind} has a full backward hook and wrote into its input.",
                expected="a module with such a hook that leaves its inputs as they are.",
                hint="make the layer with inplace=False, or remove the hook.",
            ),
            zh=Text(
                error="{kind} 有 full backward hook，却改写了自己的输入。",
                expected="有这种 hook 的模块不改写输入。",
                hint="建立该层时用 inplace=False，或去掉 hook。",
            ),
        ),
        "output-size": Entry(
            "TG-E611",
            ShapeError,
            en=Text(
                error="{op} cannot give the size {got}.",
                expected="sizes from {least} to {most} for this input.",
                hint="leave output_size out for the smallest; it may be as large as the stride allows.",
            ),
            zh=Text(
                error="{op} 不能给出大小 {got}。",
                expected="对这个输入，大小在 {least} 与 {most} 之间。",
                hint="不写 output_size 得到最小的大小；最大由步幅(stride)决定。",
            ),
        ),
        "norm-nonfinite": Entry(
            "TG-E612",
            GraphError,
            en=Text(
                error="the {p}-norm of the gradients is {norm}.",
                expected="a finite norm, as error_if_nonfinite=True demands.",
                hint="lower the learning rate or look for a division by 0; error_if_nonfinite=False lets it through.",
            ),
            zh=Text(
                error="梯度(gradient)的 {p}-范数(norm)是 {norm}。",
                expected="有限的范数，因为 error_if_nonfinite=True。",
                hint="降低学习率，或检查是否除以 0；不写 error_if_nonfinite 则不检查。",
            ),
        ),
        "vector-length": Entry(
            "TG-E613",
            ShapeError,
            en=Text(
                error="a vector of shape {got} was to be written into parameters of {wanted} values.",
                expected="shape ({wanted},).",
                hint="take parameters_to_vector of the same parameters as the pattern.",
            ),
            zh=Text(
                error="要把形状(shape)为 {got} 的向量写入共 {wanted} 个值的参数(parameter)。",
                expected="形状 ({wanted},)。",
                hint="以同一组参数的 parameters_to_vector 为准。",
            ),
        ),
        "fuse-training": Entry(
            "TG-E614",
            ArgumentError,
            en=Text(
                error="{op} got a layer that is training.",
                expected="both layers after eval(): in training BatchNorm uses the batch's own moments.",
                hint="call model.eval() first.",
            ),
            zh=Text(
                error="{op} 得到处于训练模式的层。",
                expected="两层都已调用 eval()：训练时 BatchNorm 使用批(batch)自身的均值和方差。",
                hint="先调用 model.eval()。",
            ),
        ),
        "weight-hook": Entry(
            "TG-E615",
            UnknownNameError,
            en=Text(
                error="{op}: the parameter {name!r} of {kind} cannot get or lose its normalisation: {reason}.",
                expected="a parameter without one to add it, and with one to remove it.",
                hint="check the name, and whether the call was made already.",
            ),
            zh=Text(
                error="{op}：{kind} 的参数(parameter) {name!r} 不能加上或去掉归一化：{reason}。",
                expected="加上时参数还没有归一化；去掉时参数已有归一化。",
                hint="检查名字，以及是否已经调用过。",
            ),
        ),
    }
)
