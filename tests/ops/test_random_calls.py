"""Random ops are called as in PyTorch: the same shapes and dtypes come out, the same calls are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh.errors import ArgumentError, DTypeError, GraphError, ShapeError, TinygradZhError
from tinygrad_zh.ops.publish import public

SAME_CALLS: dict[str, Callable[[Any], Any]] = {
    "rand": lambda m: m.rand(2, 3),
    "rand tuple": lambda m: m.rand((2, 3)),
    "rand list": lambda m: m.rand([4]),
    "rand 0-d": lambda m: m.rand(()),
    "rand empty": lambda m: m.rand(0, 3),
    "rand float64": lambda m: m.rand(2, dtype=m.float64),
    "rand float16": lambda m: m.rand(2, dtype=m.float16),
    "rand grad": lambda m: m.rand(2, requires_grad=True),
    "randn odd": lambda m: m.randn(3),
    "randn 0-d": lambda m: m.randn(()),
    "randn grad": lambda m: m.randn(2, 2, requires_grad=True),
    "randint high": lambda m: m.randint(5, (2, 3)),
    "randint low": lambda m: m.randint(-3, 5, (2,)),
    "randint named": lambda m: m.randint(low=1, high=5, size=(2,)),
    "randint high named": lambda m: m.randint(high=5, size=(2,)),
    "randint size named": lambda m: m.randint(5, size=[2]),
    "randint 0-d": lambda m: m.randint(5, ()),
    "randint uint8": lambda m: m.randint(0, 256, (2,), dtype=m.uint8),
    "randint bool": lambda m: m.randint(0, 2, (2,), dtype=m.bool),
    "randint float": lambda m: m.randint(0, 5, (2,), dtype=m.float32, requires_grad=True),
    "randperm": lambda m: m.randperm(7),
    "randperm 0": lambda m: m.randperm(0),
    "randperm int32": lambda m: m.randperm(7, dtype=m.int32),
    "randperm float": lambda m: m.randperm(7, dtype=m.float32),
    "rand_like": lambda m: m.rand_like(m.ones(2, 3, dtype=m.float64)),
    "rand_like int": lambda m: m.rand_like(m.ones(2, 3, dtype=m.int64), dtype=m.float32),
    "randn_like grad": lambda m: m.randn_like(m.ones(2, 3), requires_grad=True),
    "randint_like": lambda m: m.randint_like(m.ones(2, 3), 5),
    "randint_like low": lambda m: m.randint_like(m.ones(2, 3, dtype=m.int32), 2, 5),
    "normal": lambda m: m.normal(0.0, 1.0, (2, 3)),
    "normal ints": lambda m: m.normal(0, 1, size=(2,)),
    "normal mean": lambda m: m.normal(m.zeros(2, dtype=m.float64)),
    "normal std": lambda m: m.normal(0.0, m.ones(3)),
    "normal both": lambda m: m.normal(m.zeros(2), m.ones(4, 1)),
    "normal named": lambda m: m.normal(mean=m.zeros(2), std=2.0),
    "normal grad": lambda m: m.normal(m.zeros(2, requires_grad=True) * 1, m.ones(2)),
    "bernoulli": lambda m: m.bernoulli(m.zeros(2, 2)),
    "bernoulli 0-d": lambda m: m.bernoulli(m.ones(())),
    "bernoulli grad": lambda m: m.bernoulli(m.ones(3, requires_grad=True) * 1),
    "bernoulli method": lambda m: m.ones(3).bernoulli(),
    "bernoulli int p": lambda m: m.ones(3, dtype=m.int64).bernoulli(0.5),
    "bernoulli_ int": lambda m: m.ones(3, dtype=m.int64).bernoulli_(0.5),
    "bernoulli_ bool": lambda m: m.ones(3, dtype=m.bool).bernoulli_(),
    "multinomial": lambda m: m.multinomial(m.ones(3), 2),
    "multinomial rows": lambda m: m.multinomial(m.ones(2, 3), 5, replacement=True),
    "multinomial no rows": lambda m: m.multinomial(m.ones(0, 3), 2),
    "multinomial method": lambda m: m.ones(3, dtype=m.float64).multinomial(1),
    "uniform_": lambda m: m.ones(2).uniform_(2, 3),
    "normal_": lambda m: m.ones(2, dtype=m.float64).normal_(std=3),
    "random_ int": lambda m: m.ones(2, dtype=m.int64).random_(),
    "random_ bool": lambda m: m.ones(2, dtype=m.bool).random_(),
    "random_ to": lambda m: m.ones(2).random_(5),
    "random_ from to": lambda m: m.ones(2, dtype=m.uint8).random_(3, 5),
}


class Ours:
    bool = np.dtype("bool")

    def __getattr__(self, name: str) -> Any:
        return public.get(name) or getattr(tg, name)


@pytest.mark.parametrize("call", SAME_CALLS.values(), ids=SAME_CALLS)
def test_shape_and_dtype_are_pytorchs(call: Any) -> None:
    ours, theirs = call(Ours()), call(torch)
    assert ours.shape == tuple(theirs.shape)
    assert str(ours.dtype) == str(theirs.dtype).removeprefix("torch.")
    assert ours.requires_grad == theirs.requires_grad
    assert ours.is_leaf == theirs.is_leaf


BAD_CALLS: dict[str, tuple[Callable[[Any], Any], type[TinygradZhError], str]] = {
    "rand negative": (lambda m: m.rand(2, -1), ShapeError, "TG-E119"),
    "rand float size": (lambda m: m.rand(2.5), TinygradZhError, "rand"),
    "rand int dtype": (lambda m: m.rand(2, dtype=m.int64), DTypeError, "TG-E202"),
    "rand_like int": (lambda m: m.rand_like(m.ones(2, dtype=m.int64)), DTypeError, "TG-E202"),
    "randint empty range": (lambda m: m.randint(3, 3, (2,)), ArgumentError, "TG-E261"),
    "randint high 0": (lambda m: m.randint(0, (2,)), ArgumentError, "TG-E261"),
    "randint no size": (lambda m: m.randint(3, 7), ArgumentError, "TG-E218"),
    "randint nothing": (lambda m: m.randint(), ArgumentError, "TG-E218"),
    "randint too many": (lambda m: m.randint(1, 2, 3, (2,)), ArgumentError, "TG-E218"),
    "randint float": (lambda m: m.randint(0.5, 7, (2,)), ArgumentError, "TG-E218"),
    "randint int8": (lambda m: m.randint(0, 300, (2,), dtype=m.int8), ArgumentError, "TG-E262"),
    "randint low": (lambda m: m.randint(-1, 3, (2,), dtype=m.uint8), ArgumentError, "TG-E262"),
    "randint int64": (lambda m: m.randint(2**64, (2,)), ArgumentError, "TG-E262"),
    "randint grad": (lambda m: m.randint(3, (2,), requires_grad=True), DTypeError, "TG-E201"),
    "randint negative": (lambda m: m.randint(3, (2, -2)), ShapeError, "TG-E119"),
    "randperm negative": (lambda m: m.randperm(-1), ArgumentError, "TG-E218"),
    "randperm float": (lambda m: m.randperm(2.5), ArgumentError, "TG-E218"),
    "randperm uint8": (lambda m: m.randperm(257, dtype=m.uint8), ArgumentError, "TG-E262"),
    "bernoulli above 1": (lambda m: m.bernoulli(m.tensor([0.5, 1.5])), ArgumentError, "TG-E260"),
    "bernoulli nan": (lambda m: m.bernoulli(m.tensor([float("nan")])), ArgumentError, "TG-E260"),
    "bernoulli p": (lambda m: m.bernoulli(m.ones(2), -0.1), ArgumentError, "TG-E260"),
    "bernoulli int": (lambda m: m.bernoulli(m.tensor([1, 0])), DTypeError, "TG-E202"),
    "bernoulli_ p": (lambda m: m.ones(2).bernoulli_(2.0), ArgumentError, "TG-E260"),
    "bernoulli_ shape": (lambda m: m.ones(2).bernoulli_(m.ones(3)), ShapeError, "TG-E1"),
    "normal std": (lambda m: m.normal(0.0, -1.0, (2,)), ArgumentError, "TG-E263"),
    "normal std tensor": (lambda m: m.normal(m.zeros(2), m.tensor([1.0, -1.0])), ArgumentError, "TG-E263"),
    "normal no size": (lambda m: m.normal(0.0, 1.0), ArgumentError, "TG-E218"),
    "normal int": (lambda m: m.normal(m.zeros(2, dtype=m.int64), 1.0), DTypeError, "TG-E202"),
    "normal shapes": (lambda m: m.normal(m.zeros(2), m.ones(3)), ShapeError, "TG-E101"),
    "normal size": (lambda m: m.normal(m.zeros(2), 1.0, (2,)), ArgumentError, "TG-E218"),
    "multinomial int": (lambda m: m.multinomial(m.ones(2, dtype=m.int64), 1), DTypeError, "TG-E202"),
    "multinomial 0": (lambda m: m.multinomial(m.ones(2), 0), ArgumentError, "TG-E218"),
    "multinomial many": (lambda m: m.multinomial(m.ones(2), 3), ArgumentError, "TG-E265"),
    "multinomial zeros": (lambda m: m.multinomial(m.tensor([[1.0, 0], [0, 0]]), 1), ArgumentError, "TG-E264"),
    "multinomial negative": (lambda m: m.multinomial(m.tensor([1.0, -1.0]), 1), ArgumentError, "TG-E264"),
    "multinomial inf": (lambda m: m.multinomial(m.tensor([1.0, float("inf")]), 1), ArgumentError, "TG-E264"),
    "multinomial none": (lambda m: m.multinomial(m.ones(0), 1), ArgumentError, "TG-E264"),
    "multinomial 3-d": (lambda m: m.multinomial(m.ones(2, 2, 2), 1), ShapeError, "TG-E143"),
    "uniform_ int": (lambda m: m.ones(2, dtype=m.int64).uniform_(), DTypeError, "TG-E202"),
    "uniform_ order": (lambda m: m.ones(2).uniform_(2, 1), ArgumentError, "TG-E261"),
    "normal_ std": (lambda m: m.ones(2).normal_(0, -1), ArgumentError, "TG-E263"),
    "normal_ int": (lambda m: m.ones(2, dtype=m.int64).normal_(), DTypeError, "TG-E202"),
    "random_ order": (lambda m: m.ones(2).random_(5, 2), ArgumentError, "TG-E261"),
    "random_ uint8": (lambda m: m.ones(2, dtype=m.uint8).random_(300), ArgumentError, "TG-E262"),
    "leaf": (lambda m: m.ones(2, requires_grad=True).uniform_(), GraphError, "TG-E008"),
}


@pytest.mark.parametrize(("call", "kind", "code"), BAD_CALLS.values(), ids=BAD_CALLS)
def test_bad_calls_are_errors_here_as_in_pytorch(call: Any, kind: Any, code: str) -> None:
    with pytest.raises((RuntimeError, TypeError, ValueError)):
        call(torch)
    with pytest.raises(kind, match=code):
        call(Ours())


@pytest.mark.parametrize("wrong", [lambda: tg.random_(tg.ones(2), 1, 2, 3), lambda: tg.ones(2).random_(1.5)])
def test_wrong_bounds_of_random(wrong: Any) -> None:
    with pytest.raises(ArgumentError, match="TG-E218"):
        wrong()


def test_more_categories_than_have_a_weight_are_refused_without_replacement() -> None:
    """Where PyTorch draws categories of weight 0."""
    with pytest.raises(ArgumentError, match="TG-E265"):
        tg.multinomial(tg.tensor([1.0, 0.0, 0.0]), 2)
