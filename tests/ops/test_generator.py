"""The generator: seeds, states that can be saved, copies, and what is none."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh.errors import ArgumentError
from tinygrad_zh.ops.generator import Generator


def generator(seed: int = 1) -> Generator:
    return Generator().manual_seed(seed)


def values(x: Any) -> Any:
    return x.numpy(force=True)


def test_a_new_generator_has_pytorchs_first_seed() -> None:
    assert Generator().initial_seed() == torch.Generator().initial_seed()
    assert str(Generator().device) == "cpu"
    assert Generator().manual_seed(3).initial_seed() == torch.Generator().manual_seed(3).initial_seed()
    assert generator(-1).initial_seed() == torch.Generator().manual_seed(-1).initial_seed()


def test_seed_asks_the_operating_system() -> None:
    g = generator()
    tg.rand(3, generator=g)
    seeds = {g.seed() for _ in range(3)}
    assert len(seeds) == 3 and g.initial_seed() in seeds and g.get_state()["block"] == 0
    assert tg.seed() == tg.initial_seed()


def test_the_default_generators_functions() -> None:
    assert tg.manual_seed(11).initial_seed() == tg.initial_seed() == 11
    tg.rand(5)
    state = tg.get_rng_state()
    first = tg.randn(4)
    tg.set_rng_state(state)
    assert np.array_equal(values(first), values(tg.randn(4)))


def test_a_generator_can_be_copied() -> None:
    g = generator()
    tg.rand(3, generator=g)
    other = copy.deepcopy(g)
    assert np.array_equal(values(tg.rand(3, generator=g)), values(tg.rand(3, generator=other)))


@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1, 1.5, "a", None, True])
def test_bad_seeds(seed: Any) -> None:
    with pytest.raises(ArgumentError, match="TG-E268"):
        tg.manual_seed(seed)


@pytest.mark.parametrize(
    "state",
    [
        None,
        {},
        torch.get_rng_state(),
        {"algorithm": "mt19937", "seed": 0, "block": 0},
        {"algorithm": "philox4x32-10", "seed": -1, "block": 0},
        {"algorithm": "philox4x32-10", "seed": 0, "block": 0.5},
    ],
)
def test_bad_states_change_nothing(state: Any) -> None:
    before = tg.get_rng_state()
    with pytest.raises(ArgumentError, match="TG-E266"):
        tg.set_rng_state(state)
    assert tg.get_rng_state() == before


@pytest.mark.parametrize("bad", [5, "cpu", torch.Generator()])
def test_what_is_no_generator(bad: Any) -> None:
    with pytest.raises(ArgumentError, match="TG-E267"):
        tg.rand(2, generator=bad)
