"""How parameters begin: special matrices by their properties, distributions by their moments and bounds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import nn
from tinygrad_zh.errors import ArgumentError, ShapeError
from tinygrad_zh.nn import init


@pytest.fixture(autouse=True)
def _seeded() -> None:
    tg.manual_seed(0)


@pytest.mark.parametrize("shape", [(5, 5), (3, 7), (7, 3), (4, 2, 3), (2, 3, 2, 2)])
def test_orthogonal_rows_or_columns(shape: tuple[int, ...]) -> None:
    w = nn.Parameter(tg.zeros(*shape, dtype=tg.float64))
    assert init.orthogonal_(w, gain=2.0) is w
    m = w.detach().array.reshape(shape[0], -1) / 2
    product = m @ m.T if m.shape[0] <= m.shape[1] else m.T @ m
    np.testing.assert_allclose(product, np.eye(len(product)), atol=1e-12)


def test_an_orthogonal_matrix_may_reflect() -> None:
    """Uniform among orthogonal matrices: the mean of the trace is 0, of its square 1, and half have determinant −1."""
    drawn = [init.orthogonal_(tg.empty(2, 2, dtype=tg.float64)).array for _ in range(400)]
    traces = np.array([np.trace(m) for m in drawn])
    assert abs(traces.mean()) < 6 / 20 and abs((traces**2).mean() - 1) < 6 * 1.3 / 20
    assert 140 < sum(np.linalg.det(m) > 0 for m in drawn) < 260


@pytest.mark.parametrize(("shape", "groups"), [((4, 2, 3), 1), ((4, 2, 3), 2), ((2, 5, 3, 4), 1), ((6, 2, 1, 2, 3), 3)])
def test_dirac_and_eye_are_pytorchs(shape: tuple[int, ...], groups: int) -> None:
    assert init.dirac_(tg.ones(*shape), groups).tolist() == torch.nn.init.dirac_(torch.ones(*shape), groups).tolist()
    assert init.eye_(tg.ones(*shape[:2])).tolist() == torch.nn.init.eye_(torch.ones(*shape[:2])).tolist()


def test_truncated_normal() -> None:
    w = init.trunc_normal_(nn.Parameter(tg.empty(200, 200)), mean=1.0, std=2.0, a=0.0, b=2.0)
    values = w.detach().array
    assert 0 <= values.min() < 0.01 and 1.99 < values.max() <= 2 and w.requires_grad
    # of the standard normal between ±1/2: variance 1 − 2 · ½ · φ(½) / (2Φ(½) − 1)
    density, inside = math.exp(-1 / 8) / math.sqrt(2 * math.pi), math.erf(0.5 / math.sqrt(2))
    assert abs(values.mean() - 1) < 0.02 and abs(values.var() / (4 * (1 - density / inside)) - 1) < 0.03


def test_sparse_columns() -> None:
    w = init.sparse_(tg.empty(10, 300), sparsity=0.25, std=0.1).array
    assert ((w == 0).sum(0) == 3).all() and abs(w[w != 0].std() - 0.1) < 0.01
    assert (w == 0).any(1).all()  # anywhere in the column


UNIFORM = [
    ("Conv1d", (20, 40, 5), {}, 1 / math.sqrt(100)),
    ("Conv2d", (20, 60, 3), {"groups": 2}, 1 / math.sqrt(90)),
    ("Conv3d", (4, 90, 2), {}, 1 / math.sqrt(32)),
    ("ConvTranspose2d", (60, 20, 3), {"groups": 2}, 1 / math.sqrt(90)),
    ("Bilinear", (16, 8, 40), {}, 1 / 4),
    ("Linear", (100, 60), {}, 1 / 10),
]


@pytest.mark.parametrize(("kind", "args", "options", "bound"), UNIFORM, ids=lambda x: x if isinstance(x, str) else "")
def test_weights_are_uniform_within_pytorchs_bounds(kind: str, args: Any, options: Any, bound: float) -> None:
    for lib in (tg, torch):
        torch.manual_seed(0)
        layer = getattr(lib.nn, kind)(*args, **options)
        for parameter in (layer.weight, layer.bias):
            values = np.abs(parameter.detach().numpy())
            assert values.max() <= bound * (1 + 1e-6) and values.max() > bound * (1 - 30 / values.size)
        spread = layer.weight.detach().numpy().std()
        assert abs(spread / (bound / math.sqrt(3)) - 1) < 0.03


def test_embeddings_are_standard_normal_but_for_the_padding() -> None:
    for kind in (nn.Embedding, nn.EmbeddingBag):
        layer = kind(300, 100, padding_idx=-1)
        values = layer.weight.detach().array
        assert (values[-1] == 0).all() and abs(values[:-1].std() - 1) < 0.02 and abs(values[:-1].mean()) < 0.02
        assert np.abs(values).max() > 3.5  # not cut off


def test_normalisations_begin_as_the_identity() -> None:
    for layer in (nn.BatchNorm1d(3), nn.LayerNorm(3), nn.GroupNorm(1, 3), nn.InstanceNorm1d(3, affine=True)):
        assert layer.weight.tolist() == [1.0] * 3 and layer.bias.tolist() == [0.0] * 3
    assert nn.RMSNorm(3).weight.tolist() == [1.0] * 3 and nn.PReLU(2, 0.5).weight.tolist() == [0.5, 0.5]
    batch = nn.BatchNorm1d(3)
    batch(tg.randn(4, 3))
    batch.reset_parameters()
    assert [v.tolist() for v in batch.buffers()] == [[0.0] * 3, [1.0] * 3, 0]


def test_what_pytorch_refuses_is_refused() -> None:
    for name, shape in (("eye_", (2, 2, 2)), ("dirac_", (2, 2)), ("orthogonal_", (3,)), ("sparse_", (3,))):
        extra = (0.5,) if name == "sparse_" else ()
        with pytest.raises(ShapeError):
            getattr(init, name)(tg.ones(*shape), *extra)
        with pytest.raises(ValueError):
            getattr(torch.nn.init, name)(torch.ones(*shape), *extra)
    with pytest.raises(ShapeError, match="groups"):
        init.dirac_(tg.ones(3, 1, 1), groups=2)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: nn.Conv2d(3, 4, 3, groups=2), ShapeError),
        (lambda: nn.Conv2d(2, 4, (3, 3, 3)), ArgumentError),
        (lambda: nn.Conv2d(2, 4, 0), ArgumentError),
        (lambda: nn.Conv2d(2, 4, 3, padding="full"), ArgumentError),
        (lambda: nn.Conv2d(2, 4, 3, 2, padding="same"), ArgumentError),
        (lambda: nn.Conv2d(2, 4, 3, padding_mode="mirror"), ArgumentError),
        (lambda: nn.ConvTranspose1d(2, 4, 3, padding_mode="circular"), ArgumentError),
        (lambda: nn.ConvTranspose1d(2, 4, 3, padding="same"), ArgumentError),
        (lambda: nn.ConvTranspose1d(2, 4, 3, 2)(tg.ones(2, 5), output_size=(9,)), ShapeError),
        (lambda: nn.BatchNorm2d(3)(tg.ones(2, 3)), ShapeError),
        (lambda: nn.BatchNorm1d(3)(tg.ones(1, 3)), ShapeError),
        (lambda: nn.InstanceNorm1d(3)(tg.ones(2, 3, 4, 4)), ShapeError),
        (lambda: nn.GroupNorm(2, 3), ShapeError),
        (lambda: nn.LayerNorm(3)(tg.ones(2, 4)), ShapeError),
        (lambda: nn.Embedding(3, 2, padding_idx=3), Exception),
        (lambda: nn.EmbeddingBag(3, 2, mode="prod"), ArgumentError),
        (lambda: nn.ReflectionPad1d((1, 2, 3)), ArgumentError),
        (lambda: nn.ReflectionPad2d(1)(tg.ones(4, 4)), ShapeError),
        (lambda: nn.Softmax2d()(tg.ones(2, 2)), ShapeError),
        (lambda: nn.Bilinear(0, 2, 3), ArgumentError),
    ],
)
def test_layers_refuse_bad_options(make: Any, told: Any) -> None:
    with pytest.raises(told) as caught:
        make()
    assert "TG-E" in str(caught.value)
