"""Floor 3: the public face ``tinygrad_zh.autograd``, with PyTorch's names."""

from .ops.grad_mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from .transforms import functional as functional
from .transforms.function import Function, once_differentiable
from .transforms.gradcheck import gradcheck, gradgradcheck
from .transforms.gradient import backward, grad

__all__ = [
    "Function",
    "backward",
    "enable_grad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "is_grad_enabled",
    "no_grad",
    "once_differentiable",
    "set_grad_enabled",
]
