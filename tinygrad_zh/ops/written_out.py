"""Floor 2: what the engine does for one op, written out as two functions for this op alone.

``Primitive.apply`` and ``Primitive.pull`` serve every op, so they find out at each call how many operands there
are, what is to be saved, which rules there are: for four numbers this takes longer than the arithmetic.  All that is
known as soon as the op is declared.  So at an op's first call the same steps are written down for it with nothing
left to find out, as ``dataclass`` writes an ``__init__``.  For ``mul(a, b)`` the way back reads

    def pull(node, g, boxed, useful):
        if boxed or useful is not None or node.saved is None:
            return _pull_generally(node, g, boxed, useful)
        a, b = node.saved
        ...                                                 # tensors to arrays; was one written to since?
        a_parent, b_parent = node.parents
        a_share = None if a_parent is None else g * _rule_a(b)
        b_share = None if b_parent is None else g * _rule_b(a)
        return a_share, b_share

``print(tg.mul.source)`` shows both.  They take what is common: Tensors on the CPU, of one floating dtype, with
nobody listening.  Everything else goes the general way, which stays the definition: ``tests/core/test_written_out.py``
holds that both ways lead to the same values, nodes and gradients.

May import: floors 0–1.  Read next: ``operators.py``.
"""

from __future__ import annotations

import linecache
from typing import Any

from ..backend.devices import CPU
from ..backend.dtypes import float32, float64
from ..backend.quiet import quiet_context
from ..core.inplace import refresh
from ..core.modes import MODE
from ..core.node import Node, next_serial
from ..core.operators import Operators
from ..core.primitive import NO_STATIC, NUMBERS, Primitive, as_array
from ..core.registry import register, registry
from ..core.tensor import Tensor
from ..errors import TinygradZhError

FAILURES = (TypeError, ValueError, IndexError, MemoryError)
"""What an array module raises when it refuses operands."""
ABSENT: Any = object()
"""Stands for a static argument that has no default and was not given."""
SHARED = {
    "ABSENT": ABSENT,
    "CPU": CPU,
    "FAILURES": FAILURES,
    "MODE": MODE,
    "NO_STATIC": NO_STATIC,
    "NUMBERS": NUMBERS,
    "Node": Node,
    "Tensor": Tensor,
    "TinygradZhError": TinygradZhError,
    "_array_type": CPU.array_type,
    "_as_array": as_array,
    "_float32": float32,
    "_float64": float64,
    "_kernels": CPU.kernels,
    "_new": object.__new__,
    "_next_serial": next_serial,
    # A context of its own, first come, first served.  Not this thread's: for whoever finds it taken goes the general
    # way, and there this thread's must be free.
    "_run_quietly": quiet_context().run,
    "_refresh": refresh,
    "_registry": registry,
    "_run": Primitive.run,
    "_xp": CPU.xp,
}
"""What the written functions may name, besides what belongs to the op.  What is written in small letters begins with
an underscore, so that an operand or argument of the same name does not hide it."""


OPERATORS_OF: dict[Primitive, list[str]] = {}
"""Python's operators that are an op and nothing more, ``__mul__`` and the like; ``operators.py`` fills it in."""


def write_out(op: Primitive) -> None:
    """Put functions written for `op` in the place of its ``apply`` and ``pull``.

    Ops with a list of operands, or with several results, stay as they are.
    """
    if op.variadic or op.outputs != 1 or not op.operands:
        return
    own_pull = op.joint is None and op.differentiable
    op.source = apply_of(op) + ("\n\n" + pull_of(op) if own_pull else "")
    file = f"{__file__} for {op.name}"  # so that it counts as this package's, not as the user's program
    names: dict[str, Any] = {
        **SHARED,
        "_op": op,
        "_value": op.value,
        "_ufunc": getattr(CPU.xp, op.ufunc) if op.ufunc else None,
        "_generally": Primitive.apply.__get__(op),
        "_pull_generally": Primitive.pull.__get__(op),
        **{f"_rule_{n}": rule.function for n, rule in zip(op.operands, op.rules, strict=True) if rule is not None},
        **{f"_default_{n}": default for n, default in op.defaults.items()},
    }
    linecache.cache[file] = (len(op.source), None, op.source.splitlines(keepends=True), file)  # for tracebacks
    exec(compile(op.source, file, "exec"), names)
    op.apply = names["apply"]  # type: ignore[method-assign]  # that is the point
    for name in OPERATORS_OF.get(op, ()):
        setattr(Operators, name, op.apply)
    if own_pull:
        op.pull = names["pull"]  # type: ignore[method-assign]


# -- forward -------------------------------------------------------------------------------------------


def apply_of(op: Primitive) -> str:
    """Write the way forward: the steps of ``Primitive.apply``, ``run`` and ``record``."""
    names, statics = op.operands, op.static_names
    given = ", ".join([*names, *(f"{n}={n}" for n in statics)])
    general = f"return _generally({given})"
    static = "{" + ", ".join(f'"{n}": {n}' for n in statics) + "}" if statics else "NO_STATIC"
    defaults = [f"{n}=_default_{n}" if n in op.defaults else f"{n}=ABSENT" for n in statics]
    lines = [f"def apply({', '.join([*names, *(['*', *defaults] if statics else [])])}):"]
    required = [n for n in statics if n not in op.defaults]
    if required:
        present = f"**{{n: v for n, v in {static}.items() if v is not ABSENT}}"
        lines += [f"    if {' or '.join(f'{n} is ABSENT' for n in required)}:  # the general way says so"]
        lines += [f"        return _generally({', '.join([*names, present])})"]
    for i, n in enumerate(names):
        lines += operand_lines(op, i, n, general, static)
    lines += ["    the_mode = MODE.get()", "    if the_mode.listeners:", f"        {general}"]
    if op.promote is not None:
        lines += ["    if the_dtype is not _float32 and the_dtype is not _float64:", f"        {general}"]
    arrays = ", ".join(f"{n}_array" for n in names)
    if op.ufunc and op.name not in CPU.kernels:
        lines += ["    try:", f"        y = _run_quietly(_ufunc, {arrays})"]
    else:
        call = ", ".join(["_xp", arrays, *(f"{n}={n}" for n in statics)])
        lines += [
            f'    the_kernel = _kernels.get("{op.name}", _value)',
            "    try:",
            f"        y = _run_quietly(the_kernel, {call})",
            "        if y is NotImplemented:  # the kernel is not for these operands",
            f"            y = _run_quietly(_value, {call})",
            *([f"        {', '.join(['y', *op.aux])} = y"] if op.aux else []),
        ]
    lines += [
        "    except RuntimeError:  # the quiet context is taken, by an op around this one or by another thread",
        f"        {general}",
        "    except TinygradZhError:",
        "        raise",
        "    except FAILURES as problem:",
        f'        raise _registry["diagnose"](_op, ({arrays},), {static}, problem) from problem',
    ]
    for n in ["y", *op.aux]:
        lines += [f"    if type({n}) is not _array_type:", f"        {n} = _as_array({n}, CPU)"]
    lines += node_lines(op, static)
    if op.view:
        lines += [f'    return _registry["box_special"](_op, y, the_node, {names[0]}, {static})']
    else:
        lines += ["    the_result = _new(Tensor)"]
        lines += ["    the_result.array, the_result.cell, the_result.node = y, None, the_node", "    return the_result"]
    return "\n".join(lines) + "\n"


def operand_lines(op: Primitive, position: int, n: str, general: str, static: str) -> list[str]:
    """Write how one operand is taken apart: its array, its node, its version counter."""
    first, others = position == 0, [m for m in op.operands if m != n]
    lines = [
        f"    if isinstance({n}, Tensor):",
        f"        {n}_cell = {n}.cell",
        f"        if {n}_cell is not None:",
        f"            _refresh({n})",
        f"        {n}_array, {n}_node = {n}.array, {n}.node",
        f"        if type({n}_array) is not _array_type:",
        f"            {general}",
    ]
    if op.promote is not None and first:
        lines += [f"        the_dtype = {n}_array.dtype"]
    elif op.promote is not None:
        lines += [
            f"        if {n}_array.dtype is not the_dtype:",
            "            if the_dtype is not None:",
            f"                {general}",
            f"            the_dtype = {n}_array.dtype",
        ]
    if not first or (op.promote is not None and others):
        nothing = "None, None, None" if first else "None, None"
        targets = f"{n}_cell, {n}_node, the_dtype" if first else f"{n}_cell, {n}_node"
        lines += [f"    elif type({n}) in NUMBERS:", f"        {targets} = {nothing}", f"        {n}_array = {n}"]
    if first:
        among = " or ".join(f"isinstance({m}, Tensor)" for m in others)
        lines += [
            f"    elif type({n}) is _array_type{f' and not ({among})' if among else ''}:  # a rule at work on arrays",
            f"        return _run(_op, ({', '.join(op.operands)},), {static}){'[0]' if op.aux else ''}",
        ]
    return [*lines, "    else:", f"        {general}"]


def node_lines(op: Primitive, static: str) -> list[str]:
    """Write how the node is made: the parents, and exactly what the rules of the operands with a node name."""
    names = op.operands
    if not op.differentiable:
        return ["    the_node = None"]
    tracked = " or ".join(f"{n}_node is not None" for n in names)
    floating = "" if op.promote is not None else ' and y.dtype.kind == "f"'
    saved = [saved_expression(op, n) for n in op.saves]
    cells = [f"{n}_cell" for n in op.saves if n in names]
    lines = [
        f"    if the_mode.recording and ({tracked}){floating}:",
        "        the_node = _new(Node)",
        "        the_node.id, the_node.op, the_node.static = _next_serial(), _op, " + static,
        f"        the_node.parents = ({', '.join(f'{n}_node' for n in names)},)",
        f"        the_node.saved = ({''.join(f'{each}, ' for each in saved)})",
        f"        the_node.shape, the_node.dtype = y.shape, {'the_dtype' if op.ufunc and op.promote else 'y.dtype'}",
        "        the_node.watched = False",
    ]
    if cells:
        versions = ", ".join(f"0 if {cell} is None else {cell}.version" for cell in cells)
        lines += [f"        if {' or '.join(f'{cell} is not None' for cell in cells)}:"]
        lines += [f"            the_node.versions = ({versions},)"]
    return [*lines, "    else:", "        the_node = None"]


def saved_expression(op: Primitive, n: str) -> str:
    """Write what is saved as `n`; nothing where only rules of operands without a node name it."""
    value = n
    for operand in op.operands:
        if n == operand + "_shape":
            value = f'getattr({operand}_array, "shape", ())'
        elif n == operand + "_dtype":
            value = f'getattr({operand}_array, "dtype", ())'
    if op.joint is not None:
        return value
    users = [o for o, rule in zip(op.operands, op.rules, strict=True) if rule is not None and n in rule.names]
    if len(users) in (0, len(op.operands)):  # only pushforwards name it, or every rule does
        return value
    return f"{value} if {' or '.join(f'{o}_node is not None' for o in users)} else None"


# -- backward ------------------------------------------------------------------------------------------


def pull_of(op: Primitive) -> str:
    """Write the way back: the steps of ``Primitive.read`` and ``pull`` on arrays."""
    general = "return _pull_generally(node, g, boxed, useful)"
    lines = [
        "def pull(node, g, boxed, useful):",
        "    if boxed or useful is not None or node.saved is None:",
        f"        {general}",
    ]
    if op.saves:
        lines += [f"    {', '.join(op.saves)}{',' if len(op.saves) == 1 else ''} = node.saved"]
    for k, n in enumerate(op.saves):
        if n in op.operands:
            lines += [
                f"    if isinstance({n}, Tensor):",
                f"        {n}_cell = {n}.cell",
                f"        if {n}_cell is not None and {n}_cell.version != "
                f"(node.versions[{k}] if node.versions else 0):  # it was written to since",
                f"            {general}",
                f"        {n} = {n}.array",
            ]
        elif n == "y":
            lines += ["    if node.cell is not None and node.cell.version:", f"        {general}"]
    parents = [f"{n}_parent" for n in op.operands]
    lines += [f"    {', '.join(parents)}{',' if len(parents) == 1 else ''} = node.parents"]
    for n, rule in zip(op.operands, op.rules, strict=True):
        if rule is None:
            lines += [f"    if {n}_parent is not None:", f"        {general}  # which refuses", f"    {n}_share = None"]
            continue
        given = [f'node.static["{m}"]' if m in op.static_names else m for m in rule.names]
        share = f"_rule_{n}({', '.join(given)})"
        lines += [f"    {n}_share = None if {n}_parent is None else {'g * ' if rule.partial else ''}{share}"]
    shares = ", ".join(f"{n}_share" for n in op.operands)
    return "\n".join([*lines, f"    return {shares}{',' if len(parents) == 1 else ''}"]) + "\n"


register("write_out", write_out)
