"""Errors of reductions, scans, order and statistics (E850 to E864)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DTypeError, IndexingError, ShapeError

add_entries(
    {
        "order-count": Entry(
            "TG-E850",
            IndexingError,
            en=Text(
                error="{op} got k={k}, along dimension {dim} of length {size}.",
                expected="k from {low} to {size}.",
                hint="kthvalue counts from 1; min(k, x.shape[dim]) never asks for too many.",
            ),
            zh=Text(
                error="{op} 得到 k={k}，而第 {dim} 维的长度是 {size}。",
                expected="k 在 {low} 到 {size} 之间。",
                hint="kthvalue 从 1 数起；min(k, x.shape[dim]) 不会要得太多。",
            ),
        ),
        "norm-narrow": Entry(
            "TG-E851",
            DTypeError,
            en=Text(
                error="{op} of a {dtype} tensor got dtype={narrow}, which is narrower.",
                expected="a dtype that holds every {dtype} number.",
                hint="convert the result instead: norm(x).to({narrow}).",
            ),
            zh=Text(
                error="{op} 的张量是 {dtype}，却得到更窄的 dtype={narrow}。",
                expected="能容纳所有 {dtype} 数的 dtype。",
                hint="改为转换结果：norm(x).to({narrow})。",
            ),
        ),
        "quantile-q": Entry(
            "TG-E852",
            ArgumentError,
            en=Text(
                error="{op} got q as {got}.",
                expected="a number, or a 0-d or 1-d Tensor of dtype {dtype}, as the input.",
                hint="write tensor([0.25, 0.75], dtype=x.dtype) for several quantiles.",
            ),
            zh=Text(
                error="{op} 得到的 q 是 {got}。",
                expected="一个数，或与输入同为 {dtype} 的 0 维或 1 维张量(Tensor)。",
                hint="要几个分位数(quantile)，写 tensor([0.25, 0.75], dtype=x.dtype)。",
            ),
        ),
        "quantile-range": Entry(
            "TG-E853",
            ArgumentError,
            en=Text(
                error="{op} got a q outside [0, 1].",
                expected="shares from 0 to 1.",
                hint="divide percentages by 100.",
            ),
            zh=Text(
                error="{op} 得到 [0, 1] 之外的 q。",
                expected="0 到 1 之间的比例。",
                hint="百分数请除以 100。",
            ),
        ),
        "cov-weights": Entry(
            "TG-E854",
            ArgumentError,
            en=Text(
                error="cov: {argument} has {got}.",
                expected="{expected}.",
                hint="give one weight for each column of the input: counts as fweights, importance as aweights.",
            ),
            zh=Text(
                error="cov：{argument} 有问题：{got}。",
                expected="应为：{expected}。",
                hint="输入的每一列给一个权重(weight)：次数用 fweights，重要程度用 aweights。",
            ),
        ),
        "bincount-input": Entry(
            "TG-E855",
            ArgumentError,
            en=Text(
                error="bincount got a tensor of shape {shape} and dtype {dtype}, or negative numbers in it.",
                expected="a 1-d tensor of integers from 0 on.",
                hint="flatten it first, subtract its minimum; histc counts floats.",
            ),
            zh=Text(
                error="bincount 得到形状 {shape}、dtype {dtype} 的张量，或其中有负数。",
                expected="从 0 起的整数组成的一维张量(tensor)。",
                hint="先展平(flatten)，减去最小值；浮点数用 histc 统计。",
            ),
        ),
        "weights-shape": Entry(
            "TG-E856",
            ShapeError,
            en=Text(
                error="{op} got weights of {got}.",
                expected="one weight for every element: {expected}.",
                hint="ones_like(x) makes weights that change nothing.",
            ),
            zh=Text(
                error="{op} 得到的权重(weight)是 {got}。",
                expected="每个元素一个权重：{expected}。",
                hint="ones_like(x) 给出不改变结果的权重。",
            ),
        ),
        "histogram-range": Entry(
            "TG-E857",
            ArgumentError,
            en=Text(
                error="{op} got the range from {low} to {high}.",
                expected="finite limits, the lower one first.",
                hint="with NaN or infinity among the elements, give the range yourself.",
            ),
            zh=Text(
                error="{op} 的范围(range)是 {low} 到 {high}。",
                expected="有限的上下限，小的在前。",
                hint="元素里有 NaN 或无穷时，请自己给出范围。",
            ),
        ),
        "histogram-bins": Entry(
            "TG-E858",
            ArgumentError,
            en=Text(
                error="{op} got bins as {got}.",
                expected="an int, or alone a 1-d Tensor of at least 2 edges of dtype {dtype}, as the input.",
                hint="linspace(low, high, n + 1, dtype=x.dtype) makes the edges of n bins.",
            ),
            zh=Text(
                error="{op} 得到的 bins 是 {got}。",
                expected="一个 int；或者不带 range 的一维张量，至少 2 个边界，dtype 与输入同为 {dtype}。",
                hint="linspace(low, high, n + 1, dtype=x.dtype) 给出 n 个区间(bin)的边界。",
            ),
        ),
        "search-shape": Entry(
            "TG-E859",
            ShapeError,
            en=Text(
                error="{op} got a sequence of shape {sequence} and values of {values}.",
                expected="a 1-d sequence; or one with the same leading dimensions as the values.",
                hint="expand the values, or the sequence, to common leading dimensions.",
            ),
            zh=Text(
                error="{op} 得到形状(shape)为 {sequence} 的序列，要找的值是 {values}。",
                expected="一维序列；或者前面各维与值相同的序列。",
                hint="用 expand 让两者前面各维相同。",
            ),
        ),
        "search-sorter": Entry(
            "TG-E860",
            ArgumentError,
            en=Text(
                error="searchsorted got a sorter of {got}.",
                expected="what argsort of the sequence returns: {expected}.",
                hint="sorter=argsort(sequence).",
            ),
            zh=Text(
                error="searchsorted 得到的 sorter 是 {got}。",
                expected="对序列做 argsort 的结果：{expected}。",
                hint="写 sorter=argsort(sequence)。",
            ),
        ),
        "unique-empty": Entry(
            "TG-E861",
            ShapeError,
            en=Text(
                error="{op} along dimension {dim} of a tensor of shape {shape}: its slices hold no elements.",
                expected="slices of at least one element.",
                hint="empty slices are all equal; check numel() first.",
            ),
            zh=Text(
                error="{op} 沿形状(shape)为 {shape} 的张量的第 {dim} 维：每一片都没有元素。",
                expected="每一片至少有一个元素。",
                hint="空的切片都相等；先检查 numel()。",
            ),
        ),
        "diff-ends": Entry(
            "TG-E862",
            ShapeError,
            en=Text(
                error="diff of a tensor of shape {shape} got ends of shape {got}.",
                expected="the same shape except along dimension {dim}.",
                hint="unsqueeze or expand what comes before or after.",
            ),
            zh=Text(
                error="diff 的张量形状(shape)是 {shape}，而前后要接的张量形状是 {got}。",
                expected="除第 {dim} 维外，形状相同。",
                hint="用 unsqueeze 或 expand 调整 prepend、append。",
            ),
        ),
        "sample-points": Entry(
            "TG-E863",
            ShapeError,
            en=Text(
                error="{op} got {got} points for {expected} samples along dimension {dim}.",
                expected="one point for every sample.",
                hint="dx= gives the distance of evenly spaced samples; dim= says along which dimension they lie.",
            ),
            zh=Text(
                error="{op} 沿第 {dim} 维有 {expected} 个样本，却得到 {got} 个点。",
                expected="每个样本一个点。",
                hint="等距样本用 dx= 给出间距；dim= 说明样本沿哪一维排列。",
            ),
        ),
        "gradient-size": Entry(
            "TG-E864",
            ShapeError,
            en=Text(
                error="gradient along dimension {dim} of length {size}, with spacing {spacing}.",
                expected="at least {least} samples, and a coordinate for each of them where they are given.",
                hint="edge_order=1 needs 2 samples, edge_order=2 needs 3.",
            ),
            zh=Text(
                error="gradient 沿长度为 {size} 的第 {dim} 维，spacing 是 {spacing}。",
                expected="至少 {least} 个样本；给坐标时，每个样本一个坐标。",
                hint="edge_order=1 需要 2 个样本，edge_order=2 需要 3 个。",
            ),
        ),
    }
)
