r"""Floor 2: activation functions made of straight pieces (hardswish: of one parabola too), and how each breaks.

Every rule is ``g`` times the slope of the piece that x lies on; where two pieces meet, PyTorch's choice.

May import: floors 0–1, ``activation``, ``elementwise``, ``indexing``, ``random``, ``reduce``, ``shape``, ``write``.
Read next: ``smooth.py``.
"""

from __future__ import annotations

from typing import Any

from ..core.primitive import primitive
from ..errors import error
from .activation import relu as relu_p
from .arguments import number_for
from .elementwise import abs, masked_to_zero, where_p
from .publish import publish, published
from .random import uniform
from .reduce import floating
from .shape import reshape_p
from .write import computed


@published(space="nn.functional")
def relu(input: Any, inplace: bool = False) -> Any:
    """Return max(x, 0); the slope at 0 is 0."""
    return computed("relu", input, inplace, relu_p)


# -- leaky ---------------------------------------------------------------------------------------------


@primitive(
    r"\operatorname{leaky\_relu}(<x>)",
    vjp_x=lambda g, x, slope: where_p(x > 0, g, g * slope),
    tex_rules={"x": r"g \odot \left([x > 0] + \mathrm{slope}\,[x \le 0]\right)"},
    name="leaky_relu",
)
def leaky_relu_p(xp: Any, x: Any, *, slope: float) -> Any:
    return xp.where(x > 0, x, x * slope)


@published(method=False)
def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Any:
    """Return x where x > 0, and `negative_slope` · x elsewhere.

    Parameters
    ----------
    input : Tensor of shape (...), floating
        The values.
    negative_slope : float
        The slope to the left of 0, and at 0.
    inplace : bool
        Write the result into `input`.
    """
    slope = float(negative_slope)
    return computed("leaky_relu", floating("leaky_relu", input), inplace, lambda x: leaky_relu_p(x, slope=slope))


@primitive(
    r"\operatorname{prelu}(<x>, <weight>)",
    vjp_x=lambda g, x, weight: where_p(x > 0, g, weight * g),
    vjp_weight=lambda g, x: masked_to_zero(x * g, x > 0),
    tex_rules={
        "x": r"g \odot \left([x > 0] + \mathrm{weight} \odot [x \le 0]\right)",
        "weight": r"g \odot x \odot [x \le 0]",
    },
    name="prelu",
)
def prelu_p(xp: Any, x: Any, weight: Any) -> Any:
    return xp.where(x > 0, x, weight * x)


@published()
def prelu(input: Any, weight: Any) -> Any:
    """Return x where x > 0, and ``weight`` · x elsewhere: a leaky relu whose slope is learnt.

    Parameters
    ----------
    input : Tensor of shape (N, C, ...), floating
        The values; with a single dimension, or none, there is one channel.
    weight : Tensor of shape (), (1,) or (C,)
        One slope, or one per channel.

    Raises
    ------
    ShapeError
        If the weight is neither one number nor a vector of C.
    DTypeError
        If the dtypes differ.

    Notes
    -----
    He et al. (2015), "Delving deep into rectifiers", eq. 1.
    """
    if input.dtype != weight.dtype:
        raise error("parameter-dtype", op="prelu", name="weight", got=weight.dtype, dtype=input.dtype)
    channels = input.shape[1] if input.ndim > 1 else 1
    if weight.ndim > 1 or weight.shape not in ((), (1,), (channels,)):
        raise error("parameter-shape", op="prelu", name="weight", got=weight.shape, expected=f"(1,) or ({channels},)")
    broadcastable = (-1,) + (1,) * (input.ndim - 2) if input.ndim > 1 else (1,) * input.ndim
    return prelu_p(floating("prelu", input), reshape_p(weight, shape=broadcastable))


@published(method=False)
def rrelu(input: Any, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False, inplace: bool = False) -> Any:
    """Return x where x > 0, and a · x elsewhere; a is drawn from [lower, upper) in training, else their mean.

    Parameters
    ----------
    input : Tensor of shape (...), floating
        The values.
    lower, upper : float
        The bounds of the slope to the left of 0.
    training : bool
        Whether to draw a slope for every element.
    inplace : bool
        Write the result into `input`.

    Raises
    ------
    ArgumentError
        If `lower` is above `upper`.

    Notes
    -----
    Xu et al. (2015), "Empirical evaluation of rectified activations in convolutional network", section 3.4.
    """
    if not lower <= upper:
        raise error("random-range", op="rrelu", low=lower, high=upper)
    input = floating("rrelu", input)
    if not training:
        return computed("rrelu", input, inplace, lambda x: leaky_relu_p(x, slope=(lower + upper) / 2))
    slopes = uniform(input.shape, input.dtype, input.device, None) * (upper - lower) + lower
    return computed("rrelu", input, inplace, lambda x: prelu_p(x, slopes))


# -- clipped -------------------------------------------------------------------------------------------


@primitive(
    r"\operatorname{hardtanh}(<x>)",
    vjp_x=lambda g, x, low, high: where_p((x > low) & (x < high), g, 0),
    tex_rules={"x": r"g \odot [\mathrm{low} < x < \mathrm{high}]"},
    name="hardtanh",
)
def hardtanh_p(xp: Any, x: Any, *, low: float, high: float) -> Any:
    return xp.minimum(xp.maximum(x, low), high)


@published(space="nn.functional")
def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Any:
    """Limit every element to [min_val, max_val]; unlike ``clamp``, the slope on a bound is 0.

    Parameters
    ----------
    input : Tensor of shape (...)
        The values; of integers, but not of bools, too.
    min_val, max_val : float
        The bounds.
    inplace : bool
        Write the result into `input`.

    Raises
    ------
    ArgumentError
        If `min_val` is above `max_val`, or negative beside unsigned integers.
    """
    if min_val > max_val:
        raise error("argument", op="hardtanh", argument="min_val", expected=f"at most max_val={max_val}", got=min_val)
    if input.dtype.kind == "b":
        raise error("dtype-unsupported", op="hardtanh", dtypes="bool")
    low, high = (number_for("hardtanh", bound, input.dtype, around=False) for bound in (min_val, max_val))
    return computed("hardtanh", input, inplace, lambda x: hardtanh_p(x, low=low, high=high))


@published(space="nn.functional")
def relu6(input: Any, inplace: bool = False) -> Any:
    """Return min(max(x, 0), 6); the slope at 0 and at 6 is 0."""
    if input.dtype.kind == "b":
        raise error("dtype-unsupported", op="relu6", dtypes="bool")
    return computed("relu6", input, inplace, lambda x: hardtanh_p(x, low=0, high=6))


@primitive(
    r"\frac{\min(\max(<x:1> + 3, 0), 6)}{6}",
    vjp_x=lambda g, x: where_p((x > -3) & (x < 3), g / 6, 0),
    tex_rules={"x": r"\frac{g}{6} \odot [-3 < x < 3]"},
    name="hardsigmoid",
)
def hardsigmoid_p(xp: Any, x: Any) -> Any:
    return xp.minimum(xp.maximum(x + 3, 0), 6) / 6


@published(space="nn.functional")
def hardsigmoid(input: Any, inplace: bool = False) -> Any:
    """Return min(max(x + 3, 0), 6) / 6, a sigmoid of three straight pieces; the slope at ±3 is 0."""
    return computed("hardsigmoid", floating("hardsigmoid", input), inplace, hardsigmoid_p)


@primitive(
    r"<x:2> \odot \frac{\min(\max(<x:1> + 3, 0), 6)}{6}",
    vjp_x=lambda g, x: masked_to_zero(where_p(x >= 3, g, g * (x / 3 + 0.5)), x <= -3),
    tex_rules={"x": r"g \odot \left(\left(\tfrac{x}{3} + \tfrac{1}{2}\right) [-3 < x < 3] + [x \ge 3]\right)"},
    name="hardswish",
)
def hardswish_p(xp: Any, x: Any) -> Any:
    return x * xp.minimum(xp.maximum(x + 3, 0), 6) / 6


@published(space="nn.functional")
def hardswish(input: Any, inplace: bool = False) -> Any:
    """Return x · hardsigmoid(x); Howard et al. (2019), "Searching for MobileNetV3", section 5.2."""
    return computed("hardswish", floating("hardswish", input), inplace, hardswish_p)


# -- with a gap or a step ------------------------------------------------------------------------------


@primitive(
    r"<x:2> \odot [\left|<x>\right| > \lambda]",
    vjp_x=lambda g, x, lambd: where_p(abs(x) > lambd, g, 0),
    tex_rules={"x": r"g \odot [\left|x\right| > \lambda]"},
    name="hardshrink",
)
def hardshrink_p(xp: Any, x: Any, *, lambd: float) -> Any:
    return xp.where(xp.abs(x) <= lambd, 0, x)


@published()
def hardshrink(input: Any, lambd: float = 0.5) -> Any:
    """Return x where |x| > `lambd`, and 0 elsewhere."""
    return hardshrink_p(floating("hardshrink", input), lambd=float(lambd))


@primitive(
    r"<x:1> - \min(\max(<x>, -\lambda), \lambda)",
    vjp_x=lambda g, x, lambd: where_p(abs(x) > lambd, g, 0),
    tex_rules={"x": r"g \odot [\left|x\right| > \lambda]"},
    name="softshrink",
)
def softshrink_p(xp: Any, x: Any, *, lambd: float) -> Any:
    return x - xp.minimum(xp.maximum(x, -lambd), lambd)


@published(space="nn.functional")
def softshrink(input: Any, lambd: float = 0.5) -> Any:
    """Return x moved towards 0 by `lambd` ≥ 0, and 0 where it would pass 0: what an L1 penalty does to x."""
    if not lambd >= 0:
        raise error("argument", op="softshrink", argument="lambd", expected="a number ≥ 0", got=lambd)
    return softshrink_p(floating("softshrink", input), lambd=float(lambd))


@primitive(
    r"\operatorname{threshold}(<x>)",
    vjp_x=lambda g, x, step: masked_to_zero(g, x <= step),
    tex_rules={"x": r"g \odot [x > \mathrm{step}]"},
    name="threshold",
)
def threshold_p(xp: Any, x: Any, *, step: float, left: float) -> Any:
    return xp.where(x <= step, xp.asarray(left, dtype=x.dtype), x)


@published(method=False)
def threshold(input: Any, threshold: float, value: float, inplace: bool = False) -> Any:
    """Return x where x > `threshold`, and `value` elsewhere.

    Parameters
    ----------
    input : Tensor of shape (...)
        The values; of integers, but not of bools, too.
    threshold, value : float
        Where the step is, and what stands to the left of it.
    inplace : bool
        Write the result into `input`.
    """
    if input.dtype.kind == "b":
        raise error("dtype-unsupported", op="threshold", dtypes="bool")
    step, left = (number_for("threshold", number, input.dtype) for number in (threshold, value))
    return computed("threshold", input, inplace, lambda x: threshold_p(x, step=step, left=left))


thresholded = threshold  # its second name, for where an argument has the first


# -- PyTorch's functions that write into their input -----------------------------------------------------


@published(method=False)
def relu_(input: Any) -> Any:
    """Write ``relu(input)`` into `input`."""
    return relu(input, inplace=True)


@published(space="nn.functional")
def leaky_relu_(input: Any, negative_slope: float = 0.01) -> Any:
    """Write ``leaky_relu(input)`` into `input`."""
    return leaky_relu(input, negative_slope, inplace=True)


@published(method=False)
def rrelu_(input: Any, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False) -> Any:
    """Write ``rrelu(input)`` into `input`."""
    return rrelu(input, lower, upper, training, inplace=True)


@published(space="nn.functional")
def hardtanh_(input: Any, min_val: float = -1.0, max_val: float = 1.0) -> Any:
    """Write ``hardtanh(input)`` into `input`."""
    return hardtanh(input, min_val, max_val, inplace=True)


@published(method=False)
def threshold_(input: Any, threshold: float, value: float) -> Any:
    """Write ``threshold(input)`` into `input`."""
    return thresholded(input, threshold, value, inplace=True)


for _function in (leaky_relu, prelu, rrelu, rrelu_, hardshrink, threshold, threshold_, relu_):
    publish(_function.__name__, _function, space="nn.functional")
