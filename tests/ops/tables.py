"""The table of ops: what every row says, and where its operands come from.

A row is one use of one public function.  Its expression ``call(m, x, …)`` is written once and run with `m` as
this package and as PyTorch, so it shows at the same time that names and arguments are the same.  The rows
stand in ``rows_*.py``, a file a family; ``test_laws.py`` runs every law on every row.  A new op needs a row:

    Row("exp", lambda m, x: m.exp(x), normal(3, 4), np.exp, elementwise=True)

The name up to a slash is the public name it stands for; what follows says what is special ("sum/dim=1").
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Draw = Callable[[np.random.Generator, tuple[int, ...]], Array]


@dataclass(frozen=True)
class Source:
    """Where an operand comes from: a distribution, which keeps to the op's domain, and a shape."""

    draw: Draw
    shape: tuple[int, ...]

    def array(self, rng: np.random.Generator, shape: tuple[int, ...] | None = None) -> Array:
        """Draw an operand, of another shape if one is given."""
        return np.asarray(self.draw(rng, self.shape if shape is None else shape))


def normal(*shape: int) -> Source:
    """Numbers of either sign around 0."""
    return Source(lambda rng, shape: rng.normal(size=shape), shape)


def between(low: float, high: float, *shape: int) -> Source:
    """Uniform numbers."""
    return Source(lambda rng, shape: rng.uniform(low, high, size=shape), shape)


def positive(*shape: int) -> Source:
    """Numbers from 0.3 to 3."""
    return between(0.3, 3, *shape)


def away(*shape: int) -> Source:
    """Numbers of either sign, from 0.3 to 3 away from 0."""
    return Source(lambda rng, shape: rng.uniform(0.3, 3, size=shape) * rng.choice([-1.0, 1.0], size=shape), shape)


def apart(*shape: int) -> Source:
    """Numbers of either sign, no two alike, none near an integer or half of one: no kink or tie is near."""

    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        count = int(np.prod(shape))
        return ((rng.permutation(count) - count // 2) * 0.5 + 0.2).reshape(shape)

    return Source(draw, shape)


def whole(low: int, high: int, *shape: int) -> Source:
    """Floats without a fraction, so that some are equal."""
    return Source(lambda rng, shape: rng.integers(low, high, size=shape).astype(float), shape)


def integers(low: int, high: int, *shape: int) -> Source:
    """int64 from `low` up to but without `high`."""
    return Source(lambda rng, shape: rng.integers(low, high, size=shape), shape)


def booleans(*shape: int) -> Source:
    """True and False."""
    return Source(lambda rng, shape: rng.random(size=shape) < 0.5, shape)


def transposed(source: Source) -> Source:
    """The same, with the first dimension fastest in memory."""
    return Source(lambda rng, shape: source.draw(rng, shape[::-1]).T, source.shape)


def strided(source: Source) -> Source:
    """The same, every other element of a larger array along the last dimension."""
    return Source(lambda rng, shape: source.draw(rng, (*shape[:-1], 2 * shape[-1]))[..., ::2], source.shape)


@dataclass(frozen=True)
class Row:
    """One use of one public function.

    Attributes
    ----------
    name : str
        The public name, then perhaps a slash and what is special.
    call : callable
        ``call(m, *operands)``: the use, with `m` this package or PyTorch; gives a Tensor or a tuple of them.
    operands : tuple of Source
        Where the operands come from.
    reference : callable
        The same on NumPy arrays.
    differentiable : tuple of int, optional
        Which operands get a gradient; all the floating ones by default.
    elementwise : bool
        Whether every element is computed by itself: then it is also tried on awkward and broadcast shapes.
    second : bool
        Whether its gradient can be differentiated.
    half : bool
        Whether it makes sense in float16.
    slope : bool
        Whether the gradient is the slope; a row that says no (``padding_idx``) says why beside it.
    parity : bool
        Whether PyTorch does the same; a row that says no says why beside it.
    integers : bool
        Whether it does so for integer and bool operands as well; a row that says no says why beside it.
    """

    name: str
    call: Callable[..., Any]
    operands: tuple[Source, ...]
    reference: Callable[..., Any]
    differentiable: tuple[int, ...] | None = None
    elementwise: bool = False
    second: bool = True
    half: bool = True
    slope: bool = True
    parity: bool = True
    integers: bool = True

    @property
    def public_name(self) -> str:
        """The function that the row stands for."""
        return self.name.partition("/")[0]

    def arrays(self, seed: int = 0, *shapes: tuple[int, ...]) -> tuple[Array, ...]:
        """Draw all operands, always the same for a seed; of other shapes if these are given."""
        rng = np.random.default_rng(seed)
        if shapes:
            return tuple(source.array(rng, shape) for source, shape in zip(self.operands, shapes, strict=True))
        return tuple(source.array(rng) for source in self.operands)

    def wrt(self, arrays: tuple[Array, ...]) -> tuple[int, ...]:
        """Which operands get a gradient."""
        if self.differentiable is not None:
            return self.differentiable
        return tuple(i for i, array in enumerate(arrays) if array.dtype.kind == "f")


def row(name: str, call: Callable[..., Any], *operands: Source, np: Callable[..., Any], **options: Any) -> Row:
    """Write a row in one line: its name, its use, its operands, the reference in NumPy."""
    return Row(name, call, operands, np, **options)


def deprecated(call: Callable[..., Any]) -> Callable[..., Any]:
    """A use of a function that PyTorch still has, but warns of."""

    def quiet(m: Any, *operands: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return call(m, *operands)

    return quiet


def all_rows() -> list[Row]:
    """Every row of every file ``rows_*.py`` beside this one."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("rows_*.py"))
    rows = [each for name in names for each in importlib.import_module(f"tests.ops.{name}").ROWS]
    doubled = {each.name for each in rows if sum(other.name == each.name for other in rows) > 1}
    assert not doubled, f"two rows have the name {sorted(doubled)}"
    return rows
