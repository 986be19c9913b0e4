"""Errors about random numbers (E26x)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError

add_entries(
    {
        "probability": Entry(
            "TG-E260",
            ArgumentError,
            en=Text(
                error="{op} got {got} as a probability.",
                expected="probabilities from 0 to 1.",
                hint="divide percentages by 100; sigmoid(x) or softmax(x, dim=-1) make probabilities of any numbers.",
            ),
            zh=Text(
                error="{op} 得到的概率(probability)是 {got}。",
                expected="概率在 0 到 1 之间。",
                hint="百分数要先除以 100；sigmoid(x) 或 softmax(x, dim=-1) 可以把任意数变成概率。",
            ),
        ),
        "random-range": Entry(
            "TG-E261",
            ArgumentError,
            en=Text(
                error="{op} got a range from {low} to {high}, which holds no number.",
                expected="a lower end that is below the upper end.",
                hint="the lower end comes first: randint(low, high, size); the upper end itself is never drawn.",
            ),
            zh=Text(
                error="{op} 得到的范围从 {low} 到 {high}，其中没有数。",
                expected="下界小于上界。",
                hint="下界写在前面：randint(low, high, size)；上界本身不会被抽到。",
            ),
        ),
        "random-dtype": Entry(
            "TG-E262",
            ArgumentError,
            en=Text(
                error="{op} is to draw integers from {low} to {last}, which {dtype} cannot all hold.",
                expected="a range within the dtype's: {smallest} … {largest}.",
                hint="choose a smaller range, or a wider dtype such as int64.",
            ),
            zh=Text(
                error="{op} 要抽取从 {low} 到 {last} 的整数，{dtype} 无法全部表示。",
                expected="范围在该 dtype 能表示的 {smallest} … {largest} 之内。",
                hint="缩小范围，或换用更宽的 dtype，例如 int64。",
            ),
        ),
        "standard-deviation": Entry(
            "TG-E263",
            ArgumentError,
            en=Text(
                error="{op} got {got} as a standard deviation.",
                expected="standard deviations of 0 or more.",
                hint="a layer that outputs ln σ gives a positive σ by exp(); softplus() makes any number positive.",
            ),
            zh=Text(
                error="{op} 得到的标准差(standard deviation)是 {got}。",
                expected="标准差不小于 0。",
                hint="如果某一层输出的是 ln σ，用 exp() 得到正的 σ；softplus() 可以把任意数变成正数。",
            ),
        ),
        "multinomial-weights": Entry(
            "TG-E264",
            ArgumentError,
            en=Text(
                error="multinomial cannot draw by these weights: {reason}.",
                expected="finite weights of 0 or more, in every row at least one above 0.",
                hint="softmax(logits, dim=-1) makes such weights of any finite numbers.",
            ),
            zh=Text(
                error="multinomial 无法按这些权重(weights)抽样：{reason}。",
                expected="权重有限且不小于 0，每一行至少有一个大于 0。",
                hint="softmax(logits, dim=-1) 可以把任意有限的数变成这样的权重。",
            ),
        ),
        "multinomial-count": Entry(
            "TG-E265",
            ArgumentError,
            en=Text(
                error="multinomial is to draw {num_samples} categories without replacement, "
                "but a row has only {available} of a weight above 0.",
                expected="no more samples than such categories.",
                hint="replacement=True lets a category be drawn more than once.",
            ),
            zh=Text(
                error="multinomial 要不放回(without replacement)地抽取 {num_samples} 个类别，"
                "但有一行只有 {available} 个权重大于 0 的类别。",
                expected="抽样数不超过这样的类别数。",
                hint="replacement=True 允许同一类别被抽到多次。",
            ),
        ),
        "generator-state": Entry(
            "TG-E266",
            ArgumentError,
            en=Text(
                error="this is no state of a random generator: {got}.",
                expected="what get_state() or get_rng_state() returns, such as {example}.",
                hint="states of PyTorch's or NumPy's generators mean nothing here; manual_seed() begins from a seed.",
            ),
            zh=Text(
                error="这不是随机数生成器(generator)的状态：{got}。",
                expected="get_state() 或 get_rng_state() 的返回值，例如 {example}。",
                hint="这里不能使用 PyTorch 或 NumPy 生成器的状态；可以用 manual_seed() 从种子重新开始。",
            ),
        ),
        "generator-kind": Entry(
            "TG-E267",
            ArgumentError,
            en=Text(
                error="generator is a {kind}.",
                expected="a tinygrad_zh Generator, or None for the default one.",
                hint="Generator().manual_seed(0) makes one.",
            ),
            zh=Text(
                error="generator 是 {kind}。",
                expected="tinygrad_zh 的 Generator；或 None，表示用默认的生成器。",
                hint="用 Generator().manual_seed(0) 创建一个。",
            ),
        ),
        "seed": Entry(
            "TG-E268",
            ArgumentError,
            en=Text(
                error="{got!r} is no seed.",
                expected="an int from -2**63 to 2**64 - 1.",
                hint="for example manual_seed(0).",
            ),
            zh=Text(
                error="{got!r} 不能作为随机种子(seed)。",
                expected="从 -2**63 到 2**64 - 1 的整数。",
                hint="例如 manual_seed(0)。",
            ),
        ),
    }
)
