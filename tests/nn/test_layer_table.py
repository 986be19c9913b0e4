"""Every layer beside PyTorch's: repr, names and shapes of the state, values, gradients, buffers, train and eval."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tests.nn import test_layers
from tests.nn.layer_table import LAYERS, LOSSES, PROBABILITIES, Case
from tests.nn.layer_table_options import MORE_LAYERS, MORE_LOSSES
from tinygrad_zh import nn

# Here PyTorch rounds a constant (1/6, 1/alpha) to float32, in float64 too.
ROUNDED = {"Hardsigmoid", "CELU"}
# These two do not say so in PyTorch.
SILENT = {"Hardsigmoid(inplace=True)", "Hardswish(inplace=True)"}


def close(a: Any, b: Any, rtol: float = 1e-10) -> None:
    np.testing.assert_allclose(a.numpy(force=True), b.detach().numpy(), rtol=rtol, atol=1e-12)


def leaves(arrays: list[Any]) -> tuple[list[Any], list[Any]]:
    floating = [array.dtype.kind == "f" for array in arrays]
    ours = [tg.tensor(array, requires_grad=f) for array, f in zip(arrays, floating, strict=True)]
    return ours, [torch.tensor(array, requires_grad=f) for array, f in zip(arrays, floating, strict=True)]


def compare_call(ours: Any, theirs: Any, arrays: list[Any], kwargs: dict[str, Any]) -> None:
    """Same results, same gradients of inputs and parameters, same state afterwards."""
    a, b = leaves(arrays)
    rtol = 1e-7 if type(ours).__name__ in ROUNDED else 1e-10
    if isinstance(theirs, torch.nn.SoftMarginLoss):  # its target has no gradient there
        a[1].requires_grad = b[1].requires_grad = False
    ra = ours(*(x * 1 for x in a), **kwargs)
    rb = theirs(*(x * 1 for x in b), **kwargs)
    for ya, yb in zip(ra, rb, strict=True) if isinstance(rb, tuple) else [(ra, rb)]:
        assert ya.shape == yb.shape and str(ya.dtype) == str(yb.dtype).partition(".")[2]
        close(ya, yb, rtol)
    ya, yb = (ra[0], rb[0]) if isinstance(rb, tuple) else (ra, rb)
    ours.zero_grad()
    theirs.zero_grad()
    (ya * ya).sum().backward()
    (yb * yb).sum().backward()
    for x, y in [*zip(a, b, strict=True), *zip(ours.parameters(), theirs.parameters(), strict=True)]:
        assert (x.grad is None) == (y.grad is None)
        if x.grad is not None:
            close(x.grad, y.grad, rtol)
    compare_state(ours, theirs)


def compare_state(ours: Any, theirs: Any) -> None:
    mine, others = ours.state_dict(), theirs.state_dict()
    assert list(mine) == list(others)
    for name, value in others.items():
        assert mine[name].shape == value.shape and str(mine[name].dtype) == str(value.dtype).partition(".")[2]
        close(mine[name], value)


@pytest.mark.parametrize("case", [*LAYERS, *MORE_LAYERS], ids=str)
def test_layer_is_pytorchs(case: Case) -> None:
    torch.manual_seed(0)
    ours = getattr(nn, case.kind)(*case.args, **case.options)
    theirs = getattr(torch.nn, case.kind)(*case.args, **case.options)
    assert repr(ours) == repr(theirs) or repr(ours) in SILENT
    assert [(n, p.shape) for n, p in ours.state_dict().items()] == [
        (n, p.shape) for n, p in theirs.state_dict().items()
    ]
    ours, theirs = ours.double(), theirs.double()
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    draw = np.random.default_rng(0)
    for mode in (True, True, False):
        arrays = [draw.integers(0, case.high, s) if case.high else draw.normal(size=s) for s in case.shapes]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of PyTorch's, about 'same' with an even kernel
            compare_call(ours.train(mode), theirs.train(mode), arrays, case.kwargs)


@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")
@pytest.mark.parametrize("row", [*LOSSES, *MORE_LOSSES], ids=lambda row: row[0] + "".join(f"-{k}" for k in row[1]))
def test_loss_is_pytorchs(row: Any) -> None:
    kind, options, rest = row
    make = [{k: lib.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()} for lib in (tg, torch)]
    ours, theirs = getattr(nn, kind)(**make[0]), getattr(torch.nn, kind)(**make[1])
    assert repr(ours) == repr(theirs)
    compare_call(ours, theirs, [PROBABILITIES, *rest], {})


NOT_VARIED = {"device", "dtype", "sparse", "_weight", "_freeze", "include_last_offset", "distance_function"}
"""Options that rows cannot vary: what is refused, and what is no number; tests of their own try them."""


def test_rows_try_every_option_of_every_layer() -> None:
    """Of all kinds that have rows; an option counts if a row gives it."""
    rows: dict[str, set[str]] = {}
    for each in (*LAYERS, *MORE_LAYERS):
        given = inspect.signature(getattr(nn, each.kind)).bind(*each.args, **each.options).arguments
        rows.setdefault(each.kind, set()).update(given)
    for kind, options, *_ in (*LOSSES, *MORE_LOSSES, *test_layers.LAYERS, *test_layers.LOSSES):
        rows.setdefault(kind, set()).update(options)
    left = {
        kind: inspect.signature(getattr(nn, kind)).parameters.keys() - tried - NOT_VARIED
        for kind, tried in rows.items()
    }
    left["EmbeddingBag"] -= {"scale_grad_by_freq"}  # refused: what PyTorch divides by depends on the order of the bags
    assert not {kind: names for kind, names in left.items() if names - {"args", "kwargs"}}
    assert len(rows) > 100


@pytest.mark.parametrize("swap", [False, True])
def test_a_distance_of_ones_own(swap: bool) -> None:
    draw = np.random.default_rng(0)
    arrays = [draw.normal(size=(4, 3)) for _ in range(3)]
    made = [
        lib.nn.TripletMarginWithDistanceLoss(distance_function=lambda a, b: (a - b).abs().sum(-1), swap=swap)
        for lib in (tg, torch)
    ]
    compare_call(made[0], made[1], arrays, {})


def test_bags_whose_last_offset_is_given() -> None:
    for mode in ("sum", "mean", "max"):
        made = [lib.nn.EmbeddingBag(6, 2, mode=mode, include_last_offset=True).double() for lib in (tg, torch)]
        made[0].load_state_dict(made[1].state_dict())
        words, offsets = np.array([1, 2, 4, 5, 4]), np.array([0, 2, 2, 5])
        results = [m(lib.tensor(words), lib.tensor(offsets)) for m, lib in zip(made, (tg, torch), strict=True)]
        close(*results)
        for y in results:
            (y * y).sum().backward()
        close(made[0].weight.grad, made[1].weight.grad)


def test_ctc_loss_is_pytorchs() -> None:
    scores = np.random.default_rng(0).normal(size=(5, 2, 4))
    lengths = (np.array([[1, 2], [3, 3]]), np.array([5, 4]), np.array([2, 2]))
    for options in ({}, {"blank": 0, "reduction": "sum", "zero_infinity": True}):
        ours, theirs = nn.CTCLoss(**options), torch.nn.CTCLoss(**options)  # type: ignore[arg-type]
        a, b = tg.tensor(scores, requires_grad=True), torch.tensor(scores, requires_grad=True)
        la = ours(a.log_softmax(2), *map(tg.tensor, lengths))
        lb = theirs(b.log_softmax(2), *map(torch.tensor, lengths))
        la.backward()
        lb.backward()
        close(la, lb)
        close(a.grad, b.grad)


def test_unpooling_puts_back_what_pooling_found() -> None:
    for dims in (1, 2, 3):
        x = np.random.default_rng(0).normal(size=(2, 3, *(5,) * dims))
        results = []
        for lib in (tg, torch):
            t = lib.tensor(x, requires_grad=True)
            pooled, places = getattr(lib.nn, f"MaxPool{dims}d")(2, return_indices=True)(t)
            layer = getattr(lib.nn, f"MaxUnpool{dims}d")(2)
            y = layer(pooled, places, output_size=t.shape)
            (y * y).sum().backward()
            results.append((repr(layer), y, t.grad))
        assert results[0][0] == results[1][0]
        close(results[0][1], results[1][1])
        close(results[0][2], results[1][2])


def test_fractional_pooling_is_pytorchs_for_the_same_samples() -> None:
    for dims in (2, 3):
        x, samples = np.random.default_rng(0).normal(size=(1, 2, *(6,) * dims)), np.full((1, 2, dims), 0.3)
        for options in ({"output_size": 3}, {"output_ratio": (0.5,) * dims, "return_indices": True}):
            made = [
                getattr(lib.nn, f"FractionalMaxPool{dims}d")(2, _random_samples=lib.tensor(samples), **options)
                for lib in (tg, torch)
            ]
            assert repr(made[0]) == repr(made[1])
            compare_call(made[0], made[1], [x], {})
    with pytest.raises(tg.errors.ArgumentError):
        nn.FractionalMaxPool2d(2)


def test_bags_with_offsets_and_weights() -> None:
    ours, theirs = nn.EmbeddingBag(6, 2, mode="sum").double(), torch.nn.EmbeddingBag(6, 2, mode="sum").double()
    ours.load_state_dict(theirs.state_dict())
    words, offsets, weights = np.array([1, 2, 4, 5, 4]), np.array([0, 2]), np.array([1.0, 2, 3, 4, 5])
    ya = ours(tg.tensor(words), tg.tensor(offsets), tg.tensor(weights))
    close(ya, theirs(torch.tensor(words), torch.tensor(offsets), torch.tensor(weights)))


def test_pretrained_tables() -> None:
    table = tg.tensor([[1.0, 2.0], [3.0, 4.0]])
    for kind in (nn.Embedding, nn.EmbeddingBag):
        frozen: Any = kind.from_pretrained(table)  # type: ignore[attr-defined]
        assert not frozen.weight.requires_grad and frozen(tg.tensor([[1]])).reshape(-1).tolist() == [3.0, 4.0]
        assert kind.from_pretrained(table, freeze=False).weight.requires_grad  # type: ignore[attr-defined]
        with pytest.raises(tg.errors.ShapeError):
            kind.from_pretrained(tg.ones(3))  # type: ignore[attr-defined]
        with pytest.raises(tg.errors.ShapeError):
            kind(3, 2, _weight=table)
        with pytest.raises(tg.errors.ArgumentError, match="sparse"):
            kind(3, 2, sparse=True)


def test_adaptive_softmax_is_pytorchs() -> None:
    for bias in (False, True):
        arguments = (8, 12, [3, 7])
        ours = nn.AdaptiveLogSoftmaxWithLoss(*arguments, div_value=2.0, head_bias=bias).double()
        theirs = torch.nn.AdaptiveLogSoftmaxWithLoss(*arguments, div_value=2.0, head_bias=bias).double()
        assert repr(ours) == repr(theirs)
        ours.load_state_dict(theirs.state_dict())
        x, y = np.random.default_rng(0).normal(size=(6, 8)), np.array([0, 3, 11, 7, 2, 6])
        a, b = tg.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
        ra, rb = ours(a, tg.tensor(y)), theirs(b, torch.tensor(y))
        close(ra.output, rb.output)
        ra.loss.backward()
        rb.loss.backward()
        close(a.grad, b.grad)
        for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
            close(p.grad, q.grad)
        close(ours.log_prob(a), theirs.log_prob(b))
        assert ours.predict(a).tolist() == theirs.predict(b).tolist()
        close(ours(a[0], tg.tensor(4)).output, theirs(b[0], torch.tensor(4)).output)
    for cutoffs in ([], [3, 3], [5, 2], [0, 2], [12]):
        with pytest.raises(tg.errors.ArgumentError, match="cutoffs"):
            nn.AdaptiveLogSoftmaxWithLoss(8, 12, cutoffs)
    with pytest.raises(tg.errors.ArgumentError, match="target"):
        ours(a, tg.tensor(y + 1))


def test_random_layers() -> None:
    """Whole channels drop out; a random slope lies in its interval; after eval() nothing is random."""
    tg.manual_seed(0)
    for dims in (1, 2, 3):
        layer = getattr(nn, f"Dropout{dims}d")(0.5)
        y = layer(tg.ones(8, 8, *(2,) * dims)).reshape(64, -1)
        assert set(y.array.ravel()) == {0.0, 2.0} and (y.array.min(1) == y.array.max(1)).all()
        assert repr(layer) == repr(getattr(torch.nn, f"Dropout{dims}d")(0.5))
    for kind in ("AlphaDropout", "FeatureAlphaDropout"):
        x = tg.randn(100, 100, 2)
        y = getattr(nn, kind)(0.2)(x)
        assert abs(y.mean().item()) < 0.1 and abs(y.std().item() - 1) < 0.1 and (y != x).any().item()
        assert (getattr(nn, kind)(0.2).eval()(x) == x).all().item()
    slopes = nn.RReLU()(-tg.ones(100)).array
    assert -1 / 3 <= slopes.min() < slopes.max() <= -1 / 8
    assert np.allclose(nn.RReLU().eval()(-tg.ones(1)).array, -(1 / 8 + 1 / 3) / 2)
    assert repr(nn.RReLU(inplace=True)) == repr(torch.nn.RReLU(inplace=True))


def test_a_family_shares_its_documentation() -> None:
    for kind in ("Conv2d", "ConvTranspose1d", "MaxPool3d", "BatchNorm2d", "Dropout2d", "MSELoss", "CircularPad1d"):
        text = inspect.cleandoc(getattr(nn, kind).__doc__)
        assert "\nParameters\n----------\n" in text, kind
