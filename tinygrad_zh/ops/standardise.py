r"""Floor 2: layer, group, batch, instance and RMS normalisation.

All of them bring the elements along some dimensions to mean 0 and variance 1 (RMS: to mean square 1), and
then stretch and shift what they have got.  They differ in these dimensions:

    layer norm      the last few                       x of shape (..., *normalized_shape)
    group norm      all but batch and group            x of shape (N, G, C/G, L), reshaped from (N, C, ...)
    batch norm      all but the channels               x of shape (N, C, ...)
    instance norm   all but batch and channels         x of shape (N, C, ...)

With x̂ = (x − μ) r and r = 1/√(σ² + ε), the cotangent h of x̂ pulls back to

    r (h − mean(h) − x̂ mean(h x̂)):

a shift of all elements changes nothing, nor does a stretch, so h loses its mean and its share along x̂.
Half precision is computed in float32.

May import: floors 0–1, ``dims``, ``elementwise``, ``fusable``, ``reduce``, ``shape``.  Read next: ``layer_norms.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..core.primitive import primitive
from ..core.registry import registry
from .elementwise import rsqrt, square
from .fusable import Fusable, fusable
from .reduce import mean_p
from .shape import sum_to

# -- on arrays -----------------------------------------------------------------------------------------


def widened(xp: Any, x: Any) -> Any:
    """Return `x` in the precision to compute in."""
    return x.astype(xp.float32) if x.dtype.itemsize < 4 else x


def mean_over(xp: Any, x: Any, dims: tuple[int, ...]) -> Any:
    """The mean along `dims`, which keep length 1; of nothing, NaN."""
    return xp.sum(x, axis=dims, keepdims=True) / (math.prod(x.shape[d] for d in dims) or math.nan)


def stretched(x_hat: Any, weight: Any, bias: Any, dtype: Any) -> Any:
    """Stretch by `weight` and shift by `bias`, as far as they are there."""
    y = x_hat if weight is None else x_hat * weight
    y = y if bias is None else y + bias
    return y.astype(dtype, copy=False)


@primitive(r"\mu, \sigma^{2}", outputs=0)
def moments(xp: Any, x: Any, *, dims: tuple[int, ...]) -> Any:
    """Return mean and variance (divided by n) along `dims`, which keep length 1."""
    x = widened(xp, x)
    mean = mean_over(xp, x, dims)
    centred = x - mean
    return mean, mean_over(xp, centred * centred, dims)


def pulled_back(xp: Any, g: Any, x_hat: Any, r: Any, weight: Any, dims: tuple[int, ...], centred: bool) -> Any:
    """The share of x: r (h − mean(h) − x̂ mean(h x̂)) with h = g ⊙ weight; without the mean, if none was taken off."""
    h = g if weight is None else g * weight
    pulled = h - x_hat * mean_over(xp, h * x_hat, dims)
    return r * (pulled - mean_over(xp, h, dims) if centred else pulled)


def shares_value(xp: Any, dx: Any, g: Any, x: Any, x_hat: Any, weight: Any, bias: Any) -> tuple[Any, ...]:
    """The shares of x, weight and bias, in their dtypes; without those of what is not there."""
    found = [dx.astype(x.dtype, copy=False)]
    if weight is not None:
        found.append(sum_to.value(xp, g * x_hat, shape=weight.shape).astype(weight.dtype, copy=False))
    if bias is not None:
        found.append(sum_to.value(xp, g, shape=bias.shape).astype(bias.dtype, copy=False))
    return tuple(found)


# -- the same as formulas of ops -------------------------------------------------------------------------


def standardised(x: Any, dims: tuple[int, ...], eps: float) -> tuple[Any, Any]:
    """x̂ = (x − μ) r, and r = 1/√(σ² + ε)"""
    centred = x - mean_p(x, dims=dims, keepdim=True)
    r = rsqrt(mean_p(square(centred), dims=dims, keepdim=True) + eps)
    return centred * r, r


def scaled(x: Any, dims: tuple[int, ...], eps: float) -> tuple[Any, Any]:
    """x̂ = x r, and r = 1/√(mean(x²) + ε)"""
    r = rsqrt(mean_p(square(x), dims=dims, keepdim=True) + eps)
    return x * r, r


def shares(dx: Any, g: Any, x: Any, x_hat: Any, weight: Any, bias: Any) -> tuple[Any, ...]:
    """The shares of x, weight and bias, in their dtypes; without those of what is not there."""
    found = [in_dtype(dx, x)]
    if weight is not None:
        found.append(in_dtype(sum_to(g * x_hat, shape=weight.shape), weight))
    if bias is not None:
        found.append(in_dtype(sum_to(g, shape=bias.shape), bias))
    return tuple(found)


def in_dtype(share: Any, operand: Any) -> Any:
    """Return a share in the operand's dtype."""
    return share if share.dtype == operand.dtype else registry["cast"](share, dtype=operand.dtype)


def for_all(found: tuple[Any, ...], weight: Any, bias: Any) -> tuple[Any, Any, Any]:
    """Put None for the share of a weight or bias that is not there."""
    rest = iter(found[1:])
    return found[0], None if weight is None else next(rest), None if bias is None else next(rest)


# -- layer and group norm --------------------------------------------------------------------------------


def standardise_value(
    xp: Any, x: Any, weight: Any, bias: Any, *, dims: tuple[int, ...], eps: float
) -> tuple[Any, Any, Any]:
    """Standardise along `dims`; also return the mean and r = 1/√(σ² + ε), for the way back."""
    mean, variance = moments.value(xp, x, dims=dims)
    r = 1 / xp.sqrt(variance + eps)
    return stretched((x - mean) * r, weight, bias, x.dtype), mean, r


def standardise_pullback_value(
    xp: Any, g: Any, x: Any, weight: Any, bias: Any, mean: Any, r: Any, *, dims: tuple[int, ...], eps: float
) -> tuple[Any, ...]:
    """The same on arrays, from the mean and r that the forward pass has kept."""
    x_hat = (x - mean) * r
    dx = pulled_back(xp, g, x_hat, r, weight, dims, centred=True)
    return shares_value(xp, dx, g, x, x_hat, weight, bias)


def standardise_pullback(
    g: Any, x: Any, weight: Any, bias: Any, mean: Any, r: Any, *, dims: tuple[int, ...], eps: float
) -> tuple[Any, ...]:
    """Return r (h − mean(h) − x̂ mean(h x̂)) with h = g ⊙ weight; for the weight Σ g ⊙ x̂, for the bias Σ g."""
    x_hat, r = standardised(x, dims, eps)
    h = g if weight is None else g * weight
    pulled = h - mean_p(h, dims=dims, keepdim=True) - x_hat * mean_p(h * x_hat, dims=dims, keepdim=True)
    return shares(r * pulled, g, x, x_hat, weight, bias)


layer_norm_pullback = Fusable(standardise_pullback, standardise_pullback_value, outputs=0, name="layer_norm_pullback")
group_norm_pullback = Fusable(standardise_pullback, standardise_pullback_value, outputs=0, name="group_norm_pullback")
STANDARDISED = r"\frac{<x:1> - \mu}{\sqrt{\sigma^{2} + \varepsilon}} \odot <weight:2> + <bias:1>"
STANDARDISE_RULES = {
    "x": r"\frac{h - \overline{h} - \hat{x} \odot \overline{h \odot \hat{x}}}{\sqrt{\sigma^{2} + \varepsilon}},"
    r"\quad h = g \odot \mathrm{weight}",
    "weight": r"\sum g \odot \hat{x}",
    "bias": r"\sum g",
}


@primitive(
    STANDARDISED,
    aux=("mean", "r"),
    vjp=lambda g, x, weight, bias, mean, r, dims, eps: for_all(
        layer_norm_pullback(g, x, weight, bias, mean, r, dims=dims, eps=eps), weight, bias
    ),
    tex_rules=STANDARDISE_RULES,
    name="layer_norm",
)
def layer_norm_p(xp: Any, x: Any, weight: Any, bias: Any, *, dims: tuple[int, ...], eps: float) -> Any:
    """Standardise along the last dimensions; `weight` and `bias` have just these."""
    return standardise_value(xp, x, weight, bias, dims=dims, eps=eps)


@primitive(
    STANDARDISED,
    aux=("mean", "r"),
    vjp=lambda g, x, weight, bias, mean, r, dims, eps: for_all(
        group_norm_pullback(g, x, weight, bias, mean, r, dims=dims, eps=eps), weight, bias
    ),
    tex_rules=STANDARDISE_RULES,
    name="group_norm",
)
def group_norm_p(xp: Any, x: Any, weight: Any, bias: Any, *, dims: tuple[int, ...], eps: float) -> Any:
    """Standardise every group of `x` (N, G, C/G, L); `weight` and `bias` have the shape (G, C/G, 1)."""
    return standardise_value(xp, x, weight, bias, dims=dims, eps=eps)


# -- batch norm ------------------------------------------------------------------------------------------


def batch_norm_pullback_value(
    xp: Any, g: Any, x: Any, weight: Any, bias: Any, mean: Any, variance: Any, *,
    dims: tuple[int, ...], eps: float, own: bool,
) -> tuple[Any, ...]:  # fmt: skip
    """The same on arrays, from the moments that the forward pass was given."""
    r = 1 / xp.sqrt(variance + eps)
    x_hat = (x - mean) * r
    if own:
        dx = pulled_back(xp, g, x_hat, r, weight, dims, centred=True)
    else:
        dx = g * r if weight is None else g * (weight * r)
    return shares_value(xp, dx, g, x, x_hat, weight, bias)


@fusable(array_value=batch_norm_pullback_value, outputs=0)
def batch_norm_pullback(
    g: Any, x: Any, weight: Any, bias: Any, mean: Any, variance: Any, *, dims: tuple[int, ...], eps: float, own: bool
) -> tuple[Any, ...]:
    """As of layer norm where the moments are the batch's own; else x only passes through a fixed line."""
    if own:
        return standardise_pullback(g, x, weight, bias, mean, variance, dims=dims, eps=eps)
    r = rsqrt(variance + eps)
    dx = g * r if weight is None else g * weight * r
    return shares(dx, g, x, (x - mean) * r, weight, bias)


@primitive(
    r"\frac{<x:1> - <mean:2>}{\sqrt{<variance:1> + \varepsilon}} \odot <weight:2> + <bias:1>",
    vjp=lambda g, x, weight, bias, mean, variance, dims, eps, own: (
        *for_all(batch_norm_pullback(g, x, weight, bias, mean, variance, dims=dims, eps=eps, own=own), weight, bias),
        None,
        None,
    ),
    tex_rules=STANDARDISE_RULES,
    name="batch_norm",
)
def batch_norm_p(
    xp: Any, x: Any, weight: Any, bias: Any, mean: Any, variance: Any, *, dims: tuple[int, ...], eps: float, own: bool
) -> Any:
    """Standardise by given moments: with ``own`` those of `x` itself along `dims`, else running ones."""
    return stretched((x - mean) * (1 / xp.sqrt(variance + eps)), weight, bias, x.dtype)


# -- RMS norm --------------------------------------------------------------------------------------------


def rms_norm_pullback_value(
    xp: Any, g: Any, x: Any, weight: Any, r: Any, *, dims: tuple[int, ...], eps: float
) -> tuple[Any, ...]:
    """The same on arrays, from the r that the forward pass has kept."""
    x_hat = x * r
    return shares_value(xp, pulled_back(xp, g, x_hat, r, weight, dims, centred=False), g, x, x_hat, weight, None)


@fusable(array_value=rms_norm_pullback_value, outputs=0)
def rms_norm_pullback(g: Any, x: Any, weight: Any, r: Any, *, dims: tuple[int, ...], eps: float) -> tuple[Any, ...]:
    """Return r (h − x̂ mean(h x̂)) with h = g ⊙ weight; for the weight Σ g ⊙ x̂."""
    x_hat, r = scaled(x, dims, eps)
    h = g if weight is None else g * weight
    return shares(r * (h - x_hat * mean_p(h * x_hat, dims=dims, keepdim=True)), g, x, x_hat, weight, None)


@primitive(
    r"\frac{<x:1>}{\sqrt{\overline{x^{2}} + \varepsilon}} \odot <weight:2>",
    aux=("r",),
    vjp=lambda g, x, weight, r, dims, eps: for_all(
        rms_norm_pullback(g, x, weight, r, dims=dims, eps=eps), weight, None
    )[:2],
    tex_rules={
        "x": r"\frac{h - \hat{x} \odot \overline{h \odot \hat{x}}}{\sqrt{\overline{x^{2}} + \varepsilon}},"
        r"\quad h = g \odot \mathrm{weight}",
        "weight": r"\sum g \odot \hat{x}",
    },
    name="rms_norm",
)
def rms_norm_p(xp: Any, x: Any, weight: Any, *, dims: tuple[int, ...], eps: float) -> Any:
    """Bring the mean square along the last dimensions to 1."""
    wide = widened(xp, x)
    r = 1 / xp.sqrt(mean_over(xp, wide * wide, dims) + eps)
    return stretched(wide * r, weight, None, x.dtype), r
