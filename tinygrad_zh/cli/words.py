"""The help texts of the command, in Chinese and English side by side.

May import: floor 0.
"""

from __future__ import annotations

from ..errors import language

WORDS: dict[str, tuple[str, str]] = {
    "program": (
        "tinygrad_zh：可以读懂的自动微分(autodiff)引擎。\n\n先试试：tinygrad-zh train mnist --quick",
        "tinygrad_zh: an autodiff engine to read and to use.\n\nBegin with: tinygrad-zh train mnist --quick",
    ),
    "train": ("训练网络。", "Train a network."),
    "train-mnist": (
        "用 MNIST 手写数字训练全连接网络，结果写入 runs/mnist。\n\n"
        "默认是文章中的网络：784-128-64-10，SGD，学习率 0.01，动量 0.9，批大小 64，10 轮。"
        "按 Ctrl-C 停止：会留下检查点(checkpoint)，之后用 --resume 继续，结果与不中断完全相同。",
        "Train a fully connected network on the MNIST handwritten digits; results go to runs/mnist.\n\n"
        "By default it is the articles' network: 784-128-64-10, SGD, learning rate 0.01, momentum 0.9, batches of 64, "
        "10 epochs. Ctrl-C stops and leaves a checkpoint; --resume goes on, with the result of a run never stopped.",
    ),
    "data": (
        "数据集：手写数字，或 Fashion-MNIST 服装图片。",
        "Handwritten digits, or Fashion-MNIST's pictures of clothing.",
    ),
    "hidden": ("各隐藏层(hidden layer)的大小，用逗号分开。", "Sizes of the hidden layers, with commas between them."),
    "optimizer": ("优化器。", "The optimiser."),
    "lr": (
        "学习率(learning rate)；默认 SGD 0.01，Adam 0.001。",
        "Learning rate; by default 0.01 for SGD, 0.001 for Adam.",
    ),
    "momentum": ("SGD 的动量。", "Momentum of SGD."),
    "batch-size": ("批大小：每一步用多少张图片。", "How many pictures a step sees."),
    "epochs": (
        "训练轮数：全部图片看几遍；--quick 时默认 2。",
        "How many times all pictures are seen; 2 by default with --quick.",
    ),
    "threads": (
        "矩阵乘法最多用几个线程；同样的线程数才有逐位相同的结果。",
        "At most so many threads for a matrix product; results repeat bit for bit with the same number.",
    ),
    "seed": ("随机种子：决定初始权重和图片顺序。", "Decides the first weights and the order of the pictures."),
    "device": (
        "在哪里计算；auto：有可用的 GPU 就用 GPU，并说明理由。",
        "Where to compute; auto: on a GPU if one can be used; it says why.",
    ),
    "resume": (
        "从检查点继续；不写路径时用输出文件夹中的检查点。设置取自检查点，只有 --epochs 可以改变。",
        "Go on from a checkpoint, by default the one in the output folder. The settings are the checkpoint's; only "
        "--epochs may change.",
    ),
    "out": (
        "输出文件夹；默认 runs/mnist 或 runs/fashion。",
        "Folder for the results; by default runs/mnist or runs/fashion.",
    ),
    "quick": (
        "几秒钟试一试：用随软件包附带的小子集训练 2 轮，不需要网络。",
        "A try of a few seconds: 2 epochs on the small subset that ships with the package; needs no network.",
    ),
    "source": (
        "数据从哪里来：full 完整数据（需要时下载）；subset 附带的小子集；auto：full，--quick 时是 subset。",
        "full: all data, downloaded if need be; subset: what ships with the package; auto: full, or subset with "
        "--quick.",
    ),
    "data-dir": (
        "数据缓存文件夹；默认见 tinygrad-zh info。",
        "Cache folder of the data; tinygrad-zh info says the default.",
    ),
    "predict": (
        "识别图片中的一个数字。任何大小和颜色都可以：会先转换成 MNIST 那样的 28×28 灰度图。",
        "Recognise the digit in a picture, of any size and colours: it is first made into 28×28 grey like MNIST's.",
    ),
    "model": ("train mnist 写出的权重。", "Weights that train mnist wrote."),
    "check": ("与别的库对照。", "Compare with another library."),
    "check-torch": (
        "逐个名称与 PyTorch 对照，打印运算表。\n\n"
        "测试中的每一行都在这里和 PyTorch 里各算一遍：值、梯度(gradient)、二阶梯度，float64 和 float32。"
        "需要仓库的克隆(clone)和 PyTorch。",
        "Compare every name with PyTorch, and print the table of operations.\n\n"
        "Each row of the tests is computed here and by PyTorch: value, gradient and second order, in float64 and "
        "float32. It needs a clone of the repository, and PyTorch.",
    ),
    "family": ("只对照这一类；可以写几次。", "Compare this family alone; may be given several times."),
    "write": (
        "对照后写入 docs 中的 operations.md、layers.md 和它们的中文版。",
        "Then write operations.md and layers.md in docs, and their Chinese twins.",
    ),
    "written": ("已写入 {path}", "wrote {path}"),
    "differences-in-ulp": (
        "差以结果中最大值的 ulp（末位单位）计；值和梯度不超过 {allowed} ulp、二阶不超过 {second} ulp 是舍入误差。",
        "Differences are in ulp of the greatest value of the result; up to {allowed} of values and gradients, and "
        "{second} of second orders, are rounding.",
    ),
    "info": ("显示版本、设备、线程和文件夹。", "Show versions, device, threads and folders."),
    "help": ("显示帮助并退出。", "Show this message and exit."),
    "version": ("显示版本并退出。", "Show the version and exit."),
}


def say(slug: str, **facts: object) -> str:
    """Return one text in the user's language, its facts filled in."""
    chinese, english = WORDS[slug]
    return (chinese if language() == "zh" else english).format(**facts)
