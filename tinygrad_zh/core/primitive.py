r"""A primitive: one op, declared once, with its value, its formula and a derivative rule per operand.

    @primitive(r"<a:2> \odot <b:2>", d_a=lambda b: b, d_b=lambda a: a, promote=SAME)
    def mul(xp, a, b):
        return a * b

A rule is a plain function, so that it can be read on arrays (speed), on recorded Tensors (higher
derivatives), on Tensors that are not recorded (for whoever listens) and on Symbols (print it).  Its
parameter names say what it needs, and **a node saves exactly what its rules name**:

    x a b …     the op's operands                y         its result
    g           the cotangent ∂L/∂y               x_shape   an operand's shape (x_dtype: its dtype)
    dim …       a static argument                 lse …     an auxiliary value the forward returns

    d_x         elementwise partial ∂y/∂x; the engine multiplies it by g
    vjp_x       the pullback to x: ∂L/∂x from g
    vjp         one joint rule: a tuple with a share per operand
    jvp_x       the pushforward of a tangent v of x, where the derived one is too slow

``../ops/formula.py`` prints ops and rules.

May import: floor 0, ``node``, ``tensor``, ``symbol``, ``modes``.  Read next: ``sweep.py``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from inspect import CO_VARARGS
from operator import itemgetter
from typing import Any

from ..backend.devices import BACKENDS
from ..backend.quiet import quietly
from ..errors import TinygradZhError, error
from .inplace import refresh
from .modes import LAYERS, LISTENING, MODE
from .node import Node
from .registry import registry
from .symbol import ATOM, Symbol, fill
from .tensor import Tensor, box

SAME, FLOAT = "same", "float"
"""Promotion: operands take their common dtype; and integers become the default float besides."""
NUMBERS = frozenset({int, float, bool, type(None)})
NO_STATIC: dict[str, Any] = {}


class Rule:
    """A derivative rule, and how to pick what it names from what a node offers."""

    __slots__ = ("function", "names", "partial", "pick", "place")

    def __init__(self, function: Callable[..., Any], partial: bool) -> None:
        self.function, self.partial = function, partial
        self.names = names_of(function)

    def find_names(self, offered: Sequence[str]) -> None:
        """Note where among the names offered those of the rule stand."""
        self.pick = picker([offered.index(n) for n in self.names])
        self.place = offered.index(self.names[0]) if len(self.names) == 1 else None


class Primitive:
    """One op.  Calling it applies it to Tensors, arrays or Symbols; see the module's text for its rules.

    Parameters
    ----------
    value : callable
        ``value(xp, *arrays, **static)``: the plain formula on an array module `xp`.
    tex : str
        The formula, operands in angle brackets.
    rules : dict
        ``d_x``, ``vjp_x``, ``vjp``, ``jvp_x`` as above.
    name : str
        As the graph shows it; by default the function's.
    level : int
        How tightly the formula binds.
    promote : {None, SAME, FLOAT}
        What becomes of operands of different dtypes.
    view : bool
        Whether the result may share memory with the first operand.
    outputs : int
        1, or 0 for a tuple of several results.
    aux : tuple of str
        Names of further values that `value` returns after its result, for the rules alone.
    tex_rules : dict
        Pullbacks in TeX by operand, for rules that branch or loop and so cannot print themselves.
    ufunc : str
        NumPy's function that computes `value` in one call, if there is one.
    formula : callable, optional
        Where the names of operands and static arguments stand, without xp, if not in `value`.
    """

    def __init__(
        self, value: Callable[..., Any], tex: str, rules: dict[str, Any], *, name: str = "", level: int = ATOM,
        promote: str | None = None, view: bool = False, outputs: int = 1, aux: tuple[str, ...] = (),
        tex_rules: dict[str, str] | None = None, ufunc: str = "",
        formula: Callable[..., Any] | None = None,
    ) -> None:  # fmt: skip
        functools.update_wrapper(self, value)
        self.written_out, self.source = False, ""
        self.value, self.tex, self.level, self.tex_rules = value, tex, level, tex_rules or {}
        self.name = name or value.__name__.removesuffix("_p")
        self.promote, self.view, self.outputs, self.aux, self.ufunc = promote, view, outputs, aux, ufunc
        named: Any = formula or getattr(value, "__wrapped__", value)  # a decorated value has its own names
        code = named.__code__  # inspect.signature would take a thousand times as long
        given, static, listed = code.co_argcount, code.co_argcount + code.co_kwonlyargcount, code.co_flags & CO_VARARGS
        self.static_names, several = code.co_varnames[given:static], code.co_varnames[static : static + bool(listed)]
        self.operands = (*code.co_varnames[0 if formula else 1 : given], *several)  # without xp
        self.variadic, self.arity = bool(listed), None if listed else len(self.operands)
        self._static_set = frozenset(self.static_names)
        self.defaults = dict(named.__kwdefaults__ or {})
        self._take_rules(dict(rules))

    def _take_rules(self, given: dict[str, Callable[..., Any]]) -> None:
        """Sort the rules by operand, and lay down what a node saves."""
        self.pushforwards = {n: given.pop("jvp_" + n) for n in self.operands if "jvp_" + n in given}
        self.joint = Rule(given.pop("vjp"), False) if "vjp" in given else None
        self.rules = tuple(
            Rule(given.pop("d_" + n), True) if "d_" + n in given
            else Rule(given.pop("vjp_" + n), False) if "vjp_" + n in given else None
            for n in self.operands
        )  # fmt: skip
        if given:
            raise TypeError(f"{self.name}: {sorted(given)} are no rules for the operands {self.operands}")
        present = [rule for rule in (*self.rules, self.joint) if rule is not None]
        named = {n for rule in present for n in rule.names}
        pushed = {n for function in self.pushforwards.values() for n in names_of(function)}
        named |= pushed
        self.differentiable = bool(present)
        operands = [n for n in self.operands if n in named]
        self.saves_y = "y" in named
        auxiliary = [n for n in self.aux if n in named]
        self.facts = tuple(n + fact for n in self.operands for fact in ("_shape", "_dtype") if n + fact in named)
        self.saves = (*operands, *(["y"] if self.saves_y else []), *auxiliary, *self.facts)
        offered = (*self.saves, "g", *self.static_names)
        if unknown := pushed - {*offered, "v"}:
            raise TypeError(f"{self.name}: a pushforward names {sorted(unknown)}; it may name v, and {offered}")
        for rule in present:
            if unknown := set(rule.names) - set(offered):
                raise TypeError(f"{self.name}: a rule names {sorted(unknown)}; it may name {offered}")
            rule.find_names(offered)
        self._operand_places = tuple(self.operands.index(n) for n in operands)
        self._pick_operands = picker(self._operand_places)
        self._pick_aux = picker([1 + self.aux.index(n) for n in auxiliary])
        self._saves_more = self.saves_y or bool(auxiliary) or bool(self.facts)
        self._fact_places = tuple((self.operands.index(n[:-6]), n[-5:]) for n in self.facts)

    # -- forward ---------------------------------------------------------------------------------------

    def __call__(self, *operands: Any, **static: Any) -> Any:
        """Apply the op: Tensors give a Tensor, arrays an array, Symbols a Symbol."""
        if len(operands) != self.arity or (static and not static.keys() <= self._static_set):
            return registry["called_oddly"](self, operands, static)
        return self.apply(*operands, **static)

    def apply(self, *operands: Any, **static: Any) -> Any:
        """Apply the op, whatever the operands are.

        After the first call, ``../ops/written_out.py`` puts in this method's place, and in that of ``pull``, a
        function written for this op alone.  It does the same to plain Tensors in fewer steps, and comes back
        here with everything else.
        """
        if not self.written_out:
            self.written_out = True
            registry["write_out"](self)
        # One pass over the operands finds out all that must be known before anything is computed:
        boxed = False  # is there a Tensor among them?
        odd = False  # are there several dtypes, or things that are neither Tensors nor numbers?
        plain = True  # has every operand a node, and memory of its own?
        dtype: Any = None
        arrays, parents = [], []
        for x in operands:
            if isinstance(x, Tensor):
                boxed = True
                if x.cell is not None:
                    plain = False
                    refresh(x)
                if x.node is None:
                    plain = False
                array = x.array
                arrays.append(array)
                parents.append(x.node)
                if array.dtype is not dtype:
                    odd = odd or (dtype is not None and dtype != array.dtype)
                    dtype = array.dtype
            elif isinstance(x, Symbol):
                return self.print(operands, static)
            else:
                odd, plain = odd or type(x) not in NUMBERS, False
                arrays.append(x)
                parents.append(None)
        if self.defaults:
            static = {**self.defaults, **static}
        if not boxed:  # a rule at work on arrays: array in, array out
            y = self.run(operands, static)
            return y[0] if self.aux else y
        if self.promote is not None and (odd or dtype.kind != "f"):
            operands = registry["promoted"](operands, self.promote)
            arrays, parents = [getattr(x, "array", x) for x in operands], [getattr(x, "node", None) for x in operands]
        ys = self.run(arrays, static)  # the result, and what the rules want besides
        y, node, mode = ys[0] if self.aux else ys, None, MODE.get()
        if (
            mode.recording
            and self.differentiable
            and (plain or any(parents))
            and (self.outputs != 1 or y.dtype.kind == "f")
        ):
            node = self.record(operands, arrays, parents, y, ys, static, plain)
        special = self.view or self.outputs != 1
        result = registry["box_special"](self, y, node, operands[0], static) if special else box(y, node)
        for listener in mode.listeners:
            listener.applied(self, operands, static, result)
        return result

    def run(self, arrays: Sequence[Any], static: dict[str, Any]) -> Any:
        """Compute: the one door to the machine, where a fused kernel is chosen and listeners listen."""
        if LAYERS and (y := registry["in_batches"](self, arrays, static)) is not None:
            return y
        backend = (BACKENDS.get(type(arrays[0])) if arrays else None) or self._backend_among(arrays)
        kernel = backend.kernels.get(self.name, self.value)
        try:
            y = quietly(kernel, backend.xp, *arrays, **static)
            if y is NotImplemented:  # the kernel is not for these operands
                y = quietly(self.value, backend.xp, *arrays, **static)
        except TinygradZhError:
            raise
        except (TypeError, ValueError, IndexError, MemoryError) as problem:
            raise registry["diagnose"](self, arrays, static, problem) from problem
        if type(y) is not backend.array_type:  # several results, NumPy's scalar, or an array that went elsewhere
            y = tuple([as_array(part, backend) for part in y]) if type(y) is tuple else as_array(y, backend)
        if LISTENING:
            for listener in MODE.get().listeners:
                listener.ran(self, arrays, static, y)
        return y

    def _backend_among(self, arrays: Sequence[Any]) -> Any:
        """Return the backend of the first array; the first operand is a number."""
        if found := [BACKENDS[type(x)] for x in arrays if type(x) in BACKENDS]:
            return found[0]
        raise error("no-tensor", op=self.name, kinds=", ".join(type(x).__name__ for x in arrays) or "nothing")

    def record(
        self, operands: Any, arrays: Any, parents: Any, y: Any, ys: Any, static: dict[str, Any], plain: bool
    ) -> Node:
        """Make the node: the parents, and exactly the values that the rules name."""
        operands, parents = registry["shared_out"](self, operands, parents, y) if LAYERS else (operands, parents)
        saved = self._pick_operands(operands)
        if self._saves_more:
            saved = (*saved, *((y,) if self.saves_y else ()), *self._pick_aux(ys))
            for i, fact in self._fact_places:
                facts = [getattr(x, fact, ()) for x in (arrays[i:] if self.variadic else arrays[i : i + 1])]
                saved = (*saved, tuple(facts) if self.variadic else facts[0])
        shape, dtype = (y.shape, y.dtype) if self.outputs == 1 else (None, None)
        node = Node(self, tuple(parents), saved, static, shape, dtype)
        if not plain:
            if self.joint is None:  # what only the rules of constants name is not kept
                wanted = {n for rule, p in zip(self.rules, parents, strict=False) if rule and p for n in rule.names}
                node.saved = saved = tuple([x if n in wanted else None for n, x in zip(self.saves, saved, strict=True)])
            if any(isinstance(x, Tensor) and x.cell for x in saved):
                node.versions = tuple([x.cell.version if isinstance(x, Tensor) and x.cell else 0 for x in saved])
        return node

    # -- backward --------------------------------------------------------------------------------------

    def pull(self, node: Node, g: Any, boxed: bool, useful: set[Node] | None) -> Sequence[Any]:
        """Apply the chain rule at one node: return each parent's share of the cotangent `g`, or None.

        Nothing is computed for an operand that needs no gradient, nor for one that is not `useful`.
        """
        offered = self.read(node, boxed)
        offered.append(g)
        if node.static:
            offered += [node.static[n] for n in self.static_names]
        if self.joint is not None:
            return self._pull_jointly(self.joint, node, offered, useful)
        shares: list[Any] = [None] * len(node.parents)
        for i, (parent, rule) in enumerate(zip(node.parents, self.rules, strict=False)):
            if parent is None or (useful is not None and parent not in useful):
                continue
            if rule is None:
                raise error("not-differentiable", op=self.name, operand=self.operands[i])
            place = rule.place
            share = rule.function(*rule.pick(offered)) if place is None else rule.function(offered[place])
            shares[i] = g * share if rule.partial else share
        return shares

    def _pull_jointly(self, joint: Rule, node: Node, offered: list[Any], useful: set[Node] | None) -> list[Any]:
        """Run a rule that returns a share per operand; two of them may be one array, so each is made a view."""
        shares = joint.function(*joint.pick(offered))
        if len(shares) != len(node.parents):
            raise error("rule-count", op=self.name, expected=len(node.parents), got=len(shares))
        return [
            share[...] if parent is not None and share is not None and (useful is None or parent in useful) else None
            for parent, share in zip(node.parents, shares, strict=True)
        ]

    def read(self, node: Node, boxed: bool) -> list[Any]:
        """Return the saved values, as Tensors if `boxed`, else as arrays; refuse what has been overwritten."""
        if node.saved is None:
            raise error("graph-freed", op=self.name)
        if self.saves_y and node.cell is not None and node.cell.version:
            raise registry["stale"](self, "y", node.cell, node)
        values: list[Any] = []
        for x in node.saved:
            if isinstance(x, Tensor):
                k = len(values)
                if x.cell is not None and x.cell.version != (0 if node.versions is None else node.versions[k]):
                    raise registry["stale"](self, self.saves[k], x.cell, node)
                values.append(at_node(x, node.parents[self._operand_places[k]]) if boxed else x.array)
            elif boxed and type(x) in BACKENDS:
                values.append(box(x, node if self.saves[len(values)] == "y" else None))
            else:
                values.append(x)
        return values

    # -- as a formula -----------------------------------------------------------------------------------

    def print(self, operands: Sequence[Any], static: dict[str, Any]) -> Symbol:
        """Return the op's formula with its operands' formulas in place."""
        listed = [", ".join(str(x) for x in operands)] if self.variadic else operands
        places = {**self.defaults, **dict(zip(self.operands, listed, strict=False)), **static}
        return Symbol(fill(self.tex, places), self.level)

    def __repr__(self) -> str:
        return f"<primitive {self.name}({', '.join((*self.operands, *self.static_names))})>"


def as_array(y: Any, backend: Any) -> Any:
    """Return NumPy's scalars as arrays; an array of whatever device is one already."""
    return y if type(y) is BACKENDS.get(type(y), backend).array_type else backend.xp.asarray(y)


def at_node(x: Tensor, node: Node | None) -> Tensor:
    """Return a saved operand as it was: with the node that it had then, whatever has become of it since."""
    if x.node is node:
        return x
    result = box(x.array, node)
    result.cell = x.cell
    return result


def names_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of a rule's parameters."""
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


def picker(positions: Sequence[int]) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function that picks these positions from a sequence, as a tuple."""
    if len(positions) == 1:
        position = positions[0]
        return lambda values: (values[position],)
    return itemgetter(*positions) if positions else lambda values: ()


def primitive(tex: str, **declaration: Any) -> Callable[[Callable[..., Any]], Primitive]:
    """Declare a primitive: its formula in TeX, its rules, and the options of `Primitive`."""
    rules = {k: v for k, v in declaration.items() if k.startswith(("d_", "vjp", "jvp_"))}
    options = {k: v for k, v in declaration.items() if k not in rules}
    return lambda value: Primitive(value, tex, rules, **options)
