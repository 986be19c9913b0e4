"""The law for every row of the tables of layers and losses: captured = eager, gradients and running state as well."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tests.nn.layer_table import LAYERS, LOSSES, PROBABILITIES, Case
from tests.nn.layer_table_options import MORE_LAYERS, MORE_LOSSES
from tinygrad_zh import nn
from tinygrad_zh.errors import GraphError

from .compare import compare, state_of

REFUSED = ("EmbeddingBag(7,3,padding_idx=1)", "EmbeddingBag(7,3,mode=max)", "FractionalMaxPool", "momentum=None")
"""What looks at numbers: which words are padding, where windows begin, how many batches there were."""


def program(layer: nn.Module, kwargs: dict[str, Any]) -> Any:
    """A step that sweeps back from the square of the result."""

    def step(*xs: Any) -> Any:
        layer.zero_grad()
        found = layer(*(x * 1 for x in xs), **kwargs)
        y = found[0] if isinstance(found, tuple) else found
        if y.requires_grad:
            (y * y).sum().backward()
        return y.detach()

    return step


def draw(case: Case, rng: np.random.Generator) -> list[Any]:
    arrays = [rng.integers(0, case.high, s) if case.high else rng.normal(size=s) for s in case.shapes]
    return [tg.tensor(a) for a in arrays]


@pytest.mark.parametrize("case", [*LAYERS, *MORE_LAYERS], ids=str)
def test_a_layer(case: Case) -> None:
    rng = np.random.default_rng(0)
    calls = [draw(case, rng) for _ in range(3)]

    def make() -> Any:
        layer = getattr(nn, case.kind)(*case.args, **case.options).double()
        return program(layer, case.kwargs), state_of(layer)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if any(word in str(case) for word in REFUSED):
            with pytest.raises(GraphError, match="numbers of a tensor"):
                tg.jit(make()[0])(*calls[0])
        else:
            compare(make, calls, rounding=1e-12)


@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")
@pytest.mark.parametrize("row", [*LOSSES, *MORE_LOSSES], ids=lambda row: row[0] + "".join(f"-{k}" for k in row[1]))
def test_a_loss(row: Any) -> None:
    kind, options, rest = row
    options = {k: tg.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    flipped = tg.tensor(PROBABILITIES[:, ::-1].copy())
    calls = [[x, *map(tg.tensor, rest)] for x in (tg.tensor(PROBABILITIES), flipped, tg.tensor(PROBABILITIES))]

    def make() -> Any:
        return program(getattr(nn, kind)(**options), {}), lambda: None

    compare(make, calls, rounding=1e-12)
