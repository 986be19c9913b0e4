"""NumPy's functions and operators on tensors: the same numbers as on arrays, and recorded."""

from __future__ import annotations

import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh.errors import ArgumentError, DTypeError, ShapeError, TinygradZhError
from tinygrad_zh.ops.numpy_names import ANSWERS, UFUNCS
from tinygrad_zh.ops.publish import public

X = np.array([[0.5, -1.25, 2.0], [0.75, 3.0, -0.5]])
P = np.array([[0.53, 1.27, 2.06], [0.74, 3.1, 0.26]])  # positive, and no multiple of anything used here
M = np.array([[1.0, 2.0], [-3.0, 4.0], [0.5, 0.25]])
INTS = np.array([[1, 2, 3], [4, 5, 6]])

UNARY = {
    np.exp: X, np.exp2: X, np.expm1: X, np.log: P, np.log2: P, np.log10: P, np.log1p: P, np.sqrt: P, np.square: X,
    np.sin: X, np.cos: X, np.tanh: X, np.negative: X, np.abs: X, np.fabs: X, np.reciprocal: P,
}  # fmt: skip
FLAT = {np.sign: X, np.floor: X, np.ceil: X, np.trunc: X, np.rint: X}
BINARY = [np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum, np.power, np.remainder, np.fmod]
COMPARISONS = [np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal]

# NumPy's function, applied to one matrix; `f` stands for the matrix.
CALLS: dict[str, Callable[[Any], Any]] = {
    "sum": lambda f: np.sum(f),
    "sum axis": lambda f: np.sum(f, axis=0),
    "sum axes": lambda f: np.sum(f, axis=(0, 1), keepdims=True),
    "sum positional": lambda f: np.sum(f, 1),
    "sum dtype": lambda f: np.sum(f, axis=1, dtype=np.float64),
    "sum out=None": lambda f: np.sum(f, axis=1, out=None),
    "mean": lambda f: np.mean(f),
    "mean axis": lambda f: np.mean(f, axis=-1, keepdims=True),
    "max": lambda f: np.max(f),
    "max axis": lambda f: np.max(f, axis=1),
    "amax": lambda f: np.amax(f, 0),
    "min axis": lambda f: np.min(f, axis=0, keepdims=True),
    "amin": lambda f: np.amin(f),
    "std": lambda f: np.std(f),
    "std ddof": lambda f: np.std(f, axis=1, ddof=1),
    "var": lambda f: np.var(f, axis=0),
    "var keepdims": lambda f: np.var(f, axis=1, keepdims=True, ddof=0.5),
    "clip": lambda f: np.clip(f, -0.6, 1.0),
    "clip one side": lambda f: np.clip(f, None, 1.0),
    "clip by name": lambda f: np.clip(f, min=0.6),
    "clip by arrays": lambda f: np.clip(f, P - 1.1, P + 0.1),
    "where": lambda f: np.where(X > 0, f, 0.0),
    "where other": lambda f: np.where(X > 0, M.T, f),
    "concatenate": lambda f: np.concatenate([f, P]),
    "concatenate array first": lambda f: np.concatenate((P, f), axis=1),
    "concatenate flat": lambda f: np.concatenate([f, P], axis=None),
    "stack": lambda f: np.stack([P, f]),
    "stack axis": lambda f: np.stack([f, f], axis=-1),
    "matmul": lambda f: np.matmul(f, M),
    "matmul array first": lambda f: np.matmul(M, f),
    "operator @": lambda f: M @ f,
    "dot": lambda f: np.dot(f, M),
    "dot vector": lambda f: np.dot(f, M[:, 0]),
    "dot number": lambda f: np.dot(f, 2.0),
    "prod": lambda f: np.prod(f, axis=(0, 1)),
    "nansum": lambda f: np.nansum(f, axis=0, keepdims=True),
    "nanmean": lambda f: np.nanmean(f),
    "cumsum": lambda f: np.cumsum(f),
    "cumsum axis": lambda f: np.cumsum(f, axis=1),
    "cumprod": lambda f: np.cumprod(f, axis=0),
    "sort": lambda f: np.sort(f, axis=0),
    "sort everything": lambda f: np.sort(f, axis=None, kind="stable"),
    "diff": lambda f: np.diff(f, axis=1, prepend=M[:2, :1]),
    "trapezoid": lambda f: np.trapezoid(f, dx=0.5, axis=0),
    "trapezoid x": lambda f: np.trapezoid(f, np.array([0.0, 1.0, 3.0])),
    "reshape": lambda f: np.reshape(f, (3, 2)),
    "reshape -1": lambda f: np.reshape(f, -1),
    "ravel": lambda f: np.ravel(f),
    "transpose": lambda f: np.transpose(f),
    "transpose axes": lambda f: np.transpose(np.stack([f, f]), (2, 0, 1)),
    "swapaxes": lambda f: np.swapaxes(f, 0, 1),
    "moveaxis": lambda f: np.moveaxis(np.stack([f, f]), 0, -1),
    "squeeze": lambda f: np.squeeze(np.expand_dims(f, 1)),
    "squeeze axis": lambda f: np.squeeze(np.expand_dims(f, 0), axis=0),
    "expand_dims": lambda f: np.expand_dims(f, -1),
    "broadcast_to": lambda f: np.broadcast_to(f, (4, 2, 3)),
    "copy": lambda f: np.copy(f),
    "two steps": lambda f: np.sum(np.exp(-f) * P, axis=0) + np.float64(2.0),
}
NOT_RECORDED: dict[str, Callable[[Any], Any]] = {
    "all": lambda f: np.all(f),
    "any": lambda f: np.any(f, axis=0),
    "argmax": lambda f: np.argmax(f),
    "argmax axis": lambda f: np.argmax(f, axis=1, keepdims=True),
    "argmin": lambda f: np.argmin(f, axis=0),
    "argsort": lambda f: np.argsort(f, axis=1),
    "argsort everything": lambda f: np.argsort(f, None),
    "count_nonzero": lambda f: np.count_nonzero(f > 1, axis=0),
    "round": lambda f: np.round(f, 1),
    "around": lambda f: np.around(f),
    "zeros_like": lambda f: np.zeros_like(f),
    "ones_like": lambda f: np.ones_like(f, dtype=np.int32),
    "full_like": lambda f: np.full_like(f, 7.5),
    "isnan": lambda f: np.isnan(f),
    "isinf": lambda f: np.isinf(f),
    "isfinite": lambda f: np.isfinite(f),
}


def slope(function: Callable[[Any], Any], x: Any, weights: Any) -> Any:
    """∂(Σ weights ⊙ function)/∂x by central differences, in float64."""
    found, step = np.zeros_like(x), 1e-6
    for place in np.ndindex(*x.shape):
        moved = [x.copy(), x.copy()]
        moved[0][place] += step
        moved[1][place] -= step
        high, low = (np.sum(weights * function(m)) for m in moved)
        found[place] = (high - low) / (2 * step)
    return found


def check(function: Callable[[Any], Any], x: Any) -> None:
    """Same values and dtype as NumPy's on an array, and the gradient of what NumPy computes."""
    t = tg.tensor(x, requires_grad=True)
    ours, theirs = function(t), np.asarray(function(x))
    assert isinstance(ours, tg.Tensor)
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours.detach().numpy(), theirs, rtol=1e-14, atol=1e-15, strict=True)
    weights = np.cos(np.arange(theirs.size, dtype=np.float64)).reshape(theirs.shape)
    ours.backward(tg.tensor(weights))
    assert t.grad is not None
    np.testing.assert_allclose(t.grad.numpy(), slope(function, x, weights), rtol=1e-7, atol=1e-8)


# -- elementwise functions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("ufunc", "x"), UNARY.items(), ids=lambda v: getattr(v, "__name__", ""))
def test_unary(ufunc: np.ufunc, x: Any) -> None:
    check(ufunc, x)


@pytest.mark.parametrize(("ufunc", "x"), FLAT.items(), ids=lambda v: getattr(v, "__name__", ""))
def test_steps(ufunc: np.ufunc, x: Any) -> None:
    np.testing.assert_array_equal(ufunc(tg.tensor(x)).numpy(), ufunc(x), strict=True)


@pytest.mark.parametrize("ufunc", BINARY, ids=lambda u: u.__name__)
def test_binary(ufunc: np.ufunc) -> None:
    check(lambda f: ufunc(f, np.array([0.7, 1.1, 1.9])), P)
    check(lambda f: ufunc(np.array([[0.7], [1.9]]), f), P)
    check(lambda f: ufunc(f, 2), P)
    check(lambda f: ufunc(2.3, f), P)


@pytest.mark.parametrize(
    "op",
    [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.mod],
    ids=lambda op: op.__name__,
)
def test_an_array_on_the_left_of_an_operator(op: Callable[[Any, Any], Any]) -> None:
    check(lambda f: op(np.array([0.7, 1.1, 1.9]), f), P)
    check(lambda f: op(np.float64(2.5), f), P)


@pytest.mark.parametrize("ufunc", COMPARISONS, ids=lambda u: u.__name__)
def test_comparisons(ufunc: np.ufunc) -> None:
    np.testing.assert_array_equal(ufunc(X, tg.tensor(P)).numpy(), ufunc(X, P), strict=True)
    assert (tg.tensor(P) > X).dtype == np.bool_


@pytest.mark.parametrize(
    "ufunc", [np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.floor_divide], ids=lambda u: u.__name__
)
def test_integers(ufunc: np.ufunc) -> None:
    np.testing.assert_array_equal(ufunc(INTS, tg.tensor(INTS + 3)).numpy(), ufunc(INTS, INTS + 3), strict=True)


def test_logic() -> None:
    mask = tg.tensor(X > 0)
    np.testing.assert_array_equal(np.invert(mask).numpy(), X <= 0)
    np.testing.assert_array_equal(np.logical_not(mask).numpy(), X <= 0)
    np.testing.assert_array_equal(np.logical_and(P > 1, mask).numpy(), (P > 1) & (X > 0))


def test_dtypes_are_pytorchs() -> None:
    single = tg.tensor([1.0, 2.0])
    assert (INTS[0, :2] * single).dtype == np.float32, "int64 beside float32 is float32"
    assert (np.float64(2.0) * single).dtype == np.float32, "a number does not widen a tensor"
    assert (np.ones(2) * single).dtype == np.float64
    assert np.sqrt(tg.tensor([4])).dtype == np.float32


def test_lists_beside_tensors() -> None:
    assert np.add([1.0, 2.0], tg.tensor([3.0, 4.0])).tolist() == [4.0, 6.0]


def test_a_memory_map_is_an_array(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", P)
    check(lambda f: np.load(tmp_path / "a.npy", mmap_mode="r") * f, X)


def test_our_names_differ_from_numpys_where_the_table_says_so() -> None:
    for name, ours in UFUNCS.items():
        assert isinstance(getattr(np, name), np.ufunc)
        assert name not in public or ours in public, "ours first, where both are there"


ANSWERED = sorted(
    {
        u.__name__: u
        for n in dir(np)
        if isinstance(u := getattr(np, n), np.ufunc) and UFUNCS.get(u.__name__, u.__name__) in public
    }.items()
)


@pytest.mark.parametrize("ufunc", [ufunc for _, ufunc in ANSWERED], ids=[name for name, _ in ANSWERED])
def test_no_ufunc_means_something_else_here(ufunc: np.ufunc) -> None:
    """Where NumPy and we use one name, it is one function; ops that come later are tried here too."""
    with np.errstate(all="ignore"):
        arguments = [P if ufunc.nin == 1 else P[0], P[0] + 0.5][: ufunc.nin]
        try:
            theirs = ufunc(*arguments)
        except TypeError:  # a function of integers
            arguments = [INTS[0], INTS[0] + 2][: ufunc.nin]
            theirs = ufunc(*arguments)
    ours = ufunc(*(tg.tensor(x) for x in arguments))
    results = zip(ours, theirs, strict=True) if ufunc.nout > 1 else [(ours, theirs)]
    for mine, other in results:
        np.testing.assert_allclose(mine.numpy(), other, rtol=1e-12)


# -- the others --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_functions(call: Callable[[Any], Any]) -> None:
    check(call, X)


@pytest.mark.parametrize("call", NOT_RECORDED.values(), ids=NOT_RECORDED)
def test_functions_without_a_gradient(call: Callable[[Any], Any]) -> None:
    ours = call(tg.tensor(X))
    np.testing.assert_array_equal(ours.numpy(), call(X), strict=True)


@pytest.mark.parametrize("call", [CALLS["sum axis"], CALLS["max axis"], CALLS["clip one side"], CALLS["stack"]])
def test_integers_stay_integers(call: Callable[[Any], Any]) -> None:
    ints = tg.tensor(INTS)
    assert np.sum(ints, axis=0).tolist() == [5, 7, 9]
    assert np.max(ints, axis=1).tolist() == [3, 6]
    assert np.clip(ints, 2, 5).dtype == np.int64


def test_shape_ndim_and_size_are_pythons_numbers() -> None:
    t = tg.tensor(X)
    assert (np.shape(t), np.ndim(t), np.size(t), np.size(t, 1)) == ((2, 3), 2, 6, 3)


def test_memory_that_is_shared() -> None:
    a = np.ones(3)
    assert np.shares_memory(tg.from_numpy(a), a)
    assert not np.may_share_memory(a, tg.tensor(a))


def test_every_answer_is_for_a_function_of_numpy() -> None:
    for name in ANSWERS:
        function = getattr(np, name.removeprefix("numpy."))
        assert callable(function)
        # `numpy.amax` is NumPy's older name of `numpy.max`, and so on: the table has to have the one it reports
        assert f"{function.__module__}.{function.__name__}" in ANSWERS


def test_what_numpy_itself_does_with_tensors_still_works() -> None:
    t = tg.tensor(X)
    np.testing.assert_allclose(t, X)
    assert np.asarray(t).tolist() == X.tolist()
    assert np.array([t.sum(), t.sum()]).shape == (2,)
    a = np.zeros(2)
    a[0] = t.sum()
    assert a[0] == X.sum()


# -- what is refused ---------------------------------------------------------------------------------------

T = tg.tensor([1.0, 2.0])
ARRAY = np.array([3.0, 4.0])


def add_in_place() -> None:
    array = ARRAY.copy()
    array += T


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: np.add.reduce(T), DTypeError, r"numpy\.add\.reduce was called with a Tensor, but has no counterpart"),
        (lambda: np.add.outer(ARRAY, T), DTypeError, r"numpy\.add\.outer"),
        (lambda: np.add.at(ARRAY, [0], T), DTypeError, r"numpy\.add\.at"),
        (lambda: np.cbrt(T), DTypeError, r"numpy\.cbrt was called"),
        (lambda: np.frompyfunc(abs, 1, 1)(T), DTypeError, r"abs \(vectorized\) was called"),
        (lambda: np.linalg.svd(T), DTypeError, r"numpy\.linalg\.svd was called"),
        (lambda: np.fft.fft(T), DTypeError, r"numpy\.fft\.fft was called"),
        (lambda: np.add(T, ARRAY, out=np.zeros(2)), ArgumentError, r"numpy\.add cannot be called like this.*: out"),
        (lambda: np.add(T, ARRAY, where=ARRAY > 3), ArgumentError, r"numpy\.add cannot .*: where"),
        (lambda: np.exp(T, dtype=np.float64), ArgumentError, r"numpy\.exp cannot .*: dtype"),
        (lambda: np.exp(ARRAY, out=T), ArgumentError, r"numpy\.exp cannot .*: out"),
        (lambda: np.sum(T, out=ARRAY), ArgumentError, r"numpy\.sum cannot .*'out'"),
        (lambda: np.sum(T, where=ARRAY > 3), ArgumentError, r"numpy\.sum cannot .*'where'"),
        (lambda: np.sum(T, initial=1.0), ArgumentError, r"numpy\.sum cannot .*'initial'"),
        (lambda: np.sum(T, 0, None, None, True), ArgumentError, r"numpy\.sum cannot .*positional"),
        (lambda: np.sum(T, axis=()), ArgumentError, r"numpy\.sum cannot .*axis=\(\)"),
        (lambda: np.sort(T, kind="bogo"), ArgumentError, r"numpy\.sort cannot .*kind='bogo'"),
        (lambda: np.reshape(T, (2, 1), order="F"), ArgumentError, r"numpy\.reshape cannot .*'order'"),
        (add_in_place, ArgumentError, r"numpy\.add would write[^$]*a = a \+ t instead of a \+= t"),
        (lambda: np.dot(tg.ones(2, 2, 2), tg.ones(2)), ShapeError, r"numpy\.dot got a tensor of shape \(2, 2, 2\)"),
        (lambda: ARRAY[:1].astype(complex) * T, DTypeError, "complex128"),
        (lambda: np.array(["a", "b"]) == T, DTypeError, "dtype <U1"),
        (lambda: np.ones(3) + T, ShapeError, r"add cannot broadcast the shapes \(3,\), \(2,\)"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_refused(call: Callable[[], Any], kind: type[TinygradZhError], words: str) -> None:
    with pytest.raises(kind, match=words):
        call()


def test_the_array_is_unchanged_where_in_place_was_refused() -> None:
    array = ARRAY.copy()
    with pytest.raises(ArgumentError):
        array *= T
    assert array.tolist() == ARRAY.tolist()


def test_refused_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYGRAD_ZH_LANG", "zh")
    with pytest.raises(ArgumentError, match="把 a \\+= t 写成 a = a \\+ t"):
        add_in_place()


class Foreign:
    """An object of another library, with a protocol of its own."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> str:
        return f"foreign {ufunc.__name__}"

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> str:
        return f"foreign {func.__name__}"


def test_another_librarys_objects_are_asked_next() -> None:
    assert np.add(T, Foreign()) == "foreign add"
    assert np.concatenate([T, Foreign()]) == "foreign concatenate"


def test_a_subclass_of_tensor_is_answered_for_too() -> None:
    class Parameter(tg.Tensor):
        pass

    p = Parameter([1.0, 2.0], requires_grad=True)
    np.sum(np.float32([3.0, 4.0]) * p).backward()
    assert p.grad is not None and p.grad.tolist() == [3.0, 4.0]
