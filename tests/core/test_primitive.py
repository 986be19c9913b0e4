"""A primitive: declared once, read on arrays, Tensors and Symbols; its saved values, kernels and listeners."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh import autograd
from tinygrad_zh.core.primitive import FLOAT, SAME, primitive
from tinygrad_zh.core.symbol import SUM, Symbol
from tinygrad_zh.errors import ArgumentError, DTypeError, TinygradZhError


def leaf(values: Any, dtype: str = "float64") -> tg.Tensor:
    return tg.tensor(values, dtype=dtype, requires_grad=True)


@primitive("<x:4>^{3}", d_x=lambda x: 3 * x * x, name="cube")
def cube(xp: Any, x: Any) -> Any:
    """Raise to the third power."""
    return x * x * x


# -- a user's own op -----------------------------------------------------------------------------------


def test_an_own_op_with_a_partial() -> None:
    x = leaf([1.0, 2.0])
    y = cube(x)
    assert y.tolist() == [1.0, 8.0]
    y.sum().backward()
    assert x.grad.tolist() == [3.0, 12.0]
    assert cube.__doc__ == "Raise to the third power."
    assert repr(cube) == "<primitive cube(x)>"


def test_an_own_op_has_all_higher_derivatives() -> None:
    assert autograd.gradcheck(cube, leaf([0.5, -1.5]))
    assert autograd.gradgradcheck(cube, leaf([0.5, -1.5]))
    x = leaf(2.0)
    g = cube(x)
    for expected in (12.0, 12.0, 6.0):
        (g,) = autograd.grad(g, x, create_graph=True)
        assert g.item() == expected


def test_an_own_op_on_arrays_tensors_and_symbols() -> None:
    values = np.array([1.0, 2.0])
    on_arrays = cube(values)
    assert type(on_arrays) is np.ndarray
    assert on_arrays.tolist() == [1.0, 8.0]
    assert isinstance(cube(tg.tensor(values)), tg.Tensor)
    assert str(cube(Symbol("x"))) == "x^{3}"
    assert str(cube(Symbol("a + b", SUM))) == r"\left(a + b\right)^{3}"


def test_pullback_joint_rule_and_static_arguments() -> None:
    @primitive(r"<n><a> + <b>", vjp=lambda g, n: (n * g, g), name="axpy")
    def axpy(xp: Any, a: Any, b: Any, *, n: int = 2) -> Any:
        return n * a + b

    a, b = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    axpy(a, b).sum().backward()
    axpy(a, b, n=5).sum().backward()
    assert a.grad.tolist() == [7.0, 7.0]
    assert b.grad.tolist() == [2.0, 2.0]
    assert autograd.gradgradcheck(lambda a, b: axpy(a, b, n=3), (a, b))
    assert str(axpy(Symbol("u"), Symbol("v"), n=3)) == "3u + v"


def test_results_in_a_tuple() -> None:
    @primitive(
        r"(<x> + <y>, <x> <y>)",
        outputs=0,
        vjp_x=lambda g, y: (0 * y if g[0] is None else g[0]) + (0 * y if g[1] is None else g[1] * y),
        vjp_y=lambda g, x: (0 * x if g[0] is None else g[0]) + (0 * x if g[1] is None else g[1] * x),
    )
    def sum_and_product(xp: Any, x: Any, y: Any) -> Any:
        return x + y, x * y

    # `y` is an operand's name here, and no result's
    a, b = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    total, product = sum_and_product(a, b)
    assert total.tolist() == [4.0, 6.0]
    product.sum().backward()
    assert a.grad.tolist() == [3.0, 4.0]
    assert autograd.gradcheck(sum_and_product, (a, b))


def test_auxiliary_values_are_for_the_rules_alone() -> None:
    @primitive("<x> |<x>|", aux=("size", "unused"), vjp_x=lambda g, size: 2 * g * size)
    def signed_square(xp: Any, x: Any) -> Any:
        size = xp.abs(x)
        return x * size, size, x + 1

    x = leaf([-2.0, 3.0])
    y = signed_square(x)
    assert isinstance(y, tg.Tensor)
    assert len(y.node.saved) == 1
    assert signed_square(np.array([-2.0])).tolist() == [-4.0]
    y.sum().backward()
    assert x.grad.tolist() == [4.0, 6.0]


def test_variadic_operands() -> None:
    @primitive("<xs>", vjp=lambda g, xs_shape: tuple(g * (k + 1) for k in range(len(xs_shape))), name="weighted")
    def weighted(xp: Any, *xs: Any) -> Any:
        return sum((k + 1) * x for k, x in enumerate(xs))

    leaves = [leaf([1.0]) for _ in range(3)]
    weighted(*leaves).backward()
    assert [x.grad.item() for x in leaves] == [1.0, 2.0, 3.0]
    assert str(weighted(Symbol("a"), Symbol("b"))) == "a, b"


def test_no_rule_no_graph() -> None:
    plain = primitive("<x>")(lambda xp, x: x * 1)
    assert not plain(leaf([1.0])).requires_grad

    half = primitive("<a> <b>", d_a=lambda b: b, name="half")(lambda xp, a, b: a * b)
    a, b = leaf([2.0]), leaf([3.0])
    half(a, tg.tensor([3.0], dtype="float64")).backward()
    assert a.grad.item() == 3.0
    with pytest.raises(TinygradZhError, match="half has no derivative with respect to b"):
        half(a, b).backward()
    (g,) = autograd.grad(half(a, b), a)  # not asked for
    assert g.item() == 3.0


def test_promotion() -> None:
    same = primitive("<a>", promote=SAME, d_a=lambda: 1.0, d_b=lambda: 1.0)(lambda xp, a, b: a + b)
    floating = primitive("<a>", promote=FLOAT, d_a=lambda: 1.0)(lambda xp, a: xp.multiply(a, 1))
    assert same(tg.tensor([1]), tg.tensor([1.5])).dtype == np.float32
    assert same(tg.tensor([1], dtype="int32"), 2).dtype == np.int32
    assert floating(tg.tensor([1, 2])).dtype == np.float32
    assert floating(tg.tensor([1.0], dtype="float64")).dtype == np.float64
    x = tg.tensor([1.0], requires_grad=True)
    same(x, tg.tensor([1.0], dtype="float64")).backward()
    assert x.grad.dtype == np.float32


# -- mistakes are found at import ----------------------------------------------------------------------


def test_a_rule_that_names_what_there_is_not() -> None:
    with pytest.raises(TypeError, match=r"cubed: a rule names \['z'\]; it may name"):
        primitive("<x>", d_x=lambda z: z, name="cubed")(lambda xp, x: x)
    with pytest.raises(TypeError, match="a rule names"):
        primitive("<x>", vjp_x=lambda g, y, dim: g, name="cubed")(lambda xp, x: x)


def test_a_rule_for_an_operand_that_there_is_not() -> None:
    with pytest.raises(TypeError, match=r"cubed: \['d_z'\] are no rules for the operands \('x',\)"):
        primitive("<x>", d_z=lambda x: x, name="cubed")(lambda xp, x: x)


def test_a_pushforward_that_names_what_there_is_not() -> None:
    with pytest.raises(TypeError, match="names"):
        primitive("<x>", d_x=lambda x: x, jvp_x=lambda v, nonsense: v, name="cubed")(lambda xp, x: x)


def test_an_option_that_there_is_not() -> None:
    with pytest.raises(TypeError, match="promot"):
        primitive("<x>", promot=SAME)(lambda xp, x: x)


# -- what is saved -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "saves"),
    [
        ({"d_a": lambda b: b, "d_b": lambda a: a}, ("a", "b")),
        ({"d_a": lambda b: b}, ("b",)),
        ({"vjp_a": lambda g: g, "vjp_b": lambda g: -g}, ()),
        ({"d_a": lambda y: y}, ("y",)),
        ({"vjp_a": lambda g, a_shape: g}, ("a_shape",)),
        ({"vjp_a": lambda g, b_dtype, n: g * n}, ("b_dtype",)),
        ({"vjp": lambda g, y, a: (g, g)}, ("a", "y")),
        ({"vjp_a": lambda g, p: g * p}, ("p",)),
    ],
)
def test_exactly_what_rules_name_is_saved(rules: dict[str, Any], saves: tuple[str, ...]) -> None:
    @primitive("<a>", aux=("p", "q"), name="some", **rules)
    def some(xp: Any, a: Any, b: Any, *, n: int = 1) -> Any:
        return a * b, a + 1, b + 1

    assert some.saves == saves
    a, b = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    y = some(a, b)
    assert len(y.node.saved) == len(saves)
    for name, value in zip(saves, y.node.saved, strict=True):
        match name:
            case "a" | "b":
                given = (a if name == "a" else b).array
                assert getattr(value, "array", value) is given
            case "y":
                assert value is y.array
            case "a_shape":
                assert value == (2,)
            case "b_dtype":
                assert value == np.float64
            case "p":
                assert value.tolist() == [2.0, 3.0]


def test_the_ops_save_what_the_textbook_needs() -> None:
    x, w = leaf([[1.0, 2.0]]), leaf([[3.0], [4.0]])
    assert (x + 1).node.saved == ()
    assert x.sum().node.op.saves == ("x_shape",)
    assert x.exp().node.op.saves == ("y",)
    assert (x @ w).node.op.saves == ("a", "b")


# -- calls by keyword ----------------------------------------------------------------------------------


def test_operands_by_name() -> None:
    a, b = tg.tensor([6.0]), tg.tensor([2.0])
    for y in (tg.sub(a, other=b), tg.sub(input=a, other=b), tg.sub(other=b, input=a)):
        assert y.item() == 4.0
    assert tg.exp(input=tg.tensor([0.0])).item() == 1.0
    assert a.mul(other=b).item() == 12.0
    assert cube(x=a).item() == 216.0
    assert cube(input=a).item() == 216.0


def test_names_that_there_are_not() -> None:
    a = tg.tensor([6.0])
    with pytest.raises(ArgumentError, match=r"nonsense"):
        tg.exp(a, nonsense=1)
    with pytest.raises(ArgumentError, match=r"otter"):
        tg.mul(a, otter=a)
    with pytest.raises(TinygradZhError):
        tg.mul(a, input=a)  # given twice
    with pytest.raises(TinygradZhError):
        tg.mul(other=a)
    with pytest.raises(TinygradZhError):
        cube()
    with pytest.raises(TinygradZhError):
        cube(a, a)
    with pytest.raises(DTypeError):
        cube("six")


def test_an_operand_that_is_left_out_keeps_its_place() -> None:
    @primitive("<x>", vjp_x=lambda g: g)
    def optional(xp: Any, x: Any, b: Any = None, c: Any = None) -> Any:
        return x + (0 if b is None else 10 * b) + (0 if c is None else 100 * c)

    x = tg.tensor([1.0])
    assert optional(x).item() == 1.0
    assert optional(x, x).item() == 11.0
    assert optional(x, c=x).item() == 101.0
    assert optional(c=x, x=x).item() == 101.0
