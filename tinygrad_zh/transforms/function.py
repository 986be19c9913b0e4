"""Floor 3: user-defined ops: PyTorch's ``autograd.Function``, and this project's ``@primitive``.

A Function is a pair of static methods on Tensors; the node it leaves in the graph calls ``backward``.

    class Cube(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * 3 * x * x

May import: floors 0–2.  Read next: ``gradcheck.py``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..core.inplace import refresh, share
from ..core.modes import LAYERS, MODE
from ..core.node import Node
from ..core.registry import registry
from ..core.tensor import Tensor, box
from ..errors import error
from ..ops.grad_mode import no_grad
from ..ops.publish import public


class Context:
    """What ``forward`` leaves for ``backward``: saved tensors, and any attribute you set.

    Attributes
    ----------
    needs_input_grad : tuple of bool
        Per argument of ``forward``, whether its gradient will be used.
    """

    def __init__(self, needs_input_grad: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs_input_grad
        self._saved: tuple[tuple[Tensor | None, int], ...] = ()
        self._results: dict[int, int] = {}  # which of the saved tensors is which result
        self._node: Node | None = None  # only while ``backward`` runs: the node holds the context
        self._untracked: tuple[Tensor, ...] = ()
        self.materialize = True

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep tensors for ``backward``; overwriting them before it is noticed."""
        for x in tensors:
            if x is not None and not isinstance(x, Tensor):
                raise error("not-a-tensor", op="save_for_backward", kind=type(x).__name__)
        self._saved = tuple((x, 0 if x is None or x.cell is None else x.cell.version) for x in tensors)

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Say that no gradient flows through these results."""
        self._untracked = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Whether ``backward`` gets zeros (the default) or None for a result that was not used."""
        self.materialize = value

    @property
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """What ``save_for_backward`` was given."""
        for x, version in self._saved:
            if x is not None and x.cell is not None and x.cell.version != version:
                raise error("stale-value", op="Function", saved="saved tensor", where="?", writer=x.cell.last)
        return tuple(self._live(k, x) for k, (x, _) in enumerate(self._saved))

    def _live(self, k: int, x: Tensor | None) -> Tensor | None:
        """Return a saved tensor; a result with its node, for ``forward`` computed it without one."""
        if x is None or self._node is None or k not in self._results:
            return x
        return box(x.array, result_node(self._node, self._results[k], x))


class FunctionOp:
    """The op of a Function's node: it stands where a Primitive stands, and pulls by calling ``backward``."""

    joint = None
    variadic = False

    def __init__(self, function: type[Function], shapes: list[tuple[Any, Any]]) -> None:
        self.function, self.shapes = function, shapes
        self.name = function.__name__

    def pull(self, node: Node, g: Any, boxed: bool, useful: set[Node] | None) -> list[Any]:
        """Hand ``backward`` the cotangents as Tensors, and each parent what it returns."""
        if node.saved is None:
            raise error("graph-freed", op=self.name)
        (context,) = node.saved
        gs = [
            as_cotangent(x, shape, dtype, context.materialize) for x, (shape, dtype) in zip(g, self.shapes, strict=True)
        ]
        context._node = node
        try:
            returned = self.function.backward(context, *gs)
        finally:
            context._node = None
        shares = returned if isinstance(returned, tuple) else (returned,)
        if len(shares) != len(node.parents):
            raise error("function-count", function=self.name, expected=len(node.parents), got=len(shares))
        pulled: list[Any] = [None] * len(shares)
        for i, (parent, part) in enumerate(zip(node.parents, shares, strict=True)):
            if parent is None or part is None or (useful is not None and parent not in useful):
                continue
            if not isinstance(part, Tensor):
                raise error("function-result", function=self.name, position=i, kind=type(part).__name__)
            if part.dtype != parent.dtype:
                part = registry["cast"](part, dtype=parent.dtype)
            # its arrays may be saved tensors or g itself: a view tells the sweep that they are not its own
            pulled[i] = part if boxed else part.array[...]
        return pulled


def result_node(main: Node, index: int, y: Tensor) -> Node | None:
    """Return a node for one result of a Function; None if no gradient flows through it."""
    (context,) = main.saved or (None,)
    if y.dtype.kind != "f" or any(y is x for x in context._untracked):
        return None
    static = {"index": index, "count": len(main.op.shapes)}  # type: ignore[union-attr]  # a FunctionOp
    return Node(registry["item_of"], (main,), (), static, y.shape, y.dtype)


def as_cotangent(g: Any, shape: Any, dtype: Any, materialize: bool) -> Tensor | None:
    """Return a result's cotangent as a Tensor; zeros, or None, for a result that was not used."""
    if g is None:
        return public["zeros"](shape, dtype=dtype) if materialize else None
    return g if isinstance(g, Tensor) else box(g)


class Function:
    """Base of user-defined ops: subclass it, write ``forward`` and ``backward``, call ``apply``."""

    @staticmethod
    def forward(ctx: Context, *args: Any, **kwargs: Any) -> Any:
        """Compute the result (a Tensor or a tuple of them) of Tensors and other arguments."""
        raise error("function-missing", method="forward")

    @staticmethod
    def backward(ctx: Context, *gradients: Any) -> Any:
        """Return the gradient of each argument of ``forward``, None where there is none, given each result's."""
        raise error("function-missing", method="backward")

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run ``forward`` without recording its inside, and leave one node that will call ``backward``."""
        nodes = tuple(refresh(x).node if isinstance(x, Tensor) else None for x in args)
        context = Context(tuple(node is not None for node in nodes))
        with no_grad():
            returned = cls.forward(context, *args, **kwargs)
        results = returned if isinstance(returned, tuple) else (returned,)
        for result in results:
            if not isinstance(result, Tensor):
                raise error("function-result", function=cls.__name__, position=0, kind=type(result).__name__)
        if not (MODE.get().recording and any(nodes)):
            return returned
        op = FunctionOp(cls, [(y.shape, y.dtype) for y in results])
        if LAYERS:  # a batch sums up what its samples hand back
            tensors = registry["shared_out"](op, args, nodes, tuple(y.array for y in results))[0]
            nodes = tuple(x.node if isinstance(x, Tensor) else None for x in tensors)
        main = Node(op, nodes, (context,), {}, None, None)  # type: ignore[arg-type]  # it pulls like a Primitive
        made = {id(y): i for i, y in enumerate(results) if not any(y is x for x in args)}
        context._results = {k: made[id(x)] for k, (x, _) in enumerate(context._saved) if id(x) in made}
        fresh = [box(y.array, result_node(main, i, y)) for i, y in enumerate(results)]
        for new, y in zip(fresh, results, strict=True):
            new.cell = share(y)  # one memory: overwriting the result is noticed where `y` was saved
        return tuple(fresh) if isinstance(returned, tuple) else fresh[0]


class OnceOp:
    """The op of a gradient that ``once_differentiable`` cut off: it refuses to be swept."""

    joint = None
    variadic = False

    def __init__(self, name: str) -> None:
        self.name = name

    def pull(self, node: Node, g: Any, boxed: bool, useful: set[Node] | None) -> list[Any]:
        """Refuse."""
        raise error("not-differentiable", op=self.name, operand="g")


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a ``backward`` that cannot be differentiated again: a second derivative is an error, not a zero."""

    @functools.wraps(backward)
    def once(ctx: Context, *gradients: Any) -> Any:
        with no_grad():
            returned = backward(ctx, *gradients)
        nodes = tuple(g.node for g in gradients if isinstance(g, Tensor))
        if not (MODE.get().recording and any(nodes)):
            return returned
        op = OnceOp(backward.__qualname__)
        shares = [
            box(x.array, Node(op, nodes, (), {}, x.shape, x.dtype)) if isinstance(x, Tensor) else x  # type: ignore[arg-type]
            for x in (returned if isinstance(returned, tuple) else (returned,))
        ]
        return tuple(shares) if isinstance(returned, tuple) else shares[0]

    return once
