"""tinygrad_zh: a define-by-run autodiff engine to learn from, and a fast one.

    import tinygrad_zh as tg

    x = tg.tensor([1.0, 2.0], requires_grad=True)
    loss = (x * x).sum()
    loss.backward()
    x.grad                      # tensor([2., 4.])

The names are PyTorch's.  To read the source, begin with ``core/__init__.py``.  ``nn``, ``optim``, ``data`` and
the other large parts are imported when they are first used; importing this package needs NumPy alone.
"""

from __future__ import annotations

import importlib
import os
from math import e, inf, nan, pi
from typing import Any

from numpy import dtype

from . import ops as ops
from . import transforms as transforms
from .backend.devices import CPU, Device, device, register_kernel
from .backend.dtypes import bool_ as bool
from .backend.dtypes import (
    float16,
    float32,
    float64,
    get_default_dtype,
    int8,
    int16,
    int32,
    int64,
    set_default_dtype,
    uint8,
)
from .backend.promotion import promote_types
from .core.primitive import FLOAT, SAME, primitive
from .core.record import record
from .core.tensor import Tensor
from .lazy import unknown_name
from .ops.grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .ops.publish import public

__version__ = "0.1.0"

half, float, double = float16, float32, float64
short, int, long = int16, int32, int64

# The operations, by the names under which ops/ published them; __init__.pyi lists them for editors.  Those whose
# files are imported later come by __getattr__, below.
globals().update(public)

if os.environ.get("TINYGRAD_ZH_KERNELS") != "0":  # "0": compute with the plain formulas
    # Kernels for the CPU, by name: a module of kernels, and Numba, are imported when one of them is first called.
    for _op, _where in {
        "sgd_steps": "step:sgd_steps",
        "adam_steps": "step:adam_steps",
        "relu": "activation:relu",
        "relu_pullback": "activation:relu_pullback",
        "linear": "linear:linear",
        "sum_to": "linear:sum_to",
        "attention": "attention:attention",
        "attention_dropout": "attention:attention",
        "attention_pullback": "attention:attention_pullback",
        "rnn": "recurrent:rnn",
        "rnn_pullback": "recurrent:rnn_pullback",
        "gru": "recurrent:gru",
        "gru_pullback": "recurrent:gru_pullback",
        "lstm": "recurrent:lstm",
        "lstm_pullback": "recurrent:lstm_pullback",
        "sigmoid": "smooth:sigmoid",
        "sigmoid_pullback": "smooth:sigmoid_pullback",
        "tanh_pullback": "smooth:tanh_pullback",
        "silu": "smooth:silu",
        "silu_pullback": "smooth:silu_pullback",
        "gelu": "smooth:gelu",
        "gelu_pullback": "smooth:gelu_pullback",
        "gelu_tanh": "smooth:gelu_tanh",
        "gelu_tanh_pullback": "smooth:gelu_tanh_pullback",
        "erf": "smooth:erf",
        "philox_bits": "random:philox_bits",
        "dropout": "random:dropout",
        "dropout_pullback": "random:dropout_pullback",
        "softmax": "softmax:softmax",
        "softmax_pullback": "softmax:softmax_pullback",
        "log_softmax": "softmax:log_softmax",
        "log_softmax_pullback": "softmax:log_softmax_pullback",
        "add_at": "indexing:add_at",
        "layer_norm": "standardise:layer_norm",
        "layer_norm_pullback": "standardise:layer_norm_pullback",
        "group_norm": "standardise:layer_norm",
        "group_norm_pullback": "standardise:layer_norm_pullback",
        "rms_norm": "standardise:rms_norm",
        "rms_norm_pullback": "standardise:rms_norm_pullback",
        "cross_entropy": "loss:cross_entropy",
        "cross_entropy_pullback": "loss:cross_entropy_pullback",
        "convolution": "convolution:convolution",
        "convolution_transpose": "convolution:convolution_transpose",
        "convolution_weight": "convolution:convolution_weight",
        "max_pool": "pooling:max_pool",
        "max_pool_positions": "pooling:max_pool_positions",
        "window_sum": "pooling:window_sum",
        "window_spread": "pooling:window_spread",
        "scatter_sum": "scatter:scatter_sum",
    }.items():
        register_kernel(CPU, _op, f"{__name__}.kernels.cpu.{_where}", optional=True)

_LATER = {
    "autograd": ".autograd",
    "backends": ".backends",
    "cuda": ".cuda",
    "data": ".data",
    "fft": ".fft",
    "func": ".func",
    "linalg": ".linalg",
    "models": ".models",
    "nn": ".nn",
    "optim": ".optim",
    "parity": ".parity",
    "picture": ".picture",
    "special": ".special",
    "storage": ".storage",
    "testing": ".testing",
    "train": ".train",
    "utils": ".utils",
}
_LATER_NAMES = {
    "draw": ".picture",
    "explain": ".picture",
    "jit": ".transforms.captured.function",
    "load": ".storage.objects",
    "save": ".storage.objects",
    "vmap": ".func",
    **dict.fromkeys(("BoolTensor", "ByteTensor", "CharTensor", "DoubleTensor", "FloatTensor"), ".ops.typed_tensors"),
    **dict.fromkeys(("HalfTensor", "IntTensor", "LongTensor", "ShortTensor"), ".ops.typed_tensors"),
}

__all__ = [
    "FLOAT",
    "SAME",
    "Device",
    "Tensor",
    "bool",
    "device",
    "double",
    "dtype",
    "e",
    "enable_grad",
    "float",
    "float16",
    "float32",
    "float64",
    "get_default_dtype",
    "half",
    "inf",
    "inference_mode",
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "long",
    "nan",
    "no_grad",
    "pi",
    "primitive",
    "promote_types",
    "record",
    "set_default_dtype",
    "set_grad_enabled",
    "short",
    "uint8",
    *public.names(),
    *sorted(_LATER),
    *sorted(_LATER_NAMES),
]


def __getattr__(name: str) -> Any:
    """Import an operation's file, or a large part, at its first use."""
    if name in public:
        globals()[name] = public[name]
        return public[name]
    if name in _LATER:
        return importlib.import_module(_LATER[name], __name__)
    if name in _LATER_NAMES:
        return getattr(importlib.import_module(_LATER_NAMES[name], __name__), name)
    raise unknown_name(__name__, name, __all__)


def __dir__() -> list[str]:
    return sorted(__all__)
