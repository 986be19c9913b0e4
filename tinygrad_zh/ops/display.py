"""Floor 2: how a tensor prints: as in PyTorch, digit for digit.

Three steps: ``edges`` cuts a big array down to its corners, a ``Format`` looks at all the numbers that will be
shown and decides on one notation and one width for them, and ``nested`` writes the brackets.

May import: floors 0–1.  Source of the rules: PyTorch, ``torch/_tensor_str.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..aliases import Array, Shape
from ..backend.devices import CPU, backend_of
from ..backend.dtypes import bool_, get_default_dtype, int64
from ..core.modes import LAYERS
from ..core.registry import register, registry
from ..errors import error
from .noted import looked_at
from .publish import published


@dataclass
class Options:
    """What ``set_printoptions`` sets."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


OPTIONS = Options()
PROFILES = {
    "default": Options(),
    "short": Options(precision=2, edgeitems=2),
    "full": Options(threshold=math.inf),
}


@published(method=False)
def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how tensors print; what is None stays as it is, but for `sci_mode`, which is always set.

    Parameters
    ----------
    precision : int, optional
        Digits after the point (4).
    threshold : float, optional
        Above so many elements, only the first and last of each dimension are shown (1000).
    edgeitems : int, optional
        How many first and last ones (3).
    linewidth : int, optional
        Characters per line (80).
    profile : {"default", "short", "full"}, optional
        Where to start from.
    sci_mode : bool, optional
        Whether numbers print as 1.0000e+02; None lets the numbers decide.

    Raises
    ------
    ArgumentError
        If a value is out of range; nothing is changed then.

    Examples
    --------
    >>> set_printoptions(precision=2)
    >>> tensor([1.12345])
    tensor([1.12])
    >>> set_printoptions(profile="default")
    """
    least = {"precision": (precision, 0), "edgeitems": (edgeitems, 1), "linewidth": (linewidth, 1)}
    for name, (value, low) in least.items():
        if value is not None and (type(value) is not int or value < low):
            raise error("argument", op="set_printoptions", argument=name, expected=f"an int ≥ {low}", got=value)
    if threshold is not None and (isinstance(threshold, bool) or not isinstance(threshold, (int, float))):
        raise error("argument", op="set_printoptions", argument="threshold", expected="a number", got=threshold)
    if profile is not None and profile not in PROFILES:
        known = "'default', 'short' or 'full'"
        raise error("argument", op="set_printoptions", argument="profile", expected=known, got=profile)
    start = OPTIONS if profile is None else PROFILES[profile]
    OPTIONS.precision = start.precision if precision is None else precision
    OPTIONS.threshold = start.threshold if threshold is None else threshold
    OPTIONS.edgeitems = start.edgeitems if edgeitems is None else edgeitems
    OPTIONS.linewidth = start.linewidth if linewidth is None else linewidth
    OPTIONS.sci_mode = sci_mode


class Format:
    """One notation and one width for all numbers of an array.

    Floats that are all whole numbers print as ``3.``; scientific notation is chosen where they spread over
    more than three orders of magnitude, or lie beyond 1e8 or below 1e-4.

    Parameters
    ----------
    shown : numpy.ndarray
        The numbers that will be printed.
    """

    def __init__(self, shown: Array) -> None:
        self.floating = shown.dtype.kind == "f"
        self.whole, self.scientific, self.width = True, False, 1
        values = shown.reshape(-1).tolist()
        if self.floating:  # zeros, infinities and NaN have no say in the notation
            values = [x for x in values if x and math.isfinite(x)]
            sizes = [abs(x) for x in values]
            self.whole = all(x == math.floor(x) for x in values)
            if sizes:
                spread = max(sizes) / min(sizes) > 1000 or max(sizes) > 1e8 or min(sizes) < 1e-4
                self.scientific = spread if OPTIONS.sci_mode is None else OPTIONS.sci_mode
        self.width = max((len(self.digits(x)) for x in values), default=1)

    def digits(self, x: Any) -> str:
        """Return one number without padding."""
        if not self.floating:
            return str(x)
        if self.scientific:
            return f"{x:.{OPTIONS.precision}e}"
        if self.whole:
            return f"{x:.0f}." if math.isfinite(x) else str(x)
        return f"{x:.{OPTIONS.precision}f}"

    def padded(self, x: Any) -> str:
        """Return one number, as wide as all the others."""
        return self.digits(x).rjust(self.width)


def edges(array: Array) -> Array:
    """Return the first and last elements along every dimension that is too long to be shown."""
    xp, count = backend_of(array).xp, OPTIONS.edgeitems
    for axis, length in enumerate(array.shape):
        if length > 2 * count:
            ahead = (slice(None),) * axis
            array = xp.concatenate((array[(*ahead, slice(count))], array[(*ahead, slice(-count, None))]), axis=axis)
    return array


def nested(shown: Any, shape: Shape, full: Shape, indent: int, form: Format) -> str:
    """Write nested lists of numbers with their brackets.

    Parameters
    ----------
    shown : number or nested lists
        What is to be printed, of shape `shape`.
    shape, full : tuple of int
        Where `full`, the array's own shape, is longer, ``...`` stands for what was left out.
    indent : int
        The column at which the opening bracket stands.
    form : Format
        How to print a number.
    """
    if not shape:
        return form.padded(shown)
    gap = OPTIONS.edgeitems if full[0] > shape[0] else None
    if len(shape) > 1:
        rows = [nested(row, shape[1:], full[1:], indent + 1, form) for row in shown]
        if gap is not None:
            rows.insert(gap, "...")
        return "[" + ("," + "\n" * (len(shape) - 1) + " " * (indent + 1)).join(rows) + "]"
    numbers = [form.padded(x) for x in shown]
    if gap is not None:
        numbers.insert(gap, " ...")
    per_line = max(1, (OPTIONS.linewidth - indent) // (form.width + 2))  # 2: the comma and a space
    lines = [", ".join(numbers[i : i + per_line]) for i in range(0, len(numbers), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def facts(tensor: Any) -> list[str]:
    """What is said behind the numbers: device, size, dtype, and how a gradient flows, where not as usual."""
    found = [] if tensor.device == CPU.device else [f"device='{tensor.device}'"]
    usual = [get_default_dtype()]
    if tensor.array.size:
        usual += [int64, bool_]  # the numbers show these by themselves
    elif tensor.ndim != 1:
        found.append(f"size={tensor.shape}")
    if tensor.dtype not in usual:
        found.append(f"dtype={tensor.dtype}")
    if tensor.grad_fn is not None:
        found.append(f"grad_fn={tensor.grad_fn!r}")
    elif tensor.requires_grad:
        found.append("requires_grad=True")
    return found


def text_of(tensor: Any) -> str:
    """Return what ``repr(tensor)`` shows."""
    if LAYERS and (samples := registry["samples_shown"](tensor)) is not None:
        return f"batched({samples})"  # inside vmap: all samples, and which call of it hides their dimension
    looked_at(tensor)
    kind = type(tensor).__name__
    prefix = "tensor(" if kind in ("Tensor", "Parameter") else kind + "("
    indent, full = len(prefix), tensor.shape
    array = tensor.array.reshape(-1)[:0] if not tensor.array.size else tensor.array
    cut = edges(array) if array.size > OPTIONS.threshold else array
    shown = backend_of(cut).to_numpy(cut)  # only what is shown leaves the device
    text = prefix + (nested(shown.tolist(), shown.shape, full, indent, Format(shown)) if shown.size else "[]")
    column = len(text) - text.rfind("\n") + 1
    for fact in facts(tensor):
        if column + len(fact) + 2 > OPTIONS.linewidth:
            text += ",\n" + " " * indent + fact
            column = indent + len(fact)
        else:
            text += ", " + fact
            column += len(fact) + 2
    return ("Parameter containing:\n" if kind == "Parameter" else "") + text + ")"


register("repr", text_of)
