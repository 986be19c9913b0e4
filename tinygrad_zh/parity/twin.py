"""What a twin is: the PyTorch form of one primitive, and how its rounding errors grow.

    terms        how many products or summands make up one element of the result: 1 for elementwise ops
    terms_back   the same for the gradient of operand i
    size         the size at which the value's rounding errors are measured: by default of the value itself
    size_back    the same for the gradient of operand i: by default of that gradient itself
    align        results that are determined up to a sign: PyTorch's, with the signs of ours
    linear       it is linear in each operand; then both sizes are those of the same op on absolute values,
                 which is what the classical bound Σ|aᵢbᵢ| is made of

What is done with them is in ``compare.py``.

May import: nothing of this package.  Read next: ``expressions.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


def one(*_: Any, **__: Any) -> int:
    """Elementwise: nothing is added up."""
    return 1


@dataclass(frozen=True)
class Twin:
    """The PyTorch form of one primitive; see the text of this file.

    Attributes
    ----------
    call : callable
        ``call(torch, *operands, **static)``.
    terms, terms_back : callable
        ``terms(y, *operands, **static)`` and ``terms_back(i, y, *operands, **static)``.
    size, size_back : callable or None
        ``size(torch, y, *operands, **static)`` and ``size_back(torch, i, g, y, *operands, **static)``; of an op with
        several results `y` is the first, `size` returns one for each, and `g` is a tuple with None for 0.
    linear : bool
        Whether it is linear in each operand.
    align : callable or None
        ``align(torch, ours, theirs)``, of tuples of results, returns theirs.
    """

    call: Callable[..., Any]
    terms: Callable[..., int] = one
    terms_back: Callable[..., int] = one
    size: Callable[..., Any] | None = None
    size_back: Callable[..., Any] | None = None
    linear: bool = False
    align: Callable[..., Any] | None = None


def at_most_all(i: int, y: Any, *_: Any, **__: Any) -> int:
    """Going back, elements that were taken more than once meet: at most all of them."""
    return int(y.numel())


def same(name: str, **options: Any) -> Twin:
    """A function of that name in PyTorch, with the same operands."""
    return Twin(lambda t, *operands: getattr(t, name)(*operands), **options)


def moves(call: Callable[..., Any], terms_back: Callable[..., int] = one) -> Twin:
    """An op that only moves elements about; going back, several may meet in one place."""
    return Twin(call, terms_back=terms_back, linear=True)
