"""Options of layers that are refused where the layer is made: sizes, switches, numbers, names."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch

import tinygrad_zh as tg
from tests.nn.layer_table import LAYERS, LOSSES
from tests.nn.layer_table_options import MORE_LAYERS
from tinygrad_zh import nn
from tinygrad_zh.errors import StorageError, TinygradZhError

OTHERS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    *[(kind, (3, 4), {}) for kind in ("LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell")],
    ("MultiheadAttention", (4, 2), {}),
    ("AdaptiveLogSoftmaxWithLoss", (8, 12, [3, 7]), {}),
    ("MaxUnpool2d", (2,), {}),
    ("Dropout2d", (0.5,), {}),
    ("AlphaDropout", (0.5,), {}),
    ("RReLU", (0.1, 0.3), {}),
    ("LazyLinear", (3,), {}),
    ("LazyConv2d", (3, 2), {}),
    ("CTCLoss", (), {}),
    ("CrossEntropyLoss", (), {}),
    ("NLLLoss", (), {}),
    *[(kind, (), {}) for kind in dict.fromkeys(kind for kind, *_ in LOSSES)],
]
ROWS = [*((case.kind, case.args, case.options) for case in (*LAYERS, *MORE_LAYERS)), *OTHERS]
LATER = {"divisor_override", "weight", "pos_weight", "head_bias", "bias", "mode", "_freeze"}
"""Options that say at the call what is wrong, or are taken as true or false."""


def wrong_values(value: Any) -> list[Any]:
    """Values of another kind, or out of any range, for an option that has this one."""
    if isinstance(value, bool):
        return ["yes", 2]
    if isinstance(value, int):
        return ["x", float("nan"), object()]
    if isinstance(value, float):
        return ["x", float("nan"), []]
    if isinstance(value, str):
        return ["nonsense", 3]
    return ["x", ("a", "b"), object()] if isinstance(value, tuple) else []


def options() -> list[Any]:
    """Every option of every layer once: class, arguments, name, value."""
    found: dict[tuple[str, str], Any] = {}
    for kind, args, given in ROWS:
        bound = inspect.signature(getattr(nn, kind)).bind(*args, **given)
        bound.apply_defaults()
        named = {name: v for name, v in bound.arguments.items() if name not in ("args", "kwargs")}
        for name, value in named.items():
            if name not in LATER | {"device", "dtype"} and wrong_values(value):
                found.setdefault((kind, name), (kind, named, name, value))
    return list(found.values())


OPTIONS = options()


@pytest.mark.parametrize(("kind", "named", "name", "value"), OPTIONS, ids=[f"{o[0]}-{o[2]}" for o in OPTIONS])
def test_options_of_another_kind(kind: str, named: dict[str, Any], name: str, value: Any) -> None:
    for wrong in wrong_values(value):
        with pytest.raises(TinygradZhError, match=f"{name}|as a probability|heads") as caught:
            getattr(nn, kind)(**{**named, name: wrong})
        assert "expected:" in str(caught.value)


SIZES = {
    *("in_features", "out_features", "in1_features", "in2_features", "in_channels", "out_channels", "kernel_size"),
    *("stride", "dilation", "output_padding", "groups", "num_features", "num_groups", "num_channels", "input_size"),
    *("hidden_size", "num_layers", "embed_dim", "num_heads", "num_embeddings", "embedding_dim", "upscale_factor"),
    *("downscale_factor", "num_parameters", "size", "normalized_shape", "n_classes"),
}


def test_negative_sizes() -> None:
    tried = set()
    for kind, named, name, value in OPTIONS:
        if name in SIZES:
            tried.add(name)
            negative = tuple(-1 for _ in value) if isinstance(value, tuple) else -1
            with pytest.raises(TinygradZhError):
                getattr(nn, kind)(**{**named, name: negative})
            try:  # PyTorch refuses it here, or takes it and stumbles at the first input
                getattr(torch.nn, kind)(**{**named, name: negative})
            except Exception as problem:
                assert not isinstance(problem, TinygradZhError)
    assert SIZES - tried <= {"in1_features", "in2_features", "normalized_shape", "size"}


def test_a_negative_padding_is_for_padding_layers_alone() -> None:
    for make, args in ((nn.Conv2d, (1, 1, 3)), (nn.MaxPool2d, (2,)), (nn.Fold, (4, 2))):
        with pytest.raises(TinygradZhError, match="padding"):
            make(*args, padding=-1)  # type: ignore[operator]
    assert nn.ZeroPad1d(-1)(tg.ones(1, 1, 4)).shape == (1, 1, 2)


def test_an_option_that_becomes_wrong_later() -> None:
    layer = nn.MaxPool2d(2)
    with pytest.raises(TinygradZhError, match=r"MaxPool2d(.|\n)*stride"):
        layer.stride = -1
    assert layer.stride == 2
    layer.stride = 1
    assert layer(tg.ones(1, 1, 3, 3)).shape == (1, 1, 2, 2)


@pytest.mark.parametrize("padding_idx", [7, -8, "x", 2.5])
def test_a_padding_index_out_of_range(padding_idx: Any) -> None:
    for kind in (nn.Embedding, nn.EmbeddingBag):
        with pytest.raises(
            TinygradZhError, match=f"{kind.__name__} got padding_idx={padding_idx!r}(.|\n)*from -7 to 6"
        ):
            kind(7, 3, padding_idx=padding_idx)


def test_the_state_of_another_model() -> None:
    ours = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    other = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Linear(4, 2))
    before = {name: value.array.copy() for name, value in ours.state_dict().items()}
    with pytest.raises(StorageError) as caught:
        ours.load_state_dict(other.state_dict())
    said = str(caught.value)
    assert "Sequential" in said and "0.weight (2, 1, 3, 3), (4, 3)" in said and "1.running_mean" in said
    assert all((value.array == before[name]).all() for name, value in ours.state_dict().items())
