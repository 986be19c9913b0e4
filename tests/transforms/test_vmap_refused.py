"""What ``vmap`` refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh import func
from tinygrad_zh.errors import ArgumentError, GraphError, IndexingError, ShapeError, TinygradZhError

from .samples import drawn, f64


def test_values_of_one_sample_cannot_be_had() -> None:
    x = f64([1.0, -2.0])
    for f in (
        lambda x: x if x > 0 else -x,
        lambda x: x * x.item(),
        lambda x: x * float(x),
        lambda x: x * x.tolist(),
        lambda x: x + x.numpy(),
        lambda x: tg.ones(3)[int(x)],
        lambda x: x * tg.histc(x.reshape(1)),
    ):
        with pytest.raises(GraphError, match="one sample") as caught:
            func.vmap(f)(x)
        assert caught.value.code == "TG-E929"
    with pytest.raises(GraphError, match="shape"):
        func.vmap(lambda x: x[x > 0])(f64([[1.0, -2.0], [3.0, 4.0]]))
    with pytest.raises(GraphError, match="shape"):
        func.vmap(lambda x: x.nonzero())(f64([[1.0, -2.0], [3.0, 4.0]]))


def test_what_all_share_cannot_be_written_to_by_one() -> None:
    x = drawn(3, 2)
    for f in (
        lambda x: tg.zeros(2, dtype=tg.float64).copy_(x),
        lambda x: tg.ones(2, dtype=tg.float64).mul_(x),
        lambda x: tg.zeros(3, dtype=tg.float64).__setitem__(0, x.sum()),
    ):
        with pytest.raises(GraphError, match="share"):
            func.vmap(f)(x)

    def made_alike(x: Any) -> Any:
        y = x * 0
        y[0] = x.sum()
        return y

    np.testing.assert_allclose(func.vmap(made_alike)(x).array[:, 0], x.array.sum(1))


def test_bad_arguments() -> None:
    x, y = drawn(3, 2), drawn(4, 2)
    for in_dims in (None, 0.5, "x", True, (0,), (0, 0, 0), ((0, 0), 0), (0, True), (0, "x"), {"a": 0}):
        with pytest.raises(ArgumentError, match="in_dims"):
            func.vmap(lambda a, b: a, in_dims=in_dims)(x, x)
    with pytest.raises(IndexingError, match="in_dims says 2"):
        func.vmap(lambda a: a, in_dims=2)(x)
    with pytest.raises(IndexingError, match="0-d"):
        func.vmap(lambda a: a)(f64(1.0))
    with pytest.raises(ShapeError, match="3, 4"):
        func.vmap(lambda a, b: a)(x, y)
    with pytest.raises(ArgumentError, match="int"):
        func.vmap(lambda a, n: a)(x, 3)
    with pytest.raises(ArgumentError, match="None for every"):
        func.vmap(lambda a: a, in_dims=(None,))(x)
    with pytest.raises(ArgumentError, match="without positional"):
        func.vmap(lambda: x)()
    with pytest.raises(ArgumentError, match="returned a int"):
        func.vmap(lambda a: 3)(x)
    with pytest.raises(ArgumentError, match="None for a result"):
        func.vmap(lambda a: a, out_dims=None)(x)
    for out_dims in ((0, 0, 0), [0, 0], {"a": 0}, 0.5, True):
        with pytest.raises(ArgumentError, match="out_dims"):
            func.vmap(lambda a: (a, a), out_dims=out_dims)(x)
    with pytest.raises(IndexingError):
        func.vmap(lambda a: a, out_dims=2)(x)
    with pytest.raises(ArgumentError, match="randomness"):
        func.vmap(lambda a: a, randomness="some")
    for chunk_size in (0, -1, 1.5, True):
        with pytest.raises(TinygradZhError, match="chunk_size"):
            func.vmap(lambda a: a, chunk_size=chunk_size)


def test_a_share_that_all_samples_have_and_one_of_each_are_added() -> None:
    xs, slope = tg.tensor([[1.0, 2.0], [3.0, 4.0]]), tg.tensor([5.0, 6.0])
    gradients = func.vmap(lambda x: func.vjp(lambda x: x * x + x * slope, x)[1](tg.ones(2))[0])(xs)
    assert gradients.tolist() == (2 * xs + slope).tolist()


@pytest.mark.filterwarnings("ignore::tinygrad_zh.transforms.batching.SlowBatching")
def test_what_an_op_refuses_it_refuses_of_any_sample() -> None:
    positive, negative = np.eye(2), -np.eye(2)
    with pytest.raises(TinygradZhError, match=r"A\[1\]"):
        func.vmap(tg.linalg.cholesky)(tg.tensor(np.stack([positive, negative])))
    with pytest.raises(TinygradZhError, match=r"A\[1\]"):
        func.vmap(tg.linalg.inv)(tg.tensor(np.stack([positive, 0 * positive])))
    loss = tg.nn.functional
    with pytest.raises(ArgumentError):
        func.vmap(loss.binary_cross_entropy)(tg.tensor([[0.5], [1.5]]), tg.tensor([[0.0], [1.0]]))
    with pytest.raises(ArgumentError):
        func.vmap(loss.gaussian_nll_loss)(tg.ones(2, 1), tg.ones(2, 1), tg.tensor([[1.0], [-1.0]]))
    with pytest.raises(ArgumentError):
        func.vmap(loss.multi_margin_loss)(tg.ones(2, 1, 3), tg.tensor([[2], [3]]))
