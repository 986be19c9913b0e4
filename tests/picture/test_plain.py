"""TeX as plain text: single pieces, and every formula that an op or a rule can print."""

from __future__ import annotations

import pytest

from tests.picture.primitives import all_primitives
from tinygrad_zh.core.primitive import Primitive
from tinygrad_zh.errors import GraphError
from tinygrad_zh.ops.formula import formula, rule_formula
from tinygrad_zh.picture.plain import plain, unknown_commands


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"a \odot b", "a ⊙ b"),
        (r"\sum x", "Σ x"),
        ("e^{x}", "e^x"),
        ("e^{x - y}", "e^(x − y)"),
        ("x^{2}", "x²"),
        (r"x^{\top}", "xᵀ"),
        (r"\operatorname{permute}^{-1}(g)", "permute⁻¹(g)"),
        (r"\log_{10} x", "log₁₀ x"),
        (r"\frac{a}{b}", "a / b"),
        (r"\frac{a + 1}{b \odot c}", "(a + 1) / (b ⊙ c)"),
        (r"-\frac{a}{b}", "−a / b"),
        (r"\frac{1}{n} \sum x", "(1 / n) Σ x"),
        (r"\left(\frac{a}{b}\right)^{2}", "(a / b)²"),
        (r"\frac{1}{\sqrt{x}}", "1 / √x"),
        (r"\sqrt{x + 1}", "√(x + 1)"),
        (r"\left\lfloor \frac{a}{b} \right\rfloor", "⌊a / b⌋"),
        (r"\left|x\right|", "|x|"),
        (r"(x - \bar{x})^{2}", "(x − x̄)²"),
        (r"h - \overline{h}", "h − h̄"),
        (r"\sqrt{\overline{x^{2}} + \varepsilon}", "√(mean(x²) + ε)"),
        (r"\hat{x} \odot \overline{h \odot \hat{x}}", "x̂ ⊙ mean(h ⊙ x̂)"),
        (r"\tfrac{x}{3} + \tfrac{1}{2}", "x / 3 + 1 / 2"),
        (r"x \ast w + b", "x ∗ w + b"),
        (r"g \ast^{\top} w", "g ∗ᵀ w"),
        (r"x \star g", "x ⋆ g"),
        (r"\operatorname{sum\_to}(x)", "sum_to(x)"),
        (r"g \odot 2 \odot x", "g · 2 · x"),
        (r"v2 \odot x", "v2 ⊙ x"),
        (r"g\ \text{with 0}", "g with 0"),
        ("", ""),
    ],
)
def test_pieces(tex: str, text: str) -> None:
    assert plain(tex) == text


def test_an_unknown_command_becomes_its_name() -> None:
    assert plain(r"\wp(x)") == "wp(x)"
    assert unknown_commands(r"\wp(x) + \sin x") == ["wp"]


@pytest.mark.parametrize("broken", ["{", "}", "^", "a_", r"\frac", r"\frac{a}", "\\", r"\sqrt"])
def test_broken_tex_does_not_stop_a_picture(broken: str) -> None:
    assert isinstance(plain(broken), str)


def formulas(op: Primitive) -> list[str]:
    """The op's formula and those of its rules."""
    found = [formula(op)]
    for i in range(len(op.operands)):
        try:
            found.append(rule_formula(op, i))
        except GraphError:
            continue  # no derivative with respect to this operand
    return found


SHOWN = [op for op in all_primitives() if op.name != "item_of"]  # which joins nodes and is no step


@pytest.mark.parametrize("op", SHOWN, ids=lambda op: op.name)
def test_every_op_prints(op: Primitive) -> None:
    for tex in formulas(op):
        text = plain(tex)
        assert unknown_commands(tex) == []
        assert "\\" not in text
        assert r"\{" in tex or "{" not in text
        assert bool(text) == bool(tex)
        assert text.count("(") == text.count(")")
