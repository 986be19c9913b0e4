"""What is captured anew, how often, and what is not."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh import nn, optim

from .compare import compare, drawn


def captures(f: Any, *calls: Any) -> int:
    """Call the function and its captured twin, compare, and count."""
    j = tg.jit(f)
    for args in calls:
        np.testing.assert_allclose(j(*args).numpy(force=True), f(*args).numpy(force=True), rtol=1e-6)
    return int(j.captures)


def test_shapes_dtypes_and_order_in_memory() -> None:
    def f(x: Any) -> Any:
        return (x * 2).sum(0)

    x = drawn(3, 4)
    assert captures(f, (x,), (drawn(3, 4),)) == 1
    assert captures(f, (x,), (drawn(2, 4),), (x,)) == 2
    assert captures(f, (x,), (x.double(),), (x,), (x.double(),)) == 2
    assert captures(f, (x,), (drawn(4, 3).t(),)) == 2
    assert captures(f, (drawn(0, 4),), (drawn(0, 4),)) == 1


def test_arguments_that_are_no_numbers() -> None:
    def f(x: Any, how: Any = "sum", twice: bool = False, scale: Any = None) -> Any:
        y = getattr(x, how)()
        y = y * 2 if twice else y
        return y if scale is None else y * scale[0]

    x = drawn(3)
    assert captures(f, (x,), (x, "sum"), (x, "mean"), (x, "mean", True), (x, "mean", False)) == 5
    assert captures(f, (x, "sum", False, [2.0]), (x, "sum", False, (2.0,)), (x, "sum", False, [3.0])) == 2


def test_numbers_are_inputs() -> None:
    def f(x: Any, a: float, n: int) -> Any:
        return x * a + n / 2 - (a * 0.1 if x.ndim else a)

    for dtype in (tg.float32, tg.float64, tg.int64):
        x = drawn(3).to(dtype)
        assert captures(f, (x, 0.3, 1), (x, -1.7, 2), (x, 1e-9, -3)) == 1
    j = tg.jit(f)
    for shape in ((3,), ()):
        for dtype in (tg.float32, tg.float64, tg.float16, tg.int32, tg.bool):
            x = drawn(*shape).to(dtype)
            for number in (0.1, 7):
                assert j(x, number, 3).dtype == f(x, number, 3).dtype, (shape, dtype, number)


def test_a_number_among_numbers_has_64_bits() -> None:
    x = drawn(4, dtype="float64")
    j = tg.jit(lambda x, a: x * (a * 0.3) ** 2)
    for a in (0.1, 0.7):
        np.testing.assert_allclose(j(x, a).array, x.array * (a * 0.3) ** 2, rtol=1e-15)
    assert j.captures == 1


def test_numbers_that_decide_become_part_of_the_plan() -> None:
    def f(x: Any, n: int) -> Any:
        for _ in range(n):
            x = x * 2
        return x

    x = drawn(3)
    assert captures(f, (x, 2), (x, 3), (x, 2), (x, 3)) == 3  # one was in vain: it showed that the value counts
    assert captures(lambda x, n: x.reshape(n, -1), (drawn(6), 2), (drawn(6), 3), (drawn(6), 2)) == 3
    assert captures(lambda x, a: x * 2 if a > 0.5 else x, (x, 0.7), (x, 0.2), (x, 0.7)) == 3
    assert captures(lambda x, a: nn.functional.leaky_relu(x, a), (x, 0.7), (x, 0.2), (x, 0.7)) == 3
    assert captures(lambda x, a: x * float(f"{a}"), (x, 0.7), (x, 0.2), (x, 0.7)) == 3
    assert captures(lambda x, n: x.sum(n), (drawn(2, 3), 0), (drawn(2, 3), 1)) == 3
    assert captures(lambda x, a, b: x * a if b > 0 else x, (x, 0.1, 1), (x, 0.2, 1), (x, 0.3, 2)) == 3


def test_numbers_that_are_caught_count_too() -> None:
    def f(x: Any, a: float) -> Any:
        try:
            return x * float(a)
        except Exception:
            return x

    assert captures(f, (drawn(3), 0.5), (drawn(3), 0.7)) == 3


def test_train_and_eval() -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.5))

    def make() -> Any:
        net.train()
        return (lambda x: net(x).detach()), lambda: None

    compare(make, [(drawn(4, 3),) for _ in range(6)], captures=2, between=lambda i: net.train(i % 2 == 0) and None)


def test_grad_mode() -> None:
    w = drawn(3).requires_grad_()
    j = tg.jit(lambda x: (x * w).sum().detach() * (2 if tg.is_grad_enabled() else 1))
    x = drawn(3)
    for _ in range(2):
        with tg.no_grad():
            a = j(x).item()
        assert j(x).item() == 2 * a
    assert j.captures == 2


def test_what_requires_a_gradient() -> None:
    w, v = drawn(3).requires_grad_(), drawn(3).requires_grad_()

    def step(x: Any) -> Any:
        w.grad = v.grad = None
        loss = (x * w * v).sum()
        loss.backward()
        return loss

    j = tg.jit(step)
    for tracked in (True, False, True):
        v.requires_grad = tracked
        j(drawn(3))
        assert (v.grad is not None) == tracked and w.grad is not None
    assert j.captures == 2
    x = drawn(3)
    j(x.requires_grad_())
    assert x.grad is not None and j.captures == 3


def test_weights_in_new_memory() -> None:
    net = nn.Linear(3, 2)
    j = tg.jit(lambda x: net(x).detach())
    x = drawn(4, 3)
    assert j(x).tolist() == net(x).tolist()
    net.weight.data = drawn(2, 3)
    assert j(x).tolist() == net(x).tolist() and j.captures == 2
    net.double()
    assert j(x.double()).tolist() == net(x.double()).tolist() and j.captures == 3
    with tg.no_grad():
        net.weight.zero_()  # the same memory
    assert j(x.double()).tolist() == net(x.double()).tolist() and j.captures == 3
    for _ in range(20):
        net.weight.data = drawn(2, 3, dtype="float64")
        assert j(x.double()).tolist() == net(x.double()).tolist()
    assert j.captures == 23 and len(j.plans) < 12  # plans that serve no more are forgotten


def test_another_layer_or_hook_in_a_module() -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    j = tg.jit(lambda x: net(x).detach())
    x = drawn(4, 3)
    j(x)
    net[1] = nn.Linear(3, 2)
    assert j(x).tolist() == net(x).tolist() and j.captures == 2
    handle = net[0].register_forward_hook(lambda module, args, y: y * 2)
    assert j(x).tolist() == net(x).tolist() and j.captures == 3
    handle.remove()
    assert j(x).tolist() == net(x).tolist()
    net[0].weight = nn.Parameter(drawn(3, 3))
    assert j(x).tolist() == net(x).tolist() and j.captures == 4


def test_gradients_that_are_there_at_the_start_or_not() -> None:
    w = drawn(3).requires_grad_()
    opt = optim.SGD([w], lr=0.1)
    added = tg.jit(lambda x: (x * w).sum().backward())
    for _ in range(4):
        added(drawn(3))
    assert added.captures == 2
    w.grad = None
    added(drawn(3))
    assert added.captures == 2
    moved = tg.jit(lambda: opt.step())
    before = w.numpy(force=True).copy()
    for i in range(3):
        moved()
        np.testing.assert_allclose(w.array, before - 0.1 * (i + 1) * w.grad.array, rtol=1e-5)
    w.grad = None
    moved()
    assert moved.captures == 2


def test_the_default_dtype_and_generator() -> None:
    j = tg.jit(lambda x: x + tg.ones(3))
    x = tg.tensor([1, 2, 3])
    assert j(x).dtype == tg.float32
    tg.set_default_dtype(tg.float64)
    try:
        assert j(x).dtype == tg.float64 and j.captures == 2
    finally:
        tg.set_default_dtype(tg.float32)


def test_values_that_are_checked() -> None:
    """A check that comes out otherwise than when captured is captured anew, or is an error."""
    table = drawn(5, 2)
    j = tg.jit(lambda i: tg.embedding(i, table))
    for i in ([0, 1], [4, 4]):
        assert j(tg.tensor(i)).tolist() == table.array[i].tolist()
    for bad in ([0, 5], [-1, 0]):
        with pytest.raises(tg.errors.IndexingError):
            j(tg.tensor(bad))
    b = tg.jit(lambda p, t: tg.nn.functional.binary_cross_entropy(p, t))
    b(tg.tensor([0.5]), tg.tensor([1.0]))
    with pytest.raises(tg.errors.ArgumentError):
        b(tg.tensor([1.5]), tg.tensor([1.0]))
    c = tg.jit(lambda x, y: tg.cross_entropy(x, y))
    c(drawn(2, 3), tg.tensor([0, 2]))
    with pytest.raises(tg.errors.ArgumentError, match="class 3"):
        c(drawn(2, 3), tg.tensor([0, 3]))
    solve = tg.jit(lambda a, b: tg.linalg.lstsq(a, b).residuals)
    a, rhs = drawn(4, 2, dtype="float64"), drawn(4, 1, dtype="float64")
    deficient = a * tg.tensor([1.0, 0.0])
    for m in (a, deficient, a):
        assert solve(m, rhs).shape == tg.linalg.lstsq(m, rhs).residuals.shape
    assert (j.captures, b.captures, c.captures, solve.captures) == (1, 2, 1, 2)
    total = tg.zeros(())

    def counted(p: Any) -> Any:
        total.add_(1)
        return tg.nn.functional.binary_cross_entropy(p, tg.ones(1))

    d = tg.jit(counted)
    d(tg.tensor([0.5]))
    with pytest.raises(tg.errors.GraphError, match="elsewhere") as caught:
        d(tg.tensor([1.5]))  # the function cannot run again: something has changed already
    assert caught.value.code == "TG-E798"


def test_shapes_that_depend_on_values() -> None:
    def f(x: Any) -> Any:
        large = x[x > 0]
        return large * 2, x.nonzero(), large.reshape(1, -1).sum(1)

    j = tg.jit(f)
    for values in ([1.0, -1.0], [-1.0, 1.0], [1.0, 1.0], [2.0, -3.0], [5.0, 6.0]):
        x = tg.tensor(values)
        for y, e in zip(j(x), f(x), strict=True):
            assert y.tolist() == e.tolist() and y.shape == e.shape
    assert j.captures == 2
    late = tg.jit(lambda x: (x + tg.rand(2))[x > 0])
    late(tg.ones(2))
    with pytest.raises(tg.errors.GraphError) as caught:
        late(tg.tensor([1.0, -1.0]))
    assert caught.value.code == "TG-E798"


Pair = namedtuple("Pair", "a b")


def test_structures_of_arguments_and_results() -> None:
    def f(pair: Any, listed: Any, named: Any, *, last: Any) -> Any:
        total = pair.a + pair.b + sum(listed) + named["x"]
        return {"total": total, "pair": Pair(last, [total * 2, None, "text", 3]), "empty": ()}

    def make() -> Any:
        j_or_f: Any = f
        return (lambda a, b, c, d: j_or_f(Pair(a, b), [c, d], {"x": a, "k": "v"}, last=d)), lambda: None

    compare(make, [tuple(drawn(2) for _ in range(4)) for _ in range(3)])
    j = tg.jit(f)
    for _ in range(2):
        x = drawn(2)
        found = j(Pair(x, x), (x,), {"x": x}, last=x)
        assert type(found["pair"]) is Pair and found["pair"].a is x and found["pair"].b[1:] == [None, "text", 3]
    j(Pair(x, x), [x], {"x": x}, last=x)
    j(Pair(x, x), [x], OrderedDict(x=x) and {"x": x, "y": x}, last=x)
    assert j.captures == 3


def test_the_same_tensor_twice() -> None:
    def f(x: Any, y: Any) -> Any:
        x.add_(1)
        return x * y

    x, y = drawn(3), drawn(3)
    j = tg.jit(f)
    for args in ((x, x), (x, y), (y, y), (y, x)):
        copies = {id(t): t.clone() for t in args}
        expected = f(*(copies[id(t)] for t in args))
        assert j(*args).tolist() == expected.tolist()
        assert [t.tolist() for t in args] == [copies[id(t)].tolist() for t in args]
    assert j.captures == 2
