r"""Floor 2: sums of products written with letters: ``einsum("ij,jk->ik", a, b)`` is Σⱼ aᵢⱼ bⱼₖ.

Every dimension gets a label.  Two operands are contracted at a time, from left to right.  For a pair, a label is
one of four: *batch* (in both, needed later), *inner* (in both, summed over), *left* and *right* (in one of them).
Brought into the order (batch, left, inner) and (batch, inner, right) they are matrices to be multiplied.  All of it
is made of our own ops, so there is no rule here: the derivatives are theirs.

May import: floors 0–1, ``elementwise``, ``linalg``, ``parts``, ``reduce``, ``shape``.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from string import ascii_letters
from typing import Any

from ..core.tensor import Tensor
from ..errors import error
from .elementwise import mul
from .linalg import matmul_p
from .parts import diagonal_p
from .publish import published
from .reduce import sum
from .shape import permute_p, reshape_p

Label = str | int
"""A letter; or for a dimension that ``...`` stands for, its place counted from the right: −1, −2, …"""
Labelled = tuple[Any, tuple[Label, ...]]
"""A tensor and the labels of its dimensions."""


@published(method=False)
def einsum(equation: Any, *operands: Any) -> Any:
    """Return the sum of products that an equation of letters describes (Einstein's summation convention).

    Parameters
    ----------
    equation : str
        For every operand its dimensions as letters; after ``->`` those of the result.  A letter that the result
        lacks is summed over; one that an operand has twice is its diagonal; ``...`` stands for any further
        dimensions, which broadcast.  Without ``->`` the result has the letters that occur once, in alphabetical
        order, after those of ``...``.
    *operands : Tensor
        As many as the equation names; or one list of them.  PyTorch's other form has numbers from 0 to 51 for letters:
        ``einsum(a, [0, 1], b, [1, 2], [0, 2])``, the last list, which may be left out, for the result.

    Returns
    -------
    Tensor

    Raises
    ------
    ArgumentError
        If the equation cannot be understood, or names another number of operands.
    ShapeError
        If an operand has another number of dimensions, or sizes of one letter differ (and neither is 1).

    Notes
    -----
    Three and more operands are contracted from left to right; give them in the order in which the parts are small.

    Examples
    --------
    >>> a = tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> einsum("ij,j->i", a, tensor([1.0, 1.0]))
    tensor([3., 7.])
    """
    if not isinstance(equation, str):
        equation, operands = with_letters(equation, *operands)
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    for x in operands:
        if not isinstance(x, Tensor):
            raise error("not-a-tensor", op="einsum", kind=type(x).__name__)
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = [letters(equation, term) for term in left.split(",")]
    if len(terms) != len(operands) or not operands:
        raise error("einsum-count", equation=equation, terms=len(terms), operands=len(operands))
    labelled = [diagonals(x, labels(x, term, equation), equation) for x, term in zip(operands, terms, strict=True)]
    refuse_unequal(labelled, equation)
    output = output_labels(right if arrow else None, terms, labelled, equation)
    x, x_labels = labelled[0]
    for i, following in enumerate(labelled[1:], start=2):
        needed = {*output, *(label for _, later in labelled[i:] for label in later)}
        x, x_labels = contracted((x, x_labels), following, needed)
    x, x_labels = summed((x, x_labels), output)
    return permute_p(x, dims=tuple(x_labels.index(label) for label in output))


# -- reading the equation ------------------------------------------------------------------------------


def with_letters(*given: Any) -> tuple[str, tuple[Any, ...]]:
    """Return the equation and the operands for tensors that are each followed by a list of numbers."""
    count = len(given) // 2
    result = [given[-1]] if len(given) % 2 else []
    if not count or not all(is_numbers(each) for each in (*given[1 : 2 * count : 2], *result)):
        raise error("einsum-equation", got=type(given[0]).__name__)
    # 0 is A, 26 is a: the order of the result's letters is that of the numbers.
    terms, right = (
        ["".join("..." if n is ... else ascii_letters[n - 26] for n in each) for each in lists]
        for lists in (given[1 : 2 * count : 2], result)
    )
    return "->".join([",".join(terms), *right]), given[: 2 * count : 2]


def is_numbers(each: Any) -> bool:
    """Whether something is a list of numbers that stand for letters, ``...`` among them."""
    return isinstance(each, list | tuple) and all(n is ... or (type(n) is int and 0 <= n < 52) for n in each)


def letters(equation: str, term: str) -> tuple[Any, ...]:
    """Return the letters of one term, an Ellipsis among them where it has ``...``."""
    before, dots, after = term.partition("...")
    for letter in before + after:
        if not (letter.isascii() and letter.isalpha()):
            raise error("einsum-letter", equation=equation, letter=letter)
    return (*before, ..., *after) if dots else tuple(before)


def labels(x: Any, term: tuple[Any, ...], equation: str) -> tuple[Label, ...]:
    """Return one label for every dimension of an operand."""
    dots = x.ndim - len(term) + 1 if ... in term else 0
    if dots < 0 or (... not in term and len(term) != x.ndim):
        raise error("einsum-ndim", equation=equation, term=spelled(term), shape=x.shape)
    return tuple(label for item in term for label in (range(-dots, 0) if item is ... else (item,)))


def spelled(term: tuple[Any, ...]) -> str:
    """Return a term as it was written."""
    return "".join("..." if item is ... else item for item in term)


def output_labels(
    right: str | None, terms: Sequence[tuple[Any, ...]], labelled: Sequence[Labelled], equation: str
) -> tuple[Label, ...]:
    """Return the labels of the result: those after the arrow, or the letters that occur once."""
    known = {label for _, found in labelled for label in found}
    dots = tuple(sorted(label for label in known if isinstance(label, int)))
    if right is None:
        used = [item for term in terms for item in term if item is not ...]
        return (*dots, *sorted(letter for letter in used if used.count(letter) == 1))
    chosen = letters(equation, right)
    for letter in chosen:
        if letter is not ... and (letter not in known or chosen.count(letter) > 1):
            raise error("einsum-output", equation=equation, letter=letter)
    return tuple(label for item in chosen for label in (dots if item is ... else (item,)))


def diagonals(x: Any, found: tuple[Label, ...], equation: str) -> Labelled:
    """Take the diagonal wherever a label occurs twice in one operand."""
    for label in dict.fromkeys(found):
        while found.count(label) > 1:
            i = found.index(label)
            j = found.index(label, i + 1)
            if x.shape[i] != x.shape[j]:
                raise error("einsum-size", equation=equation, letter=label, sizes=f"{x.shape[i]}, {x.shape[j]}")
            x = diagonal_p(x, offset=0, dim1=i, dim2=j)
            found = (*(other for k, other in enumerate(found) if k not in (i, j)), label)
    return x, found


def refuse_unequal(labelled: Sequence[Labelled], equation: str) -> None:
    """Raise if one label has several sizes, not counting 1, which broadcasts."""
    sizes: dict[Label, int] = {}
    for x, found in labelled:
        for label, n in zip(found, x.shape, strict=True):
            if n != 1 and sizes.setdefault(label, n) != n:
                name = label if isinstance(label, str) else "..."
                raise error("einsum-size", equation=equation, letter=name, sizes=f"{sizes[label]}, {n}")


# -- computing -----------------------------------------------------------------------------------------


def summed(x: Labelled, keep: Collection[Label]) -> Labelled:
    """Sum over the labels that are not to be kept."""
    array, found = x
    gone = tuple(d for d, label in enumerate(found) if label not in keep)
    if not gone:
        return x
    return sum(array, gone), tuple(label for label in found if label in keep)


def without_ones(x: Labelled, other: Labelled) -> Labelled:
    """Drop dimensions of length 1 that the other operand has longer: there every element meets the same one."""
    longer = {label for label, n in zip(other[1], other[0].shape, strict=True) if n != 1}
    kept = [(label, n) for label, n in zip(x[1], x[0].shape, strict=True) if n != 1 or label not in longer]
    if len(kept) == len(x[1]):
        return x
    return reshape_p(x[0], shape=tuple(n for _, n in kept)), tuple(label for label, _ in kept)


def contracted(x: Labelled, y: Labelled, needed: Collection[Label]) -> Labelled:
    """Multiply two operands and sum over what they share and nobody needs later."""
    x, y = without_ones(x, y), without_ones(y, x)
    x, y = summed(x, {*needed, *y[1]}), summed(y, {*needed, *x[1]})
    sizes = dict(zip((*x[1], *y[1]), (*x[0].shape, *y[0].shape), strict=True))
    batch = [label for label in x[1] if label in y[1] and label in needed]
    inner = [label for label in x[1] if label in y[1] and label not in needed]
    left = [label for label in x[1] if label not in y[1]]
    right = [label for label in y[1] if label not in x[1]]
    if inner:
        product = matmul_p(as_matrices(x, batch, left, inner), as_matrices(y, batch, inner, right))
    else:  # nothing to sum: an elementwise product
        a, b = arranged(x, (*batch, *left)), arranged(y, (*batch, *right))
        n = len(batch)
        product = mul(
            reshaped(a, (*a.shape, *(1,) * len(right))), reshaped(b, (*b.shape[:n], *(1,) * len(left), *b.shape[n:]))
        )
    result = (*batch, *left, *right)
    return reshaped(product, tuple(sizes[label] for label in result)), result


def as_matrices(x: Labelled, batch: Sequence[Label], rows: Sequence[Label], columns: Sequence[Label]) -> Any:
    """Return an operand as matrices: dimensions of the batch, then one for all rows, one for all columns."""
    ordered = arranged(x, (*batch, *rows, *columns))
    sizes, b, r = ordered.shape, len(batch), len(rows)
    return reshaped(ordered, (*sizes[:b], math.prod(sizes[b : b + r]), math.prod(sizes[b + r :])))


def arranged(x: Labelled, order: tuple[Label, ...]) -> Any:
    """Return the tensor with its dimensions in another order."""
    return x[0] if x[1] == order else permute_p(x[0], dims=tuple(x[1].index(label) for label in order))


def reshaped(x: Any, shape: tuple[int, ...]) -> Any:
    """Return the tensor in another shape; itself if it has it."""
    return x if x.shape == shape else reshape_p(x, shape=shape)
