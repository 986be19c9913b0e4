"""PyTorch's ``nn.functional``: the functions behind the layers, all of them ops of floor 2.

May import: floor 2.  Read next: ``../ops/activation.py``, where they are written.
"""

from __future__ import annotations

from ..ops.activation import gelu, leaky_relu, relu, sigmoid, silu
from ..ops.dropout import dropout
from ..ops.elementwise import tanh
from ..ops.linalg import linear
from ..ops.loss import cross_entropy, l1_loss, mse_loss, nll_loss
from ..ops.normalise import log_softmax, softmax

__all__ = [
    "cross_entropy",
    "dropout",
    "gelu",
    "l1_loss",
    "leaky_relu",
    "linear",
    "log_softmax",
    "mse_loss",
    "nll_loss",
    "relu",
    "sigmoid",
    "silu",
    "softmax",
    "tanh",
]
