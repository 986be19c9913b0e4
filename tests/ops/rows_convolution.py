"""Rows of ``ops/convolution.py`` and of ``fold`` and ``unfold``."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from .naive_windows import convolved, transposed_convolved, windows_of
from .tables import Array, Row, Source, normal, row, strided, transposed


def conv(case: str, dims: int, *operands: Source, transpose: bool = False, **options: Any) -> Row:
    """A row for a convolution of input, weight and perhaps bias."""
    name = f"conv_transpose{dims}d" if transpose else f"conv{dims}d"
    naive = transposed_convolved if transpose else convolved

    def reference(x: Array, w: Array, b: Array | None = None) -> Array:
        known = dict(options)
        if known.get("padding") == "valid":
            known["padding"] = 0
        if known.get("padding") == "same":
            return same(x, w, b, known.get("dilation", 1))
        return naive(x, w, b, **known)

    def call(m: Any, *xs: Any) -> Any:
        with warnings.catch_warnings():  # PyTorch's that 'same' costs a copy if the kernel is even
            warnings.simplefilter("ignore")
            return getattr(m.nn.functional, name)(*xs, **options)

    integers = operands[0].shape[0] != 0  # PyTorch lets bools pass where there is nothing to convolve
    return row(
        name + case,
        call,
        *operands,
        np=reference,
        integers=integers,
    )


def same(x: Array, w: Array, b: Array | None, dilation: int) -> Array:
    """With as many zeros as keep the length, one more of them at the end."""
    total = dilation * (w.shape[2] - 1)
    return convolved(np.pad(x, ((0, 0), (0, 0), (total // 2, total - total // 2))), w, b, dilation=dilation)


def unfolded(x: Array, kernel: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1) -> Array:
    """Every window as a column."""
    columns = []
    wide = np.pad(x, ((0, 0), (0, 0), *((p, p) for p in padding)) if padding else ((0, 0),) * 4)
    for _, elements in windows_of(wide.shape[2:], kernel, stride, 0, dilation):
        columns.append(np.stack([wide[(..., *where)] for _, where in elements], -1).reshape(len(x), -1))
    return np.stack(columns, -1)


def folded(x: Array, size: tuple[int, int], kernel: tuple[int, int], stride: Any = 1) -> Array:
    """Columns added to where they came from."""
    parts = x.reshape(len(x), -1, *kernel, x.shape[-1])
    y = np.zeros((*parts.shape[:2], *size))
    for i, (_, elements) in enumerate(windows_of(size, kernel, stride)):
        for tap, where in elements:
            y[(..., *where)] += parts[(..., *tap, i)]
    return y


ROWS = [
    conv("", 1, normal(2, 2, 4), normal(2, 2, 3), normal(2)),
    conv("/no bias", 1, normal(1, 2, 4), normal(1, 2, 2)),
    conv("/unbatched", 1, normal(2, 4), normal(1, 2, 2), normal(1)),
    conv("/stride", 1, normal(1, 1, 6), normal(2, 1, 2), stride=2),
    conv("/padding and dilation", 1, normal(1, 1, 5), normal(1, 1, 3), normal(1), padding=2, dilation=2),
    conv("/same", 1, normal(1, 1, 4), normal(1, 1, 4), normal(1), padding="same"),
    conv("/same, dilated", 1, normal(1, 1, 5), normal(1, 1, 2), padding="same", dilation=3),
    conv("/valid", 1, normal(1, 1, 4), normal(1, 1, 2), padding="valid"),
    conv("/groups", 1, normal(2, 4, 3), normal(4, 2, 2), normal(4), groups=2),
    conv("/depthwise", 1, normal(1, 2, 4), normal(4, 1, 2), groups=2),
    conv("/no images", 1, normal(0, 2, 4), normal(1, 2, 2), normal(1)),
    conv("/strided", 1, strided(normal(1, 2, 4)), transposed(normal(2, 2, 2)), normal(2)),
    conv("", 2, normal(1, 2, 3, 4), normal(2, 2, 2, 3), normal(2)),
    conv("/everything", 2, normal(1, 2, 4, 3), normal(2, 1, 2, 2), normal(2), stride=(2, 1), padding=(1, 2),
         dilation=(1, 2), groups=2),
    conv("/unbatched", 2, normal(1, 3, 3), normal(1, 1, 2, 2)),
    conv("", 3, normal(1, 1, 2, 2, 3), normal(1, 1, 2, 1, 2), normal(1), stride=(1, 1, 2), padding=(0, 1, 1)),
    conv("", 1, normal(2, 2, 3), normal(2, 2, 3), normal(2), transpose=True),
    conv("/unbatched", 1, normal(2, 3), normal(2, 1, 2), transpose=True),
    conv("/output padding", 1, normal(1, 1, 3), normal(1, 2, 2), normal(2), transpose=True, stride=3, padding=1,
         output_padding=2),
    conv("/output padding below dilation", 1, normal(1, 1, 3), normal(1, 1, 2), transpose=True, dilation=3,
         output_padding=2),
    conv("/no images", 1, normal(0, 2, 3), normal(2, 1, 2), transpose=True),
    conv("", 2, normal(1, 2, 2, 2), normal(2, 1, 2, 2), normal(2), transpose=True, stride=(2, 1), padding=(1, 0),
         output_padding=(1, 0), groups=2, dilation=(1, 2)),
    conv("", 3, normal(1, 1, 2, 1, 2), normal(1, 1, 2, 1, 2), normal(1), transpose=True, stride=(2, 1, 1)),
    row("nn.functional.unfold", lambda m, x: m.nn.functional.unfold(x, 2), normal(1, 2, 2, 3),
        np=lambda x: unfolded(x, 2)),
    row("nn.functional.unfold/everything",
        lambda m, x: m.nn.functional.unfold(x, (2, 1), dilation=(1, 2), padding=(1, 1), stride=(2, 1)),
        normal(1, 1, 3, 4), np=lambda x: unfolded(x, (2, 1), (2, 1), (1, 1), (1, 2))),
    row("nn.functional.unfold/unbatched", lambda m, x: m.nn.functional.unfold(x, 2), normal(1, 3, 3),
        np=lambda x: unfolded(x[None], 2)[0]),
    row("nn.functional.fold", lambda m, x: m.nn.functional.fold(x, (2, 3), (2, 2)), normal(1, 8, 2),
        np=lambda x: folded(x, (2, 3), (2, 2))),
    row("nn.functional.fold/stride", lambda m, x: m.nn.functional.fold(x, (4, 3), (2, 3), stride=2), normal(1, 6, 2),
        np=lambda x: folded(x, (4, 3), (2, 3), 2)),
    row("nn.functional.fold/unbatched", lambda m, x: m.nn.functional.fold(x, (2, 2), (1, 2)), normal(2, 2),
        np=lambda x: folded(x[None], (2, 2), (1, 2))[0]),
]  # fmt: skip
