"""Rows of ``repeat``, ``stacks``, ``grids``, ``windows``, ``padding``, ``pixels``, and of what turns and views."""

from __future__ import annotations

from typing import Any

import numpy as np

from .tables import Array, Source, integers, normal, row, strided, transposed

x4, x34, x234 = normal(4), normal(3, 4), normal(2, 3, 2)


def given(values: Any) -> Source:
    """Numbers that are always the same."""
    fixed = np.array(values)
    return Source(lambda _rng, _shape: fixed.copy(), fixed.shape)


def padded(mode: str, *widths: int, value: float | None = None) -> tuple[Any, Any]:
    """The expression that pads, and the same in NumPy: widths from the last dimension on, none negative."""
    names = {"reflect": "reflect", "replicate": "edge", "circular": "wrap", "constant": "constant"}

    def call(m: Any, x: Any) -> Any:
        return (
            m.nn.functional.pad(x, widths, mode, value) if value is not None else m.nn.functional.pad(x, widths, mode)
        )

    def reference(x: Array) -> Array:
        pairs = [widths[k : k + 2] for k in range(0, len(widths), 2)][::-1]
        options = {"constant_values": value or 0} if mode == "constant" else {}
        return np.pad(x, [(0, 0)] * (x.ndim - len(pairs)) + pairs, names[mode], **options)

    return call, reference


def pad_row(name: str, source: Source, mode: str, *widths: int, value: float | None = None) -> Any:
    call, reference = padded(mode, *widths, value=value)
    return row("nn.functional.pad" + name, call, source, np=reference)


def shuffled(x: Array) -> Array:
    return x.reshape(1, 2, 2, 1, 2).transpose(0, 3, 1, 4, 2).reshape(1, 2, 4)


def both(name: str, call: Any, source: Source, reference: Any) -> list[Any]:
    """The rows of a function that stands in the package and in ``nn.functional``."""
    return [
        row(name, lambda m, x: call(getattr(m, name), x), source, np=reference),
        row(f"nn.functional.{name}", lambda m, x: call(getattr(m.nn.functional, name), x), source, np=reference),
    ]


ROWS = [
    # -- views and turns
    row("ravel", lambda m, x: m.ravel(x), transposed(x34), np=np.ravel),
    row("unflatten", lambda m, x: m.unflatten(x, 1, (2, -1)), x34, np=lambda x: x.reshape(3, 2, 2)),
    row("unflatten/method", lambda m, x: x.unflatten(-1, [4, 1]), x34, np=lambda x: x.reshape(3, 4, 1)),
    row("adjoint", lambda m, x: m.adjoint(x), x234, np=lambda x: x.swapaxes(-1, -2)),
    row("adjoint/mH", lambda m, x: x.mH, x234, np=lambda x: x.swapaxes(-1, -2)),
    row("adjoint/H", lambda m, x: x.H, x34, np=np.transpose),
    row("moveaxis", lambda m, x: m.moveaxis(x, 0, -1), x234, np=lambda x: np.moveaxis(x, 0, -1)),
    row("narrow_copy", lambda m, x: m.narrow_copy(x, 1, 1, 2), x34, np=lambda x: x[:, 1:3]),
    row("fliplr", lambda m, x: m.fliplr(x), x34, np=np.fliplr),
    row("flipud", lambda m, x: m.flipud(x), x34, np=np.flipud),
    row("rot90", lambda m, x: m.rot90(x), x34, np=np.rot90),
    row("rot90/back", lambda m, x: x.rot90(-1, (1, 2)), x234, np=lambda x: np.rot90(x, -1, (1, 2))),
    row("rot90/half", lambda m, x: x.rot90(2, [0, 1]), transposed(x34), np=lambda x: np.rot90(x, 2)),
    row("rot90/whole", lambda m, x: x.rot90(4), x34, np=lambda x: x),
    row("diag_embed", lambda m, x: m.diag_embed(x), normal(2, 2), np=lambda x: x[:, :, None] * np.eye(2)),
    row("diag_embed/offset", lambda m, x: x.diag_embed(-1, 0, 1), normal(2), np=lambda x: np.diag(x, -1)),
    row("diag_embed/exchanged", lambda m, x: x.diag_embed(1, -1, 0), normal(2), np=lambda x: np.diag(x, 1).T),
    row("diagflat", lambda m, x: m.diagflat(x), normal(2, 1), np=np.diagflat),
    row("diagflat/offset", lambda m, x: x.diagflat(1), normal(2), np=lambda x: np.diagflat(x, 1)),
    row("diagflat/0-d", lambda m, x: x.diagflat(), normal(), np=np.diagflat),
    # -- over and over again
    row("repeat", lambda m, x: x.repeat(2, 3), normal(2, 2), np=lambda x: np.tile(x, (2, 3))),
    row("repeat/new dims", lambda m, x: x.repeat((2, 1, 2)), normal(2), np=lambda x: np.tile(x, (2, 1, 2))),
    row("repeat/once", lambda m, x: x.repeat(1, 1), transposed(x34), np=lambda x: x),
    row("repeat/never", lambda m, x: x.repeat(0, 2), normal(2, 2), np=lambda x: np.zeros((0, 4))),
    row("repeat/0-d", lambda m, x: x.repeat(3), normal(), np=lambda x: np.tile(x, 3)),
    row("tile", lambda m, x: m.tile(x, (2, 2)), normal(2, 2), np=lambda x: np.tile(x, (2, 2))),
    row("tile/fewer", lambda m, x: x.tile(2), normal(2, 2), np=lambda x: np.tile(x, 2)),
    row("repeat_interleave", lambda m, x: m.repeat_interleave(x, 2), normal(2, 2), np=lambda x: np.repeat(x, 2)),
    row(
        "repeat_interleave/dim",
        lambda m, x: x.repeat_interleave(2, dim=1, output_size=4),
        normal(2, 2),
        np=lambda x: np.repeat(x, 2, 1),
    ),
    row(
        "repeat_interleave/each",
        lambda m, x, n: m.repeat_interleave(x, n, 0),
        normal(3, 2),
        given([2, 0, 1]),
        np=lambda x, n: np.repeat(x, n, 0),
    ),
    row(
        "repeat_interleave/all alike",
        lambda m, x, n: x.repeat_interleave(n),
        normal(3),
        given([2]),
        np=lambda x, n: np.repeat(x, 2),
    ),
    row(
        "repeat_interleave/positions",
        lambda m, n: m.repeat_interleave(n),
        given([1, 3, 0, 1]),
        np=lambda n: np.repeat(np.arange(4), n),
    ),
    row("roll", lambda m, x: m.roll(x, 1), x34, np=lambda x: np.roll(x, 1)),
    row("roll/dim", lambda m, x: x.roll(-5, -1), strided(x34), np=lambda x: np.roll(x, -5, -1)),
    row("roll/dims", lambda m, x: x.roll((1, 2), (0, 1)), x34, np=lambda x: np.roll(x, (1, 2), (0, 1))),
    row("roll/the same twice", lambda m, x: x.roll((1, 2), (1, 1)), x34, np=lambda x: np.roll(x, 3, 1)),
    row("roll/0-d", lambda m, x: x.roll(1), normal(), np=lambda x: x),
    # -- joining and cutting as in NumPy
    row("atleast_1d", lambda m, x: m.atleast_1d(x), normal(), np=np.atleast_1d),
    row("atleast_1d/several", lambda m, x, y: m.atleast_1d(x, y), normal(), x4, np=lambda x, y: (x.reshape(1), y)),
    row("atleast_2d", lambda m, x: m.atleast_2d(x), x4, np=np.atleast_2d),
    row("atleast_2d/list", lambda m, x, y: m.atleast_2d([x, y]), normal(), x34, np=lambda x, y: (x.reshape(1, 1), y)),
    row("atleast_3d", lambda m, x: m.atleast_3d(x), x34, np=np.atleast_3d),
    row("atleast_3d/vector", lambda m, x: m.atleast_3d(x), x4, np=np.atleast_3d),
    row("hstack", lambda m, x, y: m.hstack((x, y)), normal(2, 2), normal(2, 1), np=lambda x, y: np.hstack((x, y))),
    row("hstack/vectors", lambda m, x, y: m.hstack([x, y]), normal(), x4, np=lambda x, y: np.hstack((x, y))),
    row("vstack", lambda m, x, y: m.vstack((x, y)), normal(2), normal(1, 2), np=lambda x, y: np.vstack((x, y))),
    row("row_stack", lambda m, x, y: m.row_stack((x, y)), normal(2), normal(2), np=lambda x, y: np.vstack((x, y))),
    row("dstack", lambda m, x, y: m.dstack((x, y)), normal(2), normal(2), np=lambda x, y: np.dstack((x, y))),
    row(
        "column_stack",
        lambda m, x, y: m.column_stack((x, y)),
        normal(2),
        normal(2, 2),
        np=lambda x, y: np.column_stack((x, y)),
    ),
    row(
        "hstack/dtypes",
        lambda m, x, y: m.hstack((x, y)),
        normal(2),
        integers(0, 9, 2),
        np=lambda x, y: np.hstack((x, y)),
    ),
    row(
        "tensor_split",
        lambda m, x: m.tensor_split(x, 3),
        normal(5, 2),
        np=lambda x: tuple(np.array_split(x, 3)),
    ),
    row(
        "tensor_split/positions",
        lambda m, x: x.tensor_split((3, 1, 9, -2)),
        normal(5),
        np=lambda x: (x[:3], x[3:1], x[1:9], x[9:-2], x[-2:]),
    ),
    row(
        "tensor_split/tensor",
        lambda m, x, i: m.tensor_split(x, i, dim=1),
        x34,
        given([1, 3]),
        np=lambda x, i: (x[:, :1], x[:, 1:3], x[:, 3:]),
    ),
    row("hsplit", lambda m, x: m.hsplit(x, 2), x34, np=lambda x: tuple(np.hsplit(x, 2))),
    row("hsplit/vector", lambda m, x: x.hsplit([1, 3]), x4, np=lambda x: tuple(np.hsplit(x, [1, 3]))),
    row("vsplit", lambda m, x: m.vsplit(x, (1,)), x34, np=lambda x: tuple(np.vsplit(x, (1,)))),
    row("dsplit", lambda m, x: m.dsplit(x, 2), x234, np=lambda x: tuple(np.dsplit(x, 2))),
    row("unsafe_split", lambda m, x: m.unsafe_split(x, 2), normal(3, 2), np=lambda x: (x[:2], x[2:])),
    row("unsafe_chunk", lambda m, x: m.unsafe_chunk(x, 2), normal(3, 2), np=lambda x: (x[:2], x[2:])),
    # -- grids
    row(
        "broadcast_tensors",
        lambda m, x, y: m.broadcast_tensors(x, y),
        normal(3, 1),
        x4,
        np=lambda x, y: tuple(np.broadcast_arrays(x, y)),
    ),
    row(
        "meshgrid",
        lambda m, x, y: m.meshgrid(x, y, indexing="ij"),
        normal(2),
        normal(3),
        np=lambda x, y: tuple(np.meshgrid(x, y, indexing="ij")),
    ),
    row(
        "meshgrid/xy",
        lambda m, x, y, z: m.meshgrid([x, y, z], indexing="xy"),
        normal(2),
        normal(3),
        normal(),
        np=lambda *xs: tuple(np.meshgrid(*xs, indexing="xy")),
    ),
    row(
        "cartesian_prod",
        lambda m, x, y: m.cartesian_prod(x, y),
        normal(2),
        normal(3),
        np=lambda x, y: np.stack((np.repeat(x, 3), np.tile(y, 2)), 1),
    ),
    row("cartesian_prod/one", lambda m, x: m.cartesian_prod(x), normal(2), np=lambda x: x),
    row("combinations", lambda m, x: m.combinations(x), normal(3), np=lambda x: x[[[0, 1], [0, 2], [1, 2]]]),
    row(
        "combinations/again",
        lambda m, x: m.combinations(x, r=2, with_replacement=True),
        normal(2),
        np=lambda x: x[[[0, 0], [0, 1], [1, 1]]],
    ),
    row("combinations/none", lambda m, x: m.combinations(x, 3), normal(2), np=lambda x: np.zeros((0, 3))),
    row(
        "block_diag",
        lambda m, x, y, z: m.block_diag(x, y, z),
        normal(2, 1),
        normal(2),
        normal(),
        np=lambda x, y, z: np.block(
            [[x, np.zeros((2, 3))], [np.zeros((1, 1)), y, np.zeros((1, 1))], [np.zeros((1, 3)), z.reshape(1, 1)]]
        ),
    ),
    # -- windows
    row("unfold", lambda m, x: x.unfold(0, 2, 1), x4, np=lambda x: np.stack((x[:-1], x[1:]), 1)),
    row(
        "unfold/step",
        lambda m, x: x.unfold(-1, 2, 3),
        strided(normal(2, 5)),
        np=lambda x: np.stack((x[:, :2], x[:, 3:]), 1),
    ),
    row(
        "unfold/rows",
        lambda m, x: x.unfold(0, 2, 1),
        transposed(x34),
        np=lambda x: np.stack((x[:2].T, x[1:].T)),
    ),
    row(
        "unfold/squared",
        lambda m, x: (x.unfold(0, 3, 1) ** 2).sum(1),
        x4,
        np=lambda x: np.array([(x[:3] ** 2).sum(), (x[1:] ** 2).sum()]),
    ),
    row("unfold/empty windows", lambda m, x: x.unfold(0, 0, 2), x4, np=lambda x: np.zeros((3, 0))),
    row("unfold/0-d", lambda m, x: x.unfold(0, 1, 1), normal(), np=lambda x: x.reshape(1)),
    row(
        "as_strided",
        lambda m, x: m.as_strided(x, (2, 3), (1, 2), 1),
        x34,
        np=lambda x: x.ravel()[[[1, 3, 5], [2, 4, 6]]],
    ),
    row(
        "as_strided/overlapping",
        lambda m, x: x.as_strided((2, 3), (1, 0)) * x.as_strided((2, 3), (1, 1)),
        x4,
        np=lambda x: x[[[0], [1]]] * x[[[0, 1, 2], [1, 2, 3]]],
    ),
    row("as_strided/of a view", lambda m, x: x[1:].as_strided((2,), (2,), 5), x34, np=lambda x: x.ravel()[[5, 7]]),
    row("as_strided/nothing", lambda m, x: x.as_strided((0, 9), (1, 1)), x4, np=lambda x: np.zeros((0, 9))),
    # -- borders
    pad_row("", x34, "constant", 1, 2),
    pad_row("/value", transposed(x34), "constant", 1, 0, 2, 1, value=7.5),
    row(
        "nn.functional.pad/cut",
        lambda m, x: m.nn.functional.pad(x, (-1, 2, 0, -1)),
        x34,
        np=lambda x: np.pad(x[:2, 1:], ((0, 0), (0, 2))),
    ),
    row("nn.functional.pad/cut alone", lambda m, x: m.nn.functional.pad(x, (-1, -1)), x34, np=lambda x: x[:, 1:-1]),
    row("nn.functional.pad/nothing", lambda m, x: m.nn.functional.pad(x, ()), normal(), np=lambda x: x),
    pad_row("/reflect", normal(2, 4), "reflect", 2, 3),
    pad_row("/reflect, 2-d", normal(1, 3, 3), "reflect", 1, 2, 2, 1),
    pad_row("/replicate", normal(2, 3), "replicate", 2, 4),
    pad_row("/replicate, 2-d", normal(1, 2, 3), "replicate", 1, 0, 0, 2),
    pad_row("/circular", strided(normal(2, 3)), "circular", 2, 3),
    pad_row("/circular, 2-d", normal(1, 3, 2), "circular", 1, 2, 0, 3),
    row(
        "nn.functional.pad/reflect and cut",
        lambda m, x: m.nn.functional.pad(x, (-1, 2), mode="reflect"),
        normal(1, 4),
        np=lambda x: x[:, [1, 2, 3, 2, 1]],
    ),
    row(
        "nn.functional.pad/circular and cut",
        lambda m, x: m.nn.functional.pad(x, (-1, 2), mode="circular"),
        normal(1, 4),
        np=lambda x: x[:, [1, 2, 3, 1, 2]],
    ),
    # -- pixels
    *both("pixel_shuffle", lambda f, x: f(x, 2), normal(4, 1, 2), lambda x: shuffled(x).reshape(1, 2, 4)),
    *both(
        "pixel_unshuffle",
        lambda f, x: f(x, 2),
        normal(1, 2, 4),
        lambda x: x.reshape(1, 2, 2, 2).transpose(0, 1, 3, 2).reshape(4, 1, 2),
    ),
    *both("channel_shuffle", lambda f, x: f(x, 2), normal(1, 4, 2), lambda x: x[:, [0, 2, 1, 3]]),
    row("pixel_shuffle/1", lambda m, x: m.pixel_shuffle(x, 1), normal(1, 2, 2), np=lambda x: x),
]
