"""A primitive: one op, declared once, with its value, its formula and a derivative rule per operand.

    @primitive(r"<a:2> \\odot <b:2>", d_a=lambda b: b, d_b=lambda a: a, promote=SAME)
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

May import: floor 0, ``node``, ``tensor``, ``symbol``, ``modes``.  Read next: ``sweep.py``.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from typing import Any

from ..aliases import Array, DType
from ..backend.devices import BACKENDS, backend_of
from ..backend.promotion import number_dtype, result_type
from ..backend.quiet import quietly
from ..errors import TinygradZhError, error
from .inplace import refresh, share
from .modes import MODE
from .node import Node
from .registry import registry
from .symbol import ATOM, Symbol, fill
from .tensor import Tensor, box

SAME, FLOAT = "same", "float"
"""Promotion: operands take their common dtype; and integers become the default float besides."""
NUMBERS = frozenset({int, float, bool, type(None)})


class Rule:
    """A derivative rule, with the positions of what it names among what its node offers."""

    __slots__ = ("function", "names", "partial", "positions")

    def __init__(self, function: Callable[..., Any], partial: bool) -> None:
        self.function = function
        self.partial = partial
        self.names = tuple(inspect.signature(function).parameters)
        self.positions: tuple[int, ...] = ()


class Primitive:
    """One op.  Calling it applies it to Tensors, arrays or Symbols; see the module's text for its rules.

    Attributes
    ----------
    name : str
        As the graph shows it.
    value : callable
        ``value(xp, *arrays, **static)``: the plain formula on an array module.
    operands, static_names : tuple of str
        Names of the differentiable and of the static arguments.
    """

    def __init__(
        self,
        value: Callable[..., Any],
        tex: str,
        rules: dict[str, Callable[..., Any]],
        *,
        name: str | None = None,
        level: int = ATOM,
        promote: str | None = None,
        view: bool = False,
        outputs: int = 1,
        aux: tuple[str, ...] = (),
        tex_rules: dict[str, str] | None = None,
    ) -> None:
        functools.update_wrapper(self, value)
        self.__signature__ = without_xp(value)
        self.value, self.tex, self.level = value, tex, level
        self.name = name or value.__name__.removesuffix("_p")
        self.promote, self.view, self.outputs, self.aux = promote, view, outputs, aux
        self.tex_rules = tex_rules or {}
        parameters = list(inspect.signature(value).parameters.values())[1:]  # the first is xp
        self.operands = tuple(p.name for p in parameters if p.kind is not p.KEYWORD_ONLY)
        self.variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        self.static_names = tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)
        self._static_set = frozenset(self.static_names)
        self.defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
        self._take_rules(dict(rules))

    def _take_rules(self, rules: dict[str, Callable[..., Any]]) -> None:
        """Sort the rules by operand, and lay down what a node saves."""
        partials = {n: Rule(rules.pop("d_" + n), True) for n in self.operands if "d_" + n in rules}
        pullbacks = {n: Rule(rules.pop("vjp_" + n), False) for n in self.operands if "vjp_" + n in rules}
        self.joint = Rule(rules.pop("vjp"), False) if "vjp" in rules else None
        self.pushforwards = {n: rules.pop("jvp_" + n) for n in self.operands if "jvp_" + n in rules}
        self.rules = tuple(partials.get(n) or pullbacks.get(n) for n in self.operands)
        if rules:
            raise TypeError(f"{self.name}: {sorted(rules)} are no rules for the operands {self.operands}")
        present = [rule for rule in (*self.rules, self.joint) if rule is not None]
        named = {n for rule in present for n in rule.names} | {
            n for function in self.pushforwards.values() for n in inspect.signature(function).parameters
        }
        self.facts = tuple(n + fact for n in self.operands for fact in ("_shape", "_dtype") if n + fact in named)
        self.saves = (
            *(n for n in self.operands if n in named),
            *(("y",) if "y" in named else ()),
            *(n for n in self.aux if n in named),
            *self.facts,
        )
        offered = (*self.saves, "g", *self.static_names)
        for rule in present:
            if unknown := set(rule.names) - set(offered):
                raise TypeError(f"{self.name}: a rule names {sorted(unknown)}; it may name {offered}")
            rule.positions = tuple(offered.index(n) for n in rule.names)
        self.differentiable = bool(present)
        self._saved_operands = tuple(i for i, n in enumerate(self.operands) if n in named)
        self._saved_facts = tuple((self.operands.index(n[:-6]), n[-5:]) for n in self.facts)
        self._saves_y = "y" in named
        self._saved_aux = tuple(1 + i for i, n in enumerate(self.aux) if n in named)

    # -- forward ---------------------------------------------------------------------------------------

    def __call__(self, *operands: Any, **static: Any) -> Any:
        """Apply the op: Tensors give a Tensor, arrays an array, Symbols a Symbol."""
        tracked = boxed = mixed = False
        dtype: DType | None = None
        for x in operands:
            if isinstance(x, Tensor):
                boxed = True
                if x.cell is not None:
                    refresh(x)
                if x.node is not None:
                    tracked = True
                if dtype is None:
                    dtype = x.array.dtype
                elif dtype != x.array.dtype:
                    mixed = True
            elif isinstance(x, Symbol):
                return self.print(operands, static)
            elif type(x) not in NUMBERS:
                mixed = True
        if static and not self._static_set.issuperset(static):
            return self.by_keyword(operands, static)
        if self.defaults:
            static = {**self.defaults, **static}
        if not boxed:
            y = self.run(operands, static)
            return y[0] if self.aux else y
        if self.promote is not None and (mixed or dtype is None or dtype.kind != "f"):
            operands = promoted(operands, self.promote)
        arrays = tuple([x.array if isinstance(x, Tensor) else x for x in operands])
        y = self.run(arrays, static)
        mode = MODE.get()
        node = self.record(operands, arrays, y, static) if tracked and mode.recording and self.differentiable else None
        if self.outputs != 1:
            result = self._box_outputs(y, node, operands)
        else:
            result = box(y[0] if self.aux else y, node)
            if self.view:
                self._mark_view(result, operands[0], static)
        for listener in mode.listeners:
            listener.applied(self, operands, static, result)
        return result

    def by_keyword(self, operands: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Call with operands by name, PyTorch's ``input`` and ``other`` included; refuse unknown names."""
        places = list(operands)
        for torch_name, own_name in zip(("input", "other"), self.operands, strict=False):
            if torch_name in named:
                named[own_name] = named.pop(torch_name)
        for own_name in self.operands[len(places) :]:
            if own_name in named:
                places.append(named.pop(own_name))
        if unknown := sorted(set(named) - self._static_set):
            known = (*self.operands, *self.static_names)
            raise error("argument-unknown", op=self.name, names=", ".join(unknown), known=", ".join(known))
        return self(*places, **named)

    def run(self, arrays: tuple[Any, ...], static: dict[str, Any]) -> Any:
        """Compute: the one door to the machine, where a fused kernel is chosen and listeners listen."""
        for x in arrays:
            backend = BACKENDS.get(type(x))
            if backend is not None:
                break
        else:
            raise error("no-tensor", op=self.name, kinds=", ".join(type(x).__name__ for x in arrays) or "nothing")
        kernel = backend.kernel(self.name) if self.name in backend.kernels else self.value
        try:
            y = quietly(kernel or self.value, backend.xp, *arrays, **static)
        except TinygradZhError:
            raise
        except (TypeError, ValueError, IndexError, MemoryError) as problem:
            raise registry["diagnose"](self, arrays, static, problem) from problem
        if type(y) not in BACKENDS and type(y) is not tuple:
            y = backend.xp.asarray(y)  # NumPy's reductions return scalars
        for listener in MODE.get().listeners:
            listener.ran(self, arrays, static, y)
        return y

    def record(self, operands: tuple[Any, ...], arrays: tuple[Any, ...], y: Any, static: dict[str, Any]) -> Node:
        """Make the node: the parents, and exactly the values that the rules name."""
        saved = [operands[i] for i in self._saved_operands]
        if self._saves_y:
            saved.append(y[0] if self.aux else y)
        for i in self._saved_aux:
            saved.append(y[i])
        for i, fact in self._saved_facts:
            if self.variadic:
                saved.append(tuple([getattr(x, fact) for x in arrays[i:]]))
            else:
                saved.append(getattr(arrays[i], fact, ()))
        first = y[0] if self.aux else y
        shape, dtype = (first.shape, first.dtype) if self.outputs == 1 else (None, None)
        parents = tuple([x.node if isinstance(x, Tensor) else None for x in operands])
        node = Node(self, parents, tuple(saved), static, shape, dtype)
        for k, x in enumerate(saved):
            if isinstance(x, Tensor) and x.cell is not None and x.cell.version:
                node.versions = {**(node.versions or {}), k: x.cell.version}
        return node

    def _box_outputs(self, ys: tuple[Array, ...], node: Node | None, operands: tuple[Any, ...]) -> tuple[Tensor, ...]:
        """Box several results; each floating one gets an ``item`` node that knows its place among them."""
        results = []
        for i, y in enumerate(ys):
            static = {"index": i, "count": len(ys)}
            item = None
            if node is not None and y.dtype.kind == "f":
                item = Node(registry["item_of"], (node,), (), static, y.shape, y.dtype)  # type: ignore[arg-type]
            result = box(y, item)
            if self.view:
                result.cell = share(operands[0])
            results.append(result)
        return tuple(results)

    def _mark_view(self, result: Tensor, base: Any, static: dict[str, Any]) -> None:
        """If the result really shares memory with `base`, let it share the version counter as well."""
        y, x = result.array, base.array
        if y is x or y.base is x or (y.base is not None and y.base is x.base):
            result.cell = share(base)
            if result.node is not None and result.node.saved:
                result.node.cell = result.cell
            if MODE.get().recording:
                result.source = (self, base, static)
                result.seen = result.cell.version

    # -- backward --------------------------------------------------------------------------------------

    def pull(self, node: Node, g: Any, boxed: bool) -> list[tuple[Node, Any, int]]:
        """Apply the chain rule at one node: (parent, its share of the cotangent `g`, operand position)."""
        offered = [*self.read(node, boxed), g, *[node.static[n] for n in self.static_names]]
        if self.joint is not None:
            shares = self.joint.function(*[offered[i] for i in self.joint.positions])
            return [(p, s, i) for i, (p, s) in enumerate(zip(node.parents, shares, strict=True)) if p is not None]
        pulled = []
        for i, parent in enumerate(node.parents):
            if parent is not None:
                rule = self.rules[i]
                if rule is None:
                    raise error("not-differentiable", op=self.name, operand=self.operands[i])
                share_ = rule.function(*[offered[k] for k in rule.positions])
                pulled.append((parent, g * share_ if rule.partial else share_, i))
        return pulled

    def read(self, node: Node, boxed: bool) -> list[Any]:
        """Return the saved values, as Tensors if `boxed`, else as arrays; refuse what has been overwritten."""
        if node.saved is None:
            raise error("graph-freed", op=self.name)
        values = []
        for k, (name, value) in enumerate(zip(self.saves, node.saved, strict=True)):
            if isinstance(value, Tensor):
                if value.cell is not None and value.cell.version != (node.versions or {}).get(k, 0):
                    raise registry["stale"](self, name, value.cell, node)
                values.append(value if boxed else value.array)
            elif name == "y":
                if node.cell is not None and node.cell.version:
                    raise registry["stale"](self, name, node.cell, node)
                values.append(box(value, node) if boxed else value)
            else:
                values.append(box(value) if boxed and type(value) in BACKENDS else value)
        return values

    # -- as a formula ----------------------------------------------------------------------------------

    def print(self, operands: tuple[Any, ...], static: dict[str, Any]) -> Symbol:
        """Return the op's formula with its operands' formulas in place."""
        if self.variadic:
            listed = ", ".join(str(x) for x in operands)
            return Symbol(fill(self.tex, {self.operands[0]: listed, **self.defaults, **static}), self.level)
        return Symbol(fill(self.tex, {**self.defaults, **dict(zip(self.operands, operands, strict=False)), **static}), self.level)

    def formula(self) -> str:
        """Return the op's formula in TeX: ``y = …``."""
        names = tuple(Symbol(n) for n in self.operands)
        return str(self.print(names, {n: Symbol(rf"\mathrm{{{n}}}") for n in self.static_names}))

    def rule_formula(self, position: int, static: dict[str, Any] | None = None) -> str:
        r"""Return the pullback to one operand in TeX, printed by running the rule on Symbols.

        A rule that branches or loops states its formula as text in ``tex_rules`` instead.
        """
        operand = self.operands[min(position, len(self.operands) - 1)]
        if operand in self.tex_rules:
            return self.tex_rules[operand]
        g = Symbol("g")
        names: dict[str, Any] = {n: Symbol(n.replace("_", r"\_")) for n in self.static_names} | (static or {})
        names |= {n: Symbol(rf"\mathrm{{{n[-5:]}}}({n[:-6]})" if n in self.facts else n) for n in self.saves}
        names["g"] = g
        rule = self.rules[position] if self.joint is None else self.joint
        if rule is None:
            raise error("not-differentiable", op=self.name, operand=operand)
        result = rule.function(*[names[n] for n in rule.names])
        if self.joint is not None:
            result = result[position]
        return str(g * result if rule.partial else result)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Bind like a function, so that a primitive can be a method of Tensor."""
        return self if instance is None else types.MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<primitive {self.name}({', '.join((*self.operands, *self.static_names))})>"


def without_xp(value: Callable[..., Any]) -> inspect.Signature:
    """Return the signature that a caller sees: the array module is found by the op."""
    signature = inspect.signature(value)
    return signature.replace(parameters=list(signature.parameters.values())[1:])


class Fusable(Primitive):
    """A formula of ops that a backend may replace by one kernel.

    On arrays, and on Tensors that are not recorded, it is one step; only where it is recorded does it expand
    into its plain formula, so no kernel ever needs a second derivative by hand.
    """

    def __init__(self, formula: Callable[..., Any], tex: str = "", **options: Any) -> None:
        self.plain = formula

        @functools.wraps(formula)
        def value(xp: Any, *operands: Any, **static: Any) -> Any:
            return formula(*operands, **static)

        signature = inspect.signature(formula)
        xp = inspect.Parameter("xp", inspect.Parameter.POSITIONAL_ONLY)
        keep = [p.replace(kind=p.POSITIONAL_ONLY) if p.kind is p.POSITIONAL_OR_KEYWORD else p for p in signature.parameters.values()]
        value.__signature__ = signature.replace(parameters=[xp, *keep])  # type: ignore[attr-defined]
        super().__init__(value, tex, {}, **options)

    def __call__(self, *operands: Any, **static: Any) -> Any:
        """Compute in one step, or expand the formula where a graph is being recorded."""
        recorded = MODE.get().recording and any(isinstance(x, Tensor) and x.requires_grad for x in operands)
        if recorded or (not self.tex and any(isinstance(x, Symbol) for x in operands)):
            return self.plain(*operands, **static)
        return super().__call__(*operands, **static)


def primitive(tex: str, **declaration: Any) -> Callable[[Callable[..., Any]], Primitive]:
    """Declare a primitive: its formula in TeX, its rules, and how it treats dtypes and memory.

    Parameters
    ----------
    tex : str
        Formula with operands in angle brackets.
    **declaration
        Rules (``d_x``, ``vjp_x``, ``vjp``, ``jvp_x``) and the options of `Primitive`.
    """
    options = {k: declaration.pop(k) for k in tuple(declaration) if k in OPTIONS}
    return lambda value: Primitive(value, tex, declaration, **options)


OPTIONS = frozenset({"name", "level", "promote", "view", "outputs", "aux", "tex_rules"})


def fusable(tex: str = "", **options: Any) -> Callable[[Callable[..., Any]], Fusable]:
    """Declare a formula of ops that a backend may replace by one kernel."""
    return lambda formula: Fusable(formula, tex, **options)


def promoted(operands: tuple[Any, ...], how: str) -> tuple[Any, ...]:
    """Bring operands to their common dtype, casting Tensors by a recorded ``cast``."""
    boxed = [registry["as_operand"](x, operands) for x in operands]
    ranks = [
        (x.array.dtype, 0 if x.array.shape else 1) if isinstance(x, Tensor) else (number_dtype(x), 2)
        for x in boxed
        if x is not None
    ]
    dtype = result_type(ranks)
    if how == FLOAT and dtype.kind != "f":
        dtype = number_dtype(1.0)
    cast = registry["cast"]
    results: list[Any] = []
    for x in boxed:
        if isinstance(x, Tensor):
            results.append(x if x.array.dtype == dtype else cast(x, dtype=dtype))
        elif x is None:
            results.append(None)
        else:  # a number: as an array, for NumPy would let a float decide among integers
            results.append(x if dtype.kind == "f" and type(x) is not bool else backend_like(boxed).xp.asarray(x, dtype=dtype))
    return tuple(results)


def backend_like(operands: list[Any]) -> Any:
    """Return the backend of the first Tensor among `operands`."""
    return next(backend_of(x.array) for x in operands if isinstance(x, Tensor))
