"""What the options of layers may be, by their names, which mean the same in all layers.

A `Layer` looks an attribute up here when it is set: so options are refused where the layer is made, not when an input
comes, and a later ``layer.stride = -1`` is refused too.

May import: floor 0.  Read next: ``linear.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Real
from typing import Any, NamedTuple


class Option(NamedTuple):
    """What a message says of the values, and the test of one."""

    expected: str
    holds: Callable[[Any], bool]

    def or_none(self) -> Option:
        """Return the same with None."""
        return Option(f"None, or {self.expected}", lambda x: x is None or self.holds(x))


def is_int(x: Any) -> bool:
    """Whether it is an integer, True and False not being ones."""
    return hasattr(x, "__index__") and not isinstance(x, bool)


def is_number(x: Any) -> bool:
    """Whether it is a real number; True, False and NaN are none."""
    return isinstance(x, Real) and not isinstance(x, bool) and not math.isnan(x)


def whole(least: float) -> Option:
    """Return the integers from `least`, one or several of them."""

    def holds(x: Any) -> bool:
        values = x if isinstance(x, (tuple, list)) else (x,)
        return bool(values) and all(is_int(n) and n >= least for n in values)

    return Option("an int, or several" if least == -math.inf else f"an int ≥ {least}, or several", holds)


def each_or_none(option: Option) -> Option:
    """Return an option of which one of several values may be None."""

    def holds(x: Any) -> bool:
        values = x if isinstance(x, (tuple, list)) else (x,)
        return bool(values) and all(n is None or option.holds(n) for n in values)

    return Option(option.expected + "; None keeps a size", holds)


NUMBER = Option("a number", is_number)
NOT_NEGATIVE = Option("a number ≥ 0", lambda x: is_number(x) and x >= 0)
POSITIVE = Option("a number > 0", lambda x: is_number(x) and x > 0)
PROBABILITY = Option("a probability from 0 to 1", lambda x: is_number(x) and 0 <= x <= 1)
SWITCH = Option("True or False", lambda x: isinstance(x, (bool, int)) and x in (0, 1))
SIZES, WIDTHS, ANY_WIDTHS = whole(1), whole(0), whole(-math.inf)
INT = Option("an int", is_int)
REDUCTION = Option("'mean', 'sum' or 'none'", lambda x: x in ("mean", "sum", "none"))
KL_REDUCTION = Option("'batchmean', 'mean', 'sum' or 'none'", lambda x: x in ("batchmean", "mean", "sum", "none"))
FACTORS = Option(
    "a number > 0, or several", lambda x: x != () and all(map(POSITIVE.holds, x if isinstance(x, tuple) else (x,)))
)

OPTIONS = {
    **dict.fromkeys(("kernel_size", "dilation", "groups", "upscale_factor", "downscale_factor"), SIZES),
    **dict.fromkeys(("stride", "size"), SIZES.or_none()),
    **dict.fromkeys(("padding", "output_padding"), WIDTHS),
    "output_size": each_or_none(WIDTHS),
    "scale_factor": FACTORS.or_none(),
    "eps": NOT_NEGATIVE.or_none(),
    **dict.fromkeys(("num_parameters", "num_groups", "num_channels"), WIDTHS),
    **dict.fromkeys(("start_dim", "end_dim", "ignore_index", "blank"), INT),
    **dict.fromkeys(
        ("alpha", "beta", "lambd", "lower", "max_val", "min_val", "negative_slope", "norm", "norm_type", "threshold"),
        NUMBER,
    ),
    **dict.fromkeys(("delta", "init", "k", "margin", "p", "upper", "value"), NUMBER),
    "label_smoothing": PROBABILITY,
    "dim": INT.or_none(),
    **dict.fromkeys(
        ("affine", "ceil_mode", "count_include_pad", "elementwise_affine", "full", "include_last_offset", "inplace"),
        SWITCH,
    ),
    **dict.fromkeys(("keepdim", "log_input", "log_target", "return_indices", "swap"), SWITCH),
    **dict.fromkeys(("scale_grad_by_freq", "track_running_stats", "zero_infinity"), SWITCH),
    **dict.fromkeys(("align_corners", "recompute_scale_factor"), SWITCH.or_none()),
    "momentum": PROBABILITY.or_none(),
    "max_norm": NOT_NEGATIVE.or_none(),
    "reduction": REDUCTION,
    "approximate": Option("'none' or 'tanh'", lambda x: x in ("none", "tanh")),
}
"""By the name of the attribute; a class may say otherwise in its ``options``."""
