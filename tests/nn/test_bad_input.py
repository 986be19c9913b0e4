"""Every layer, in a model, with inputs of wrong shapes, dtypes and kinds: it says which layer, and what it got."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tests.nn.layer_table import CLASSES, LABELS, LAYERS, LOSSES, MANY_SIGNS, PROBABILITIES, SIGNS, TARGETS, Case
from tests.nn.layer_table_options import MORE_LAYERS, MORE_LOSSES
from tinygrad_zh import nn
from tinygrad_zh.errors import TinygradZhError

draw = np.random.default_rng(0)


class Model(nn.Module):
    """A model with a layer at ``body.0``."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.body = nn.ModuleList([layer])

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.body[0](*args, **kwargs)


def wrong_inputs(case: Case) -> Iterator[tuple[str, list[Any]]]:
    """Yield the case's arrays with the first one changed in every way."""
    shape, *others = case.shapes

    def drawn(shape: tuple[int, ...]) -> Any:
        return draw.integers(0, case.high, shape) if case.high else draw.normal(size=shape)

    first, rest = drawn(shape), [drawn(s) for s in others]
    shapes = [(), (3,), (0,), (1, 1, 1, *shape)]
    for d, size in enumerate(shape):
        for other in (size + 1, 0):
            shapes.append((*shape[:d], other, *shape[d + 1 :]))
        shapes.append((*shape[:d], *shape[d + 1 :]))
    for other_shape in dict.fromkeys(shapes):
        yield f"shape {other_shape}", [drawn(other_shape), *rest]
    for dtype in ("float64", "bool") if case.high else ("int64", "bool", "float32", "float16"):
        yield f"dtype {dtype}", [first.astype(dtype), *rest]
    if case.high:
        yield "too high", [first + case.high, *rest]
        yield "negative", [first - case.high, *rest]


# Where PyTorch has no kernel for a dtype, there is a formula here.
WITHOUT_A_KERNEL = re.compile(r"not implemented for '(Long|Bool|Half)'")
TAKEN_HERE = {
    ("InstanceNorm2d", "no sample"): "select(): index 0 out of range",
    ("EmbeddingBag", "empty bags"): "step must be nonzero",
}
"""Inputs over which PyTorch stumbles, and whose result is empty or zero."""
ONE_EACH = list({case.kind: case for case in reversed([*LAYERS, *MORE_LAYERS])}.values())


def refusal(call: Any) -> Exception | None:
    """What a call is refused with."""
    try:
        call()
    except Exception as problem:
        return problem
    return None


@pytest.mark.filterwarnings("ignore")  # of PyTorch's, about what it deprecates
@pytest.mark.parametrize("case", ONE_EACH, ids=lambda case: case.kind)
def test_what_pytorch_refuses_is_refused_with_layer_and_path(case: Case) -> None:
    refused = 0
    for name, arrays in wrong_inputs(case):
        theirs = getattr(torch.nn, case.kind)(*case.args, **case.options).double()
        ours = getattr(nn, case.kind)(*case.args, **case.options).double()
        wanted = refusal(lambda: theirs(*map(torch.tensor, arrays), **case.kwargs))  # noqa: B023
        found = refusal(lambda: Model(ours)(*map(tg.tensor, arrays), **case.kwargs))  # noqa: B023
        if found is None:
            known = wanted is None or WITHOUT_A_KERNEL.search(str(wanted))
            assert known or any(said in str(wanted) for said in TAKEN_HERE.values()), (name, wanted)
            continue
        refused += 1
        assert isinstance(found, TinygradZhError), (name, found)
        said = str(found)
        given = f"{arrays[0].dtype} {arrays[0].shape}"
        assert re.search(rf"\n  layer: body\.0: {case.kind}\(.* called with {re.escape(given)}", said, re.DOTALL), said
        assert "expected:" in said and found.layer is ours


@pytest.mark.parametrize("case", ONE_EACH, ids=lambda case: case.kind)
def test_what_is_no_tensor_is_refused(case: Case) -> None:
    rest = [tg.ones(*shape) for shape in case.shapes[1:]]
    layer = getattr(nn, case.kind)(*case.args, **case.options)
    for wrong, kind in ((None, "NoneType"), ("text", "str"), ({"a": 1}, "dict")):
        with pytest.raises(TinygradZhError, match=rf"layer: body\.0: {case.kind}.*called with {kind}"):
            Model(layer)(wrong, *rest, **case.kwargs)


# --- losses ---

ONE_LOSS_EACH = list({kind: (kind, rest) for kind, _, rest in reversed([*LOSSES, *MORE_LOSSES])}.values())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("kind", "rest"), ONE_LOSS_EACH, ids=lambda x: x if isinstance(x, str) else "")
def test_targets_that_do_not_fit(kind: str, rest: tuple[Any, ...]) -> None:
    target = rest[0]
    refused = 0
    for other in (target[:-1], target[..., None][..., [0, 0]], target.reshape(-1)[:2], np.zeros((0, 3))):
        arrays = [PROBABILITIES, other, *rest[1:]]
        wanted = refusal(lambda: getattr(torch.nn, kind)()(*map(torch.tensor, arrays)))  # noqa: B023
        found = refusal(lambda: Model(getattr(nn, kind)())(*map(tg.tensor, arrays)))  # noqa: B023
        assert wanted is None or found is not None, (other.shape, wanted)
        if found is not None:
            refused += 1
            assert isinstance(found, TinygradZhError), found
            assert re.search(r"layer: body\.0(\.distance_function)?: ", str(found)), found
            assert f"{other.dtype} {other.shape}" in str(found)
    assert refused
    with pytest.raises(TinygradZhError, match=r"layer: body\.0(\.distance_function)?: "):
        Model(getattr(nn, kind)())(tg.tensor(PROBABILITIES), None, *map(tg.tensor, rest[1:]))


def test_classes_out_of_range() -> None:
    for kind in ("CrossEntropyLoss", "NLLLoss", "MultiMarginLoss"):
        for wrong in (CLASSES + 3, CLASSES - 4):
            with pytest.raises(TinygradZhError, match=f"layer: body.0: {kind}"):
                Model(getattr(nn, kind)())(tg.tensor(PROBABILITIES), tg.tensor(wrong))
    assert LABELS.shape == (4, 3) and SIGNS.shape == (4,) and MANY_SIGNS.shape == TARGETS.shape


# --- layers that take more than one tensor ---

x3 = tg.ones(5, 2, 4)  # (T, N, D)
HANDS: list[tuple[str, Any, Any, str]] = [
    # class, how it is made, arguments, what the message says besides the path
    ("RNN", lambda k: k(4, 3), (tg.ones(5, 2, 3),), r"\(5, 2, 3\)"),
    ("LSTM", lambda k: k(4, 3), (tg.ones(4),), r"\(4,\)"),
    ("LSTM", lambda k: k(4, 3), (x3, tg.ones(1, 2, 3)), "state"),
    ("GRU", lambda k: k(4, 3), (x3, tg.ones(1, 3, 3)), r"\(1, 3, 3\)"),
    ("GRU", lambda k: k(4, 3), ([1.0],), "list"),
    ("GRU", lambda k: k(4, 3), (tg.ones(5, 2, 4, dtype=tg.float64),), "float64"),
    ("LSTMCell", lambda k: k(4, 3), (tg.ones(2, 5),), r"\(2, 5\)"),
    ("GRUCell", lambda k: k(4, 3), (tg.ones(2, 4), tg.ones(3, 3)), r"\(3, 3\)"),
    ("MultiheadAttention", lambda k: k(4, 2), (x3, x3, tg.ones(6, 2, 4)), r"\(6, 2, 4\)"),
    ("MultiheadAttention", lambda k: k(4, 2), (tg.ones(5, 2, 3),) * 3, r"\(5, 2, 3\)"),
    ("MultiheadAttention", lambda k: k(4, 2), (x3, x3, None), "NoneType"),
    ("TransformerEncoderLayer", lambda k: k(4, 2, 8), (tg.ones(5, 2, 3),), r"\(5, 2, 3\)"),
    ("TransformerDecoderLayer", lambda k: k(4, 2, 8), (x3, tg.ones(5, 3, 4)), r"\(5, 3, 4\)"),
    ("Transformer", lambda k: k(4, 2, 1, 1, 8), (x3, tg.ones(5, 3, 4)), r"\(5, 3, 4\)"),
    ("MaxUnpool2d", lambda k: k(2), (tg.ones(1, 1, 2, 2), tg.ones(1, 1, 2, 2)), "float32"),
    ("FractionalMaxPool2d", lambda k: k(2, 3), (tg.ones(3, 3),), r"\(3, 3\)"),
    ("AdaptiveLogSoftmaxWithLoss", lambda k: k(4, 12, [3, 7]), (tg.ones(2, 4), tg.tensor([0, 12])), "12"),
    ("CTCLoss", lambda k: k(), (tg.ones(5, 2, 4), tg.tensor([[9], [1]]), [5, 5], [1, 1]), "9"),
    ("EmbeddingBag", lambda k: k(7, 3), (tg.tensor([1, 2, 3]), tg.tensor([0, 4])), "4"),
]


@pytest.mark.parametrize(("kind", "make", "args", "told"), HANDS, ids=[f"{i}-{h[0]}" for i, h in enumerate(HANDS)])
def test_several_arguments(kind: str, make: Any, args: Any, told: str) -> None:
    with pytest.raises(TinygradZhError, match=told) as caught:
        Model(make(getattr(nn, kind)))(*args)
    assert re.search(r"layer: body\.0(\.\w+)*: \w+\(.*called with", str(caught.value)), caught.value


MASKS: list[tuple[dict[str, Any], str]] = [
    ({"attn_mask": tg.ones(5, 4).bool()}, r"\(5, 4\)"),
    ({"attn_mask": tg.ones(5)}, r"\(5,\)"),
    ({"attn_mask": tg.ones(5, 5).long()}, "int64"),
    ({"attn_mask": [[True]]}, "list"),
    ({"key_padding_mask": tg.ones(5, 2).bool()}, r"\(5, 2\)"),
    ({"key_padding_mask": tg.ones(2, 5).long()}, "int64"),
]


@pytest.mark.parametrize(("masks", "told"), MASKS, ids=[str(i) for i in range(len(MASKS))])
def test_bad_masks(masks: dict[str, Any], told: str) -> None:
    with pytest.raises(TinygradZhError, match=told) as caught:
        Model(nn.MultiheadAttention(4, 2))(x3, x3, x3, **masks)
    assert "layer: body.0: MultiheadAttention" in str(caught.value)
    named = {"attn_mask": "src_mask", "key_padding_mask": "src_key_padding_mask"}
    given = {named[name]: mask for name, mask in masks.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(TinygradZhError, match=r"layer: body\.0\.self_attn: MultiheadAttention"):
            Model(nn.TransformerEncoderLayer(4, 2, 8))(x3, **given)
