"""RNN, GRU, LSTM, their cells, and packed sequences, beside PyTorch's."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tests.nn.beside_torch import compare, same
from tinygrad_zh import nn
from tinygrad_zh.errors import ArgumentError, DTypeError, ShapeError, TinygradZhError
from tinygrad_zh.nn.utils import rnn

theirs_rnn = torch.nn.utils.rnn
LAYERS: list[tuple[str, dict[str, Any]]] = [
    ("LSTM", {}),
    ("LSTM", {"num_layers": 2, "bidirectional": True, "proj_size": 2, "batch_first": True}),
    ("LSTM", {"num_layers": 2, "bias": False}),
    ("GRU", {}),
    ("GRU", {"num_layers": 2, "bidirectional": True, "batch_first": True}),
    ("GRU", {"bias": False}),
    ("RNN", {}),
    ("RNN", {"nonlinearity": "relu", "num_layers": 2, "bidirectional": True}),
    ("RNN", {"bias": False, "batch_first": True}),
]
layers = pytest.mark.parametrize(("kind", "options"), LAYERS, ids=[f"{k}-{o}" for k, o in LAYERS])
draw = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    """PyTorch warns that projections are slow in float32."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "LSTM with projections")
        yield


def pair(kind: str, options: dict[str, Any]) -> tuple[Any, Any]:
    return getattr(nn, kind)(3, 4, **options), getattr(torch.nn, kind)(3, 4, **options)


def states(kind: str, options: dict[str, Any], *batch: int) -> list[Any]:
    count = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    widths = [options.get("proj_size", 4), 4][: 2 if kind == "LSTM" else 1]
    return [draw.normal(size=(count, *batch, width)) for width in widths]


def given(kind: str, parts: Any) -> Any:
    return tuple(parts) if kind == "LSTM" else parts[0]


@layers
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_layer_equals_pytorchs(kind: str, options: dict[str, Any], dtype: str) -> None:
    ours, theirs = pair(kind, options)
    assert repr(ours) == repr(theirs)
    x = draw.normal(size=(2, 5, 3) if options.get("batch_first") else (5, 2, 3))
    begun = states(kind, options, 2)
    compare(ours, theirs, lambda m, layer, x: layer(x), x, dtype=dtype)
    compare(ours, theirs, lambda m, layer, x, *hx: layer(x, given(kind, hx)), x, *begun, dtype=dtype)


@layers
def test_single_sequence(kind: str, options: dict[str, Any]) -> None:
    ours, theirs = pair(kind, options)
    x, begun = draw.normal(size=(5, 3)), states(kind, options)
    compare(ours, theirs, lambda m, layer, x: layer(x), x)
    compare(ours, theirs, lambda m, layer, x, *hx: layer(x, given(kind, hx)), x, *begun)


@layers
@pytest.mark.parametrize("lengths", [[5, 2, 2], [1, 5, 3], [4, 4, 4]])
def test_packed_sequences(kind: str, options: dict[str, Any], lengths: list[int]) -> None:
    ours, theirs = pair(kind, options)
    first = options.get("batch_first", False)
    x, begun = draw.normal(size=(3, 5, 3) if first else (5, 3, 3)), states(kind, options, 3)

    def use(m: Any, layer: Any, x: Any, *hx: Any) -> Any:
        module = rnn if m is tg else theirs_rnn
        packed = module.pack_padded_sequence(x, lengths, batch_first=first, enforce_sorted=False)  # type: ignore[attr-defined]
        output, final = layer(packed, given(kind, hx) if hx else None)
        padded = module.pad_packed_sequence(output, batch_first=first, padding_value=-1.0, total_length=6)  # type: ignore[attr-defined]
        return (*padded, final)

    compare(ours, theirs, use, x)
    compare(ours, theirs, use, x, *begun)


CELLS: list[tuple[str, dict[str, Any]]] = [
    ("LSTMCell", {}), ("GRUCell", {}), ("RNNCell", {}), ("RNNCell", {"nonlinearity": "relu", "bias": False}),
    ("LSTMCell", {"bias": False}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "options"), CELLS)
@pytest.mark.parametrize("batch", [(2,), ()])
def test_cell_equals_pytorchs(kind: str, options: dict[str, Any], batch: tuple[int, ...]) -> None:
    ours, theirs = pair(kind, options)
    assert repr(ours) == repr(theirs)
    x, begun = draw.normal(size=(*batch, 3)), [draw.normal(size=(*batch, 4)) for _ in range(2)]
    compare(ours, theirs, lambda m, cell, x: cell(x), x)
    begun = begun if kind == "LSTMCell" else begun[:1]
    hand = tuple if kind == "LSTMCell" else lambda hx: hx[0]
    compare(ours, theirs, lambda m, cell, x, *hx: cell(x, hand(hx)), x, *begun)


def test_layer_is_its_cell_step_by_step() -> None:
    layer, cell, x = nn.GRU(3, 4), nn.GRUCell(3, 4), tg.randn(5, 2, 3)
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in layer.state_dict().items()})
    h = None
    for t in range(5):
        h = cell(x[t], h)
    tg.testing.assert_close(layer(x)[1][0], h)


def test_how_parameters_begin() -> None:
    for layer in (nn.LSTM(8, 25, proj_size=4, num_layers=2), nn.GRUCell(8, 25)):
        for name, p in layer.named_parameters():
            assert 0.15 < float(p.abs().max()) <= 0.2, name


def test_dropout_between_layers() -> None:
    tg.manual_seed(0)
    layer, x = nn.RNN(3, 4, num_layers=2, dropout=0.5), tg.randn(3, 2, 3)
    assert not tg.equal(layer(x)[0], layer(x)[0])
    layer.eval()
    assert tg.equal(layer(x)[0], layer(x)[0])
    torn = nn.RNN(3, 4, num_layers=2, dropout=1.0, bias=False)  # the second layer reads nothing but zeros
    assert not torn(x)[0].any() and torn(x)[1][0].any()
    with pytest.warns(UserWarning, match="between layers"):
        nn.LSTM(3, 4, dropout=0.5)


def test_a_long_sequence_and_second_order() -> None:
    layer, x = nn.LSTM(2, 3, bidirectional=True).double(), tg.randn(4, 1, 2, dtype=tg.float64)
    assert tg.testing.gradgradcheck(lambda x: layer(x)[0], (x.requires_grad_(),))
    theirs = torch.nn.GRU(2, 3)
    compare(nn.GRU(2, 3), theirs, lambda m, layer, x: layer(x), draw.normal(size=(200, 1, 2)), dtype="float64")


def test_what_layers_refuse() -> None:
    layer, x = nn.LSTM(3, 4), tg.ones(5, 2, 3)
    h = tg.zeros(1, 2, 4)
    cases: list[tuple[Any, type[TinygradZhError]]] = [
        (lambda: layer(tg.ones(3)), ShapeError),
        (lambda: layer(tg.ones(5, 2, 2)), ShapeError),
        (lambda: layer(tg.ones(0, 2, 3)), ShapeError),
        (lambda: layer(x, h), ArgumentError),
        (lambda: layer(x, (h, tg.zeros(1, 3, 4))), ShapeError),
        (lambda: layer(x[:, 0], (h, h)), ShapeError),
        (lambda: layer(x, (h, h.double())), DTypeError),
        (lambda: layer(x.double()), DTypeError),
        (lambda: layer(tg.ones(5, 2, 3, dtype=tg.int64)), DTypeError),
        (lambda: nn.LSTM(3, 4, proj_size=4), ArgumentError),
        (lambda: nn.RNN(3, 0), ArgumentError),
        (lambda: nn.RNN(3, 4, 0), ArgumentError),
        (lambda: nn.RNN(3, 4, nonlinearity="sigmoid"), ArgumentError),
        (lambda: nn.GRU(3, 4, 2, dropout=1.5), ArgumentError),
        (lambda: nn.RNNBase("QRNN", 3, 4), ArgumentError),
        (lambda: nn.GRUCell(3, 4)(tg.ones(2, 2)), ShapeError),
        (lambda: nn.GRUCell(3, 4)(tg.ones(2, 3), tg.ones(1, 4)), ShapeError),
        (lambda: nn.LSTMCell(3, 4)(tg.ones(2, 3), tg.ones(2, 4)), ArgumentError),
        (lambda: nn.RNNCell(3, -1), ArgumentError),
        (lambda: tg.gru(x, h, [tg.ones(12, 3)], False, 1, 0.0, False, False, False), ArgumentError),
        (lambda: tg.gru(x, h, [tg.ones(12, 3), tg.ones(9, 4)], False, 1, 0.0, False, False, False), ShapeError),
    ]
    for call, kind in cases:
        with pytest.raises(kind):
            call()


# --- nn.utils.rnn ---


def both(function: str, *args: Any, **options: Any) -> None:
    """The same call in both libraries; arrays become tensors."""

    def turned(m: Any, x: Any) -> Any:
        return [turned(m, y) for y in x] if isinstance(x, list) else m.tensor(x) if isinstance(x, np.ndarray) else x

    ours = getattr(rnn, function)(*(turned(tg, x) for x in args), **options)
    theirs = getattr(theirs_rnn, function)(*(turned(torch, x) for x in args), **options)
    same(tuple(ours) if isinstance(ours, (tuple, list)) else ours, theirs)


def test_padding_and_packing() -> None:
    some = [draw.normal(size=(n, 2)) for n in (2, 4, 1)]
    for first in (False, True):
        for side in ("right", "left"):
            both("pad_sequence", some, batch_first=first, padding_value=7.0, padding_side=side)
        both("unpad_sequence", draw.normal(size=(3, 3, 2)), np.array([2, 3, 1]), batch_first=first)
        both("pack_padded_sequence", draw.normal(size=(3, 3, 2)), [2, 3, 1], first, enforce_sorted=False)
        both("pack_padded_sequence", draw.normal(size=(3, 3)), np.array([3, 2, 1]), first)
    both("pack_sequence", some, enforce_sorted=False)
    both("pack_sequence", sorted(some, key=len, reverse=True))
    found = rnn.unpack_sequence(rnn.pack_sequence([tg.tensor(x) for x in some], enforce_sorted=False))
    for x, y in zip(found, some, strict=True):
        np.testing.assert_array_equal(x.numpy(), y)


def test_permutations_are_inverted() -> None:
    for lib in (tg, torch):
        module = lib.nn.utils.rnn
        assert module.invert_permutation(lib.tensor([2, 0, 1, 3])).tolist() == [1, 2, 0, 3]
        assert module.invert_permutation(None) is None
    assert isinstance(nn.LSTM(1, 1), nn.RNNBase) and isinstance(nn.LSTMCell(1, 1), nn.RNNCellBase)


def test_packed_sequence() -> None:
    packed = rnn.pack_sequence([tg.ones(1), tg.ones(3)], enforce_sorted=False)
    assert packed.double().data.dtype == tg.float64 and packed.float() is packed and packed.cpu() is packed
    assert packed.half().sorted_indices.tolist() == packed.unsorted_indices.tolist() == [1, 0]
    data, sizes, *_ = packed
    assert rnn.PackedSequence(data, sizes).sorted_indices is None and sizes.tolist() == [2, 1, 1]
    assert not packed.is_cuda


def test_what_packing_refuses() -> None:
    x = tg.ones(3, 2)
    for call in (
        lambda: rnn.pack_padded_sequence(x, [1, 2]),
        lambda: rnn.pack_padded_sequence(x, [2, 0]),
        lambda: rnn.pack_padded_sequence(x, [4, 2]),
        lambda: rnn.pack_padded_sequence(x, [2]),
        lambda: rnn.pack_padded_sequence(x, [2.0, 1.0]),
        lambda: rnn.pad_packed_sequence((x, x)),  # type: ignore[arg-type]
        lambda: rnn.pad_packed_sequence(rnn.pack_sequence([x]), total_length=2),
        lambda: rnn.pad_sequence([]),
        lambda: rnn.pad_sequence([x, tg.ones(3)]),
        lambda: rnn.pad_sequence([x], padding_side="both"),
        lambda: rnn.unpad_sequence(x, tg.tensor([3, 4])),
        lambda: rnn.PackedSequence(x, [1, 2]),
    ):
        with pytest.raises(ArgumentError):
            call()
    for wrong in (lambda: rnn.pack_padded_sequence(tg.ones(3), [3]), lambda: rnn.unpad_sequence(tg.ones(3), [3])):
        with pytest.raises(ShapeError):
            wrong()
    assert math.isclose(float(rnn.pad_sequence([tg.ones(1), tg.ones(2)]).sum()), 3.0)
