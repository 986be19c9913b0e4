"""Errors about shapes that do not fit together (E10x to E13x); dimensions and indices are in ``dimension.py``."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ShapeError

add_entries(
    {
        "broadcast": Entry(
            "TG-E101",
            ShapeError,
            en=Text(
                error="{op} cannot broadcast the shapes {shapes}.",
                expected="shapes that, aligned at the right end, have equal sizes or a 1 in every dimension.",
                hint="check which dimension is meant to be repeated; unsqueeze(dim) inserts a 1 there.",
            ),
            zh=Text(
                error="{op} 无法广播(broadcasting)这些形状：{shapes}。",
                expected="从右端对齐后，每一维(dimension)的大小相等，或其中一个是 1。",
                hint="看看要沿哪一维重复；unsqueeze(dim) 可以在那里插入大小为 1 的一维。",
            ),
        ),
        "matmul-shapes": Entry(
            "TG-E102",
            ShapeError,
            en=Text(
                error="matrices of shapes {a} and {b} cannot be multiplied.",
                expected="(..., n, k) times (..., k, m): the left one's last size equals the right one's second last; "
                "batches of equal length.",
                hint="is one of them transposed? x.T, or x.transpose(-1, -2), exchanges rows and columns.",
            ),
            zh=Text(
                error="形状为 {a} 和 {b} 的矩阵不能相乘。",
                expected="(..., n, k) 乘 (..., k, m)：左边最后一维等于右边倒数第二维，批(batch)的长度相等。",
                hint="是不是有一个需要转置(transpose)？x.T 或 x.transpose(-1, -2) 交换行和列。",
            ),
        ),
        "matmul-scalar": Entry(
            "TG-E103",
            ShapeError,
            en=Text(
                error="matmul got the shapes {a} and {b}: a 0-d tensor is no matrix and no vector.",
                expected="operands of at least one dimension.",
                hint="to multiply by a number, write a * b.",
            ),
            zh=Text(
                error="matmul 得到的形状是 {a} 和 {b}：0 维张量既不是矩阵也不是向量。",
                expected="操作数至少有一维(dimension)。",
                hint="乘以一个数时写 a * b。",
            ),
        ),
        "linear-shapes": Entry(
            "TG-E104",
            ShapeError,
            en=Text(
                error="linear got an input of shape {x} and a weight of shape {weight}.",
                expected="an input (..., in_features) and a weight (out_features, in_features).",
                hint="make in_features of the layer equal to the input's last size; flatten images first, "
                "for example x.flatten(1).",
            ),
            zh=Text(
                error="linear 的输入形状是 {x}，权重(weight)形状是 {weight}。",
                expected="输入为 (..., in_features)，权重为 (out_features, in_features)。",
                hint="让这一层的 in_features 等于输入最后一维的大小；图像要先展平，例如 x.flatten(1)。",
            ),
        ),
        "linear-bias": Entry(
            "TG-E105",
            ShapeError,
            en=Text(
                error="linear got a bias of shape {bias}.",
                expected="a bias of shape {expected}, one number per output feature.",
                hint="the bias belongs to the rows of the weight (out_features, in_features).",
            ),
            zh=Text(
                error="linear 的偏置(bias)形状是 {bias}。",
                expected="偏置的形状是 {expected}，每个输出特征一个数。",
                hint="偏置与权重 (out_features, in_features) 的行相对应。",
            ),
        ),
        "reshape-mismatch": Entry(
            "TG-E106",
            ShapeError,
            en=Text(
                error="{op} cannot turn the shape {shape} into {sizes}: there are {count} elements.",
                expected="sizes whose product is {count}; one of them may be -1 if the others divide it.",
                hint="reshape(-1) flattens everything, flatten(1) keeps the batch dimension.",
            ),
            zh=Text(
                error="{op} 不能把形状(shape) {shape} 变成 {sizes}：共有 {count} 个元素。",
                expected="各维大小之积为 {count}；其中一个可以是 -1，只要能被其余的整除。",
                hint="reshape(-1) 把一切展平，flatten(1) 保留批(batch)那一维。",
            ),
        ),
        "reshape-sizes": Entry(
            "TG-E107",
            ShapeError,
            en=Text(
                error="{op} got the sizes {sizes}.",
                expected="sizes of 0 or more, at most one of them -1 (to be inferred).",
                hint="keep a single -1 and write the other sizes out.",
            ),
            zh=Text(
                error="{op} 得到的大小是 {sizes}。",
                expected="大小都不小于 0，最多有一个 -1（由程序推断）。",
                hint="只留一个 -1，把其余的大小写出来。",
            ),
        ),
        "view-impossible": Entry(
            "TG-E108",
            ShapeError,
            en=Text(
                error="this tensor of shape {shape} cannot be viewed as {sizes}: "
                "its elements do not lie in memory in that order (it was transposed or sliced).",
                expected="a tensor whose memory order allows the new shape without a copy.",
                hint="use reshape, which copies where it must, or contiguous().view(...).",
            ),
            zh=Text(
                error="形状(shape)为 {shape} 的张量不能看成(view) {sizes}：它的元素在内存中不是这个顺序。",
                expected="内存顺序允许不复制就得到新形状的张量(tensor)。",
                hint="用 reshape，它在必要时复制；或用 contiguous().view(...)。",
            ),
        ),
        "expand": Entry(
            "TG-E109",
            ShapeError,
            en=Text(
                error="the shape {shape} cannot be expanded to {sizes}.",
                expected="as many dimensions or more, and only dimensions of size 1 repeated; -1 keeps a size.",
                hint="insert a dimension of size 1 with unsqueeze, or repeat the data with repeat.",
            ),
            zh=Text(
                error="形状(shape) {shape} 不能扩展(expand)成 {sizes}。",
                expected="维数不减少，只重复大小为 1 的维(dimension)；-1 表示保持原大小。",
                hint="用 unsqueeze 插入大小为 1 的一维，或用 repeat 复制数据。",
            ),
        ),
        "cat-shapes": Entry(
            "TG-E110",
            ShapeError,
            en=Text(
                error="tensors of shapes {shapes} cannot be joined along dimension {dim}.",
                expected="at least one dimension, and equal sizes everywhere except along dimension {dim}.",
                hint="stack joins 0-d tensors and makes a new dimension; reshape or transpose the odd one first.",
            ),
            zh=Text(
                error="形状为 {shapes} 的张量不能沿第 {dim} 维拼接(cat)。",
                expected="至少有一维(dimension)，并且除第 {dim} 维之外大小都相等。",
                hint="0 维张量用 stack，它会新增一维；形状不同的那一个要先 reshape 或转置。",
            ),
        ),
        "stack-shapes": Entry(
            "TG-E111",
            ShapeError,
            en=Text(
                error="stack got tensors of different shapes: {shapes}.",
                expected="tensors that all have the same shape.",
                hint="cat joins along a dimension that exists and may differ there.",
            ),
            zh=Text(
                error="stack 得到形状(shape)不同的张量：{shapes}。",
                expected="所有张量(tensor)的形状相同。",
                hint="cat 沿已有的一维拼接，那一维的大小可以不同。",
            ),
        ),
        "inplace-shape": Entry(
            "TG-E112",
            ShapeError,
            en=Text(
                error="the result of {op} has shape {result}, which does not fit into a tensor of shape {target}.",
                expected="a result that broadcasts to the shape {target}: in-place operations cannot change a shape.",
                hint="use the functional form, which makes a new tensor: y = x + z instead of x += z.",
            ),
            zh=Text(
                error="{op} 的结果形状是 {result}，放不进形状为 {target} 的张量。",
                expected="结果能广播(broadcasting)到形状 {target}：原地(in-place)运算不能改变形状。",
                hint="用生成新张量的函数形式：把 x += z 写成 y = x + z。",
            ),
        ),
        "inplace-readonly": Entry(
            "TG-E113",
            ShapeError,
            en=Text(
                error="{op} cannot write here: several elements share one place in memory (an expanded tensor), "
                "or the memory is read-only.",
                expected="a tensor each of whose elements has its own, writable memory.",
                hint="write into a copy, x.clone(), or use the functional form: y = x + 1 instead of x += 1.",
            ),
            zh=Text(
                error="{op} 不能写入：有几个元素共用同一处内存（由 expand 得到），或者内存是只读的。",
                expected="每个元素都有自己的、可写的内存。",
                hint="写进复制品 x.clone()，或用函数形式：把 x += 1 写成 y = x + 1。",
            ),
        ),
        "grad-shape": Entry(
            "TG-E114",
            ShapeError,
            en=Text(
                error="a tensor of shape {got} was assigned to the grad of a tensor of shape {expected}.",
                expected="a gradient of shape {expected}.",
                hint="reshape it, or set grad to None to clear it.",
            ),
            zh=Text(
                error="把形状为 {got} 的张量赋给了形状为 {expected} 的张量的 grad。",
                expected="梯度(gradient)的形状是 {expected}。",
                hint="先 reshape；要清除梯度，则设为 None。",
            ),
        ),
        "cotangent-shape": Entry(
            "TG-E115",
            ShapeError,
            en=Text(
                error="the starting gradient has shape {got}, but the output has shape {expected}.",
                expected="a starting gradient of the output's shape {expected}.",
                hint="for ∂(sum)/∂x pass ones_like(output).",
            ),
            zh=Text(
                error="起始梯度(gradient)的形状是 {got}，而输出的形状是 {expected}。",
                expected="起始梯度的形状与输出相同：{expected}。",
                hint="要得到总和对 x 的导数，传入 ones_like(output)。",
            ),
        ),
        "hook-result": Entry(
            "TG-E116",
            ShapeError,
            en=Text(
                error="a hook returned {got}.",
                expected="None, or a Tensor of the gradient's shape {expected}.",
                hint="a hook that only looks returns nothing; one that changes the gradient returns the new one.",
            ),
            zh=Text(
                error="钩子(hook)返回了 {got}。",
                expected="None，或形状与梯度(gradient)相同的 Tensor：{expected}。",
                hint="只查看的钩子不返回任何值；要改变梯度的钩子返回新的梯度。",
            ),
        ),
        "data-mismatch": Entry(
            "TG-E117",
            ShapeError,
            en=Text(
                error="{got} was assigned to the data of a tensor that is {expected} and requires a gradient.",
                expected="data of the same shape and dtype: {expected}.",
                hint="make a new tensor with tensor(data, requires_grad=True) instead.",
            ),
            zh=Text(
                error="给需要梯度(gradient)的张量的 data 赋了 {got}，而它原来是 {expected}。",
                expected="形状(shape)和 dtype 不变：{expected}。",
                hint="改用 tensor(data, requires_grad=True) 创建新的张量。",
            ),
        ),
        "tensor-ragged": Entry(
            "TG-E118",
            ShapeError,
            en=Text(
                error="{op} got nested lists that form no array ({reason}).",
                expected="lists of equal length at every level.",
                hint="pad the shorter ones, or keep a Python list of tensors.",
            ),
            zh=Text(
                error="{op} 得到的嵌套列表不能组成数组（{reason}）。",
                expected="每一层的列表长度都相等。",
                hint="补齐较短的列表，或者用 Python 列表保存几个张量(tensor)。",
            ),
        ),
        "size-negative": Entry(
            "TG-E119",
            ShapeError,
            en=Text(
                error="{op} got the sizes {sizes}, one of which is negative.",
                expected="sizes of 0 or more.",
                hint="-1 is understood by reshape, view and expand only.",
            ),
            zh=Text(
                error="{op} 得到的大小是 {sizes}，其中有负数。",
                expected="大小都不小于 0。",
                hint="只有 reshape、view 和 expand 认识 -1。",
            ),
        ),
        "reduce-empty": Entry(
            "TG-E120",
            ShapeError,
            en=Text(
                error="{op} of a tensor of shape {shape}: along the reduced dimensions there is no element.",
                expected="at least one element to choose from.",
                hint="check numel() first; an empty batch often comes from a filter or the last slice.",
            ),
            zh=Text(
                error="对形状(shape)为 {shape} 的张量求 {op}：要归约的维上没有元素。",
                expected="至少有一个元素可选。",
                hint="先检查 numel()；空的批(batch)常来自筛选或最后一段切片。",
            ),
        ),
    }
)
