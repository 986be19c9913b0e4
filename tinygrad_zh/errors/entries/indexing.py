"""Errors about x[index], x[index] = value, gather, scatter and embedding (E160 to E181, E188)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DTypeError, IndexingError, ShapeError

add_entries(
    {
        "index-range": Entry(
            "TG-E160",
            IndexingError,
            en=Text(
                error="{op}: index {index} is out of range for dimension {dim} of size {size}.",
                expected="an index i with {low} <= i < {size}.",
                hint="look at x.shape; positions are counted from 0.",
            ),
            zh=Text(
                error="{op}：下标(index) {index} 超出范围，第 {dim} 维的大小是 {size}。",
                expected="下标 i 满足 {low} <= i < {size}。",
                hint="看看 x.shape；下标从 0 数起。",
            ),
        ),
        "index-count": Entry(
            "TG-E161",
            IndexingError,
            en=Text(
                error="{count} indices for a tensor of {ndim} dimensions, of shape {shape}.",
                expected="at most one index for each dimension; a bool mask counts as many as it has.",
                hint="None inserts a dimension; the number in a 0-d tensor is x.item().",
            ),
            zh=Text(
                error="给了 {count} 个下标(index)，而张量(tensor)只有 {ndim} 维，形状是 {shape}。",
                expected="每一维最多一个下标；布尔掩码(mask)有几维就算几个。",
                hint="None 可以插入一维；0 维张量中的数用 x.item() 取出。",
            ),
        ),
        "index-mask": Entry(
            "TG-E162",
            IndexingError,
            en=Text(
                error="a bool mask of shape {mask} does not fit a tensor of shape {shape} from dimension {dim} on.",
                expected="a mask of shape {expected} there.",
                hint="make the mask by comparing that very tensor, as in x[x > 0].",
            ),
            zh=Text(
                error="形状为 {mask} 的布尔掩码(mask)与形状为 {shape} 的张量(tensor)从第 {dim} 维起不符。",
                expected="该处掩码的形状是 {expected}。",
                hint="用被索引的张量本身比较得到掩码，例如 x[x > 0]。",
            ),
        ),
        "index-kind": Entry(
            "TG-E163",
            IndexingError,
            en=Text(
                error="a {got} cannot be an index.",
                expected="ints, slices, None, ..., bool masks, or tensors, arrays and lists of ints.",
                hint="for positions computed as floats: index.long().",
            ),
            zh=Text(
                error="{got} 不能用作下标(index)。",
                expected="整数、切片(slice)、None、...、布尔掩码(mask)，或整数的张量、数组、列表。",
                hint="位置算成了浮点数时，用 index.long() 转换。",
            ),
        ),
        "index-uint8": Entry(
            "TG-E164",
            IndexingError,
            en=Text(
                error="a {got} tensor as an index could mean a mask or positions.",
                expected="bool for a mask, int64 for positions.",
                hint="write mask.bool() or index.long().",
            ),
            zh=Text(
                error="{got} 张量用作下标(index)时有歧义：可能是掩码(mask)，也可能是位置。",
                expected="掩码用 bool，位置用 int64。",
                hint="写 mask.bool() 或 index.long()。",
            ),
        ),
        "index-step": Entry(
            "TG-E165",
            ArgumentError,
            en=Text(
                error="a slice has the step {step}.",
                expected="a step of at least 1, as in PyTorch.",
                hint="to reverse the order use x.flip(dim).",
            ),
            zh=Text(
                error="切片(slice)的步长(step)是 {step}。",
                expected="步长至少是 1，与 PyTorch 相同。",
                hint="要颠倒次序，用 x.flip(dim)。",
            ),
        ),
        "index-slice": Entry(
            "TG-E166",
            DTypeError,
            en=Text(
                error="a slice has an end or a step of type {got}.",
                expected="ints or None.",
                hint="for numbers computed as floats: int(n).",
            ),
            zh=Text(
                error="切片(slice)的端点或步长(step)的类型是 {got}。",
                expected="整数或 None。",
                hint="算成了浮点数时，用 int(n) 转换。",
            ),
        ),
        "index-ellipsis": Entry(
            "TG-E167",
            IndexingError,
            en=Text(
                error="an index has more than one ellipsis (...).",
                expected="at most one: it stands for all dimensions that have no index.",
                hint="write : for a single dimension.",
            ),
            zh=Text(
                error="下标(index)中有不止一个省略号(...)。",
                expected="最多一个：它代表所有没有给出下标的维。",
                hint="单独一维用 : 表示。",
            ),
        ),
        "index-broadcast": Entry(
            "TG-E168",
            IndexingError,
            en=Text(
                error="index tensors of the shapes {shapes} do not broadcast to one shape.",
                expected="shapes that are equal or have a 1 in every dimension, aligned at the right end.",
                hint="for rows and columns independently: x[rows[:, None], columns].",
            ),
            zh=Text(
                error="下标张量的形状 {shapes} 无法广播(broadcasting)成同一形状。",
                expected="从右端对齐后，每一维的大小相等或为 1。",
                hint="要分别选行和列：x[rows[:, None], columns]。",
            ),
        ),
        "setitem-shape": Entry(
            "TG-E169",
            ShapeError,
            en=Text(
                error="a value of shape {value} cannot be written into a part of shape {shape}.",
                expected="a value that broadcasts to {shape}.",
                hint="look at x[index].shape; a single number fits everywhere.",
            ),
            zh=Text(
                error="形状为 {value} 的值不能写入形状为 {shape} 的部分。",
                expected="值可以广播(broadcasting)到 {shape}。",
                hint="看看 x[index].shape；单个数总能写入。",
            ),
        ),
        "setitem-kind": Entry(
            "TG-E170",
            DTypeError,
            en=Text(
                error="a {kind} cannot be written into a tensor.",
                expected="a number, a Tensor or an array.",
                hint="convert lists first: x[i] = tensor(values).",
            ),
            zh=Text(
                error="{kind} 不能写入张量(tensor)。",
                expected="一个数、一个 Tensor 或一个数组。",
                hint="列表先转换：x[i] = tensor(values)。",
            ),
        ),
        "number-range": Entry(
            "TG-E171",
            ArgumentError,
            en=Text(
                error="{op}: the number {value} does not fit the dtype {dtype}.",
                expected="a number from {low} to {high}.",
                hint="convert the tensor to a larger dtype first, for example x.long().",
            ),
            zh=Text(
                error="{op}：数 {value} 超出了 dtype {dtype} 的范围。",
                expected="从 {low} 到 {high} 的数。",
                hint="先把张量转成更大的 dtype，例如 x.long()。",
            ),
        ),
        "index-tensor-dtype": Entry(
            "TG-E172",
            DTypeError,
            en=Text(
                error="{op} got an index of dtype {got}.",
                expected="an index of ints, such as int64.",
                hint="index.long() converts it; for a bool mask there are x[mask] and masked_select.",
            ),
            zh=Text(
                error="{op} 得到的下标(index)是 {got} 类型。",
                expected="整数下标，例如 int64。",
                hint="用 index.long() 转换；布尔掩码(mask)用 x[mask] 或 masked_select。",
            ),
        ),
        "index-vector": Entry(
            "TG-E173",
            IndexingError,
            en=Text(
                error="{op} got an index of shape {shape} for a tensor of shape {input}.",
                expected="a 1-d index, with a single element if the tensor is 0-d.",
                hint="for an index of more dimensions use x[index] or gather.",
            ),
            zh=Text(
                error="{op} 得到形状为 {shape} 的下标(index)，而张量的形状是 {input}。",
                expected="一维下标；张量是 0 维时只有一个元素。",
                hint="多维下标请用 x[index] 或 gather。",
            ),
        ),
        "gather-shape": Entry(
            "TG-E174",
            ShapeError,
            en=Text(
                error="{op} got an index of shape {index} for a tensor of shape {shape} along dimension {dim}.",
                expected="as many dimensions; none but {dim} longer than the tensor's (in take_along_dim equal, or 1).",
                hint="an index from a reduction needs keepdim=True, or index.unsqueeze({dim}).",
            ),
            zh=Text(
                error="{op} 沿第 {dim} 维操作，得到形状为 {index} 的下标(index)，而张量的形状是 {shape}。",
                expected="维数相同，并且除第 {dim} 维外都不比张量长（take_along_dim：相等或为 1）。",
                hint="由归约得到的下标需要 keepdim=True，或 index.unsqueeze({dim})。",
            ),
        ),
        "scatter-source": Entry(
            "TG-E175",
            ShapeError,
            en=Text(
                error="{op} got an index of shape {index} and a source of shape {source}.",
                expected="a source with as many dimensions, nowhere shorter than the index.",
                hint="expand the source to the shape of the index: src.expand_as(index).",
            ),
            zh=Text(
                error="{op} 的下标(index)形状是 {index}，来源(src)形状是 {source}。",
                expected="来源的维数相同，并且每一维都不比下标短。",
                hint="把来源扩展成下标的形状：src.expand_as(index)。",
            ),
        ),
        "source-dtype": Entry(
            "TG-E176",
            DTypeError,
            en=Text(
                error="{op} got a source of dtype {source} for a tensor of dtype {dtype}.",
                expected="one and the same dtype.",
                hint="convert the source: src.to(x.dtype).",
            ),
            zh=Text(
                error="{op} 的来源(source)是 {source} 类型，而张量是 {dtype} 类型。",
                expected="两者的 dtype 相同。",
                hint="转换来源：src.to(x.dtype)。",
            ),
        ),
        "source-shape": Entry(
            "TG-E177",
            ShapeError,
            en=Text(
                error="{op} got a source of shape {source}.",
                expected="the shape {expected}: the tensor's, but as long along the dimension as the index.",
                hint="expand or reshape the source.",
            ),
            zh=Text(
                error="{op} 得到的来源(source)形状是 {source}。",
                expected="形状 {expected}：与张量相同，但沿该维的长度等于下标的个数。",
                hint="用 expand 或 reshape 调整来源。",
            ),
        ),
        "one-hot-empty": Entry(
            "TG-E178",
            ArgumentError,
            en=Text(
                error="one_hot cannot tell from an empty tensor how many classes there are.",
                expected="a tensor with elements, or num_classes.",
                hint="one_hot(x, num_classes=10)",
            ),
            zh=Text(
                error="one_hot 无法从空张量得知类别数。",
                expected="张量有元素，或者给出 num_classes。",
                hint="one_hot(x, num_classes=10)",
            ),
        ),
        "narrow": Entry(
            "TG-E179",
            IndexingError,
            en=Text(
                error="narrow: start={start}, length={length} goes beyond dimension {dim} of size {size}.",
                expected="a length of at least 0 and start + length <= {size}.",
                hint="look at x.shape; a negative start counts from the end.",
            ),
            zh=Text(
                error="narrow：start={start}、length={length} 超出了第 {dim} 维（大小为 {size}）。",
                expected="length 不小于 0，并且 start + length <= {size}。",
                hint="看看 x.shape；负的 start 从末尾数起。",
            ),
        ),
        "mask-dtype": Entry(
            "TG-E180",
            DTypeError,
            en=Text(
                error="{op} got a mask of dtype {dtype}.",
                expected="a mask of bools.",
                hint="mask.bool() converts it; comparisons such as x > 0 give bools.",
            ),
            zh=Text(
                error="{op} 得到的掩码(mask)是 {dtype} 类型。",
                expected="布尔(bool)掩码。",
                hint="用 mask.bool() 转换；x > 0 这样的比较得到布尔值。",
            ),
        ),
        "triangle-ndim": Entry(
            "TG-E181",
            ShapeError,
            en=Text(
                error="{op} got a tensor of shape {shape}.",
                expected="a matrix, or a batch of matrices: at least 2 dimensions.",
                hint="x.unsqueeze(0) makes a row of a vector.",
            ),
            zh=Text(
                error="{op} 得到形状为 {shape} 的张量。",
                expected="矩阵或一批(batch)矩阵：至少 2 维。",
                hint="x.unsqueeze(0) 把向量变成一行的矩阵。",
            ),
        ),
        "index-nested": Entry(
            "TG-E188",
            IndexingError,
            en=Text(
                error="a list of lists, slices or tensors as an index has two meanings: several indices, or positions.",
                expected="a tuple for several indices, a tensor for positions.",
                hint="write x[tuple(index)] or x[tensor(index)].",
            ),
            zh=Text(
                error="用列表、切片(slice)或张量的列表作下标(index)有两种含义：几个下标，或一个位置数组。",
                expected="几个下标用元组，位置用张量。",
                hint="写 x[tuple(index)] 或 x[tensor(index)]。",
            ),
        ),
    }
)
