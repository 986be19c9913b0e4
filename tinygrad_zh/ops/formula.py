"""Floor 2: an op and its rules as formulas, printed by running them on Symbols.

What a learner is shown is therefore what is computed.  A rule that branches or loops cannot run on Symbols;
it states its formula as text (``tex_rules``), and the tests check it numerically.

May import: floors 0–1.
"""

from __future__ import annotations

from ..core.primitive import Primitive
from ..core.symbol import Symbol
from ..errors import error


def formula(op: Primitive) -> str:
    r"""Return the op's formula in TeX, such as ``a \odot b``."""
    return str(op.print([Symbol(n) for n in op.operands], {n: Symbol(n) for n in op.static_names}))


def rule_formula(op: Primitive, position: int) -> str:
    r"""Return the pullback to one operand in TeX, such as ``g \odot b``.

    Parameters
    ----------
    op : Primitive
        The op.
    position : int
        Of the operand.

    Raises
    ------
    GraphError
        If the op has no rule for it.
    """
    operand, rule = op.operands[0 if op.variadic else position], op.joint or op.rules[position]
    if operand in op.tex_rules:
        return op.tex_rules[operand]
    if rule is None:
        raise error("not-differentiable", op=op.name, operand=operand)
    symbols = [Symbol(rf"\mathrm{{{n[-5:]}}}({n[:-6]})" if n in op.facts else n) for n in rule.names]
    result = rule.function(*symbols)
    return str(Symbol("g") * result if rule.partial else result[position] if op.joint else result)


for _function in (formula, rule_formula):
    setattr(Primitive, _function.__name__, _function)
