"""第三篇文章的 LSTM：把一张手写数字看作 28 行的序列，一行一行地读。

The third article's LSTM: it reads the picture of a digit as a sequence of 28 rows.

    python -m examples.lstm_rows
    python -m examples.lstm_rows --quick            # 几秒钟，少量数据 | seconds, on little data

结果在 runs/lstm：权重、曲线、指标，以及认错的图片。
The results in runs/lstm: weights, curves, numbers, and the pictures that it got wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import tinygrad_zh as tg
from examples import common
from tinygrad_zh import nn, optim
from tinygrad_zh.train import fit


class RNN(nn.Module):
    """文章中的网络。The article's network."""

    def __init__(self, input_size: int, hidden_size: int, num_layers: int, num_classes: int) -> None:
        super().__init__()
        self.num_layers, self.hidden_size = num_layers, hidden_size
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x: Any) -> Any:
        h0 = tg.zeros(self.num_layers, x.size(0), self.hidden_size).to(x.device)
        c0 = tg.zeros(self.num_layers, x.size(0), self.hidden_size).to(x.device)
        out, _ = self.lstm(x, (h0, c0))  # (B, 28, D)
        return self.fc(out[:, -1, :])  # 最后一行之后的状态 | the state after the last row


def train(options: argparse.Namespace, device: Any) -> dict[str, Any]:
    """训练，并留下结果。Train, and leave the results."""
    images, test_images = common.pictures("mnist", options.quick)
    loader, test_loader = common.loaders(images, test_images, 28, 28, batch_size=options.batch_size)

    model = RNN(input_size=28, hidden_size=128, num_layers=2, num_classes=10).to(device)
    optimizer = optim.Adam(model.parameters(), lr=options.lr)
    history = fit(
        model,
        nn.CrossEntropyLoss(),
        optimizer,
        loader,
        epochs=options.epochs,
        validation=test_loader,
        clip_norm=1.0,  # 循环网络的梯度有时很大 | gradients of recurrent networks are sometimes very large
        **common.checkpoints(options),
    )
    return common.leave(options, model, history, test_images, test_loader, "LSTM, MNIST")


def main(arguments: Sequence[str] | None = None) -> int:
    """读命令行，然后训练。Read the command line, and train."""
    parser = common.parser(__doc__, "lstm", batch_size=64, lr=0.002)
    return common.run(train, common.parsed(parser, arguments, epochs=4, quick_epochs=3))


if __name__ == "__main__":
    sys.exit(main())
