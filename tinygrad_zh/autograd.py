"""Floor 3: the public face ``tinygrad_zh.autograd``, with PyTorch's names."""

from typing import Any

from .core.tensor import Tensor
from .ops.grad_mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from .ops.publish import public
from .transforms import functional as functional
from .transforms.function import Function, once_differentiable
from .transforms.gradcheck import gradcheck, gradgradcheck
from .transforms.gradient import backward, grad

__all__ = [
    "Function",
    "Variable",
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


def Variable(data: Any, requires_grad: bool = False) -> Tensor:
    """Return a tensor with the memory of `data`: what a Variable was before tensors themselves had gradients.

    Parameters
    ----------
    data : Tensor or array_like
        The values; a tensor's memory is shared, its graph does not come along.
    requires_grad : bool
        Whether a gradient may be asked for.
    """
    made: Tensor = public["as_tensor"](data).detach()
    return made.requires_grad_(requires_grad)
