"""Errors about activation functions, normalisation, attention and lookups by bags (E836–E849)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DTypeError, ShapeError

add_entries(
    {
        "parameter-shape": Entry(
            "TG-E836",
            ShapeError,
            en=Text(
                error="{op} got {name} of shape {got}.",
                expected="{name} of shape {expected}.",
                hint="the shape follows from the input: check its channels or last dimensions, "
                "and the size the layer was made with.",
            ),
            zh=Text(
                error="{op} 得到的 {name} 形状(shape)是 {got}。",
                expected="{name} 的形状是 {expected}。",
                hint="这个形状由输入决定：检查输入的通道(channel)数或最后几维，以及创建该层时给的大小。",
            ),
        ),
        "parameter-dtype": Entry(
            "TG-E837",
            DTypeError,
            en=Text(
                error="{op} got {name} of dtype {got} beside values of dtype {dtype}.",
                expected="{name} of dtype {dtype}.",
                hint="convert one of the two: {name}.to(x.dtype), or x.to({name}.dtype).",
            ),
            zh=Text(
                error="{op} 得到的 {name} 的 dtype 是 {got}，而数值的 dtype 是 {dtype}。",
                expected="{name} 的 dtype 是 {dtype}。",
                hint="转换两者之一：{name}.to(x.dtype)，或 x.to({name}.dtype)。",
            ),
        ),
        "odd-halves": Entry(
            "TG-E838",
            ShapeError,
            en=Text(
                error="{op} cannot halve a tensor of shape {shape} along dimension {dim}.",
                expected="an even length there, and at least one dimension.",
                hint="the layer before it must give twice as many features as are wanted.",
            ),
            zh=Text(
                error="{op} 不能把形状为 {shape} 的张量沿第 {dim} 维分成两半。",
                expected="至少有一维(dimension)，并且这一维的长度是偶数。",
                hint="前一层的输出特征数应是所需的两倍。",
            ),
        ),
        "normalized-shape": Entry(
            "TG-E839",
            ShapeError,
            en=Text(
                error="{op} is to normalise the last dimensions {sizes} of a tensor of shape {shape}.",
                expected="a tensor whose shape ends in {sizes}.",
                hint="normalized_shape is the shape of what is normalised together: of x (B, T, D) mostly (D,).",
            ),
            zh=Text(
                error="{op} 要归一化最后几维 {sizes}，而张量的形状(shape)是 {shape}。",
                expected="张量的形状以 {sizes} 结尾。",
                hint="normalized_shape 是一起归一化的那几维的形状：对 x (B, T, D)，通常是 (D,)。",
            ),
        ),
        "channel-groups": Entry(
            "TG-E840",
            ShapeError,
            en=Text(
                error="{op} cannot divide {channels} channels into {groups} groups.",
                expected="an int ≥ 1 that divides the number of channels (dimension 1).",
                hint="the channels come second: (N, C, H, W); num_groups=1 makes one group of all.",
            ),
            zh=Text(
                error="{op} 不能把 {channels} 个通道(channel)分成 {groups} 组。",
                expected="组数是不小于 1 的整数，并且整除通道数（第 1 维）。",
                hint="通道在第二个位置：(N, C, H, W)；num_groups=1 表示所有通道为一组。",
            ),
        ),
        "one-value": Entry(
            "TG-E841",
            ShapeError,
            en=Text(
                error="{op} got the shape {shape}, in which a channel or group is a single value.",
                expected="at least two values to take mean and variance of.",
                hint="train on batches of two samples or more (DataLoader: drop_last=True), or call eval() first.",
            ),
            zh=Text(
                error="{op} 得到的形状(shape)是 {shape}，其中一个通道(channel)或一组只有一个值。",
                expected="至少有两个值，才能求均值和方差(variance)。",
                hint="训练时每批至少两个样本（DataLoader 中用 drop_last=True），或先调用 eval()。",
            ),
        ),
        "running-moments": Entry(
            "TG-E842",
            ArgumentError,
            en=Text(
                error="{op} got running_mean={mean} and running_var={variance}.",
                expected="two Tensors; or None for both where the batch's own moments are used.",
                hint="pass training=True (of instance_norm: use_input_stats=True) to use those of the batch.",
            ),
            zh=Text(
                error="{op} 得到 running_mean={mean}、running_var={variance}。",
                expected="两个 Tensor；使用批(batch)自身的均值和方差时，两个都是 None。",
                hint="要使用批自身的均值和方差，传入 training=True（instance_norm：use_input_stats=True）。",
            ),
        ),
        "attention-shapes": Entry(
            "TG-E843",
            ShapeError,
            en=Text(
                error="scaled_dot_product_attention got query {query}, key {key} and value {value}.",
                expected="query (..., L, E), key (..., S, E), value (..., S, D); the leading dimensions broadcast.",
                hint="heads come before time: (B, H, T, D). From (B, T, H·D): x.view(B, T, H, D).transpose(1, 2).",
            ),
            zh=Text(
                error="scaled_dot_product_attention 得到 query {query}、key {key}、value {value}。",
                expected="query (..., L, E)、key (..., S, E)、value (..., S, D)，前面各维可以广播(broadcasting)。",
                hint="头(head)在时间之前：(B, H, T, D)。由 (B, T, H·D) 得到：x.view(B, T, H, D).transpose(1, 2)。",
            ),
        ),
        "attention-heads": Entry(
            "TG-E844",
            ShapeError,
            en=Text(
                error="with enable_gqa, {heads} query heads cannot share {key} heads of the key, {value} of the value.",
                expected="numbers of heads in key and value that divide that of the query.",
                hint="heads are the third dimension from the end: (B, H, T, D).",
            ),
            zh=Text(
                error="enable_gqa 时，query 的 {heads} 个头(head)不能共用 key 的 {key} 个和 value 的 {value} 个头。",
                expected="key 和 value 的头数都整除 query 的头数。",
                hint="头是倒数第三维：(B, H, T, D)。",
            ),
        ),
        "bag-input": Entry(
            "TG-E845",
            ShapeError,
            en=Text(
                error="embedding_bag got an input of shape {shape} and offsets={offsets}.",
                expected="bags of equal length as rows, (B, K), without offsets; or all in a row, (M,), with offsets.",
                hint="offsets say where each bag begins: of the bags [1, 2] and [3] they are tensor([0, 2]).",
            ),
            zh=Text(
                error="embedding_bag 得到形状(shape)为 {shape} 的输入，offsets={offsets}。",
                expected="每行一袋(bag)、长度相等的 (B, K)，不带 offsets；或排成一行的 (M,)，带 offsets。",
                hint="offsets 是每一袋开始的位置：对 [1, 2] 和 [3] 两袋，是 tensor([0, 2])。",
            ),
        ),
        "bag-offsets": Entry(
            "TG-E846",
            ArgumentError,
            en=Text(
                error="embedding_bag got offsets={offsets} for an input of length {length}.",
                expected="offsets that begin with 0, never fall, and are at most {length}; "
                "with include_last_offset=True the last is {length}.",
                hint="the offsets of bags are the cumulated sums of their lengths, beginning with 0.",
            ),
            zh=Text(
                error="embedding_bag 得到 offsets={offsets}，而输入的长度是 {length}。",
                expected="offsets 从 0 开始，不减小，不超过 {length}；include_last_offset=True 时最后一个是 {length}。",
                hint="offsets 是各袋(bag)长度的累加和，从 0 开始。",
            ),
        ),
    }
)
