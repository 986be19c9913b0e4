"""Errors about joined data sets, streams and worker threads (E956–E963)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DTypeError, ShapeError, WorkerError

add_entries(
    {
        "datasets-none": Entry(
            "TG-E956",
            ArgumentError,
            en=Text(
                error="{op} got no data sets.",
                expected="at least one data set.",
                hint="check how the list of data sets is made; perhaps no file was found.",
            ),
            zh=Text(
                error="{op} 没有得到任何数据集。",
                expected="至少一个数据集。",
                hint="检查数据集列表是怎样得到的；也许没有找到文件。",
            ),
        ),
        "stack-sizes": Entry(
            "TG-E957",
            ShapeError,
            en=Text(
                error="StackDataset got data sets of different lengths: {lengths}.",
                expected="data sets with the same number of examples.",
                hint="use ConcatDataset to put data sets one after the other.",
            ),
            zh=Text(
                error="StackDataset 得到的数据集长度不同：{lengths}。",
                expected="样本数都相同的数据集。",
                hint="要把数据集首尾相接，请用 ConcatDataset。",
            ),
        ),
        "stream-index": Entry(
            "TG-E958",
            DTypeError,
            en=Text(
                error="{op} is an IterableDataset: it has no examples by index.",
                expected="a loop over it.",
                hint="use a for loop or a DataLoader; what has examples by index is a data.Dataset.",
            ),
            zh=Text(
                error="{op} 是 IterableDataset，不能按索引(index)取样本。",
                expected="用循环逐个读取。",
                hint="用 for 循环或 DataLoader；需要按索引取样本时，请写 data.Dataset 的子类。",
            ),
        ),
        "stream-kind": Entry(
            "TG-E959",
            DTypeError,
            en=Text(
                error="{op} got a {found}.",
                expected="IterableDatasets only.",
                hint="for data sets with examples by index use ConcatDataset.",
            ),
            zh=Text(
                error="{op} 得到一个 {found}。",
                expected="只能是 IterableDataset。",
                hint="能按索引取样本的数据集请用 ConcatDataset。",
            ),
        ),
        "loader-stream": Entry(
            "TG-E960",
            ArgumentError,
            en=Text(
                error="DataLoader got {names} for an IterableDataset.",
                expected="an IterableDataset without shuffle, sampler and batch_sampler: it decides its order itself.",
                hint="shuffle in the data set's __iter__, for example within a buffer.",
            ),
            zh=Text(
                error="DataLoader 为 IterableDataset 得到 {names}。",
                expected="IterableDataset 不能配 shuffle、sampler、batch_sampler：顺序由它自己决定。",
                hint="在数据集的 __iter__ 中打乱，例如用一个缓冲区。",
            ),
        ),
        "loader-no-workers": Entry(
            "TG-E961",
            ArgumentError,
            en=Text(
                error="DataLoader got {options} without workers.",
                expected="num_workers ≥ 1 beside timeout, prefetch_factor and persistent_workers.",
                hint="leave them out, or ask for workers: num_workers=2.",
            ),
            zh=Text(
                error="DataLoader 得到 {options}，却没有 worker。",
                expected="使用 timeout、prefetch_factor、persistent_workers 时 num_workers ≥ 1。",
                hint="去掉它们，或者启用 worker：num_workers=2。",
            ),
        ),
        "worker-died": Entry(
            "TG-E962",
            WorkerError,
            en=Text(
                error="{worker} has died: {reason}.",
                expected="workers that live as long as the loop over the DataLoader.",
                hint=(
                    "do not call sys.exit() in a data set, and do not go on with a loop in a forked process; with "
                    "num_workers=0 the traceback shows where it happens."
                ),
            ),
            zh=Text(
                error="工作线程 {worker} 已经结束：{reason}。",
                expected="在遍历 DataLoader 的循环结束之前，worker 一直存在。",
                hint=(
                    "不要在数据集中调用 sys.exit()，也不要在 fork 出的进程里继续原来的循环；"
                    "用 num_workers=0 可以从 traceback 看到发生的位置。"
                ),
            ),
        ),
        "worker-timeout": Entry(
            "TG-E963",
            WorkerError,
            en=Text(
                error="the DataLoader's workers did not deliver the next batch within {timeout_s} s.",
                expected="a batch in less than timeout seconds.",
                hint=(
                    "look for a lock or a network call in the data set that waits for ever (num_workers=0 and Ctrl-C "
                    "show where), or give a longer timeout."
                ),
            ),
            zh=Text(
                error="DataLoader 的 worker 没有在 {timeout_s} 秒内给出下一个批次(batch)。",
                expected="每个批次所用的时间少于 timeout 秒。",
                hint=(
                    "检查数据集里是否有一直等待的锁或网络请求（用 num_workers=0 并按 Ctrl-C 可看到位置），"
                    "或者把 timeout 设得更长。"
                ),
            ),
        ),
    }
)
