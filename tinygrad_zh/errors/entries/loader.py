"""Errors about data sets and their loading in batches (E640–E659)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DTypeError, IndexingError, ShapeError, StorageError

add_entries(
    {
        "dataset-sizes": Entry(
            "TG-E640",
            ShapeError,
            en=Text(
                error="TensorDataset got tensors of different lengths along the first dimension: {shapes}.",
                expected="at least one tensor, and the same number of examples in each.",
                hint="check how inputs and labels were read or split.",
            ),
            zh=Text(
                error="TensorDataset 得到的张量第一维长度不同：{shapes}。",
                expected="至少一个张量，且样本数都相同。",
                hint="检查输入和标签是怎样读取或划分的。",
            ),
        ),
        "dataset-index": Entry(
            "TG-E641",
            IndexingError,
            en=Text(
                error="index {index} is out of range for a data set of {count} examples.",
                expected="an index from {low} to {high}.",
                hint="check the sampler's or subset's indices.",
            ),
            zh=Text(
                error="索引(index) {index} 超出范围：数据集有 {count} 个样本。",
                expected="{low} 到 {high} 之间的索引。",
                hint="检查采样器(sampler)或子集的索引。",
            ),
        ),
        "dataset-kind": Entry(
            "TG-E642",
            DTypeError,
            en=Text(
                error="{op} got {found} as a data set.",
                expected="an object with __len__ and __getitem__.",
                hint=(
                    "wrap tensors in data.TensorDataset(inputs, labels), or write a subclass of data.Dataset "
                    "with both methods."
                ),
            ),
            zh=Text(
                error="{op} 得到的数据集是 {found}。",
                expected="具有 __len__ 和 __getitem__ 的对象。",
                hint="用 data.TensorDataset(inputs, labels) 包装张量，或写一个带这两个方法的 data.Dataset 子类。",
            ),
        ),
        "split-lengths": Entry(
            "TG-E643",
            ArgumentError,
            en=Text(
                error="random_split got lengths {lengths} for a data set of {count} examples.",
                expected="whole numbers ≥ 0 that sum to {count}, or fractions between 0 and 1 that sum to 1.",
                hint="compute the last length as the rest.",
            ),
            zh=Text(
                error="random_split 对有 {count} 个样本的数据集得到长度 {lengths}。",
                expected="总和为 {count} 的非负整数，或总和为 1 的 0 到 1 之间的小数。",
                hint="最后一个长度用剩余的数量来计算。",
            ),
        ),
        "sample-empty": Entry(
            "TG-E644",
            ArgumentError,
            en=Text(
                error="{op} cannot shuffle: there is nothing to draw from.",
                expected="a data set with at least one example.",
                hint="check how the data were read or split; len(dataset) is 0.",
            ),
            zh=Text(
                error="{op} 无法打乱(shuffle)：没有可以抽取的样本。",
                expected="至少含一个样本的数据集。",
                hint="检查数据的读取或划分；len(dataset) 为 0。",
            ),
        ),
        "loader-exclusive": Entry(
            "TG-E645",
            ArgumentError,
            en=Text(
                error="DataLoader got {names} together.",
                expected=(
                    "a sampler or shuffle=True, not both; with batch_sampler neither of them, nor batch_size or "
                    "drop_last."
                ),
                hint="keep one of them: a batch_sampler decides everything, a sampler the order.",
            ),
            zh=Text(
                error="DataLoader 同时得到 {names}。",
                expected=(
                    "sampler 与 shuffle=True 二选一；有 batch_sampler 时两者都不写，也不写 batch_size 和 drop_last。"
                ),
                hint="只保留其中之一：batch_sampler 决定一切，sampler 决定顺序。",
            ),
        ),
        "loader-drops-all": Entry(
            "TG-E646",
            ArgumentError,
            en=Text(
                error="drop_last leaves nothing: {count} examples do not fill one batch of {batch_size}.",
                expected="at least batch_size examples, or drop_last=False.",
                hint="choose a smaller batch_size or leave drop_last out.",
            ),
            zh=Text(
                error="drop_last 之后什么也不剩：{count} 个样本凑不满一个大小为 {batch_size} 的批次(batch)。",
                expected="至少 batch_size 个样本，或 drop_last=False。",
                hint="减小 batch_size，或去掉 drop_last。",
            ),
        ),
        "loader-foreign": Entry(
            "TG-E647",
            ArgumentError,
            en=Text(
                error="DataLoader got {name}={got!r}, which is not supported here.",
                expected="{name} left out: workers are threads, and batches come in the sampler's order.",
                hint="leave it out; num_workers, prefetch_factor, persistent_workers and timeout are there.",
            ),
            zh=Text(
                error="DataLoader 得到 {name}={got!r}，这里不支持。",
                expected="不写 {name}：这里的 worker 是线程，批次(batch)总是按采样器(sampler)的顺序给出。",
                hint="去掉它；num_workers、prefetch_factor、persistent_workers、timeout 都可以用。",
            ),
        ),
        "collate-kind": Entry(
            "TG-E648",
            DTypeError,
            en=Text(
                error="default_collate cannot put objects of type {found} into a batch.",
                expected="tensors, NumPy arrays, numbers, strings, and tuples, lists or dicts of these.",
                hint="give the DataLoader a collate_fn of your own, or convert in the data set's __getitem__.",
            ),
            zh=Text(
                error="default_collate 不能把 {found} 类型的对象组成批次(batch)。",
                expected="张量、NumPy 数组、数、字符串，以及由它们组成的 tuple、list、dict。",
                hint="给 DataLoader 传入自己的 collate_fn，或在数据集的 __getitem__ 中转换。",
            ),
        ),
        "collate-sizes": Entry(
            "TG-E649",
            ShapeError,
            en=Text(
                error="the examples of a batch differ: {sizes}.",
                expected="examples of equal shape, length and names.",
                hint="crop or pad them in the data set, or give the DataLoader a collate_fn that does.",
            ),
            zh=Text(
                error="同一批次(batch)的样本不一致：{sizes}。",
                expected="形状(shape)、长度和名字都相同的样本。",
                hint="在数据集中裁剪或填充(padding)，或给 DataLoader 传入这样做的 collate_fn。",
            ),
        ),
        "loader-state": Entry(
            "TG-E650",
            StorageError,
            en=Text(
                error="the state does not fit this DataLoader: {reason}.",
                expected=(
                    "what state_dict() of a DataLoader with the same data, batch size and kind of sampler returned."
                ),
                hint="build the DataLoader as it was when the state was saved.",
            ),
            zh=Text(
                error="state 与这个 DataLoader 不符：{reason}。",
                expected="数据、批次大小和采样器(sampler)种类都相同的 DataLoader 的 state_dict()。",
                hint="按保存时的样子建立 DataLoader。",
            ),
        ),
    }
)
