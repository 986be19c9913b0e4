"""Einsum beyond the tables: equations of every kind against PyTorch, and errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_zh as tg
from tinygrad_zh.core.record import record
from tinygrad_zh.errors import ArgumentError, DTypeError, ShapeError, TinygradZhError
from tinygrad_zh.ops.publish import public

from .libraries import close

einsum: Any = public["einsum"]


def numbers(shape: tuple[int, ...], seed: int) -> Any:
    return np.random.default_rng(seed).normal(size=shape)


@st.composite
def problems(draw: Any) -> tuple[str, list[tuple[int, ...]]]:
    """An equation and shapes that fit: repeated letters, ``...``, sizes of 1, with or without a result."""
    sizes = {letter: draw(st.integers(0, 3)) for letter in "abcdE"}
    batch = draw(st.lists(st.integers(1, 3), max_size=2))
    terms, shapes = [], []
    for _ in range(draw(st.integers(1, 3))):
        letters = draw(st.lists(st.sampled_from("abcdE"), max_size=3))
        ones = {letter for letter in letters if draw(st.integers(0, 5)) == 5}
        shape = [1 if letter in ones else sizes[letter] for letter in letters]
        if draw(st.booleans()):
            kept = draw(st.integers(0, len(batch)))
            place = draw(st.integers(0, len(letters)))
            shape[place:place] = [1 if draw(st.booleans()) else n for n in batch[len(batch) - kept :]]
            letters.insert(place, "...")
        terms.append("".join(letters))
        shapes.append(tuple(shape))
    equation = ",".join(terms)
    if draw(st.booleans()):
        known = sorted({letter for term in terms for letter in term.replace(".", "")})
        chosen = draw(st.lists(st.sampled_from(known), unique=True)) if known else []
        if draw(st.booleans()):
            chosen.insert(draw(st.integers(0, len(chosen))), "...")
        equation += "->" + "".join(chosen)
    return equation, shapes


@settings(max_examples=200)
@given(problems())
def test_as_in_pytorch(problem: tuple[str, list[tuple[int, ...]]]) -> None:
    equation, shapes = problem
    arrays = [numbers(shape, i) for i, shape in enumerate(shapes)]
    ours = [tg.tensor(a).requires_grad_() for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    y, e = einsum(equation, *ours), torch.einsum(equation, *theirs)
    close(y, e, 1e-13)
    u = numbers(y.shape, 9)
    (y * tg.tensor(u)).sum().backward()
    (e * torch.tensor(u)).sum().backward()
    for x, t in zip(ours, theirs, strict=True):
        close(x.grad, t.grad, 1e-13)


def test_operands_may_come_as_a_list() -> None:
    a = tg.tensor(numbers((2, 3), 0))
    close(einsum("ij,kj->ik", [a, a]), a @ a.T)


def test_numbers_for_letters_as_in_pytorch() -> None:
    arrays = [numbers((2, 3), 0), numbers((3, 4), 1), numbers((5, 2, 3), 2)]
    for lists in (
        [(0, [0, 1]), (1, [1, 2]), [0, 2]],
        [(0, [27, 3]), (1, [3, 0])],  # without a result: in the order of the numbers
        [(2, [..., 51, 7]), (0, [51, 7]), [...]],
        [(0, [0, 1]), []],
        [(2, (2, 1, 0))],
    ):
        results = []
        for lib in (tg, torch):
            args: list[Any] = []
            for each in lists:
                args += [lib.tensor(arrays[each[0]]), each[1]] if isinstance(each, tuple) else [each]
            results.append(lib.einsum(*args).numpy())
        np.testing.assert_allclose(results[0], results[1], rtol=1e-5)


def test_dtypes() -> None:
    a, i = tg.tensor(numbers((2, 3), 0), dtype=tg.float32), tg.tensor([[1, 2, 3]])
    assert einsum("ij,jk->ik", a, a.T).dtype == np.float32
    assert einsum("ij,kj->ik", i, i).tolist() == [[14]]
    assert (
        einsum("ij->i", tg.tensor([[1, 2]], dtype=tg.int32)).dtype
        == torch.einsum("ij->i", torch.tensor([[1, 2]], dtype=torch.int32)).numpy().dtype
    )


def test_a_contraction_is_a_product_of_matrices() -> None:
    """No intermediate result has more elements than operands and result; and nothing is summed element by element."""
    with record() as seen:
        einsum("bthd,bshd->bhts", tg.tensor(numbers((2, 3, 2, 4), 0)), tg.tensor(numbers((2, 5, 2, 4), 1)))
    names = [step.op.name for step in seen.steps]
    assert names.count("matmul") == 1 and "sum" not in names and "mul" not in names
    assert max(step.value.size for step in seen.steps) <= 80


def test_three_operands_go_from_left_to_right() -> None:
    with record() as seen:
        einsum("ij,jk,kl->il", *(tg.tensor(numbers(s, 0)) for s in ((2, 3), (3, 4), (4, 5))))
    assert [step.value.shape for step in seen.steps if step.op.name == "matmul"] == [(2, 4), (2, 5)]


a23, b34 = tg.tensor(numbers((2, 3), 0)), tg.tensor(numbers((3, 4), 1))

ERRORS: dict[str, tuple[type[Exception], str, Callable[[], Any]]] = {
    "no equation": (DTypeError, "got a int as its equation", lambda: einsum(3, a23)),
    "numbers without a list": (DTypeError, "got a Tensor", lambda: einsum(a23, 0)),
    "a number too large": (DTypeError, "0 to 51", lambda: einsum(a23, [0, 52])),
    "no list": (DTypeError, "got a Tensor", lambda: einsum(a23)),
    "numbers of other sizes": (ShapeError, "'A' have the sizes 2, 3", lambda: einsum(a23, [0, 1], b34, [0, 1])),
    "no operand": (ArgumentError, "names 1 operands and got 0", lambda: einsum("ij")),
    "too few": (ArgumentError, "names 2 operands and got 1", lambda: einsum("ij,jk", a23)),
    "too many": (ArgumentError, "names 1 operands and got 2", lambda: einsum("ij", a23, b34)),
    "a number": (DTypeError, "float", lambda: einsum("ij,->ij", a23, 3.0)),
    "digit": (ArgumentError, "'1' cannot be understood", lambda: einsum("i1", a23)),
    "Greek": (ArgumentError, "'α' cannot be understood", lambda: einsum("iα", a23)),
    "one dot": (ArgumentError, "'.' cannot be understood", lambda: einsum("i.j", a23)),
    "two ellipses": (ArgumentError, "'.' cannot be understood", lambda: einsum("......", a23)),
    "half an arrow": (ArgumentError, "'-' cannot be understood", lambda: einsum("ij-ji", a23)),
    "two arrows": (ArgumentError, "'-' cannot be understood", lambda: einsum("ij->ji->ij", a23)),
    "fewer letters": (ShapeError, "operand 'i' has the shape \\(2, 3\\)", lambda: einsum("i", a23)),
    "more letters": (ShapeError, "operand 'ijk'", lambda: einsum("ijk", a23)),
    "more letters than ... leaves": (ShapeError, "operand '...ijk'", lambda: einsum("...ijk", a23)),
    "unknown result": (ArgumentError, "cannot have 'k'", lambda: einsum("ij->ik", a23)),
    "result twice": (ArgumentError, "cannot have 'i'", lambda: einsum("ij->ii", a23)),
    "sizes": (ShapeError, "dimensions of 'j' have the sizes 3, 4", lambda: einsum("ij,kj", a23, b34)),
    "sizes of a diagonal": (ShapeError, "dimensions of 'i' have the sizes 2, 3", lambda: einsum("ii", a23)),
    "a diagonal does not broadcast": (ShapeError, "sizes 2, 1", lambda: einsum("ii", a23[:, :1])),
    "sizes of ...": (ShapeError, "'...' have the sizes", lambda: einsum("...,...", a23, b34)),
}


@pytest.mark.parametrize(("kind", "words", "use"), ERRORS.values(), ids=ERRORS)
def test_errors(kind: type[Exception], words: str, use: Callable[[], Any]) -> None:
    with pytest.raises(kind, match=words) as caught:
        use()
    assert isinstance(caught.value, TinygradZhError)
