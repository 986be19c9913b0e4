"""Where in a sequence something stands, which attention by itself does not know: three ways of saying it.

    sinusoidal   waves of many lengths are added                      (Vaswani et al. 2017)
    learnt       a vector for every position is added                 (Gehring et al. 2017)
    rotary       queries and keys are turned, the further on the more (Su et al. 2021)

PyTorch has no such layers.

May import: floors 0–2, ``module``, ``parameter``, ``init``.
"""

from __future__ import annotations

from typing import Any

from ..core.tensor import Tensor
from ..errors import error
from ..ops.publish import public
from . import init
from .module import Module
from .parameter import Parameter


def check_sizes(op: str, even: str = "", **sizes: Any) -> None:
    """Refuse sizes that are no positive ints, or odd where it must be even."""
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, int) or size < 1 or (name == even and size % 2):
            expected = "an even int ≥ 2" if name == even else "an int ≥ 1"
            raise error("argument", op=op, argument=name, expected=expected, got=size)


def check_input(op: str, x: Any, width: int) -> None:
    """Refuse what is no sequence of vectors of this width."""
    if not isinstance(x, Tensor):
        raise error("not-a-tensor", op=op, kind=type(x).__name__)
    if x.ndim < 2 or x.shape[-1] != width:
        raise error("parameter-shape", op=op, name="input", got=x.shape, expected=f"(..., {width}), at least 2-d")


def angles(positions: Any, width: int, base: float) -> Any:
    """Return position · base^(−2i/width) for i < width/2: (T, width/2), in float64."""
    steps = public["arange"](0, width, 2, dtype="float64", device=positions.device)
    return public["to"](positions, dtype="float64")[:, None] * base ** (-steps / width)


class AddedPositions(Module):
    """What sinusoidal and learnt positions share: a vector for every position, added to what stands there."""

    dim: int
    max_len: int
    batch_first: bool

    def table(self) -> Any:
        """Return the vectors, of shape (max_len, dim)."""
        raise error("forward-missing", kind=type(self).__name__)

    def forward(self, input: Any, offset: int = 0) -> Any:
        """Add the positions from `offset` on to sequences (T, B, D), with `batch_first` (B, T, D), or (T, D)."""
        op = type(self).__name__
        check_input(op, input, self.dim)
        batched = input.ndim > 2
        place = input.ndim - 2 if self.batch_first or not batched else 0
        length = input.shape[place]
        if isinstance(offset, bool) or not isinstance(offset, int) or offset < 0:
            raise error("argument", op=op, argument="offset", expected="an int ≥ 0", got=offset)
        if offset + length > self.max_len:
            raise error("positions-beyond", op=op, length=length, offset=offset, most=self.max_len - 1)
        own = public["to"](self.table()[offset : offset + length], dtype=input.dtype)
        between = (1,) * (input.ndim - 2 - place)
        return input + own.reshape(length, *between, self.dim)

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"{self.dim}, max_len={self.max_len}" + (", batch_first=True" if self.batch_first else "")


class SinusoidalPositions(AddedPositions):
    """Add sin(t · 10000^(−2i/D)) to feature 2i and the cosine to feature 2i + 1.

    Parameters
    ----------
    dim : int
        The width D, even.
    max_len : int
        How long sequences may be.
    batch_first : bool
        Whether they come as (B, T, D) and not as (T, B, D).

    Notes
    -----
    Vaswani et al. (2017), "Attention is all you need", section 3.5.  Nothing is trained and nothing saved.

    Examples
    --------
    >>> SinusoidalPositions(2)(zeros(1, 2))
    tensor([[0., 1.]])
    """

    waves: Any

    def __init__(self, dim: int, max_len: int = 5000, batch_first: bool = False) -> None:
        super().__init__()
        check_sizes("SinusoidalPositions", even="dim", dim=dim, max_len=max_len)
        self.dim, self.max_len, self.batch_first = dim, max_len, batch_first
        turned = angles(public["arange"](max_len), dim, 10000.0)
        waves = public["stack"]([public["sin"](turned), public["cos"](turned)], 2).reshape(max_len, dim)
        self.register_buffer("waves", waves, persistent=False)

    def table(self) -> Any:
        """Return the waves, of shape (max_len, dim)."""
        return self.waves


class LearnedPositions(AddedPositions):
    """Add a vector for every position that is trained like any other weight.

    Parameters
    ----------
    dim : int
        The width D.
    max_len : int
        How long sequences may be.
    batch_first : bool
        Whether they come as (B, T, D) and not as (T, B, D).
    device, dtype : optional
        Of the weight.

    Attributes
    ----------
    weight : Parameter of shape (max_len, dim)
        The vectors, at first normal with standard deviation 0.02.
    """

    weight: Parameter

    def __init__(
        self, dim: int, max_len: int, batch_first: bool = False, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        check_sizes("LearnedPositions", dim=dim, max_len=max_len)
        self.dim, self.max_len, self.batch_first = dim, max_len, batch_first
        self.weight = Parameter(public["empty"]((max_len, dim), device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the vectors anew."""
        init.normal_(self.weight, std=0.02)

    def table(self) -> Any:
        """Return the weight."""
        return self.weight


class RotaryPositions(Module):
    """Turn pairs of features of queries and keys by angles that grow with the position.

    The product of a query and a key then depends on how far they are apart, not on where they stand.

    Parameters
    ----------
    dim : int
        The width D of a head, even.
    base : float
        Feature pair i is turned by t · base^(−2i/D).
    interleaved : bool
        Whether a pair is (2i, 2i + 1), as in the paper, and not (i, i + D/2), as in most models of today.

    Notes
    -----
    (a, b) ↦ (a cos φ − b sin φ, a sin φ + b cos φ).  Su et al. (2021), "RoFormer", eq. 34.

    Examples
    --------
    >>> rotary = RotaryPositions(4)
    >>> rotary(ones(2, 8, 5, 4)).shape  # (B, H, T, D)
    (2, 8, 5, 4)
    """

    def __init__(self, dim: int, base: float = 10000.0, interleaved: bool = False) -> None:
        super().__init__()
        check_sizes("RotaryPositions", even="dim", dim=dim)
        if isinstance(base, bool) or not isinstance(base, (int, float)) or not base > 0:
            raise error("argument", op="RotaryPositions", argument="base", expected="a number above 0", got=base)
        self.dim, self.base, self.interleaved = dim, float(base), interleaved

    def forward(self, input: Any, offset: int = 0) -> Any:
        """Turn queries or keys (..., T, D), the first of which stands at position `offset`."""
        check_input("RotaryPositions", input, self.dim)
        if isinstance(offset, bool) or not isinstance(offset, int):
            raise error("argument", op="RotaryPositions", argument="offset", expected="an int", got=offset)
        length = input.shape[-2]
        turned = angles(public["arange"](offset, offset + length, device=input.device), self.dim, self.base)
        cos, sin = (public["to"](public[name](turned), dtype=input.dtype) for name in ("cos", "sin"))
        if self.interleaved:
            a, b = input[..., 0::2], input[..., 1::2]
        else:
            a, b = input[..., : self.dim // 2], input[..., self.dim // 2 :]
        pair = [a * cos - b * sin, a * sin + b * cos]
        if self.interleaved:
            return public["stack"](pair, -1).reshape(*input.shape)
        return public["cat"](pair, -1)

    def extra_repr(self) -> str:
        """Return the options."""
        return f"{self.dim}, base={self.base}" + (", interleaved=True" if self.interleaved else "")
