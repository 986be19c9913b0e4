"""例子共用的部分：命令行选项，以及图片例子的数据和结果。

What the examples share: the options of the command line, and the data and results of those with pictures.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import tinygrad_zh as tg
from tinygrad_zh.data import DataLoader, Images, TensorDataset, fashion_mnist, mnist
from tinygrad_zh.errors import TinygradZhError
from tinygrad_zh.train import Epoch, Interrupted, choose_device, read_checkpoint, write_results
from tinygrad_zh.train.plots import write_mistakes
from tinygrad_zh.train.settings import refuse_other_options
from tinygrad_zh.train.threads import limited_threads

Train = Callable[[argparse.Namespace, Any], Any]


def parser(text: str | None, name: str, *, batch_size: int, lr: float) -> argparse.ArgumentParser:
    """The options that all examples have."""
    made = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--device", default="auto", help="auto, cpu 或 cuda | where to train (default: %(default)s)")
    made.add_argument("--seed", type=int, default=0, help="随机种子 | of weights and order (default: %(default)s)")
    made.add_argument("--epochs", type=int, help="轮数 | passes over the data")
    made.add_argument("--lr", type=float, default=lr, help="学习率 | learning rate (default: %(default)s)")
    made.add_argument("--batch-size", type=int, default=batch_size, help="批大小 | (default: %(default)s)")
    made.add_argument("--threads", type=int, default=1, help="矩阵乘法的线程数 | for products (default: %(default)s)")
    made.add_argument(
        "--out", type=Path, default=Path("runs", name), help="结果文件夹 | for results (default: %(default)s)"
    )
    made.add_argument("--resume", action="store_true", help="从检查点继续 | go on from the checkpoint in --out")
    made.add_argument("--quick", action="store_true", help="用少量数据很快地试一遍 | a short try on little data")
    return made


def parsed(
    parser: argparse.ArgumentParser, arguments: Sequence[str] | None, *, epochs: int, quick_epochs: int
) -> argparse.Namespace:
    """Read the command line; how many epochs there are by default depends on it."""
    options = parser.parse_args(arguments)
    if options.epochs is None:
        options.epochs = quick_epochs if options.quick else epochs
    return options


def run(train: Train, options: argparse.Namespace) -> int:
    """Choose the device, set the seed, train; errors become plain sentences.

    Returns
    -------
    int
        The exit status.
    """
    try:
        device, reason = choose_device(options.device)
        print(reason)
        tg.manual_seed(options.seed)
        with limited_threads(options.threads):
            train(options, device)
    except Interrupted as stopped:
        print(f"已停止，加上 --resume 可以继续 | stopped; go on with --resume: {stopped.path}", file=sys.stderr)
        return 130
    except TinygradZhError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def checkpoints(options: argparse.Namespace) -> dict[str, Any]:
    """The arguments of ``fit`` that keep a checkpoint in the folder, and go on from it where that is asked for."""
    path, now = options.out / "checkpoint.safetensors", settings(options)
    if options.resume:
        refuse_other_options(path, read_checkpoint(path).about, now)
    return {"checkpoint": path, "resume": path if options.resume else None, "about": now}


def settings(options: argparse.Namespace) -> dict[str, Any]:
    """The options that a run has from beginning to end; the number of epochs is told by the history."""
    return {name: v for name, v in vars(options).items() if name not in ("device", "epochs", "out", "resume")}


# --- pictures ---


def pictures(data: str, quick: bool) -> tuple[Images, Images]:
    """Pictures to train and to test on; for a quick try few of them, of MNIST those that ship with the package."""
    if data == "fashion":
        train, test = fashion_mnist("train"), fashion_mnist("test")
    else:
        source: Any = "subset" if quick else "full"
        train, test = mnist("train", source=source), mnist("test", source=source)
    return (first(train, 1000), first(test, 300)) if quick else (train, test)


def first(images: Images, count: int) -> Images:
    """The first so many pictures."""
    return replace(images, images=images.images[:count], labels=images.labels[:count])


def grey(images: Images, *shape: int) -> np.ndarray[Any, Any]:
    """Grey values from 0 to 1, each picture in this shape."""
    values: np.ndarray[Any, Any] = images.images.reshape(-1, *shape).astype(np.float32) / np.float32(255)
    return values


def loaders(train: Images, test: Images, *shape: int, batch_size: int) -> tuple[DataLoader, DataLoader]:
    """Batches to train on, shuffled, and to test on; each picture in this shape."""
    train_set, test_set = (TensorDataset(grey(images, *shape), images.labels) for images in (train, test))
    return DataLoader(train_set, batch_size=batch_size, shuffle=True), DataLoader(test_set, batch_size=500)


def leave(
    options: argparse.Namespace, model: Any, history: list[Epoch], test: Images, loader: DataLoader, title: str
) -> dict[str, Any]:
    """Test the model, and leave weights, numbers, curves and the pictures that it got wrong."""
    device = next(model.parameters()).device
    model.eval()
    with tg.no_grad():
        found = [model(inputs.to(device)).softmax(1).numpy(force=True) for inputs, _ in loader]
    probabilities = np.concatenate(found)
    wrong = np.flatnonzero(probabilities.argmax(1) != test.labels)
    accuracy = 1 - len(wrong) / len(test)
    measured = {"test_accuracy": accuracy, "test_examples": len(test)}
    metrics = write_results(
        options.out, model, history, measured=measured, settings=settings(options), device=device, title=title
    )
    write_mistakes(options.out / "mistakes.png", test, probabilities, wrong)
    say_results(options.out, f"测试准确率 | test accuracy: {accuracy:.2%}")
    return metrics


def say_results(folder: Path, result: str) -> None:
    """Print the result, and what lies in the folder."""
    names = sorted(file.name for file in folder.iterdir() if not file.name.startswith("."))
    print(f"{result}\n{folder}: {', '.join(names)}")
