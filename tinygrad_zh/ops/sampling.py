r"""Floor 2: samples from distributions whose parameters are tensors: normal, Bernoulli, multinomial.

A sample does not depend smoothly on its parameters, so, as in PyTorch, the gradient with respect to them
is zero.  (Who wants a gradient through a normal sample writes ``mean + std * randn_like(mean)``.)

May import: floors 0–1, ``generator``, ``random``, ``shape``.  Read next: ``dropout.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..aliases import Shape
from ..backend import philox
from ..backend.devices import backend_of
from ..backend.dtypes import float32, float64
from ..core.primitive import primitive
from ..core.registry import registry
from ..core.tensor import Tensor, box
from ..errors import error
from .generator import Place
from .publish import published
from .random import checked_shape, floating, integer, marked, standard_normal, wide
from .shape import reshape_p
from .write import alias, write


@primitive(r"<mean:1> + <std:2> \odot <z:2>", vjp_mean=lambda g: g * 0, vjp_std=lambda g: g * 0, name="normal")
def normal_p(xp: Any, z: Any, mean: Any, std: Any) -> Any:
    """Move and stretch standard normal numbers."""
    return z * std + mean


@primitive(r"[u < <p:1>]", vjp_p=lambda g: g * 0, name="bernoulli")
def bernoulli_p(xp: Any, place: Any, p: Any) -> Any:
    """Draw a 1 with the probability that each element says, else a 0."""
    drawn = philox.uniform(xp, place, p.size, float64 if wide(p.dtype) else float32)
    return (drawn.reshape(p.shape) < p).astype(p.dtype)


@primitive(r"[u < <p>]", name="chance")
def chance_p(xp: Any, place: Any, *, p: float, shape: Shape) -> Any:
    """Draw bools that are True with probability `p`."""
    return philox.chance(xp, place, math.prod(shape), p).reshape(shape)


@primitive(r"\operatorname{multinomial}(<weights>)", name="multinomial")
def multinomial_p(xp: Any, place: Any, weights: Any, *, num_samples: int, replacement: bool) -> Any:
    """Draw categories by the weights of each row."""
    rows, categories = weights.shape
    exact = weights.astype(xp.float64)
    if not replacement:
        # A race: category i arrives after an exponential time of rate wᵢ; the first to arrive are the sample
        # (Efraimidis and Spirakis 2006, "Weighted random sampling with a reservoir").
        u = philox.uniform(xp, place, rows * categories, exact.dtype).reshape(rows, categories)
        arrivals = xp.where(exact > 0, -xp.log1p(-u) / xp.where(exact > 0, exact, 1), xp.inf)
        return xp.argsort(arrivals, axis=1)[:, :num_samples].astype(xp.int64, copy=False)
    u = philox.uniform(xp, place, rows * num_samples, exact.dtype).reshape(rows, num_samples)
    sums = xp.cumsum(exact / xp.max(exact, axis=1, keepdims=True), axis=1)
    return count_up_to(xp, sums / sums[:, -1:], u)


def count_up_to(xp: Any, sums: Any, u: Any) -> Any:
    """Return how many numbers of each row of `sums`, which rise to 1, are ≤ u < 1: a bisection per row.

    Where a weight is 0 two sums are equal, and both or none are counted: such a category is never drawn.
    """
    length = sums.shape[1]
    count = xp.zeros(u.shape, dtype=xp.int64)
    step = 1 << (length.bit_length() - 1)
    while step:
        further = count + step
        reached = xp.take_along_axis(sums, xp.minimum(further, length) - 1, axis=1) <= u
        count = xp.where(reached & (further <= length), further, count)
        step //= 2
    return count


@published(method=False)
def normal(
    mean: Any = 0.0,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw normal numbers: of a given size, or one for each element of `mean` and `std`.

    Parameters
    ----------
    mean, std : float or Tensor of shapes that broadcast, floating
        Mean and standard deviation; at least one is a Tensor if `size` is left out.
    size : sequence of int, optional
        The shape, where both are numbers.
    generator : Generator, optional
        From which to draw; the default one if left out.
    dtype, device, requires_grad
        As of `rand`, where both are numbers.

    Raises
    ------
    ArgumentError
        If a standard deviation is negative, or `size` is given beside a Tensor or missing beside two numbers.
    DTypeError
        If a Tensor is not floating.
    ShapeError
        If the shapes don't broadcast.
    """
    parameters = [x for x in (mean, std) if isinstance(x, Tensor)]
    check_std("normal", std)
    if not parameters:
        if not isinstance(size, (tuple, list)):
            raise error("argument", op="normal", argument="size", expected="a tuple of ints beside numbers", got=size)
        wanted = floating("normal", dtype)
        drawn = standard_normal(checked_shape("normal", (size,)), wanted, device, generator)
        return marked(drawn * std + mean, requires_grad)
    if size is not None or dtype is not None or device is not None or requires_grad:
        raise error(
            "argument",
            op="normal",
            argument="size, dtype, device, requires_grad",
            expected="none beside a Tensor",
            got=size,
        )
    for x in parameters:
        floating("normal", x.dtype)
    try:
        shape = np.broadcast_shapes(*(x.shape for x in parameters))
    except ValueError as problem:
        shapes = " and ".join(str(x.shape) for x in parameters)
        raise error("broadcast", op="normal", shapes=shapes) from problem
    mean, std = registry["common"](mean, std)
    like: Any = mean if isinstance(mean, Tensor) else std
    drawn = standard_normal(shape, like.dtype, like.device, generator)
    result: Tensor = normal_p(drawn, mean, std)
    return result


def check_std(op: str, std: Any) -> None:
    """Refuse negative standard deviations, and NaN."""
    array = std.array if isinstance(std, Tensor) else std
    if not (bool((array >= 0).all()) if isinstance(std, Tensor) else array >= 0):
        raise error("standard-deviation", op=op, got=float(array.min()) if isinstance(std, Tensor) else std)


@published()
def bernoulli(input: Any, p: Any = None, *, generator: Any = None) -> Tensor:
    """Draw 0 or 1 for each element: 1 with the probability that the element says, or with probability `p`.

    Parameters
    ----------
    input : Tensor of shape (...)
        Probabilities, floating; if `p` is given, its shape and dtype alone count.
    p : float, optional
        One probability for all.
    generator : Generator, optional
        From which to draw; the default one if left out.

    Returns
    -------
    Tensor of shape (...)
        Zeros and ones, in the dtype of `input`.

    Raises
    ------
    ArgumentError
        If a probability lies outside 0 … 1.
    DTypeError
        If the probabilities are not floating.
    """
    if p is not None:
        return trials(box(input.array), p, generator)
    floating("bernoulli", input.dtype)
    check_probabilities("bernoulli", input.array)
    words = input.array.size * (1 + wide(input.dtype))
    result: Tensor = bernoulli_p(Place(generator, words, input.device), input)
    return result


@published()
def bernoulli_(input: Any, p: Any = 0.5, *, generator: Any = None) -> Tensor:
    """Fill the tensor with zeros and ones, ones with probability `p`, and return it.

    Parameters
    ----------
    p : float, or Tensor of a shape that broadcasts to this one's
        The probability of a one.
    generator : Generator, optional
        From which to draw.
    """
    return write(input, trials(alias(input), p, generator), "bernoulli_")


def trials(input: Any, p: Any, generator: Any) -> Tensor:
    """Draw zeros and ones in the shape and dtype of `input`."""
    if isinstance(p, Tensor):
        chances = registry["expand_for_write"](p, input.shape, "bernoulli_") if p.shape != input.shape else p
        drawn = bernoulli(chances.detach(), generator=generator)
    else:
        if isinstance(p, bool) or not isinstance(p, (int, float)) or not 0 <= p <= 1:
            raise error("probability", op="bernoulli", got=p)
        place = Place(generator, input.array.size, input.device)
        drawn = chance_p(place, p=float(p), shape=input.shape)
    result: Tensor = drawn if drawn.dtype == input.dtype else registry["cast"](drawn, dtype=input.dtype)
    return result


def check_probabilities(op: str, array: Any) -> None:
    """Refuse what lies outside 0 … 1, and NaN."""
    xp = backend_of(array).xp
    wrong = ~((array >= 0) & (array <= 1))
    if bool(xp.any(wrong)):
        raise error("probability", op=op, got=float(array[wrong][0]))


@published()
def multinomial(input: Any, num_samples: int, replacement: bool = False, *, generator: Any = None) -> Tensor:
    """Draw categories by their weights.

    Parameters
    ----------
    input : Tensor of shape (K,) or (N, K), floating
        Weights of K categories, row by row; they need not sum to 1.
    num_samples : int
        How many to draw from each row.
    replacement : bool
        Whether a category may be drawn more than once.
    generator : Generator, optional
        From which to draw; the default one if left out.

    Returns
    -------
    Tensor of shape (num_samples,) or (N, num_samples), int64
        Numbers of the categories, in the order in which they were drawn.

    Raises
    ------
    ArgumentError
        If weights are negative, not finite or all 0 in a row, or `num_samples` is below 1 or, without
        replacement, more than the categories with a weight above 0.
    ShapeError
        If `input` has neither one nor two dimensions.

    Notes
    -----
    With replacement by bisection of the cumulated weights, O(K + n log K) a row; without by a race of exponential
    times (Efraimidis and Spirakis 2006), O(K log K) a row.

    Examples
    --------
    >>> multinomial(tensor([0.0, 2.0, 0.0]), 3, replacement=True)
    tensor([1, 1, 1])
    """
    floating("multinomial", input.dtype)
    if input.ndim not in (1, 2):
        raise error("ndim", op="multinomial", expected="1 or 2", shape=input.shape)
    samples = integer("multinomial", "num_samples", num_samples)
    if samples < 1:
        raise error("argument", op="multinomial", argument="num_samples", expected="an int ≥ 1", got=num_samples)
    weights = box(input.array if input.ndim == 2 else input.array[None])
    check_weights(weights.array, samples, replacement)
    rows, categories = weights.shape
    words = 2 * rows * (samples if replacement else categories)
    drawn: Tensor = multinomial_p(
        Place(generator, words, input.device), weights, num_samples=samples, replacement=bool(replacement)
    )
    return drawn if input.ndim == 2 else reshape_p(drawn, shape=(samples,))


def check_weights(array: Any, samples: int, replacement: bool) -> None:
    """Refuse weights by which nothing can be drawn."""
    xp = backend_of(array).xp
    if array.shape[1] == 0:
        raise error("multinomial-weights", reason="there are no categories")
    if not bool(xp.all(xp.isfinite(array) & (array >= 0))):
        raise error("multinomial-weights", reason="one is negative, infinite or NaN")
    positive = xp.sum(array > 0, axis=1)
    if bool(xp.any(positive == 0)):
        raise error("multinomial-weights", reason="those of a row are all 0")
    if not replacement and bool(xp.any(positive < samples)):
        available = int(getattr(positive, "whole", positive).min())  # of vmap: all samples
        raise error("multinomial-count", num_samples=samples, available=available)
