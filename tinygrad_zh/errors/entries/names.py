"""Layout in memory, positions, segments, rates; TG-E980 to TG-E989."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, GraphError, ShapeError, StorageError

add_entries(
    {
        "buffer": Entry(
            "TG-E980",
            StorageError,
            en=Text(
                error="frombuffer got a {kind} of {length} bytes, for count={count} of {dtype} from byte {offset} on.",
                expected="an object with Python's buffer protocol, with a whole number of elements, at least one.",
                hint="bytes, bytearray and memoryview have it; tensor(data) makes a tensor of lists.",
            ),
            zh=Text(
                error="frombuffer 得到一个 {length} 字节的 {kind}，要从第 {offset} 字节起读 count={count} 个 {dtype}。",
                expected="支持 Python 缓冲区协议的对象，其中有整数个元素，至少一个。",
                hint="bytes、bytearray 和 memoryview 都支持；列表用 tensor(data)。",
            ),
        ),
        "dim-order-ambiguous": Entry(
            "TG-E981",
            ArgumentError,
            en=Text(
                error="dim_order: several orders are true of a tensor of shape {shape} with strides {strides}.",
                expected="no dimension of length 1, and no two neighbours of the same stride.",
                hint="without ambiguity_check one of the orders is returned.",
            ),
            zh=Text(
                error="dim_order：形状(shape)为 {shape}、步长(stride)为 {strides} 的张量(tensor)有几种都成立的次序。",
                expected="没有长度为 1 的维，相邻两维的步长也不相同。",
                hint="不写 ambiguity_check，就返回其中一种。",
            ),
        ),
        "unravel-empty": Entry(
            "TG-E982",
            ShapeError,
            en=Text(
                error="unravel_index got positions in a tensor of shape {shape}, which has no elements.",
                expected="a shape without a 0, or no positions.",
                hint="look at the shape that is passed.",
            ),
            zh=Text(
                error="unravel_index 得到形状(shape)为 {shape} 的张量(tensor)中的位置，而它没有元素。",
                expected="形状中没有 0，或者没有位置。",
                hint="检查传入的形状。",
            ),
        ),
        "segments-shape": Entry(
            "TG-E983",
            ShapeError,
            en=Text(
                error="segment_reduce got lengths or offsets of shape {got}.",
                expected="the shape {expected}: its last dimension is the axis of the data.",
                hint="segments along another dimension: pass axis.",
            ),
            zh=Text(
                error="segment_reduce 的 lengths 或 offsets 形状(shape)是 {got}。",
                expected="形状 {expected}：它的最后一维就是数据的 axis 那一维。",
                hint="沿其他维分段时请给出 axis。",
            ),
        ),
        "segments": Entry(
            "TG-E984",
            ShapeError,
            en=Text(
                error="segment_reduce: the segments do not divide dimension {dim} of size {length}.",
                expected="lengths ≥ 0 that add up to {length}; or offsets that never fall, from 0 to {length}.",
                hint="with unsafe=True the lengths may add up to less.",
            ),
            zh=Text(
                error="segment_reduce：这些段与大小为 {length} 的第 {dim} 维不符。",
                expected="lengths ≥ 0，和为 {length}；或不下降的 offsets，在 0 到 {length} 之间。",
                hint="unsafe=True 时，lengths 的和可以小一些。",
            ),
        ),
        "hook-on-result": Entry(
            "TG-E985",
            GraphError,
            en=Text(
                error="a post-accumulate-grad hook was registered on a tensor that is no leaf.",
                expected="a leaf that requires a gradient, such as a parameter.",
                hint="register_hook shows the gradient of a tensor in the middle of a graph.",
            ),
            zh=Text(
                error="在一个不是叶子(leaf)的张量(tensor)上登记了 post-accumulate-grad 钩子(hook)。",
                expected="需要梯度(gradient)的叶子，例如参数。",
                hint="计算图中间的张量，用 register_hook 查看其梯度。",
            ),
        ),
        "poisson-rate": Entry(
            "TG-E986",
            ArgumentError,
            en=Text(
                error="poisson got the rate {got}.",
                expected="finite rates ≥ 0.",
                hint="rate.clamp(min=0), if rounding made them negative.",
            ),
            zh=Text(
                error="poisson 得到的速率是 {got}。",
                expected="有限的速率，且 ≥ 0。",
                hint="如果是舍入使它变负，用 rate.clamp(min=0)。",
            ),
        ),
        "linear-loss-shapes": Entry(
            "TG-E987",
            ShapeError,
            en=Text(
                error="linear_cross_entropy got an input of shape {input}, weights of {weight}, and a bias of {bias}.",
                expected="(D,) or (N, D); (C, D), with N also (C, d1, ..., D); None or the weights' shape without D.",
                hint="the last dimension of input and weights is the number of features.",
            ),
            zh=Text(
                error="linear_cross_entropy 的输入形状是 {input}，权重(weight)是 {weight}，偏置(bias)是 {bias}。",
                expected="(D,) 或 (N, D)；(C, D)，有 N 时也可以是 (C, d1, ..., D)；None 或权重去掉 D 的形状。",
                hint="输入和权重的最后一维都是特征数。",
            ),
        ),
        "sizes-twice": Entry(
            "TG-E988",
            ArgumentError,
            en=Text(
                error="{op} got {listed}, and {named} by name as well.",
                expected="one or the other.",
                hint="x.reshape(2, 3), x.reshape((2, 3)) and x.reshape(shape=(2, 3)) mean the same.",
            ),
            zh=Text(
                error="{op} 得到 {listed}，又以名字得到 {named}。",
                expected="只给一种。",
                hint="x.reshape(2, 3)、x.reshape((2, 3)) 和 x.reshape(shape=(2, 3)) 是一样的。",
            ),
        ),
    }
)
