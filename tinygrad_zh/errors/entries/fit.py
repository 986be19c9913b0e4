"""Errors of a training run and of the command line (E660–E699)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DataError, StorageError, TrainingError

add_entries(
    {
        "loss-not-finite": Entry(
            "TG-E660",
            TrainingError,
            en=Text(
                error="the loss is {loss} in epoch {epoch}, batch {step}; training was stopped before this step.",
                expected="a finite loss.",
                hint="try a smaller learning rate; look for NaN in the data, for log(0) or a division by 0. The last "
                "checkpoint is untouched.",
            ),
            zh=Text(
                error="第 {epoch} 轮(epoch)第 {step} 批(batch)的损失(loss)是 {loss}；训练在这一步之前停止。",
                expected="有限的损失值。",
                hint="试试更小的学习率(learning rate)；检查数据中的 NaN、log(0) 或除以 0。"
                "上一个检查点(checkpoint)没有改动。",
            ),
        ),
        "loader-empty": Entry(
            "TG-E661",
            ArgumentError,
            en=Text(
                error="{op} got a loader without a single batch.",
                expected="at least one batch (inputs, targets), anew each time the loader is iterated.",
                hint="a generator is used up after one epoch: give a DataLoader or a list; check that the data set is "
                "not empty.",
            ),
            zh=Text(
                error="{op} 得到的 loader 连一批(batch)数据也没有。",
                expected="每次遍历时都给出至少一批 (inputs, targets)。",
                hint="生成器(generator)一轮之后就用完了：请用 DataLoader 或 list；检查数据集是否为空。",
            ),
        ),
        "run-kind": Entry(
            "TG-E662",
            StorageError,
            en=Text(
                error="{path} is a checkpoint, but not one of a training run.",
                expected="a file that fit(..., checkpoint=...) wrote, such as runs/mnist/checkpoint.safetensors.",
                hint="model.safetensors holds the weights alone: it serves predict, not --resume.",
            ),
            zh=Text(
                error="{path} 是检查点(checkpoint)，但不是训练过程的检查点。",
                expected="由 fit(..., checkpoint=...) 写出的文件，例如 runs/mnist/checkpoint.safetensors。",
                hint="model.safetensors 只有权重：它用于 predict，不用于 --resume。",
            ),
        ),
        "options-differ": Entry(
            "TG-E829",
            StorageError,
            en=Text(
                error="the run of {path} was begun with other options: {options}.",
                expected="the same ones, so that it goes on as it would have.",
                hint="add {options}; or begin a new run without --resume.",
            ),
            zh=Text(
                error="{path} 中的训练开始时用的是其他选项：{options}。",
                expected="相同的选项，这样才能照原样继续。",
                hint="加上 {options}；或者不用 --resume，重新开始训练。",
            ),
        ),
        "scheduler-length": Entry(
            "TG-E830",
            StorageError,
            en=Text(
                error="the {op} in the checkpoint {path} was made for {then} steps in all, this one for {now}.",
                expected="a schedule of the same length, which cannot become another one on the way.",
                hint="go on with the number of epochs that the run was begun with, or begin a new one without resume.",
            ),
            zh=Text(
                error="检查点 {path} 中的 {op} 是为总共 {then} 步建立的，现在的是为 {now} 步。",
                expected="同样长度的调度器(scheduler)，它不能中途变成另一个。",
                hint="用开始训练时的轮数(epochs)继续，或者不用 resume，重新开始训练。",
            ),
        ),
        "run-differs": Entry(
            "TG-E663",
            StorageError,
            en=Text(
                error="the checkpoint {path} is of another run (saved → asked for): {differences}.",
                expected="the settings of the run that is to go on; only the number of epochs may change.",
                hint="leave these options out, they are in the checkpoint; or begin a new run without --resume.",
            ),
            zh=Text(
                error="检查点(checkpoint) {path} 属于另一次训练（保存的 → 要求的）：{differences}。",
                expected="与要继续的训练相同的设置；只有轮数(epochs)可以改变。",
                hint="去掉这些选项，它们已在检查点中；或者不用 --resume，重新开始训练。",
            ),
        ),
        "hidden-sizes": Entry(
            "TG-E664",
            ArgumentError,
            en=Text(
                error="--hidden got {got!r}.",
                expected="sizes of the hidden layers, whole numbers ≥ 1 with commas between them.",
                hint="for example --hidden 128,64.",
            ),
            zh=Text(
                error="--hidden 得到 {got!r}。",
                expected="各隐藏层(hidden layer)的大小：用逗号分开的正整数。",
                hint="例如 --hidden 128,64。",
            ),
        ),
        "model-kind": Entry(
            "TG-E665",
            StorageError,
            en=Text(
                error="{path} does not say what network it belongs to.",
                expected="a file written by tinygrad-zh train mnist, which names the layers in its metadata.",
                hint="train one first: tinygrad-zh train mnist --quick.",
            ),
            zh=Text(
                error="{path} 没有说明它属于什么网络。",
                expected="由 tinygrad-zh train mnist 写出的文件，元数据(metadata)中写有各层大小。",
                hint="先训练一个：tinygrad-zh train mnist --quick。",
            ),
        ),
        "model-missing": Entry(
            "TG-E666",
            StorageError,
            en=Text(
                error="there is no model {path}.",
                expected="the weights of a trained network.",
                hint="train one first: tinygrad-zh train mnist --quick; or name another with --model.",
            ),
            zh=Text(
                error="没有模型文件 {path}。",
                expected="训练好的网络的权重。",
                hint="先训练一个：tinygrad-zh train mnist --quick；或者用 --model 指定另一个文件。",
            ),
        ),
        "picture-unreadable": Entry(
            "TG-E667",
            DataError,
            en=Text(
                error="{path} cannot be read as a picture: {reason}.",
                expected="a PNG, JPEG or other picture file.",
                hint="check the path; open the file in a picture viewer.",
            ),
            zh=Text(
                error="{path} 无法作为图片读取：{reason}。",
                expected="PNG、JPEG 或其他图片文件。",
                hint="检查路径；用看图软件打开它试试。",
            ),
        ),
        "picture-empty": Entry(
            "TG-E668",
            DataError,
            en=Text(
                error="{path} shows nothing: all of it has one colour.",
                expected="a digit that stands out from its background.",
                hint="write one digit, dark on light or light on dark.",
            ),
            zh=Text(
                error="{path} 中什么也没有：整张图片只有一种颜色。",
                expected="与背景颜色不同的一个数字。",
                hint="写一个数字：浅底深字或深底浅字都可以。",
            ),
        ),
        "checkpoint-missing": Entry(
            "TG-E669",
            StorageError,
            en=Text(
                error="there is no checkpoint {path} to go on from.",
                expected="the checkpoint of a run that was begun before.",
                hint="begin one without --resume, or name the file: --resume PATH.",
            ),
            zh=Text(
                error="没有可以继续的检查点(checkpoint) {path}。",
                expected="之前开始的训练留下的检查点。",
                hint="去掉 --resume 重新开始，或者指定文件：--resume PATH。",
            ),
        ),
        "subset-fashion": Entry(
            "TG-E670",
            ArgumentError,
            en=Text(
                error="there is no small subset of Fashion-MNIST, so neither --quick nor --source subset.",
                expected="--data mnist, or the full data.",
                hint="leave --quick and --source out; --epochs 1 keeps it short.",
            ),
            zh=Text(
                error="Fashion-MNIST 没有小子集，所以不能用 --quick 和 --source subset。",
                expected="--data mnist，或完整的数据。",
                hint="去掉 --quick 和 --source；--epochs 1 可以缩短时间。",
            ),
        ),
    }
)
