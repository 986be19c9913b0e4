"""What the ops that repeat, pad, cut, view and replace refuse, as PyTorch does, and what they say."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh.errors import ArgumentError, DTypeError, IndexingError, ShapeError

from .libraries import OURS, THEIRS

VALUES = np.arange(12.0, dtype=np.float32).reshape(3, 4)

ERRORS: dict[str, tuple[type[Exception], str, Callable[..., Any]]] = {
    "unflatten: product": (ShapeError, "cannot", lambda m, x: x.unflatten(1, (2, 3))),
    "unflatten: nothing": (ArgumentError, "at least one size", lambda m, x: x.unflatten(1, ())),
    "unflatten: 0-d": (ShapeError, "1 or more", lambda m, x: x[0, 0].unflatten(0, (1,))),
    "squeeze: twice": (ShapeError, "one dimension twice", lambda m, x: x[None].squeeze((0, -3))),
    "adjoint: vector": (ShapeError, "2 or more", lambda m, x: x[0].adjoint()),
    "H: three": (ShapeError, "H got", lambda m, x: x[None].H),
    "view: dtype": (ShapeError, "cannot be read as float64", lambda m, x: x[:, :3].view(m.float64)),
    "fliplr": (ShapeError, "fliplr", lambda m, x: m.fliplr(x[0])),
    "flipud": (ShapeError, "flipud", lambda m, x: m.flipud(x[0, 0])),
    "rot90: same": (ArgumentError, "two different", lambda m, x: m.rot90(x, 1, (0, 0))),
    "rot90: three": (ArgumentError, "two different", lambda m, x: m.rot90(x[None], 1, (0, 1, 2))),
    "rot90: range": (IndexingError, "rot90", lambda m, x: m.rot90(x, 1, (0, 2))),
    "diag_embed: same": (ShapeError, "one dimension twice", lambda m, x: m.diag_embed(x, 0, 1, -2)),
    "diag_embed: 0-d": ((ShapeError, IndexingError), "diag_embed", lambda m, x: m.diag_embed(x[0, 0])),
    "repeat: fewer": (ShapeError, "repeat got \\(2,\\)", lambda m, x: x.repeat(2)),
    "repeat: negative": (ShapeError, "-1", lambda m, x: x.repeat(1, -1)),
    "interleave: negative": (ArgumentError, "no negative", lambda m, x: x.repeat_interleave(-1)),
    "interleave: one negative": (
        ArgumentError,
        "no negative",
        lambda m, x: x.repeat_interleave(m.tensor([1, -1, 0]), 0),
    ),
    "interleave: length": (ShapeError, "3 elements", lambda m, x: x.repeat_interleave(m.tensor([1, 2]), 0)),
    "interleave: dtype": (ArgumentError, "int64 or int32", lambda m, x: x.repeat_interleave(m.tensor([1.0]), 0)),
    "interleave: size": (ArgumentError, "output_size", lambda m, x: x.repeat_interleave(2, 0, output_size=5)),
    "interleave: matrix": (ShapeError, "repeat_interleave", lambda m, x: m.repeat_interleave(m.tensor([[1]]))),
    "roll: dims": (ShapeError, "shifts=1", lambda m, x: m.roll(x, 1, (0, 1))),
    "roll: no dims": (ShapeError, "roll got", lambda m, x: m.roll(x, (1, 2))),
    "roll: 0-d": (IndexingError, "0 dimensions", lambda m, x: m.roll(x[0, 0], 1, 0)),
    "stack: a tensor": (DTypeError, "hstack", lambda m, x: m.hstack(x)),
    "stack: nothing": (DTypeError, "vstack", lambda m, x: m.vstack([])),
    "stack: numbers": (DTypeError, "float", lambda m, x: m.dstack([1.0])),
    "atleast: number": (DTypeError, "float", lambda m, x: m.atleast_2d(1.0)),
    "hsplit: uneven": (ShapeError, "into 3 equal parts", lambda m, x: m.hsplit(x, 3)),
    "vsplit: none": (ShapeError, "into 0 equal parts", lambda m, x: m.vsplit(x, 0)),
    "dsplit: ndim": (ShapeError, "3 or more", lambda m, x: m.dsplit(x, 1)),
    "tensor_split: none": (ArgumentError, "≥ 1", lambda m, x: m.tensor_split(x, 0)),
    "tensor_split: 0-d": (ShapeError, "split", lambda m, x: m.tensor_split(x[0, 0], 1)),
    "chunk: 0-d": (ShapeError, "chunked", lambda m, x: x[0, 0].chunk(2)),
    "tensor_split: dtype": (ArgumentError, "int64", lambda m, x: m.tensor_split(x, m.tensor([1.0]))),
    "tensor_split: both": (ArgumentError, "one of", lambda m, x: x.tensor_split(2, sections=2)),
    "broadcast_tensors": (ShapeError, "broadcast", lambda m, x: m.broadcast_tensors(x, x[:2])),
    "meshgrid: indexing": (ArgumentError, "'ij' or 'xy'", lambda m, x: m.meshgrid(x[0], indexing="yx")),
    "meshgrid: matrix": (ShapeError, "0 or 1", lambda m, x: m.meshgrid(x, indexing="ij")),
    "meshgrid: dtypes": (DTypeError, "one dtype", lambda m, x: m.meshgrid(x[0], x[0].long(), indexing="ij")),
    "meshgrid: nothing": (DTypeError, "meshgrid", lambda m, x: m.meshgrid(indexing="ij")),
    "cartesian_prod": (ShapeError, "cartesian_prod", lambda m, x: m.cartesian_prod(x)),
    "combinations: matrix": (ShapeError, "combinations", lambda m, x: m.combinations(x)),
    "combinations: r": (ArgumentError, "≥ 0", lambda m, x: m.combinations(x[0], -1)),
    "block_diag": (ShapeError, "at most 2", lambda m, x: m.block_diag(x[None])),
    "unfold: size": (ShapeError, "0 <= size <= 4", lambda m, x: x.unfold(1, 5, 1)),
    "unfold: step": (ShapeError, "step=0", lambda m, x: x.unfold(1, 2, 0)),
    "as_strided: outside": (ShapeError, "to place 12", lambda m, x: x.as_strided((2, 7), (6, 1))),
    "as_strided: negative": (ArgumentError, "stride", lambda m, x: x.as_strided((2,), (-1,), 3)),
    "as_strided: count": (ArgumentError, "1 ints", lambda m, x: x.as_strided((2,), (1, 1))),
    "pad: odd": (ShapeError, "\\(1,\\)", lambda m, x: m.nn.functional.pad(x, (1,))),
    "pad: many": (ShapeError, "2 dimensions", lambda m, x: m.nn.functional.pad(x, (1,) * 6)),
    "pad: mode": (ArgumentError, "'reflect'", lambda m, x: m.nn.functional.pad(x, (1, 1), "mirror")),
    "pad: value": (ArgumentError, "value", lambda m, x: m.nn.functional.pad(x, (1, 1), "reflect", 2.0)),
    "pad: dims": (ShapeError, "1 pairs", lambda m, x: m.nn.functional.pad(x[0], (1, 1), "replicate")),
    "pad: reflect": (ShapeError, "widths \\(4, 0\\)", lambda m, x: m.nn.functional.pad(x, (4, 0), "reflect")),
    "pad: circular": (ShapeError, "widths \\(5, 0\\)", lambda m, x: m.nn.functional.pad(x, (5, 0), "circular")),
    "pad: cut": (ShapeError, "widths \\(-3, -2\\)", lambda m, x: m.nn.functional.pad(x, (-3, -2))),
    "pad: empty": (ShapeError, "replicate", lambda m, x: m.nn.functional.pad(x[:, :0], (1, 1), "replicate")),
    "pixels: channels": (ShapeError, "multiple of 4", lambda m, x: m.pixel_shuffle(x[None], 2)),
    "pixels: height": (ShapeError, "dimension -2 of size 3", lambda m, x: m.pixel_unshuffle(x[None], 2)),
    "pixels: ndim": (ShapeError, "3 or more", lambda m, x: m.pixel_shuffle(x, 1)),
    "pixels: factor": (ArgumentError, "≥ 1", lambda m, x: m.pixel_unshuffle(x[None], 0)),
    "channels: groups": (ShapeError, "multiple of 2", lambda m, x: m.channel_shuffle(x[None], 2)),
    "select_scatter: shape": (ShapeError, "\\(4,\\)", lambda m, x: m.select_scatter(x, x[0, :1], 0, 0)),
    "select_scatter: range": (IndexingError, "index 3", lambda m, x: m.select_scatter(x, x[0], 0, 3)),
    "select_scatter: number": (DTypeError, "float", lambda m, x: m.select_scatter(x, 1.0, 0, 0)),
    "slice_scatter: shape": (ShapeError, "\\(2, 4\\)", lambda m, x: m.slice_scatter(x, x, 0, 1)),
    "slice_scatter: step": (ArgumentError, "step 0", lambda m, x: m.slice_scatter(x, x, 0, 0, 3, 0)),
    "diagonal_scatter: shape": (ShapeError, "\\(3,\\)", lambda m, x: m.diagonal_scatter(x, x[0])),
    "diagonal_scatter: dims": (ShapeError, "one dimension twice", lambda m, x: m.diagonal_scatter(x, x[0], 0, 1, 1)),
    "index_put: a tensor": (DTypeError, "index_put", lambda m, x: x.index_put(m.tensor([1]), x[:1])),
    "index_put: a list": (DTypeError, "list", lambda m, x: x.index_put(([1],), x[:1])),
    "index_put: a number": (DTypeError, "float", lambda m, x: x.index_put((m.tensor([1]),), 1.0)),
    "index_put: dtype": (DTypeError, "int64", lambda m, x: x.index_put((m.tensor([1]),), x[:1].long())),
    "index_put: number's dtype": (DTypeError, "int64", lambda m, x: x.index_put((m.tensor([1]),), m.tensor(1))),
    "index_put: floats": (IndexingError, "float32", lambda m, x: x.index_put((m.tensor([1.0]),), x[:1])),
    "index_put: shape": (ShapeError, "\\(3,\\)", lambda m, x: x.index_put((m.tensor([1]),), x[0, :3])),
    "index_put: range": (IndexingError, "index 3", lambda m, x: x.index_put((m.tensor([3]),), x[:1])),
    "put: count": (ShapeError, "4 elements for 1", lambda m, x: x.put(m.tensor([1]), x[0])),
    "put: dtype": (DTypeError, "int64", lambda m, x: x.put(m.tensor([1]), x[0, :1].long())),
    "put: index": (DTypeError, "int32", lambda m, x: x.put(m.tensor([1]).int(), x[0, :1])),
    "put: range": (IndexingError, "index 12", lambda m, x: x.put(m.tensor([12]), x[0, :1])),
    "masked_scatter: count": (ShapeError, "4 elements for 12", lambda m, x: m.masked_scatter(x, x == x, x[0])),
    "masked_scatter: dtype": (DTypeError, "int64", lambda m, x: m.masked_scatter(x, x == x, x.long())),
    "masked_scatter: mask": (DTypeError, "mask", lambda m, x: m.masked_scatter(x, x, x)),
    "fill_diagonal_: vector": (ShapeError, "\\(4,\\)", lambda m, x: x[0].clone().fill_diagonal_(1)),
    "fill_diagonal_: box": (ShapeError, "\\(1, 3, 4\\)", lambda m, x: x[None].clone().fill_diagonal_(1)),
    "scatter_reduce: name": (
        ArgumentError,
        "'sum' / 'prod'",
        lambda m, x: m.scatter_reduce(x[0], 0, m.tensor([1]), x[0], "add"),
    ),
    "scatter_reduce: dtype": (
        DTypeError,
        "int64",
        lambda m, x: m.scatter_reduce(x[0], 0, m.tensor([1]), x[0].long(), "sum"),
    ),
    "scatter: reduce": (ArgumentError, "'multiply'", lambda m, x: m.scatter(x[0], 0, m.tensor([1]), 2, reduce="prod")),
    "index_reduce: sum": (
        ArgumentError,
        "'prod' / 'mean'",
        lambda m, x: m.index_reduce(x, 0, m.tensor([1]), x[:1], "sum"),
    ),
    "index_reduce: shape": (
        ShapeError,
        "source",
        lambda m, x: m.index_reduce(x, 0, m.tensor([1]), x, "prod"),
    ),
    "tril_indices: negative": (ShapeError, "-1", lambda m, x: m.tril_indices(-1, 2)),
    "tril_indices: dtype": (ArgumentError, "signed", lambda m, x: m.tril_indices(1, 2, dtype=m.float32)),
    "logspace: steps": (ArgumentError, "≥ 0", lambda m, x: m.logspace(0, 1, -1)),
    "asarray: list": (ArgumentError, "copy=False", lambda m, x: m.asarray([1.0], copy=False)),
    "asarray: dtype": (ArgumentError, "copy=False", lambda m, x: m.asarray(x, dtype=m.float64, copy=False)),
    "finfo: int": (DTypeError, "finfo", lambda m, x: m.finfo(m.int32)),
    "iinfo: float": (DTypeError, "iinfo", lambda m, x: m.iinfo(m.float32)),
    "iinfo: bool": (DTypeError, "iinfo", lambda m, x: m.iinfo(m.bool)),
    "result_type: text": (DTypeError, "str", lambda m, x: m.result_type(x, "a")),
    "type: text": ((DTypeError, ValueError), "foo", lambda m, x: x.type("foo")),
}


@pytest.mark.parametrize("case", ERRORS, ids=str)
def test_is_refused_by_both(case: str) -> None:
    kind, text, call = ERRORS[case]
    with pytest.raises(kind, match=text) as caught:
        call(OURS, tg.tensor(VALUES))
    assert str(caught.value).startswith("[TG-E")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with pytest.raises((RuntimeError, TypeError, ValueError, IndexError)):
            call(THEIRS, torch.tensor(VALUES))


def test_an_offset_into_unknown_memory_is_refused() -> None:
    """PyTorch counts the offset from where the memory begins; of a detached view nobody knows here where that is."""
    view = tg.tensor(VALUES)[1:].detach()
    with pytest.raises(ArgumentError, match="memory begins"):
        view.as_strided((2,), (1,), 4)
    assert view.as_strided((2,), (1,)).tolist() == [4, 5]


def test_as_strided_needs_elements_in_order() -> None:
    with pytest.raises(ShapeError, match="C order"):
        tg.tensor(VALUES).t().as_strided((2,), (1,))


def test_a_mean_of_bools_is_refused() -> None:
    x = tg.tensor([True, False])
    with pytest.raises(DTypeError, match="mean"):
        x.scatter_reduce(0, tg.tensor([0]), x, "mean")
