"""Fusion: a layer and the BatchNorm after it become one layer, for evaluation.

With fixed moments BatchNorm multiplies every channel by a number and adds one; both can be put into the weight and
bias of the layer before.

May import: floors 0–2, ``nn``'s modules.  Read next: ``weight_norm.py``.
"""

from __future__ import annotations

import copy
from typing import Any

from ...core.tensor import Tensor
from ...errors import error
from ...ops.grad_mode import no_grad
from ..parameter import Parameter


@no_grad()
def fuse_conv_bn_weights(
    conv_w: Tensor, conv_b: Tensor | None, bn_rm: Tensor, bn_rv: Tensor, bn_eps: float, bn_w: Tensor | None,
    bn_b: Tensor | None, transpose: bool = False,
) -> tuple[Parameter, Parameter]:  # fmt: skip
    """Return weight and bias of the fused layer; with `transpose` the result's channels are the weight's second.

    Notes
    -----
    s = γ / √(σ² + ε);  W' = W · s,  b' = (b − μ) · s + β.
    """
    scale = (bn_rv + bn_eps).rsqrt()
    if bn_w is not None:
        scale = scale * bn_w
    shift = -bn_rm if conv_b is None else conv_b - bn_rm
    bias = shift * scale if bn_b is None else shift * scale + bn_b
    along = [1] * conv_w.ndim
    along[1 if transpose else 0] = -1
    weight = conv_w * scale.reshape(along)
    kept = conv_w.requires_grad, conv_w.requires_grad if conv_b is None else conv_b.requires_grad
    return Parameter(weight.to(conv_w.dtype), kept[0]), Parameter(bias.to(conv_w.dtype), kept[1])


def fuse_conv_bn_eval(conv: Any, bn: Any, transpose: bool = False) -> Any:
    """Return a copy of a convolution that does what the convolution and the BatchNorm after it did.

    Parameters
    ----------
    conv, bn : Module
        Both after ``eval()``; they stay as they are.
    transpose : bool
        Whether it is a ConvTranspose.

    Raises
    ------
    ArgumentError
        If one of them is training, or the BatchNorm has no running moments.
    """
    if conv.training or bn.training:
        raise error("fuse-training", op="fuse_conv_bn_eval")
    if bn.running_mean is None or bn.running_var is None:
        raise error("running-moments", op="fuse_conv_bn_eval", mean=bn.running_mean, variance=bn.running_var)
    fused = copy.deepcopy(conv)
    fused.weight, fused.bias = fuse_conv_bn_weights(
        fused.weight, fused.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias, transpose
    )
    return fused


def fuse_linear_bn_weights(
    linear_w: Tensor, linear_b: Tensor | None, bn_rm: Tensor, bn_rv: Tensor, bn_eps: float, bn_w: Tensor | None,
    bn_b: Tensor | None,
) -> tuple[Parameter, Parameter]:  # fmt: skip
    """Return weight and bias of the fused layer; see `fuse_conv_bn_weights`."""
    return fuse_conv_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b)


def fuse_linear_bn_eval(linear: Any, bn: Any) -> Any:
    """Return a copy of a Linear that does what the Linear and the BatchNorm after it did; see `fuse_conv_bn_eval`."""
    return fuse_conv_bn_eval(linear, bn)
