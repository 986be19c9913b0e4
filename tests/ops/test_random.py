"""The numbers that random ops draw: reproducible, the same on every device, of the right distribution.

Bounds on means are five standard deviations of what they are for independent numbers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tests.double.strict import double_device
from tinygrad_zh.backend.devices import backend_for
from tinygrad_zh.core.modes import listening
from tinygrad_zh.errors import GraphError
from tinygrad_zh.ops.generator import Generator, Place
from tinygrad_zh.ops.publish import public
from tinygrad_zh.ops.sampling import count_up_to

N = 100_000


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    tg.manual_seed(0)
    yield


def generator(seed: int = 1) -> Generator:
    return Generator().manual_seed(seed)


def values(x: Any) -> Any:
    return x.numpy(force=True)


def half(*shape: int, device: Any = None) -> Any:
    return tg.full(shape, 0.5, device=device)


DRAWS: dict[str, Callable[..., Any]] = {
    "rand": lambda g, d: tg.rand(3, 4, generator=g, device=d),
    "rand float64": lambda g, d: tg.rand(3, 4, generator=g, device=d, dtype=tg.float64),
    "randn": lambda g, d: tg.randn(3, 5, generator=g, device=d),
    "randint": lambda g, d: tg.randint(-50, 1000, (3, 4), generator=g, device=d),
    "randperm": lambda g, d: tg.randperm(20, generator=g, device=d),
    "rand_like": lambda g, d: tg.rand_like(half(4, 5, device=d), generator=g),
    "randn_like": lambda g, d: tg.randn_like(half(4, 5, device=d), generator=g),
    "randint_like": lambda g, d: tg.randint_like(half(4, 5, device=d), 3, 900, generator=g),
    "normal": lambda g, d: tg.normal(1.0, 2.0, (3, 4), generator=g, device=d),
    "normal mean": lambda g, d: tg.normal(half(3, 1, device=d), 2.0, generator=g),
    "normal mean std": lambda g, d: tg.normal(half(3, 1, device=d), half(4, device=d), generator=g),
    "bernoulli": lambda g, d: tg.bernoulli(half(6, 5, device=d), generator=g),
    "bernoulli p": lambda g, d: tg.bernoulli(half(6, 5, device=d), 0.4, generator=g),
    "multinomial": lambda g, d: tg.multinomial(half(2, 30, device=d), 20, generator=g),
    "multinomial replacement": lambda g, d: tg.multinomial(half(2, 30, device=d), 20, True, generator=g),
    "uniform_": lambda g, d: half(3, 4, device=d).uniform_(-1, 2, generator=g),
    "normal_": lambda g, d: half(3, 4, device=d).normal_(3, 0.5, generator=g),
    "bernoulli_": lambda g, d: half(6, 5, device=d).bernoulli_(0.4, generator=g),
    "bernoulli_ tensor": lambda g, d: half(6, 5, device=d).bernoulli_(half(5, device=d), generator=g),
    "random_": lambda g, d: half(3, 4, device=d).random_(generator=g),
}
draws = pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)


# -- laws of every draw ----------------------------------------------------------------------------------


@draws
def test_a_seed_decides_and_another_seed_differs(draw: Any) -> None:
    first, again, other = draw(generator(), None), draw(generator(), None), draw(generator(2), None)
    assert np.array_equal(values(first), values(again))
    assert not np.array_equal(values(first), values(other))


@draws
def test_every_draw_goes_on_in_the_stream(draw: Any) -> None:
    g = generator()
    first, block = draw(g, None), g.get_state()["block"]
    assert block > 0
    assert not np.array_equal(values(first), values(draw(g, None)))
    assert g.get_state()["block"] == 2 * block


@draws
def test_a_restored_state_continues_bit_for_bit(draw: Any) -> None:
    g = generator(-5)
    draw(g, None)
    state = json.loads(json.dumps(g.get_state()))  # as a checkpoint keeps it
    expected = [values(draw(g, None)) for _ in range(2)]
    other = Generator()
    other.set_state(state)
    for e in expected:
        assert np.array_equal(values(draw(other, None)), e)
    assert other.initial_seed() == g.initial_seed() == 2**64 - 5


@draws
def test_the_double_of_a_device_draws_the_same(draw: Any) -> None:
    ours = draw(generator(), None)
    with double_device() as device:
        g = generator()
        theirs = draw(g, device)
        assert str(theirs.device) == device
        back = backend_for(device).to_numpy(theirs.array)
    assert back.dtype == ours.dtype
    assert np.array_equal(values(ours), back)


@draws
def test_without_a_generator_the_default_one_draws(draw: Any) -> None:
    tg.manual_seed(5)
    ours = draw(None, None)
    assert np.array_equal(values(ours), values(draw(generator(5), None)))
    assert tg.get_rng_state()["block"] > 0


class Listener:
    def __init__(self) -> None:
        self.ops: list[str] = []
        self.places: list[Any] = []

    def ran(self, op: Any, arrays: Any, static: Any, result: Any) -> None: ...

    def pulled(self, node: Any, cotangent: Any, shares: Any) -> None: ...

    def applied(self, op: Any, operands: Any, static: Any, result: Any) -> None:
        for x in operands:
            if isinstance(x, Place):
                self.ops.append(op.name)
                self.places.append((op, operands, static, result))


@draws
def test_listeners_see_the_draw_and_can_repeat_it_elsewhere(draw: Any) -> None:
    """What capture needs: the same step with a fresh place gives what a second call would have given."""
    g = generator()
    listener = Listener()
    with listening(listener):
        draw(g, None)
    ((op, operands, static, _),) = listener.places
    state = g.get_state()
    fresh = tuple(Place(x.generator, x.words, x.device) if isinstance(x, Place) else x for x in operands)
    repeated = op(*fresh, **static)
    g.set_state(state)
    second = Listener()
    with listening(second):
        draw(g, None)
    assert np.array_equal(values(repeated), values(second.places[0][3]))


@pytest.mark.parametrize("sizes", [(8, 12), (4, 4), (0, 3)])
@pytest.mark.parametrize("name", ["rand", "randn"])
def test_two_draws_are_one_where_the_first_fills_its_blocks(name: str, sizes: tuple[int, int]) -> None:
    draw = public[name]
    g = generator()
    parts = [values(draw(n, generator=g)) for n in sizes]
    assert np.array_equal(np.concatenate(parts), values(draw(sum(sizes), generator=generator())))


def test_float64_and_integers_fill_a_block_with_two() -> None:
    g = generator()
    parts = [values(tg.rand(n, dtype=tg.float64, generator=g)) for n in (6, 5)]
    assert np.array_equal(np.concatenate(parts), values(tg.rand(11, dtype=tg.float64, generator=generator())))
    g = generator()
    parts = [values(tg.randint(9, (n,), generator=g)) for n in (6, 5)]
    assert np.array_equal(np.concatenate(parts), values(tg.randint(9, (11,), generator=generator())))


# -- distributions ---------------------------------------------------------------------------------------


def check_mean(x: Any, mean: float, std: float) -> None:
    assert abs(float(np.mean(x)) - mean) < 5 * std / math.sqrt(np.size(x))


def test_uniform_between_bounds() -> None:
    x = values(tg.zeros(N).uniform_(-3, 5))
    assert x.min() >= -3 and x.max() <= 5
    check_mean(x, 1, 8 / math.sqrt(12))


def test_normal_with_mean_and_deviation() -> None:
    x = values(tg.zeros(N, dtype=tg.float64).normal_(4, 3))
    check_mean(x, 4, 3)
    check_mean((x - 4) ** 2, 9, 9 * math.sqrt(2))
    y = values(tg.normal(tg.tensor([-5.0, 5.0]), tg.full((N, 1), 0.1)))
    check_mean(y[:, 0], -5, 0.1)
    check_mean(y[:, 1], 5, 0.1)
    assert np.array_equal(values(tg.normal(tg.ones(3), 0.0)), np.ones(3))


def test_randint_covers_its_range_evenly() -> None:
    x = values(tg.randint(-2, 3, (N,)))
    counts = np.bincount(x + 2, minlength=5)
    assert len(counts) == 5 and np.all(np.abs(counts - N / 5) < 5 * math.sqrt(N * 0.16))


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int32", "int64", "float16", "float32", "float64"])
def test_random_reaches_both_ends_of_what_the_dtype_counts_to(dtype: str) -> None:
    x = tg.zeros(20_000, dtype=dtype).random_()
    drawn = values(x).astype(np.float64)
    largest = {"f": {2: 2.0**11, 4: 2.0**24, 8: 2.0**53}.get(x.dtype.itemsize), "b": 1.0}.get(x.dtype.kind)
    largest = float(np.iinfo(dtype).max) if largest is None else largest
    assert drawn.min() >= 0 and drawn.min() < largest * 0.01 + 1 and largest * 0.99 - 1 < drawn.max() <= largest
    check_mean(drawn, largest / 2, largest / 2)


def test_bernoulli_takes_each_elements_probability() -> None:
    p = tg.tensor([0.0, 0.1, 0.5, 0.9, 1.0], dtype=tg.float64)
    x = values(tg.bernoulli(p.expand(N, 5)))
    assert set(np.unique(x)) == {0.0, 1.0}
    for i, chance in enumerate(p.tolist()):
        assert abs(x[:, i].mean() - chance) <= 5 * math.sqrt(chance * (1 - chance) / N)
    check_mean(values(tg.zeros(N).bernoulli_(0.2)), 0.2, 0.4)
    check_mean(values(tg.zeros(N, 2).bernoulli_(tg.tensor([0.2, 0.7])))[:, 1], 0.7, math.sqrt(0.21))


def test_multinomial_draws_by_weight() -> None:
    weights = np.array([[0.0, 1.0, 3.0, 0.0, 6.0, 0.0], [5.0, 0.0, 0.0, 0.0, 0.0, 5.0]])
    x = values(tg.multinomial(tg.tensor(weights), N, replacement=True))
    for row, w in zip(x, weights / weights.sum(1, keepdims=True), strict=True):
        share = np.bincount(row, minlength=6) / N
        assert np.all(np.abs(share - w) <= 5 * np.sqrt(w * (1 - w) / N))
        assert np.all(share[w == 0] == 0)


def test_multinomial_without_replacement_draws_one_after_the_other() -> None:
    """P(first = i, second = j) = wᵢ wⱼ / (1 − wᵢ)."""
    w = np.array([0.1, 0.2, 0.0, 0.7])
    x = values(tg.multinomial(tg.tensor(w).expand(N, 4), 2))
    for i in (0, 1, 3):
        for j in (0, 1, 3):
            chance = 0.0 if i == j else w[i] * w[j] / (1 - w[i])
            found = np.mean((x[:, 0] == i) & (x[:, 1] == j))
            assert abs(found - chance) <= 5 * math.sqrt(chance * (1 - chance) / N)
    assert not np.any(x == 2)


@pytest.mark.parametrize("scale", [1e-40, 1e-300, 1e300, 1.7e308])
def test_multinomial_with_tiny_and_huge_weights(scale: float) -> None:
    weights = tg.tensor([0.0, scale, scale, 0.0], dtype=tg.float64)
    both = values(tg.multinomial(weights, 1000, replacement=True))
    assert set(both) == {1, 2}
    assert sorted(values(tg.multinomial(weights, 2))) == [1, 2]


@pytest.mark.parametrize("categories", [1, 2, 3, 7, 8, 9, 1000])
def test_multinomial_of_any_number_of_categories(categories: int) -> None:
    every = values(tg.multinomial(tg.ones(categories), categories))
    assert sorted(every) == list(range(categories))
    x = values(tg.multinomial(tg.ones(categories), N, replacement=True))
    check_mean(x, (categories - 1) / 2, categories / 2)
    assert x.min() == 0 and x.max() == categories - 1


def test_the_smallest_uniform_number_draws_no_category_of_weight_zero() -> None:
    sums = np.array([[0.0, 0.0, 0.25, 0.25, 1.0, 1.0]])
    u = np.array([[0.0, 0.2, 0.25, 1 - 2.0**-53]])
    assert count_up_to(np, sums, u).tolist() == [[2, 2, 4, 4]]


@pytest.mark.parametrize("count", range(1, 10))
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_an_odd_number_of_normals_uses_no_word_twice(count: int, dtype: str) -> None:
    g = generator()
    first, second = (tg.randn(count, dtype=dtype, generator=g) for _ in range(2))
    words = (count + count % 2) * (2 if dtype == "float64" else 1)
    assert g.get_state()["block"] == 2 * math.ceil(words / 4)
    assert not set(first.tolist()) & set(second.tolist())


# -- beside the graph ------------------------------------------------------------------------------------


def test_parameters_of_a_sample_get_a_gradient_of_zero() -> None:
    for m in (tg, torch):
        mean, std = m.zeros(2, requires_grad=True), m.ones(3, 1, requires_grad=True)
        p = m.full((2,), 0.5, requires_grad=True)
        (m.normal(mean, std).sum() + m.bernoulli(p).sum()).backward()
        for x in (mean, std, p):
            assert x.grad.tolist() == m.zeros(*x.shape).tolist()


def test_filling_a_view_cuts_the_gradient_there() -> None:
    for m in (tg, torch):
        x = m.ones(2, 3, requires_grad=True)
        y = x * 2
        y.view(6).uniform_()
        (y * 5 + x).sum().backward()
        assert x.grad.tolist() == [[1.0] * 3] * 2


def test_filling_a_saved_value_is_noticed() -> None:
    x = tg.ones(3, requires_grad=True)
    y = x * 2
    z = y * y
    y.normal_()
    with pytest.raises(GraphError):
        z.sum().backward()


def test_a_leaf_may_be_filled_without_recording() -> None:
    x = tg.ones(3, requires_grad=True)
    with tg.no_grad():
        assert x.uniform_(5, 6) is x
    assert x.requires_grad and x.is_leaf and bool((x >= 5).all())


def test_filling_a_transposed_tensor() -> None:
    x = tg.zeros(3, 4)
    x.t().uniform_(generator=generator())
    assert np.array_equal(values(x).T, values(tg.rand(4, 3, generator=generator())))
