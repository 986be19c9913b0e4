"""Special functions where the laws do not look: far out, beside poles, between the regions, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygrad_zh.core.tensor import Tensor
from tinygrad_zh.errors import TinygradZhError
from tinygrad_zh.ops.publish import public, spaces
from tinygrad_zh.transforms.gradient import grad

from . import references as by
from .libraries import close
from .tables import Array

SPECIAL = spaces["special"]
INF, NAN = math.inf, math.nan


def doubles(*values: float) -> Tensor:
    return public["tensor"](list(values), dtype=np.dtype("float64"))  # type: ignore[no-any-return]


def ours(name: str, *operands: Any) -> Array:
    """The value, of numbers too."""
    return np.asarray(SPECIAL[name](*operands).array)


# -- values (from mpmath, with 40 digits) --------------------------------------------------------------------

VALUES = [
    ("erfc", (26,), 5.663192408856143e-296),
    ("erfcx", (1e10,), 5.641895835477563e-11),
    ("erfcx", (-26,), 7.657724931490568e293),
    ("erfinv", (1 - 2**-53,), 5.8635847487551676),
    ("ndtr", (-38,), 2.88542835e-316),
    ("ndtri", (1e-300,), -37.0470962993612),
    ("log_ndtr", (-1e5,), -5000000012.431864),
    ("log_ndtr", (20,), -2.7536241186062337e-89),
    ("gammaln", (1e300,), 6.897755278982137e302),
    ("gammaln", (1e-300,), 690.7755278982137),
    ("gammaln", (1 + 2**-40,), -5.249745890076018e-13),
    ("gammaln", (-7.25,), -7.54188344347575),
    ("digamma", (1e-5,), -100000.57719921567),
    ("digamma", (-7.25,), 5.189977214956288),
    ("digamma", (1e10,), 23.025850929890456),
    ("digamma", (6.5,), 1.792911330399933),
    ("zeta", (2, 1), math.pi**2 / 6),
    ("zeta", (1.0625, 1e5), 7.791482837495748),
    ("zeta", (3, 1e-100), 1e300),
    ("gammainc", (100, 100), 0.5132987982791487),
    ("gammainc", (30, 25), 0.18210391597745512),
    ("gammaincc", (1e6, 1e6 + 3e3), 0.0013617406462175915),
    ("gammaincc", (0.001, 0.5), 0.0005600666564707498),
    ("gammainc", (10, 0.125), 2.2909148211916297e-16),
    ("gammainc", (50, 10), 1.8547268838697993e-19),
    ("i0", (710,), 3.345334558619656e306),
    ("i1e", (20.5,), 0.08647411349408725),
    ("i1e", (-20.5,), -0.08647411349408725),
    ("modified_bessel_k0", (1e-300,), 690.8914594138721),
    ("modified_bessel_k0", (700,), 4.669776431685377e-306),
    ("modified_bessel_k1", (1.5,), 0.2773878004568438),
    ("scaled_modified_bessel_k0", (1e5,), 0.003963322343474756),
    ("airy_ai", (-30,), -0.08796818845684216),
    ("airy_ai", (-5,), 0.35076100902411433),
    ("airy_ai", (-2.5,), -0.11232506769296609),
    ("airy_ai", (1,), 0.13529241631288141),
    ("airy_ai", (3,), 0.006591139357460719),
    ("airy_ai", (20,), 1.6916728686705404e-27),
    ("chebyshev_polynomial_t", (math.cos(1.0), 40), math.cos(40.0)),
    ("chebyshev_polynomial_v", (-1 + 2**-40, 10), 20.999999999299765),
    ("legendre_polynomial_p", (-1, 7), -1.0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "at", "value"), VALUES, ids=[f"{name}{at}" for name, at, _ in VALUES])
def test_values(name: str, at: tuple[float, ...], value: float) -> None:
    operands = [doubles(x) for x in at]
    room = 200 if name in ("airy_ai", "gammainc", "gammaincc", "chebyshev_polynomial_t") else 20
    denormal = 5e-324 if abs(value) < 1e-300 else 0.0
    assert abs(float(ours(name, *operands)[0]) - value) <= room * 2.2e-16 * abs(value) + denormal


@pytest.mark.parametrize("x", [2.5, 7.0, 15.0, 22.0, 80.0])
@pytest.mark.parametrize("order", [0, 1])
def test_bessel_functions_by_their_other_integrals(order: int, x: float) -> None:
    """Where they are computed by Hankel's; x·cosh t in the exponent is rounded in the others."""
    assert abs(float(ours(f"bessel_j{order}", doubles(x))[0]) - by.bessel_j(order, x)) < 2e-15
    assert abs(float(ours(f"bessel_y{order}", doubles(x))[0]) - by.bessel_y(order, x)) < 1e-14
    k = by.bessel_k(order, x)
    assert abs(float(ours(f"modified_bessel_k{order}", doubles(x))[0]) / k - 1) < 4e-14
    i = by.bessel_i(order, x)
    assert abs(float(ours(f"i{order}", doubles(x))[0]) / i - 1) < 4e-14


def test_wronskians() -> None:
    """J₁Y₀ − J₀Y₁ = 2/(πx) and I₀K₁ + I₁K₀ = 1/x, across all the regions; DLMF 10.5.2, 10.28.2"""
    x = np.concatenate([np.linspace(0.05, 45, 300), [2.0, 20.0, 1e5]])
    t = public["from_numpy"](x)
    j0, j1, y0, y1 = (ours(f"bessel_{name}", t) for name in ("j0", "j1", "y0", "y1"))
    np.testing.assert_allclose((j1 * y0 - j0 * y1) * math.pi * x / 2, 1, rtol=2e-15)
    i0, i1 = ours("i0e", t), ours("i1e", t)
    k0, k1 = ours("scaled_modified_bessel_k0", t), ours("scaled_modified_bessel_k1", t)
    np.testing.assert_allclose((i0 * k1 + i1 * k0) * x, 1, rtol=4e-15)


def test_inverses() -> None:
    p = np.concatenate([10.0 ** -np.arange(1, 300, 7), np.linspace(0.01, 0.99, 60)])
    x = SPECIAL["ndtri"](public["from_numpy"](p))
    np.testing.assert_allclose(ours("log_ndtr", x), np.log(p), rtol=1e-14, atol=1e-14)
    y = np.linspace(-0.999, 0.999, 60)
    np.testing.assert_allclose(ours("erf", SPECIAL["erfinv"](public["from_numpy"](y))), y, rtol=1e-14)


def test_recurrences_across_the_regions() -> None:
    """Γ(x + 1) = x Γ(x) and its derivatives; neighbours are computed in different ways."""
    x = np.concatenate([np.linspace(-6.03, 14, 400), [0.5, 1.5, 2.5, 9.5, 10.0]])
    here, there = public["from_numpy"](x), public["from_numpy"](x + 1)
    np.testing.assert_allclose(
        ours("gammaln", there), ours("gammaln", here) + np.log(np.abs(x)), rtol=1e-13, atol=1e-13
    )
    scale = 1e-13 / np.minimum(1, np.abs(x - np.round(x)) + 1e-3) ** 2
    assert (np.abs(ours("digamma", there) - ours("digamma", here) - 1 / x) <= scale).all()
    first, second = SPECIAL["polygamma"](1, here).array, SPECIAL["polygamma"](1, there).array
    np.testing.assert_allclose(second + 1 / x**2, first, rtol=1e-12)


def test_shares_of_the_gamma_integral_add_up() -> None:
    a, x = np.meshgrid(10.0 ** np.linspace(-3, 7, 41), 10.0 ** np.linspace(-3, 7, 53))
    a, x = a.ravel(), x.ravel()
    ta, tx = public["from_numpy"](a), public["from_numpy"](x)
    p, q = ours("gammainc", ta, tx), ours("gammaincc", ta, tx)
    np.testing.assert_allclose(p + q, 1, rtol=1e-13)
    # P(a + 1, x) = P(a, x) − xᵃ e⁻ˣ / Γ(a + 1); DLMF 8.8.5
    near = (np.abs(x - a) < 20 * np.sqrt(a)) & (a < 1e4)
    step = np.exp(a * np.log(x) - x - ours("gammaln", ta + 1))
    np.testing.assert_allclose((p - ours("gammainc", ta + 1, tx))[near], step[near], rtol=1e-9, atol=1e-12)


# -- infinities, zeros, poles --------------------------------------------------------------------------------

EDGES = (-INF, -3.0, -1.0, -0.0, 0.0, 1.0, INF, NAN)
AS_IN_PYTORCH = (
    *("erf", "erfc", "erfcx", "erfinv", "ndtr", "ndtri", "log_ndtr", "entr", "logit", "gammaln", "digamma", "sinc"),
    *("i0e", "i1e", "modified_bessel_k0", "modified_bessel_k1", "spherical_bessel_j0"),
    *("scaled_modified_bessel_k0", "scaled_modified_bessel_k1"),
)


@pytest.mark.parametrize("name", AS_IN_PYTORCH)
def test_edges_are_pytorchs(name: str) -> None:
    x = np.array(EDGES)
    close(SPECIAL[name](public["from_numpy"](x)), getattr(torch.special, name)(torch.from_numpy(x)))


# PyTorch gives NaN at infinities; we the limits.
@pytest.mark.parametrize(
    ("name", "left", "right"),
    [
        ("i0", INF, INF),
        ("i1", -INF, INF),
        ("bessel_j0", 0.0, 0.0),
        ("bessel_j1", 0.0, 0.0),
        ("bessel_y0", NAN, 0.0),
        ("bessel_y1", NAN, 0.0),
        ("airy_ai", 0.0, 0.0),
    ],
)
def test_limits(name: str, left: float, right: float) -> None:
    np.testing.assert_array_equal(ours(name, doubles(-INF, INF, NAN)), [left, right, NAN])


def test_poles() -> None:
    np.testing.assert_array_equal(ours("bessel_y0", doubles(0.0, -1.0)), [-INF, NAN])
    np.testing.assert_array_equal(ours("bessel_y1", doubles(0.0, -1.0)), [-INF, NAN])
    np.testing.assert_array_equal(SPECIAL["polygamma"](1, doubles(0.0, -1.0, -2.0, INF)).array, [INF, INF, INF, 0])
    np.testing.assert_array_equal(SPECIAL["polygamma"](2, doubles(0.0, -1.0)).array, [-INF, -INF])
    s, q = doubles(1.0, 0.5, 2.0, 2.0, 2.5, NAN), doubles(3.0, 3.0, 0.0, -2.0, -1.5, 1.0)
    np.testing.assert_array_equal(ours("zeta", s, q), [INF, NAN, INF, INF, NAN, NAN])
    expected = torch.special.zeta(torch.from_numpy(s.array.copy()), torch.from_numpy(q.array.copy()))
    np.testing.assert_array_equal(ours("zeta", s, q), expected.numpy())


@pytest.mark.parametrize("name", ["gammainc", "gammaincc"])
def test_edges_of_the_incomplete_gamma_functions(name: str) -> None:
    grid = (0.0, 1.0, 5.0, INF, -1.0)
    a, x = (np.array(v).ravel() for v in np.meshgrid(grid, grid))
    found = SPECIAL[name](public["from_numpy"](a), public["from_numpy"](x))
    close(found, getattr(torch.special, name)(torch.from_numpy(a), torch.from_numpy(x)))


def test_degrees() -> None:
    """Fractions are cut off; negative degrees, and those that are no numbers, give 0."""
    n = np.array([-2, -0.5, 0.9, 1, 2.7, 12, NAN, INF])
    x = np.full(n.shape, 0.3)
    for name in by.POLYNOMIALS:
        close(SPECIAL[name](public["from_numpy"](x), public["from_numpy"](n)),
              getattr(torch.special, name)(torch.from_numpy(x), torch.from_numpy(n)))  # fmt: skip
    for dtype, degree in (("float32", 129), ("float64", 513)):
        for name in ("hermite_polynomial_h", "hermite_polynomial_he"):
            assert math.isnan(float(SPECIAL[name](public["tensor"]([0.5], dtype=np.dtype(dtype)), degree)[0]))
    t = np.array([-1.0, 1.0, -2.0, 2.0])
    for name in by.CHEBYSHEV:
        close(SPECIAL[name](public["from_numpy"](t), 11), getattr(torch.special, name)(torch.from_numpy(t), 11))


# -- gradients at edges --------------------------------------------------------------------------------------

GRADIENTS: dict[str, Any] = {
    "logit": lambda m, x: m.logit(x),
    "logit, eps": lambda m, x: m.logit(x, 0.25),
    "logit, crossed": lambda m, x: m.logit(x, 0.75),
    "erfinv": lambda m, x: m.erfinv(x),
    "entr": lambda m, x: m.special.entr(x),
    "sinc": lambda m, x: m.sinc(x),
    "xlog1py": lambda m, x: m.special.xlog1py(x, x - 1),
    "xlog1py, number": lambda m, x: m.special.xlog1py(x, -1),
    "i1": lambda m, x: m.special.i1(x),
    "i1e": lambda m, x: m.special.i1e(x),
    "i0e": lambda m, x: m.special.i0e(x),
    "log_ndtr": lambda m, x: m.special.log_ndtr(x),
}


@pytest.mark.parametrize("use", GRADIENTS.values(), ids=GRADIENTS)
def test_gradients_at_edges(use: Any) -> None:
    from .libraries import OURS, THEIRS

    x = np.array([-2.0, -1.0, 0.0, 0.25, 0.5, 0.75, 0.875, 1.0, 2.0])
    a, t = public["from_numpy"](x.copy()).requires_grad_(), torch.from_numpy(x.copy()).requires_grad_()
    y, e = use(OURS, a), use(THEIRS, t)
    close(y, e)
    public["sum"](y).backward()
    e.sum().backward()
    close(a.grad, t.grad)


def test_slopes_of_sine_ratios_beside_zero() -> None:
    """(cos x − sin x / x)/x is nothing but rounding there; −x/3 + x³/30 is its beginning."""
    for name, scale in (("spherical_bessel_j0", 1.0), ("sinc", math.pi)):
        x = doubles(0.0, 1e-9 / scale, 1e-3 / scale, -1e-3 / scale).requires_grad_()
        (slope,) = grad(public["sum"](SPECIAL[name](x)), x, create_graph=True)
        u = x.detach().array * scale
        np.testing.assert_allclose(slope.detach().array, scale * (u**3 / 30 - u / 3), rtol=1e-13)
        (second,) = grad(public["sum"](slope), x)
        np.testing.assert_allclose(second.array, scale**2 * (u**2 / 10 - 1 / 3), rtol=1e-12)


def test_slopes_where_pytorch_has_none() -> None:
    x = doubles(0.0, 1.0).requires_grad_()
    public["sum"](SPECIAL["bessel_j1"](x)).backward()
    np.testing.assert_allclose(x.grad.array, [0.5, 0.32514710081303313], rtol=1e-15)  # type: ignore[union-attr]


# -- shapes, strides, dtypes ---------------------------------------------------------------------------------

UNARY = {
    "erfc": (-3, 3), "erfinv": (-0.9, 0.9), "ndtr": (-3, 3), "log_ndtr": (-3, 3), "entr": (0.1, 3), "logit": (0.1, 0.9),
    "sinc": (-2.7, 2.7), "gammaln": (0.2, 30), "digamma": (60, 90), "i0": (-9, 9), "i1e": (-9, 9),
}  # fmt: skip
BINARY = {"xlog1py": (0.1, 2), "gammaincc": (0.5, 8), "zeta": (1.5, 9), "laguerre_polynomial_l": (0, 7)}


def strided(x: Array, order: int) -> Array:
    """The same values laid out in memory in some way."""
    if order == 1:
        return np.asfortranarray(x)
    if order == 2:
        return np.repeat(x[..., None], 2, -1)[..., 0]
    return x


@settings(max_examples=20)
@given(data=st.data())
def test_one_operand_as_in_pytorch(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(UNARY)))
    shape = data.draw(arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
    dtype = data.draw(st.sampled_from(["float32", "float64"]))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    x = strided(rng.uniform(*UNARY[name], size=shape).astype(dtype), data.draw(st.integers(0, 2)))
    a, t = public["from_numpy"](x).requires_grad_(), torch.from_numpy(x.copy(order="K")).requires_grad_()
    y, e = SPECIAL[name](a), getattr(torch.special, name)(t)
    close(y, e)
    public["sum"](y).backward()
    e.sum().backward()
    close(a.grad, t.grad)


@settings(max_examples=20)
@given(data=st.data())
def test_two_operands_as_in_pytorch(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(BINARY)))
    drawn = data.draw(arrays.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, min_side=0, max_side=3))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    kinds = data.draw(st.tuples(*[st.sampled_from(["float32", "float64"])] * 2))
    x, y = (
        strided(rng.uniform(*BINARY[name], size=shape).astype(kind), data.draw(st.integers(0, 2)))
        for shape, kind in zip(drawn.input_shapes, kinds, strict=True)
    )
    found = SPECIAL[name](public["from_numpy"](x), public["from_numpy"](y))
    expected = getattr(torch.special, name)(torch.from_numpy(x.copy(order="K")), torch.from_numpy(y.copy(order="K")))
    rounding = 64 * float(np.finfo("float32").eps) if "float32" in kinds else None  # one operand was rounded to it
    close(found, expected, rounding)


def test_operands_by_keyword() -> None:
    x = public["tensor"]([1.5, 2.5])
    t = torch.tensor([1.5, 2.5])
    close(SPECIAL["zeta"](input=x, other=x), torch.special.zeta(input=t, other=t))
    close(SPECIAL["polygamma"](n=2, input=x), torch.special.polygamma(n=2, input=t))
    close(SPECIAL["multigammaln"](input=x, p=2), torch.special.multigammaln(input=t, p=2))
    close(SPECIAL["gammainc"](input=x, other=x), torch.special.gammainc(input=t, other=t))
    close(SPECIAL["hermite_polynomial_he"](x=x, n=3), torch.special.hermite_polynomial_he(x=t, n=3))
    close(SPECIAL["erfcx"](input=x), torch.special.erfcx(input=t))


def test_numpys_functions() -> None:
    x = doubles(0.0, 0.25, 3.0).requires_grad_()
    for function in (np.sinc, np.i0):
        y = function(x)  # type: ignore[operator]
        assert isinstance(y, Tensor) and y.requires_grad
        np.testing.assert_allclose(y.detach().array, function(x.detach().array), rtol=1e-14, atol=1e-15)


# -- names and refusals --------------------------------------------------------------------------------------


def test_every_name_of_pytorch() -> None:
    assert set(torch.special.__all__) - set(SPECIAL) <= {"xlogy"}


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda x: public["polygamma"](-1, x), "TG-E218"),
        (lambda x: public["polygamma"](1.0, x), "TG-E218"),
        (lambda x: public["mvlgamma"](x, 0), "TG-E218"),
        (lambda x: public["mvlgamma"](x, 1.5), "TG-E218"),
        (lambda x: public["mvlgamma"](x > 0, 1), "TG-E204"),
        (lambda x: public["igamma"](x, 2.0), "TG-E211"),
        (lambda x: SPECIAL["gammaincc"](2.0, x), "TG-E211"),
        (lambda x: public["igamma"](x.long(), x.long()), "TG-E202"),
        (lambda x: public["logit"](x, "a"), "TG-E218"),
        (lambda x: SPECIAL["zeta"](2, 3), "TG-E210"),
        (lambda x: SPECIAL["erfcx"](2.0), "TG-E210"),
        (lambda x: SPECIAL["multigammaln"](2.0, 1), "TG-E210"),
        (lambda x: SPECIAL["polygamma"](1, 2.0), "TG-E210"),
        (lambda x: SPECIAL["softmax"](x), "TG-E218"),
        (lambda x: public["igamma"](x.requires_grad_(), x.detach()).sum().backward(), "TG-E001"),
        (lambda x: SPECIAL["zeta"](x.requires_grad_(), x.detach()).sum().backward(), "TG-E001"),
    ],
)
def test_refusals(call: Any, text: str) -> None:
    with pytest.raises(TinygradZhError, match=text):
        call(public["tensor"]([1.5, 2.5]))
