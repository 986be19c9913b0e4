"""tinygrad_zh: a define-by-run autodiff engine to learn from, and a fast one."""

from typing import Any

from . import ops, transforms
from .backend.devices import Device, device
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
from .core.record import record
from .core.registry import public
from .core.tensor import Tensor
from .ops.grad_mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from .transforms import gradient

__version__ = "0.1.0"

globals().update(public)
