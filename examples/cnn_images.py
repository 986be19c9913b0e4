"""第三篇文章的卷积神经网络（CNN）：认手写数字（MNIST），或者衣物（Fashion-MNIST）。

The third article's convolutional network, on handwritten digits or on garments.

    python -m examples.cnn_images
    python -m examples.cnn_images --data fashion --epochs 8 --out runs/cnn_fashion
    python -m examples.cnn_images --quick           # 几秒钟，少量数据 | seconds, on little data

结果在 runs/cnn：权重、曲线、指标，以及认错的图片。
The results in runs/cnn: weights, curves, numbers, and the pictures that it got wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import tinygrad_zh.nn.functional as F
from examples import common
from tinygrad_zh import nn, optim
from tinygrad_zh.train import fit


class CNN(nn.Module):
    """文章中的网络，改为一个输入通道、28×28 的图片。The article's network, for one channel and 28×28 pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.pool = nn.MaxPool2d(2, 2)
        self.fc1 = nn.Linear(64 * 7 * 7, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x: Any) -> Any:
        x = self.pool(F.relu(self.conv1(x)))  # (B, 32, 14, 14)
        x = self.pool(F.relu(self.conv2(x)))  # (B, 64, 7, 7)
        x = x.view(-1, 64 * 7 * 7)
        x = F.relu(self.fc1(x))
        return self.fc2(x)


def train(options: argparse.Namespace, device: Any) -> dict[str, Any]:
    """训练，并留下结果。Train, and leave the results."""
    images, test_images = common.pictures(options.data, options.quick)
    loader, test_loader = common.loaders(images, test_images, 1, 28, 28, batch_size=options.batch_size)

    model = CNN().to(device)
    optimizer = optim.Adam(model.parameters(), lr=options.lr)
    # 学习率先升后降：比固定的学习率更快达到更高的准确率。The rate rises and falls: better in fewer epochs.
    steps = options.epochs * len(loader)
    scheduler = optim.lr_scheduler.OneCycleLR(optimizer, options.lr, total_steps=steps, cycle_momentum=False)
    history = fit(
        model,
        nn.CrossEntropyLoss(),
        optimizer,
        loader,
        epochs=options.epochs,
        validation=test_loader,
        scheduler=scheduler,
        scheduler_per="step",
        **common.checkpoints(options),
    )
    return common.leave(options, model, history, test_images, test_loader, f"CNN, {options.data}")


def main(arguments: Sequence[str] | None = None) -> int:
    """读命令行，然后训练。Read the command line, and train."""
    parser = common.parser(__doc__, "cnn", batch_size=64, lr=0.003)
    parser.add_argument("--data", choices=["mnist", "fashion"], default="mnist", help="(default: %(default)s)")
    return common.run(train, common.parsed(parser, arguments, epochs=4, quick_epochs=2))


if __name__ == "__main__":
    sys.exit(main())
