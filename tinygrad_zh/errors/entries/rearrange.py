"""Shapes of rearranged tensors, replaced parts and borders; TG-E865 to TG-E884."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DTypeError, GraphError, ShapeError

add_entries(
    {
        "view-dtype": Entry(
            "TG-E865",
            ShapeError,
            en=Text(
                error="a tensor of shape {shape} and dtype {dtype} cannot be read as {wanted}.",
                expected="elements side by side along the last dimension, filling whole numbers of that dtype.",
                hint="x.to(dtype) converts the values instead; x.contiguous() puts them side by side.",
            ),
            zh=Text(
                error="形状为 {shape}、类型为 {dtype} 的张量(tensor)不能按 {wanted} 读取。",
                expected="最后一维的元素在内存中相邻，并且恰好凑成整数个新类型的数。",
                hint="x.to(dtype) 转换数值；x.contiguous() 使元素相邻。",
            ),
        ),
        "repeat-dims": Entry(
            "TG-E866",
            ShapeError,
            en=Text(
                error="repeat got {sizes} for a tensor of shape {shape}.",
                expected="a number for each dimension, or more: those in front add dimensions.",
                hint="tile fills up with 1 in front by itself.",
            ),
            zh=Text(
                error="repeat 得到 {sizes}，而张量(tensor)的形状是 {shape}。",
                expected="每一维一个次数，可以更多：多出的在前面添加新的维。",
                hint="tile 会自动在前面补 1。",
            ),
        ),
        "repeats-length": Entry(
            "TG-E867",
            ShapeError,
            en=Text(
                error="repeat_interleave got repeats of shape {repeats} for {size} elements.",
                expected="a single number, or one for each element.",
                hint="repeats along another dimension: pass dim.",
            ),
            zh=Text(
                error="repeat_interleave 的 repeats 形状是 {repeats}，而元素有 {size} 个。",
                expected="一个次数，或每个元素一个次数。",
                hint="沿其他维重复时请给出 dim。",
            ),
        ),
        "roll-shifts": Entry(
            "TG-E868",
            ShapeError,
            en=Text(
                error="roll got shifts={shifts} and dims={dims}.",
                expected="as many dimensions as shifts; a single shift may stand without one.",
                hint="x.roll((1, 2), (0, 1))",
            ),
            zh=Text(
                error="roll 得到 shifts={shifts} 和 dims={dims}。",
                expected="维数与位移个数相同；只有一个位移时可以不给维。",
                hint="x.roll((1, 2), (0, 1))",
            ),
        ),
        "split-uneven": Entry(
            "TG-E869",
            ShapeError,
            en=Text(
                error="{op} cannot cut dimension {dim} of size {size} into {sections} equal parts.",
                expected="a number of parts that divides the size.",
                hint="tensor_split also makes parts that differ by 1.",
            ),
            zh=Text(
                error="{op} 不能把大小为 {size} 的第 {dim} 维分成 {sections} 等份。",
                expected="份数能整除该维的大小。",
                hint="tensor_split 也允许各份大小相差 1。",
            ),
        ),
        "fill-diagonal": Entry(
            "TG-E870",
            ShapeError,
            en=Text(
                error="fill_diagonal_ got a tensor of shape {shape}.",
                expected="a matrix, or more dimensions that are all of one length.",
                hint="for the diagonals of a batch of matrices: x.diagonal(dim1=-2, dim2=-1).fill_(value).",
            ),
            zh=Text(
                error="fill_diagonal_ 得到形状为 {shape} 的张量(tensor)。",
                expected="矩阵，或各维长度都相等的更高维张量。",
                hint="要填一批(batch)矩阵的对角线：x.diagonal(dim1=-2, dim2=-1).fill_(value)。",
            ),
        ),
        "pad-length": Entry(
            "TG-E871",
            ShapeError,
            en=Text(
                error="pad got the widths {pad} for a tensor of {ndim} dimensions.",
                expected="a pair (left, right) for the last dimension, then for the one before it, and so on.",
                hint="write (left, right) or (left, right, top, bottom).",
            ),
            zh=Text(
                error="pad 的宽度是 {pad}，而张量(tensor)有 {ndim} 维。",
                expected="先是最后一维的一对 (左, 右)，再是前一维的，依此类推。",
                hint="写 (left, right) 或 (left, right, top, bottom)。",
            ),
        ),
        "pad-dims": Entry(
            "TG-E872",
            ShapeError,
            en=Text(
                error="pad with mode={mode!r} got {count} pairs of widths for a tensor of shape {shape}.",
                expected="one to three pairs; one or two dimensions before the border; none but the batch empty.",
                hint="x.unsqueeze(0) adds a dimension in front.",
            ),
            zh=Text(
                error="pad 的 mode={mode!r}，给了 {count} 对宽度，而张量(tensor)的形状是 {shape}。",
                expected="一到三对宽度；加边的维之前还有一或两维；除批(batch)外没有空的维。",
                hint="x.unsqueeze(0) 在前面添一维。",
            ),
        ),
        "pad-size": Entry(
            "TG-E873",
            ShapeError,
            en=Text(
                error="pad with mode={mode!r}: the widths ({left}, {right}) do not fit dimension {dim} of size {size}.",
                expected="cut off what there is; reflect: widths < {size}; circular: <= {size}; replicate: an element.",
                hint="look at x.shape; constant borders may be of any width.",
            ),
            zh=Text(
                error="pad 的 mode={mode!r}：宽度 ({left}, {right}) 与大小为 {size} 的第 {dim} 维不符。",
                expected="裁去的不超过已有的；reflect：宽度 < {size}；circular：<= {size}；replicate：至少一个元素。",
                hint="看看 x.shape；常数边(constant)的宽度不受限制。",
            ),
        ),
        "not-divisible": Entry(
            "TG-E874",
            ShapeError,
            en=Text(
                error="{op}: dimension {dim} of size {size} of shape {shape} is no multiple of {factor}.",
                expected="a multiple of {factor}.",
                hint="look at x.shape, and at the factor.",
            ),
            zh=Text(
                error="{op} 得到形状为 {shape} 的张量(tensor)，第 {dim} 维的大小 {size} 不是 {factor} 的倍数。",
                expected="{factor} 的倍数。",
                hint="检查 x.shape 和倍数。",
            ),
        ),
        "unfold": Entry(
            "TG-E875",
            ShapeError,
            en=Text(
                error="unfold got size={size} and step={step} along dimension {dim} of size {length}.",
                expected="0 <= size <= {length} and step >= 1.",
                hint="pad the tensor first, if the windows are to reach over its end.",
            ),
            zh=Text(
                error="unfold 沿大小为 {length} 的第 {dim} 维得到 size={size}、step={step}。",
                expected="0 <= size <= {length}，并且 step >= 1。",
                hint="窗口要超出末端时，先用 pad 填充。",
            ),
        ),
        "strided-outside": Entry(
            "TG-E876",
            ShapeError,
            en=Text(
                error="{op}: the view goes from place {first} to place {last} in a tensor of shape {shape}.",
                expected="a tensor in C order, and places among its own elements.",
                hint="x.contiguous() puts the elements in order; the last place is offset + Σ (size − 1) · stride.",
            ),
            zh=Text(
                error="{op}：视图(view)从位置 {first} 到位置 {last}，而张量(tensor)的形状是 {shape}。",
                expected="张量按 C 顺序存放，位置都在它自己的元素之中。",
                hint="x.contiguous() 按顺序存放；最后的位置是 offset + Σ (size − 1) · stride。",
            ),
        ),
        "strided-storage": Entry(
            "TG-E877",
            ArgumentError,
            en=Text(
                error="{op}: where the memory begins that this tensor of shape {shape} looks into is not known.",
                expected="storage_offset=None: the view begins where the tensor does.",
                hint="slice the tensor first instead of passing an offset, or clone it.",
            ),
            zh=Text(
                error="{op}：无法得知这个形状为 {shape} 的张量(tensor)所在内存的起点。",
                expected="storage_offset=None：视图(view)从张量的起点开始。",
                hint="不给偏移，先对张量切片(slice)；或先 clone。",
            ),
        ),
        "masked-scatter-short": Entry(
            "TG-E878",
            ShapeError,
            en=Text(
                error="masked_scatter got a source of {source} elements for {count} places.",
                expected="at least as many elements as the mask has true ones.",
                hint="mask.sum() counts them.",
            ),
            zh=Text(
                error="masked_scatter 的来源(source)有 {source} 个元素，而要写入 {count} 处。",
                expected="元素不少于掩码(mask)中 True 的个数。",
                hint="mask.sum() 可以数出个数。",
            ),
        ),
        "put-count": Entry(
            "TG-E879",
            ShapeError,
            en=Text(
                error="put got {source} elements for {index} positions.",
                expected="as many elements as positions.",
                hint="expand the source to the shape of the index: source.expand_as(index).",
            ),
            zh=Text(
                error="put 得到 {source} 个元素，而位置有 {index} 个。",
                expected="元素与位置的个数相同。",
                hint="把来源扩展成下标的形状：source.expand_as(index)。",
            ),
        ),
        "part-shape": Entry(
            "TG-E880",
            ShapeError,
            en=Text(
                error="{op} got a source of shape {source} for a part of shape {expected}.",
                expected="the very shape of the part; nothing is broadcast.",
                hint="expand the source first: src.expand{expected}.",
            ),
            zh=Text(
                error="{op} 的来源(src)形状是 {source}，而要替换的部分的形状是 {expected}。",
                expected="与该部分的形状完全相同；这里不广播(broadcasting)。",
                hint="先扩展来源：src.expand{expected}。",
            ),
        ),
        "same-dtypes": Entry(
            "TG-E881",
            DTypeError,
            en=Text(
                error="{op} got tensors of the dtypes {dtypes}.",
                expected="one dtype for all.",
                hint="convert them first: x.to(y.dtype).",
            ),
            zh=Text(
                error="{op} 得到的张量(tensor)类型是 {dtypes}。",
                expected="全部是同一 dtype。",
                hint="先转换：x.to(y.dtype)。",
            ),
        ),
        "dtype-info": Entry(
            "TG-E882",
            DTypeError,
            en=Text(
                error="{op} knows nothing of {dtype}.",
                expected="finfo: a floating dtype; iinfo: one of integers.",
                hint="finfo and iinfo are for different dtypes; bool has neither.",
            ),
            zh=Text(
                error="{op} 不适用于 {dtype}。",
                expected="finfo：浮点 dtype；iinfo：整数 dtype。",
                hint="finfo 与 iinfo 各管一类；bool 两者都没有。",
            ),
        ),
        "asarray-copy": Entry(
            "TG-E883",
            ArgumentError,
            en=Text(
                error="asarray with copy=False cannot share the memory of this {kind}.",
                expected="a Tensor or an array of the dtype and device that are asked for.",
                hint="leave copy out: it then copies only where it must.",
            ),
            zh=Text(
                error="asarray 在 copy=False 时无法共享这个 {kind} 的内存。",
                expected="dtype 和设备(device)已符合要求的 Tensor 或数组。",
                hint="不写 copy，则只在必要时复制。",
            ),
        ),
        "scatter-prod-twice": Entry(
            "TG-E884",
            GraphError,
            en=Text(
                error="a scattered product with several factors 0 in one place has no second derivative here.",
                expected="at most one factor 0 in each place.",
                hint="without create_graph, the first gradient is right here too.",
            ),
            zh=Text(
                error="同一处有几个因子为 0 时，分散乘积的梯度(gradient)不能再求导。",
                expected="每一处至多一个因子为 0。",
                hint="不用 create_graph 时，一阶梯度在这里也是对的。",
            ),
        ),
    }
)
