"""Errors about sequences: recurrence, packing, attention as a layer, transformers, positions (E940–E955)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, ShapeError

add_entries(
    {
        "recurrent-steps": Entry(
            "TG-E940",
            ShapeError,
            en=Text(
                error="{op} got sequences of shape {shape}, which have no elements.",
                expected="at least one step: (T, B, D), or (B, T, D) with batch_first=True, T ≥ 1.",
                hint="check which dimension is time; leave empty sequences out of the batch.",
            ),
            zh=Text(
                error="{op} 得到形状(shape)为 {shape} 的序列，其中没有元素。",
                expected="至少有一步：(T, B, D)，batch_first=True 时是 (B, T, D)，T ≥ 1。",
                hint="检查哪一维是时间；把空序列从批(batch)里去掉。",
            ),
        ),
        "recurrent-state": Entry(
            "TG-E941",
            ArgumentError,
            en=Text(
                error="{op} got {got} as the state to begin with.",
                expected="{expected}.",
                hint="an LSTM has two states, (h, c), other recurrent layers have one; without any they begin with 0.",
            ),
            zh=Text(
                error="{op} 得到的初始状态(state)是 {got}。",
                expected="初始状态是 {expected}。",
                hint="LSTM 有两个状态 (h, c)，其他循环层(recurrent layer)只有一个；不给时从 0 开始。",
            ),
        ),
        "recurrent-params": Entry(
            "TG-E942",
            ArgumentError,
            en=Text(
                error="{op} got {got} parameters.",
                expected="{expected}: for every layer and direction w_ih and w_hh, with biases b_ih and b_hh, "
                "with projections w_hr.",
                hint="a layer nn.LSTM, nn.GRU or nn.RNN passes them by itself.",
            ),
            zh=Text(
                error="{op} 得到 {got} 个参数张量。",
                expected="{expected} 个：每层每个方向有 w_ih、w_hh，有偏置(bias)时还有 b_ih、b_hh，"
                "有投影(projection)时还有 w_hr。",
                hint="nn.LSTM、nn.GRU、nn.RNN 会自己传入它们。",
            ),
        ),
        "packed-lengths": Entry(
            "TG-E943",
            ArgumentError,
            en=Text(
                error="{op} got the lengths {got}.",
                expected="{count} positive ints, none above {most}; with enforce_sorted=True the longest first.",
                hint="one length for every sequence; enforce_sorted=False takes them in any order.",
            ),
            zh=Text(
                error="{op} 得到的长度(lengths)是 {got}。",
                expected="{count} 个正整数，都不超过 {most}；enforce_sorted=True 时最长的在前。",
                hint="每个序列一个长度；enforce_sorted=False 接受任何顺序。",
            ),
        ),
        "sequence-list": Entry(
            "TG-E944",
            ArgumentError,
            en=Text(
                error="{op} got {got}.",
                expected="a list of at least one Tensor, of shapes (T, ...) that differ in T alone.",
                hint="a batch that is one Tensor already needs no padding.",
            ),
            zh=Text(
                error="{op} 得到 {got}。",
                expected="至少一个 Tensor 的列表，形状(shape)为 (T, ...)，只有 T 可以不同。",
                hint="已经是一个 Tensor 的批(batch)不需要填充(padding)。",
            ),
        ),
        "not-packed": Entry(
            "TG-E945",
            ArgumentError,
            en=Text(
                error="{op} got {got}.",
                expected="a PackedSequence, or to make one two Tensors: data and batch_sizes.",
                hint="pack_padded_sequence and pack_sequence make one.",
            ),
            zh=Text(
                error="{op} 得到 {got}。",
                expected="PackedSequence；创建它时是两个 Tensor：data 和 batch_sizes。",
                hint="用 pack_padded_sequence 或 pack_sequence 得到。",
            ),
        ),
        "embed-heads": Entry(
            "TG-E946",
            ArgumentError,
            en=Text(
                error="{op} cannot divide a width of {width} among {heads} heads.",
                expected="two positive ints, the second of which divides the first.",
                hint="every head gets embed_dim / num_heads features: 512 and 8, say.",
            ),
            zh=Text(
                error="{op} 不能把宽度 {width} 分给 {heads} 个头(head)。",
                expected="两个正整数，后者整除前者。",
                hint="每个头得到 embed_dim / num_heads 个特征(feature)，例如 512 和 8。",
            ),
        ),
        "attention-inputs": Entry(
            "TG-E947",
            ShapeError,
            en=Text(
                error="{op} got query {query}, key {key} and value {value}.",
                expected="query {of_query}, key {of_key}, value {of_value}.",
                hint="time comes first, (T, B, E), unless batch_first=True was given; without a batch (T, E).",
            ),
            zh=Text(
                error="{op} 得到 query {query}、key {key}、value {value}。",
                expected="形状(shape)是：query {of_query}、key {of_key}、value {of_value}。",
                hint="时间在前：(T, B, E)，除非给了 batch_first=True；没有批(batch)时是 (T, E)。",
            ),
        ),
        "causal-hint": Entry(
            "TG-E948",
            ArgumentError,
            en=Text(
                error="{op} got is_causal=True without attn_mask.",
                expected="the causal mask itself as attn_mask; is_causal only says that it is one.",
                hint="attn_mask=nn.Transformer.generate_square_subsequent_mask(T).",
            ),
            zh=Text(
                error="{op} 得到 is_causal=True，但没有 attn_mask。",
                expected="把因果掩码(causal mask)本身作为 attn_mask 传入；is_causal 只说明它是因果的。",
                hint="attn_mask=nn.Transformer.generate_square_subsequent_mask(T)。",
            ),
        ),
        "activation-name": Entry(
            "TG-E949",
            ArgumentError,
            en=Text(
                error="{op} got activation={got!r}.",
                expected="'relu', 'gelu', or a function of one Tensor.",
                hint="any other: activation=F.silu, say.",
            ),
            zh=Text(
                error="{op} 得到 activation={got!r}。",
                expected="'relu'、'gelu'，或接受一个 Tensor 的函数。",
                hint="使用其他激活函数(activation)，例如 activation=F.silu。",
            ),
        ),
        "positions-beyond": Entry(
            "TG-E950",
            ShapeError,
            en=Text(
                error="{op} got a sequence of {length} steps beginning with position {offset}.",
                expected="positions up to {most}.",
                hint="give a greater max_len where the layer is made, or cut the sequence.",
            ),
            zh=Text(
                error="{op} 得到从位置 {offset} 开始、长 {length} 步的序列。",
                expected="位置不超过 {most}。",
                hint="创建该层时给更大的 max_len，或截短序列。",
            ),
        ),
    }
)
