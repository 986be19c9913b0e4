"""MultiheadAttention, transformers and positions, beside PyTorch's or the formulas of papers."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tests.nn.beside_torch import compare, same
from tinygrad_zh import nn
from tinygrad_zh.errors import ArgumentError, DTypeError, ShapeError, TinygradZhError
from tinygrad_zh.nn import functional as F

draw = np.random.default_rng(0)
ATTENTION: list[dict[str, Any]] = [
    {}, {"bias": False}, {"add_bias_kv": True}, {"add_zero_attn": True, "add_bias_kv": True},
    {"kdim": 3, "vdim": 5}, {"batch_first": True},
]  # fmt: skip


def hiding(*shape: int) -> Any:
    """A mask of bools that never hides the first key."""
    mask = draw.random(size=shape) < 0.4
    mask[..., 0] = False
    return mask


MASKS: dict[str, tuple[Any, Any]] = {
    "none": (None, None),
    "bools": (hiding(3, 5), hiding(2, 5)),
    "numbers": (draw.normal(size=(4, 3, 5)), draw.normal(size=(2, 5))),
    "bools of every head": (hiding(4, 3, 5), None),
    "padding": (None, hiding(2, 5)),
    "numbers and bools": (draw.normal(size=(3, 5)), hiding(2, 5)),
}


@pytest.mark.filterwarnings("ignore:Support for mismatched")
@pytest.mark.parametrize("masks", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("options", ATTENTION, ids=str)
def test_attention_equals_pytorchs(options: dict[str, Any], masks: tuple[Any, Any]) -> None:
    ours, theirs = nn.MultiheadAttention(4, 2, **options), torch.nn.MultiheadAttention(4, 2, **options)
    sizes = [(3, 4), (5, options.get("kdim", 4)), (5, options.get("vdim", 4))]
    xs = [draw.normal(size=(2, t, d) if options.get("batch_first") else (t, 2, d)) for t, d in sizes]
    for need, average in ((True, True), (True, False), (False, True)):

        def use(m: Any, layer: Any, q: Any, k: Any, v: Any, mask: Any, padding: Any, n: bool = need, a: bool = average):  # type: ignore[no-untyped-def]
            return layer(q, k, v, padding, need_weights=n, attn_mask=mask, average_attn_weights=a)

        compare(ours, theirs, use, *xs, *masks)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_self_attention(dtype: str) -> None:
    """One matmul projects all three; of an input without batch, of one with the causal hint, and of a pair."""
    ours, theirs = nn.MultiheadAttention(4, 2), torch.nn.MultiheadAttention(4, 2)
    mask, x = np.triu(np.ones((3, 3), dtype=bool), 1), draw.normal(size=(3, 2, 4))
    compare(ours, theirs, lambda m, layer, x: layer(x, x, x), x, dtype=dtype)
    compare(ours, theirs, lambda m, layer, x: layer(x, x, x), x[:, 0], dtype=dtype)
    for need in (True, False):

        def use(m: Any, layer: Any, x: Any, mask: Any, need: bool = need) -> Any:
            return layer(x, x, x, attn_mask=mask, is_causal=True, need_weights=need)

        compare(ours, theirs, use, x, mask, dtype=dtype)
    compare(ours, theirs, lambda m, layer, x, y: layer(x, y, y), x, draw.normal(size=(5, 2, 4)), dtype=dtype)


def test_a_query_that_may_look_nowhere() -> None:
    ours, theirs = nn.MultiheadAttention(4, 2), torch.nn.MultiheadAttention(4, 2)
    ours.load_state_dict(theirs.state_dict())
    x, mask = draw.normal(size=(3, 2, 4)).astype("f4"), np.ones((3, 3), dtype=bool)
    for need in (True, False):
        found = ours(*[tg.tensor(x)] * 3, attn_mask=tg.tensor(mask), need_weights=need)[0]
        expected = theirs(*[torch.tensor(x)] * 3, attn_mask=torch.tensor(mask), need_weights=need)[0]
        np.testing.assert_allclose(found.numpy(force=True), expected.detach().numpy(), rtol=1e-5, atol=1e-6)


def test_attention_dropout() -> None:
    tg.manual_seed(0)
    layer, x = nn.MultiheadAttention(8, 1, dropout=0.5), tg.randn(40, 1, 8)
    weights = layer(x, x, x)[1]
    dropped = float((weights == 0).float().mean())
    assert abs(dropped - 0.5) < 0.07
    assert not tg.equal(layer(x, x, x, need_weights=False)[0], layer(x, x, x, need_weights=False)[0])
    layer.eval()
    assert tg.equal(layer(x, x, x)[0], layer(x, x, x)[0])


def test_static_keys_and_values() -> None:
    x, w, o = draw.normal(size=(3, 2, 4)), draw.normal(size=(12, 4)), draw.normal(size=(4, 4))
    static = draw.normal(size=(4, 3, 2))
    found = []
    for m, functional in ((tg, F), (torch, torch.nn.functional)):
        query, weight, out, kept = (m.tensor(a) for a in (x, w, o, static))
        given = (query, query, query, 4, 2, weight, None, None, None, False, 0.0, out, None)
        found.append(functional.multi_head_attention_forward(*given, static_k=kept, static_v=kept))
    same(*found)


def test_how_attention_begins() -> None:
    for options in ({}, {"kdim": 16, "add_bias_kv": True}):
        tg.manual_seed(0), torch.manual_seed(0)
        ours, theirs = nn.MultiheadAttention(64, 2, **options), torch.nn.MultiheadAttention(64, 2, **options)  # type: ignore[arg-type]
        for (name, p), q in zip(ours.named_parameters(), theirs.parameters(), strict=True):
            assert float(p.abs().max()) == pytest.approx(
                float(q.detach().abs().max()), rel=0.5 if "bias" in name else 0.05
            )


ACTIVATIONS: list[tuple[Any, Any]] = [("relu", "relu"), ("gelu", "gelu"), (tg.tanh, torch.tanh)]
FORMS: list[dict[str, Any]] = [{}, {"norm_first": True, "batch_first": True}, {"bias": False, "layer_norm_eps": 0.1}]


@pytest.mark.parametrize(
    ("options", "activation"), list(zip(FORMS, ACTIVATIONS, strict=True)), ids=["relu", "gelu", "tanh"]
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
def test_transformer_equals_pytorchs(options: dict[str, Any], activation: tuple[Any, Any], dtype: str) -> None:
    made = [
        m.Transformer(4, 2, 2, 1, 8, 0.0, function, **options)
        for m, function in zip((nn, torch.nn), activation, strict=True)
    ]
    first = options.get("batch_first")
    src, tgt = (draw.normal(size=(2, t, 4) if first else (t, 2, 4)) for t in (5, 3))
    padding = np.array([[False] * 4 + [True], [False] * 5])

    def use(m: Any, model: Any, src: Any, tgt: Any, padding: Any) -> Any:
        causal = (nn if m is tg else torch.nn).Transformer.generate_square_subsequent_mask(3)
        masks = {"src_key_padding_mask": padding, "memory_key_padding_mask": padding}
        return model(src, tgt, tgt_mask=causal, tgt_is_causal=True, **masks)

    compare(*made, use, src, tgt, padding, dtype=dtype)
    compare(*made, lambda m, model, src, tgt: model(src, tgt), src, tgt, dtype=dtype)


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
def test_layers_and_stacks() -> None:
    """All masks, alone and stacked, with and without a batch."""
    x, y = draw.normal(size=(3, 2, 4)), draw.normal(size=(5, 2, 4))
    own, cross, padded = hiding(3, 3), draw.normal(size=(3, 5)), hiding(2, 5)
    encoders = [m.TransformerEncoderLayer(4, 2, 8, 0.0) for m in (nn, torch.nn)]
    compare(*encoders, lambda m, layer, x, mask: layer(x, mask), x, own)
    compare(*encoders, lambda m, layer, x: layer(x), x[:, 0])
    stacks = [m.TransformerEncoder(layer, 2) for m, layer in zip((nn, torch.nn), encoders, strict=True)]
    compare(*stacks, lambda m, stack, x, padding: stack(x, src_key_padding_mask=padding), y, padded)
    decoders = [m.TransformerDecoderLayer(4, 2, 8, 0.0, norm_first=True) for m in (nn, torch.nn)]

    def decode(m: Any, layer: Any, x: Any, y: Any, own: Any, cross: Any) -> Any:
        return layer(x, y, tgt_mask=own, memory_mask=cross)

    compare(*decoders, decode, x, y, own, cross)
    norms = [m.LayerNorm(4) for m in (nn, torch.nn)]
    deep = [m.TransformerDecoder(d, 2, n) for m, d, n in zip((nn, torch.nn), decoders, norms, strict=True)]
    compare(*deep, decode, x, y, own, cross)
    first, second = deep[0].layers
    tg.testing.assert_close(first.linear1.weight, second.linear1.weight)
    assert first.linear1.weight is not second.linear1.weight


def test_layer_norm() -> None:
    for options in ({}, {"bias": False}, {"elementwise_affine": False, "eps": 0.1}):
        ours, theirs = nn.LayerNorm([3, 4], **options), torch.nn.LayerNorm([3, 4], **options)  # type: ignore[arg-type]
        assert repr(ours) == repr(theirs)
        x = draw.normal(size=(2, 3, 4))
        compare(ours, theirs, lambda m, layer, x: layer(x), x)


def test_transformer_dropout_and_own_parts() -> None:
    tg.manual_seed(0)
    model, x = nn.Transformer(4, 2, 1, 1, 8, dropout=0.5), tg.randn(3, 2, 4)
    assert not tg.equal(model(x, x), model(x, x))
    model.eval()
    assert tg.equal(model(x, x), model(x, x))
    own = nn.Transformer(4, 2, custom_encoder=model.encoder, custom_decoder=model.decoder)
    assert own.encoder is model.encoder and own.decoder is model.decoder


def test_what_is_refused() -> None:
    layer, x = nn.MultiheadAttention(4, 2), tg.ones(3, 2, 4)
    model = nn.Transformer(4, 2, 1, 1, 8)
    cases: list[tuple[Any, type[TinygradZhError]]] = [
        (lambda: nn.MultiheadAttention(5, 2), ArgumentError),
        (lambda: nn.MultiheadAttention(4, 2, dropout=2.0), ArgumentError),
        (lambda: layer(x, x, x, is_causal=True), ArgumentError),
        (lambda: layer(x, x, x[:2]), ShapeError),
        (lambda: layer(x[:, 0], x, x), ShapeError),
        (lambda: layer(tg.ones(3, 2, 5), x, x), ShapeError),
        (lambda: layer(x, x, x, attn_mask=tg.ones(3, 2)), ShapeError),
        (lambda: layer(x, x, x, attn_mask=tg.ones(2, 3, 3)), ShapeError),
        (lambda: layer(x, x, x, tg.ones(3, 2)), ShapeError),
        (lambda: layer(x, x, x, attn_mask=tg.ones(3, 3, dtype=tg.int64)), DTypeError),
        (lambda: layer(x.double(), x.double(), x.double()), DTypeError),
        (lambda: nn.MultiheadAttention(4, 2, batch_first=True)(x, x[0], x), ShapeError),
        (lambda: nn.TransformerEncoderLayer(4, 2, activation="tanh"), ArgumentError),
        (lambda: nn.TransformerEncoder(nn.Linear(1, 1), -1), ArgumentError),
        (lambda: nn.TransformerEncoder(nn.Linear(1, 1), 1, enable_nested_tensor=True), ArgumentError),
        (lambda: model(x, x[:, :1]), ShapeError),
        (lambda: model(x, tg.ones(3, 2, 5)), ShapeError),
        (lambda: model(x, x[:, 0]), ShapeError),
        (lambda: nn.SinusoidalPositions(3), ArgumentError),
        (lambda: nn.SinusoidalPositions(4, 5)(x, offset=3), ShapeError),
        (lambda: nn.SinusoidalPositions(4)(x, offset=-1), ArgumentError),
        (lambda: nn.LearnedPositions(4, 0), ArgumentError),
        (lambda: nn.RotaryPositions(4, base=0.0), ArgumentError),
        (lambda: nn.RotaryPositions(6)(x), ShapeError),
    ]
    for call, kind in cases:
        with pytest.raises(kind):
            call()


# --- positions ---


def test_sinusoidal_positions() -> None:
    layer = nn.SinusoidalPositions(4, max_len=10)
    table = layer(tg.zeros(3, 4, dtype=tg.float64), offset=2).numpy()
    for t, i in itertools.product(range(3), range(2)):
        angle = (t + 2) / 10000 ** (2 * i / 4)
        np.testing.assert_allclose(table[t, 2 * i : 2 * i + 2], [math.sin(angle), math.cos(angle)], rtol=1e-12)
    assert not layer.state_dict() and repr(layer) == "SinusoidalPositions(4, max_len=10)"
    x = tg.randn(3, 2, 4)
    swapped = nn.SinusoidalPositions(4, 10, batch_first=True)(x.transpose(0, 1)).transpose(0, 1)
    tg.testing.assert_close(layer(x), swapped)
    tg.testing.assert_close(layer(x)[:, 1], layer(x[:, 1]))


def test_learned_positions() -> None:
    layer = nn.LearnedPositions(4, 6)
    layer(tg.zeros(3, 2, 4), offset=1).sum().backward()
    assert layer.weight.grad is not None
    assert layer.weight.grad.tolist() == [[2.0 * (1 <= t < 4)] * 4 for t in range(6)]
    assert abs(float(nn.LearnedPositions(64, 100).weight.std()) - 0.02) < 0.002
    assert list(layer.state_dict()) == ["weight"]


@pytest.mark.parametrize("interleaved", [False, True])
def test_rotary_positions(interleaved: bool) -> None:
    layer = nn.RotaryPositions(4, base=100.0, interleaved=interleaved).double()
    x = tg.randn(2, 5, 4, dtype=tg.float64, requires_grad=True)
    pairs = [(0, 1), (2, 3)] if interleaved else [(0, 2), (1, 3)]
    found = layer(x, offset=3)
    for t, (i, (a, b)) in itertools.product(range(5), enumerate(pairs)):
        turned = (x[:, t, a].numpy(force=True) + 1j * x[:, t, b].numpy(force=True)) * np.exp(
            1j * (t + 3) / 100 ** (i / 2)
        )
        np.testing.assert_allclose(found[:, t, a].numpy(force=True), turned.real, rtol=1e-12)
        np.testing.assert_allclose(found[:, t, b].numpy(force=True), turned.imag, rtol=1e-12)
    near, far = layer(x) @ layer(x).mT, layer(x, offset=7) @ layer(x, offset=7).mT
    tg.testing.assert_close(near, far)  # how far apart they are is all that counts
    assert tg.testing.gradcheck(layer, (x,))
