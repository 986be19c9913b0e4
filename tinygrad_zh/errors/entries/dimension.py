"""Errors about dimensions, sizes and indices (E14x to E19x)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DTypeError, IndexingError, ShapeError

add_entries(
    {
        "dim-range": Entry(
            "TG-E140",
            IndexingError,
            en=Text(
                error="{op}: there is no dimension {dim}.",
                expected="a dimension from {low} to {high}; negative ones count from the end.",
                hint="look at x.shape; dimensions are counted from 0.",
            ),
            zh=Text(
                error="{op}：没有第 {dim} 维(dimension)。",
                expected="{low} 到 {high} 之间的维；负数从末尾数起。",
                hint="看看 x.shape；维从 0 数起。",
            ),
        ),
        "dim-type": Entry(
            "TG-E141",
            DTypeError,
            en=Text(
                error="{op}: a dimension is given as {got}.",
                expected="an int, or a sequence of ints where several dimensions are allowed.",
                hint="for example dim=0, dim=-1 or dim=(0, 1).",
            ),
            zh=Text(
                error="{op}：维(dimension)的类型是 {got}。",
                expected="一个 int；允许多维时，可以是 int 的序列。",
                hint="例如 dim=0、dim=-1 或 dim=(0, 1)。",
            ),
        ),
        "dim-repeated": Entry(
            "TG-E142",
            ShapeError,
            en=Text(
                error="{op}: the dimensions {dims} name one dimension twice.",
                expected="every dimension at most once.",
                hint="a negative number may mean the same as a positive one: -1 is the last dimension.",
            ),
            zh=Text(
                error="{op}：{dims} 中同一维(dimension)出现了两次。",
                expected="每一维最多出现一次。",
                hint="负数可能与正数指同一维：-1 是最后一维。",
            ),
        ),
        "ndim": Entry(
            "TG-E143",
            ShapeError,
            en=Text(
                error="{op} got a tensor of shape {shape}.",
                expected="a tensor of {expected} dimensions.",
                hint="matmul takes any number of dimensions; unsqueeze(0) adds a dimension, squeeze(0) removes one.",
            ),
            zh=Text(
                error="{op} 得到形状(shape)为 {shape} 的张量。",
                expected="{expected} 维的张量(tensor)。",
                hint="matmul 接受任意维数；unsqueeze(0) 增加一维，squeeze(0) 去掉一维。",
            ),
        ),
        "permute-dims": Entry(
            "TG-E144",
            ShapeError,
            en=Text(
                error="permute got {dims} for a tensor of {ndim} dimensions.",
                expected="every dimension from 0 to ndim - 1 exactly once.",
                hint="for example x.permute(0, 2, 1) for three dimensions.",
            ),
            zh=Text(
                error="permute 得到 {dims}，而张量(tensor)有 {ndim} 维。",
                expected="从 0 到 ndim - 1 的每一维(dimension)恰好出现一次。",
                hint="例如三维时写 x.permute(0, 2, 1)。",
            ),
        ),
        "t-of-many": Entry(
            "TG-E145",
            ShapeError,
            en=Text(
                error="t() got a tensor of {ndim} dimensions.",
                expected="at most two dimensions.",
                hint="use x.transpose(-1, -2) or x.mT to exchange the last two.",
            ),
            zh=Text(
                error="t() 得到 {ndim} 维的张量。",
                expected="最多两维(dimension)。",
                hint="用 x.transpose(-1, -2) 或 x.mT 交换最后两维。",
            ),
        ),
        "movedim-count": Entry(
            "TG-E146",
            ShapeError,
            en=Text(
                error="movedim is to move the dimensions {sources} to {targets}: their numbers differ.",
                expected="one target for every dimension that is moved.",
                hint="for example movedim((0, 1), (-2, -1)).",
            ),
            zh=Text(
                error="movedim 要把 {sources} 维移到 {targets}：两边个数不同。",
                expected="每个被移动的维(dimension)都有一个目标位置。",
                hint="例如 movedim((0, 1), (-2, -1))。",
            ),
        ),
        "flatten-order": Entry(
            "TG-E147",
            ShapeError,
            en=Text(
                error="flatten got start_dim={start} and end_dim={end}, which come in the wrong order.",
                expected="a start_dim that does not come after end_dim.",
                hint="flatten(1) merges all dimensions but the first.",
            ),
            zh=Text(
                error="flatten 得到 start_dim={start} 和 end_dim={end}，前后颠倒。",
                expected="start_dim 不在 end_dim 之后。",
                hint="flatten(1) 合并除第一维(dimension)之外的所有维。",
            ),
        ),
        "split-scalar": Entry(
            "TG-E148",
            ShapeError,
            en=Text(
                error="a 0-d tensor has no dimension along which it could be split, chunked or unbound.",
                expected="a tensor of at least one dimension.",
                hint="x.reshape(1) makes a tensor of one dimension.",
            ),
            zh=Text(
                error="0 维张量没有可以切分(split、chunk、unbind)的维。",
                expected="至少有一维(dimension)的张量。",
                hint="x.reshape(1) 得到一维张量。",
            ),
        ),
        "split-size": Entry(
            "TG-E149",
            ShapeError,
            en=Text(
                error="split got the size {size}.",
                expected="a positive size for every part.",
                hint="chunk(n) cuts into n parts instead.",
            ),
            zh=Text(
                error="split 得到的大小是 {size}。",
                expected="每一份的大小是正数。",
                hint="要切成 n 份，用 chunk(n)。",
            ),
        ),
        "split-sections": Entry(
            "TG-E150",
            ShapeError,
            en=Text(
                error="split got the sizes {sizes} along dimension {dim}, whose length is {length}.",
                expected="sizes of 0 or more that add up to {length}.",
                hint="pass one int to get equal parts.",
            ),
            zh=Text(
                error="split 沿第 {dim} 维得到的大小是 {sizes}，而这一维的长度是 {length}。",
                expected="大小都不小于 0，总和为 {length}。",
                hint="只传一个 int 就切成相等的几份。",
            ),
        ),
        "size-type": Entry(
            "TG-E151",
            DTypeError,
            en=Text(
                error="{op}: a size or dimension is given as {got}.",
                expected="ints, or one tuple or list of ints.",
                hint="for example zeros(2, 3) or zeros((2, 3)); use // where you divide sizes.",
            ),
            zh=Text(
                error="{op}：大小或维的类型是 {got}。",
                expected="几个 int，或一个由 int 组成的元组或列表。",
                hint="例如 zeros(2, 3) 或 zeros((2, 3))；计算大小时用整除 //。",
            ),
        ),
        "item-of-many": Entry(
            "TG-E152",
            ShapeError,
            en=Text(
                error="a tensor of shape {shape} cannot become one Python number.",
                expected="a tensor of exactly one element.",
                hint="reduce it first, for example with sum() or mean(), or use tolist().",
            ),
            zh=Text(
                error="形状(shape)为 {shape} 的张量不能变成一个 Python 数。",
                expected="恰好有一个元素的张量(tensor)。",
                hint="先用 sum() 或 mean() 归约，或用 tolist()。",
            ),
        ),
        "truth-of-many": Entry(
            "TG-E153",
            ShapeError,
            en=Text(
                error="a tensor of shape {shape} was used as a condition: is it true if all, or if any, of it is?",
                expected="a tensor of exactly one element.",
                hint="say which: x.all() or x.any(); combine masks with & and |, not with `and` and `or`.",
            ),
            zh=Text(
                error="形状(shape)为 {shape} 的张量被当作条件：是全部为真才算真，还是有一个为真就算真？",
                expected="恰好有一个元素的张量(tensor)。",
                hint="写明 x.all() 或 x.any()；组合掩码用 & 和 |，不用 `and` 和 `or`。",
            ),
        ),
        "len-of-scalar": Entry(
            "TG-E154",
            DTypeError,
            en=Text(
                error="a 0-d tensor has no length.",
                expected="a tensor of at least one dimension.",
                hint="x.item() gives its number, x.numel() the number of elements.",
            ),
            zh=Text(
                error="0 维张量没有长度(len)。",
                expected="至少有一维(dimension)的张量。",
                hint="x.item() 给出它的数值，x.numel() 给出元素个数。",
            ),
        ),
        "iterate-scalar": Entry(
            "TG-E155",
            DTypeError,
            en=Text(
                error="a 0-d tensor cannot be iterated over.",
                expected="a tensor of at least one dimension.",
                hint="x.item() gives its number; x.reshape(1) makes a tensor of one dimension.",
            ),
            zh=Text(
                error="0 维张量不能迭代(iterate)。",
                expected="至少有一维(dimension)的张量。",
                hint="x.item() 给出它的数值；x.reshape(1) 得到一维张量。",
            ),
        ),
        "index-failed": Entry(
            "TG-E157",
            IndexingError,
            en=Text(
                error="{op} was given an index that does not fit: {problem}. Shapes of its operands: {shapes}.",
                expected="indices from -n to n - 1 for a dimension of size n, at most one per dimension.",
                hint="look at x.shape; indices are counted from 0.",
            ),
            zh=Text(
                error="{op} 得到的下标(index)不合适：{problem}。操作数(operand)的形状：{shapes}。",
                expected="大小为 n 的维，下标从 -n 到 n - 1；每一维最多一个下标。",
                hint="看看 x.shape；下标从 0 数起。",
            ),
        ),
        "arange": Entry(
            "TG-E156",
            ArgumentError,
            en=Text(
                error="{op} cannot count from {start} to {end} in steps of {step}.",
                expected="a step that is not 0 and leads from the start towards the end.",
                hint="counting down needs a negative step: arange(5, 0, -1).",
            ),
            zh=Text(
                error="{op} 无法以步长 {step} 从 {start} 数到 {end}。",
                expected="步长(step)不为 0，并且从起点走向终点。",
                hint="倒数需要负的步长：arange(5, 0, -1)。",
            ),
        ),
    }
)
