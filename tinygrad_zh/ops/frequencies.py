r"""Floor 2: the frequencies of a discrete Fourier transform, and putting them into order.

The transforms themselves give complex numbers, and there are no complex tensors.

May import: floors 0–1, ``create``, ``dims``, ``repeat``.
"""

from __future__ import annotations

from typing import Any

from ..backend.dtypes import as_dtype
from ..core.tensor import Tensor
from ..errors import error
from .create import tensor
from .dims import one_dim
from .publish import published
from .repeat import roll_p


def spaced(op: str, numbers: list[int], n: int, d: float, dtype: Any, device: Any, requires_grad: bool) -> Tensor:
    """Return whole numbers as multiples of 1 / (n d)."""
    if dtype is not None and as_dtype(dtype).kind != "f":
        raise error("dtype-not-floating", op=op, dtype=as_dtype(dtype))
    if isinstance(d, bool) or not isinstance(d, (int, float)):
        raise error("argument", op=op, argument="d", expected="a number", got=d)
    made = tensor([float(k) for k in numbers], dtype=dtype, device=device)
    step = n * d
    result = made * (1 / step) if step else made / 0.0
    return result.requires_grad_() if requires_grad else result  # type: ignore[no-any-return]


def count_of(op: str, n: Any) -> int:
    """Return how many samples there are."""
    if isinstance(n, bool) or not isinstance(n, int):
        raise error("argument", op=op, argument="n", expected="an int", got=n)
    if n < 0:
        raise error("size-negative", op=op, sizes=(n,))
    return n


@published(space="fft")
def fftfreq(n: int, d: float = 1.0, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return the frequencies of a transform of `n` samples `d` apart: 0, 1, …, then the negative ones, over n d."""
    count = count_of("fftfreq", n)
    numbers = [*range((count + 1) // 2), *range(-(count // 2), 0)]
    return spaced("fftfreq", numbers, count, d, dtype, device, requires_grad)


@published(space="fft")
def rfftfreq(n: int, d: float = 1.0, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return the frequencies of a transform of `n` real samples `d` apart, none of them negative: 0, 1, … over n d."""
    count = count_of("rfftfreq", n)
    return spaced("rfftfreq", list(range(count // 2 + 1)), count, d, dtype, device, requires_grad)


def shifted(op: str, input: Any, dim: Any, forward: bool) -> Any:
    """Exchange the halves along dimensions."""
    chosen = range(input.ndim) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    dims = [one_dim(op, d, input.ndim) for d in chosen]
    if not dims or not input.ndim:
        raise error("ndim", op=op, expected="at least 1", shape=input.shape)
    shifts = tuple(input.shape[d] // 2 if forward else -(input.shape[d] // 2) for d in dims)
    return roll_p(input, shifts=shifts, dims=tuple(dims))


@published(space="fft")
def fftshift(input: Any, dim: Any = None) -> Any:
    """Return the elements with those of frequency 0 in the middle, along `dim` or all dimensions.

    Parameters
    ----------
    input : Tensor of shape (...)
        In the order of `fftfreq`.
    dim : int or tuple of int, optional
        Along which dimensions.
    """
    return shifted("fftshift", input, dim, True)


@published(space="fft")
def ifftshift(input: Any, dim: Any = None) -> Any:
    """Undo ``fftshift``."""
    return shifted("ifftshift", input, dim, False)
