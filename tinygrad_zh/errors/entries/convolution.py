"""Errors about convolution, pooling and interpolation (E900 to E919)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DTypeError, IndexingError, ShapeError

add_entries(
    {
        "per-dim": Entry(
            "TG-E900",
            ArgumentError,
            en=Text(
                error="{op} got {argument}={got!r}.",
                expected="an int, or a tuple of {dims}, each at least {low}.",
                hint="a single int stands for all spatial dimensions; use // where you divide sizes.",
            ),
            zh=Text(
                error="{op} 得到 {argument}={got!r}。",
                expected="一个 int，或由 {dims} 个 int 组成的元组，每个至少是 {low}。",
                hint="单个 int 适用于所有空间维；计算大小时用整除 //。",
            ),
        ),
        "spatial-ndim": Entry(
            "TG-E901",
            ShapeError,
            en=Text(
                error="{op} got a tensor of shape {shape}.",
                expected="{batched} dimensions (batch, channels, {dims} of space), or {unbatched} without the batch.",
                hint="unsqueeze(0) adds a dimension in front.",
            ),
            zh=Text(
                error="{op} 得到形状(shape)为 {shape} 的张量。",
                expected="{batched} 维（批(batch)、通道(channel)、{dims} 个空间维），或不含批的 {unbatched} 维。",
                hint="unsqueeze(0) 在最前面增加一维。",
            ),
        ),
        "spatial-empty": Entry(
            "TG-E902",
            ShapeError,
            en=Text(
                error="{op} got a tensor of shape {shape}.",
                expected="no dimension of length 0 but the batch.",
                hint="check the sizes of what comes before: an earlier slice or pooling may have left nothing.",
            ),
            zh=Text(
                error="{op} 得到形状(shape)为 {shape} 的张量。",
                expected="除批(batch)以外，没有长度为 0 的维。",
                hint="检查前面各步的大小：可能切片或池化(pooling)之后什么也没剩下。",
            ),
        ),
        "window-too-large": Entry(
            "TG-E903",
            ShapeError,
            en=Text(
                error="{op}: a window of {kernel} elements with dilation {dilation} does not fit into the size {size}.",
                expected="a window that is no larger than the padded input.",
                hint="take a smaller kernel, or more padding.",
            ),
            zh=Text(
                error="{op}：元素数为 {kernel}、扩张(dilation)为 {dilation} 的窗口放不进大小 {size}。",
                expected="窗口不大于填充(padding)后的输入。",
                hint="用更小的卷积核(kernel)，或更多的填充。",
            ),
        ),
        "fold-columns": Entry(
            "TG-E904",
            ShapeError,
            en=Text(
                error="fold got columns of shape {shape}.",
                expected="a multiple of {elements} rows (elements in a window) and {count} columns "
                "(windows in an image of size {size}).",
                hint="the arguments must be those that unfold was called with.",
            ),
            zh=Text(
                error="fold 得到形状(shape)为 {shape} 的列。",
                expected="行数是 {elements}（窗口的元素数）的倍数，列数是 {count}（大小为 {size} 的图像的窗口数）。",
                hint="参数必须与调用 unfold 时相同。",
            ),
        ),
        "conv-weight": Entry(
            "TG-E905",
            ShapeError,
            en=Text(
                error="{op} got an input of shape {input}, a weight of shape {weight} and groups={groups}.",
                expected="an input (batch, C, …) whose C groups divides, and a weight of {dims} dimensions of space: "
                "(O, C / groups, …) with O a multiple of groups; for a transposed convolution (C, O / groups, …).",
                hint="compare the number of channels with the weight's shape.",
            ),
            zh=Text(
                error="{op} 得到形状(shape)为 {input} 的输入、形状为 {weight} 的权重(weight)，groups={groups}。",
                expected="输入为 (batch, C, …)，C 能被 groups 整除；权重有 {dims} 个空间维：(O, C / groups, …)，"
                "O 是 groups 的倍数；转置卷积(transposed convolution)则是 (C, O / groups, …)。",
                hint="对照通道(channel)数和权重的形状。",
            ),
        ),
        "conv-bias": Entry(
            "TG-E906",
            ShapeError,
            en=Text(
                error="{op} got a bias of shape {bias}.",
                expected="the shape {expected}: one number for every channel of the output.",
                hint="bias=None leaves it out.",
            ),
            zh=Text(
                error="{op} 得到形状(shape)为 {bias} 的偏置(bias)。",
                expected="形状 {expected}：每个输出通道一个数。",
                hint="bias=None 表示没有偏置。",
            ),
        ),
        "conv-dtype": Entry(
            "TG-E907",
            DTypeError,
            en=Text(
                error="{op} got an input of dtype {input}, and a weight or bias of dtype {other}.",
                expected="one dtype for all.",
                hint="convert one of them: x.to(weight.dtype).",
            ),
            zh=Text(
                error="{op} 的输入是 {input} 类型，权重(weight)或偏置(bias)是 {other} 类型。",
                expected="dtype 全部相同。",
                hint="转换其中之一：x.to(weight.dtype)。",
            ),
        ),
        "same-stride": Entry(
            "TG-E908",
            ArgumentError,
            en=Text(
                error="{op} got padding='same' and stride={stride}.",
                expected="stride=1 where the size shall stay the same.",
                hint="give the padding as a number, for example (kernel_size - 1) // 2.",
            ),
            zh=Text(
                error="{op} 得到 padding='same' 和 stride={stride}。",
                expected="要保持大小不变，stride 必须为 1。",
                hint="用数给出填充(padding)，例如 (kernel_size - 1) // 2。",
            ),
        ),
        "output-padding": Entry(
            "TG-E909",
            ArgumentError,
            en=Text(
                error="{op} got output_padding={got} with stride {stride} and dilation {dilation}.",
                expected="output_padding smaller than either stride or dilation.",
                hint="it chooses between the sizes that the convolution maps to one and the same size.",
            ),
            zh=Text(
                error="{op} 得到 output_padding={got}，而 stride 是 {stride}，dilation 是 {dilation}。",
                expected="output_padding 小于 stride 或 dilation。",
                hint="它在卷积后大小相同的几种输入大小中选择一种。",
            ),
        ),
        "conv-transpose-size": Entry(
            "TG-E910",
            ShapeError,
            en=Text(
                error="{op} of an input of shape {input} would have the size {size}.",
                expected="every size at least 1.",
                hint="take less padding, or a larger kernel.",
            ),
            zh=Text(
                error="{op} 对形状(shape)为 {input} 的输入会得到大小 {size}。",
                expected="每个大小至少是 1。",
                hint="减少填充(padding)，或用更大的卷积核(kernel)。",
            ),
        ),
        "pool-padding": Entry(
            "TG-E911",
            ArgumentError,
            en=Text(
                error="{op} got padding={padding} for a window of {kernel} elements with dilation {dilation}.",
                expected="at most half of the window.",
                hint="otherwise a window could lie in the padding altogether.",
            ),
            zh=Text(
                error="{op} 得到 padding={padding}，而窗口的元素数是 {kernel}，扩张(dilation)是 {dilation}。",
                expected="填充(padding)不超过窗口的一半。",
                hint="否则窗口可能完全落在填充里。",
            ),
        ),
        "unpool-shapes": Entry(
            "TG-E912",
            ShapeError,
            en=Text(
                error="{op} got an input of shape {input} and indices of shape {indices}.",
                expected="indices of the input's shape, as max pooling with return_indices=True gives them.",
                hint="pass both results of the max pooling on.",
            ),
            zh=Text(
                error="{op} 得到形状(shape)为 {input} 的输入和形状为 {indices} 的 indices。",
                expected="indices 的形状与输入相同，就像 return_indices=True 的最大池化(max pooling)给出的那样。",
                hint="把最大池化的两个结果都传进来。",
            ),
        ),
        "unpool-index": Entry(
            "TG-E913",
            IndexingError,
            en=Text(
                error="{op} got the index {index} for an output of size {size}.",
                expected="indices from 0 to {last}.",
                hint="if several sizes are pooled to one, say with output_size which of them is meant.",
            ),
            zh=Text(
                error="{op} 得到索引(index) {index}，而输出的大小是 {size}。",
                expected="索引从 0 到 {last}。",
                hint="如果几种大小池化(pooling)后相同，用 output_size 指明是哪一种。",
            ),
        ),
        "unpool-size": Entry(
            "TG-E914",
            ArgumentError,
            en=Text(
                error="{op} got output_size={got}.",
                expected="sizes within one stride of {default}.",
                hint="give the shape of what was pooled: output_size=x.shape.",
            ),
            zh=Text(
                error="{op} 得到 output_size={got}。",
                expected="与 {default} 相差不到一个 stride 的大小。",
                hint="给出池化(pooling)之前的形状：output_size=x.shape。",
            ),
        ),
        "one-of-two": Entry(
            "TG-E915",
            ArgumentError,
            en=Text(
                error="{op} got {given} of the arguments {one} and {other}.",
                expected="exactly one of the two.",
                hint="each of them says how large the output is.",
            ),
            zh=Text(
                error="{op} 得到参数 {one} 和 {other} 中的 {given}。",
                expected="恰好给出其中一个。",
                hint="两者都说明输出有多大。",
            ),
        ),
        "interpolate-mode": Entry(
            "TG-E916",
            ArgumentError,
            en=Text(
                error="interpolate got mode={mode!r} for a tensor of shape {shape}.",
                expected="batch, channels, and {dims} dimensions of space for this mode.",
                hint="'linear' is for one dimension of space, 'bilinear' and 'bicubic' for two, 'trilinear' for three; "
                "'nearest', 'nearest-exact' and 'area' for all.",
            ),
            zh=Text(
                error="interpolate 对形状(shape)为 {shape} 的张量得到 mode={mode!r}。",
                expected="这种方式需要批(batch)、通道(channel)和 {dims} 个空间维。",
                hint="'linear' 用于一个空间维，'bilinear' 和 'bicubic' 用于两个，'trilinear' 用于三个；"
                "'nearest'、'nearest-exact' 和 'area' 都可以。",
            ),
        ),
        "grid-shape": Entry(
            "TG-E917",
            ShapeError,
            en=Text(
                error="grid_sample got an input of shape {input} and a grid of shape {grid}.",
                expected="(N, C, H, W) and (N, H', W', 2), or (N, C, D, H, W) and (N, D', H', W', 3); no empty image.",
                hint="the last dimension of the grid holds x, y (and z).",
            ),
            zh=Text(
                error="grid_sample 得到形状(shape)为 {input} 的输入和形状为 {grid} 的 grid。",
                expected="(N, C, H, W) 和 (N, H', W', 2)，或 (N, C, D, H, W) 和 (N, D', H', W', 3)；图像不为空。",
                hint="grid 的最后一维是 x、y（和 z）。",
            ),
        ),
        "affine-shape": Entry(
            "TG-E918",
            ShapeError,
            en=Text(
                error="affine_grid got a theta of shape {theta} and the size {size}.",
                expected="(N, 2, 3) and (N, C, H, W), or (N, 3, 4) and (N, C, D, H, W), all at least 1.",
                hint="theta holds a matrix and, in its last column, a shift.",
            ),
            zh=Text(
                error="affine_grid 得到形状(shape)为 {theta} 的 theta 和大小 {size}。",
                expected="(N, 2, 3) 和 (N, C, H, W)，或 (N, 3, 4) 和 (N, C, D, H, W)，每个至少是 1。",
                hint="theta 由一个矩阵和最后一列的平移组成。",
            ),
        ),
        "random-samples": Entry(
            "TG-E919",
            ShapeError,
            en=Text(
                error="{op} got _random_samples of shape {shape} and dtype {dtype}.",
                expected="the shape {expected} and the input's dtype.",
                hint="one number in [0, 1) for every image, channel and dimension of space; None draws them.",
            ),
            zh=Text(
                error="{op} 得到形状(shape)为 {shape}、dtype 为 {dtype} 的 _random_samples。",
                expected="形状 {expected}，dtype 与输入相同。",
                hint="每个图像、通道和空间维一个 [0, 1) 中的数；None 表示由程序产生。",
            ),
        ),
    }
)
