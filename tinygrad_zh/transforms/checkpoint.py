r"""Floor 3: ``checkpoint``: what a function saved for the backward pass is thrown away, and computed again there.

The graph of the function stays, without the arrays: each of its nodes gets a `Forgotten` op, which stands where the op
stood.  The first sweep that comes along finds one of them, calls the function again, and gives every node of the first
graph what the same node of the second one has saved.  So everything else works as without a checkpoint: gradients to
parameters that the function knows, derivatives of every order, hooks, several results.

Source: Chen et al. (2016), "Training deep nets with sublinear memory cost".

May import: floors 0–2, ``batched``, ``tree``, ``derivatives``.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

from ..core.inplace import refresh
from ..core.modes import MODE
from ..core.node import Node
from ..core.primitive import Primitive
from ..core.tensor import Tensor
from ..errors import error
from ..ops.generator import default_generator
from .batched import ACTIVE
from .tree import flatten

CHECKS = ("default", "none")


class Forgotten:
    """The op of a node whose saved values were thrown away: it has them computed again, and is gone."""

    def __init__(self, op: Primitive, region: Region) -> None:
        self.op, self.region = op, region

    def pull(self, node: Node, g: Any, boxed: bool, useful: set[Node] | None) -> Sequence[Any]:
        """Apply the rule of the op that then stands here."""
        self.region.compute_again()
        return standing(node, self).pull(node, g, boxed, useful)

    def read(self, node: Node, boxed: bool) -> list[Any]:
        """Return the saved values."""
        self.region.compute_again()
        return standing(node, self).read(node, boxed)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.op, name)


def standing(node: Node, gone: Forgotten) -> Primitive:
    """Return what took the place of a forgotten op: the op itself, or what a checkpoint inside has put there."""
    op: Any = node.op
    assert op is not gone, "all nodes of the region have been given back what they saved"
    return op  # type: ignore[no-any-return]


class Region:
    """What one call of ``checkpoint`` computed.

    Attributes
    ----------
    nodes : list of weak references
        To the nodes made in the call, in the order in which they were made.
    """

    def __init__(self, again: Callable[[], Any], roots: Sequence[Tensor], first: int, check: bool) -> None:
        self.again: Callable[[], Any] | None = again
        self.first, self.check = first, check
        nodes = made_since(roots, first)
        self.nodes = [weakref.ref(node) for node in nodes]
        self.traits = [traits_of(node) for node in nodes]
        for node in nodes:
            node.saved, node.versions = None, None
            node.op = Forgotten(own_op(node), self)  # type: ignore[assignment]  # it stands where the op stood

    def compute_again(self) -> None:
        """Call the function again, and give every node what it had saved."""
        if self.again is None:
            return
        again, self.again = self.again, None
        roots, first = again()
        nodes = made_since(roots, first)
        self.compare([traits_of(node) for node in nodes])
        for reference, fresh in zip(self.nodes, nodes, strict=True):
            node = reference()
            if node is None:
                continue
            node.op, node.saved, node.versions = fresh.op, fresh.saved, fresh.versions
            if fresh.cell is not None:
                node.cell = fresh.cell
            if isinstance(fresh.op, Forgotten):  # of a checkpoint inside this one: now it keeps the older node
                inner = fresh.op.region
                inner.nodes = [weakref.ref(node) if each() is fresh else each for each in inner.nodes]

    def compare(self, traits: list[Any]) -> None:
        """Refuse a second call that did something else than the first."""
        if len(traits) != len(self.traits):
            difference = f"{len(self.traits)} operations, then {len(traits)}"
            raise error("checkpoint-differs", difference=difference)
        for i, (before, now) in enumerate(zip(self.traits, traits, strict=True)):
            if self.check and before != now:
                difference = f"operation {i} was {spelled(before)}, then {spelled(now)}"
                raise error("checkpoint-differs", difference=difference)


def own_op(node: Node) -> Any:
    """Return a node's op as it is when nothing is forgotten."""
    return node.op.op if isinstance(node.op, Forgotten) else node.op


def traits_of(node: Node) -> tuple[str, Any, Any]:
    """Return by what two nodes are recognised as the same: op, shape and dtype."""
    return own_op(node).name, node.shape, node.dtype


def spelled(traits: tuple[str, Any, Any]) -> str:
    """Return these for a message."""
    name, shape, dtype = traits
    return name if shape is None else f"{name} {shape} {dtype}"


def made_since(roots: Sequence[Tensor], first: int) -> list[Node]:
    """Return the nodes of operations behind tensors that are as old as `first` or younger, the oldest first."""
    seen: set[Node] = set()
    stack = [refresh(y).node for y in roots]
    while stack:
        node = stack.pop()
        if node is not None and node.op is not None and node.id >= first and node not in seen:
            seen.add(node)
            stack += node.parents
    return sorted(seen, key=lambda node: node.id)


def tensors_in(tree: Any) -> list[Tensor]:
    """Return the Tensors among the leaves of a tree."""
    return [x for x in flatten(tree)[0] if isinstance(x, Tensor)]


def no_contexts() -> tuple[Any, Any]:
    """Return contexts that do nothing: the default of `context_fn`."""
    return nullcontext(), nullcontext()


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Callable[[], tuple[Any, Any]] = no_contexts,
    determinism_check: str = "default",
    preserve_rng_state: bool = True,
    **kwargs: Any,
) -> Any:
    """Call a function and forget what it saved for the backward pass; there it is called again.

    Parameters
    ----------
    function : callable
        Computes the same whenever it is called; from anything to Tensors, in dicts, lists and tuples.
    *args, **kwargs
        Its arguments.
    use_reentrant : {None, False}
        PyTorch's older form (True) is refused.
    context_fn : callable
        Returns two context managers, for the first call and for the second.
    determinism_check : {"default", "none"}
        Whether the second call must run the same operations on the same shapes and dtypes; their number must agree
        anyhow.
    preserve_rng_state : bool
        Whether the second call draws the same random numbers from the default generator.

    Returns
    -------
    Any
        What the function returned.

    Raises
    ------
    ArgumentError
        For ``use_reentrant=True``, or an unknown check.
    GraphError
        In the backward pass, if the second call differs from the first or an argument was written to in between.

    Notes
    -----
    Memory for the arguments and the results instead of everything between; one more call of the function.  With a
    checkpoint every √n layers, n layers need O(√n) memory (Chen et al. 2016).

    Examples
    --------
    >>> x = tensor([1.0, 2.0], requires_grad=True)
    >>> checkpoint(lambda x: (x.exp() * x).sum(), x).backward()
    >>> x.grad
    tensor([ 5.4366, 22.1672])
    """
    if use_reentrant:
        raise error("checkpoint-argument", argument="use_reentrant", got=use_reentrant, expected="None or False")
    if determinism_check not in CHECKS:
        expected = "'default' or 'none'"
        raise error("checkpoint-argument", argument="determinism_check", got=determinism_check, expected=expected)
    first_context, second_context = context_fn()
    active, state, start = ACTIVE.get(), default_generator.get_state(), Node(None, (), (), {}, None, None).id
    given = [(x, 0 if x.cell is None else x.cell.version) for x in tensors_in((args, kwargs))]
    with first_context:
        result = function(*args, **kwargs)
    roots = tensors_in(result)
    if not any(refresh(y).node is not None for y in roots):
        return result

    def again() -> tuple[list[Tensor], int]:
        for x, version in given:
            if x.cell is not None and x.cell.version != version:
                raise error("stale-value", op="checkpoint", saved="argument", where="?", writer=x.cell.last)
        now = default_generator.get_state()
        tokens = MODE.set(MODE.get()._replace(recording=True, sweeping=False)), ACTIVE.set(active)
        try:
            if preserve_rng_state:
                default_generator.set_state(state)
            first = Node(None, (), (), {}, None, None).id
            with second_context:
                return tensors_in(function(*args, **kwargs)), first
        finally:
            if preserve_rng_state:
                default_generator.set_state(now)
            MODE.reset(tokens[0])
            ACTIVE.reset(tokens[1])

    Region(again, roots, start, determinism_check == "default")
    return result


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """Call functions one after the other, with a checkpoint around every segment of them but the last.

    Parameters
    ----------
    functions : Sequential or sequence of callable
        Each takes what the one before returned.
    segments : int
        Into how many parts to cut them.
    input : Any
        What the first one gets.
    use_reentrant, **kwargs
        Of `checkpoint`: `preserve_rng_state`, `context_fn`, `determinism_check`.

    Examples
    --------
    >>> x = tensor(2.0, requires_grad=True)
    >>> checkpoint_sequential([lambda x: x * x, lambda x: x.exp(), lambda x: -x], 2, x).backward()
    >>> x.grad
    tensor(-218.3926)
    """
    if unknown := sorted(kwargs.keys() - {"context_fn", "determinism_check", "preserve_rng_state"}):
        known = "context_fn, determinism_check, preserve_rng_state"
        raise error("argument-unknown", op="checkpoint_sequential", names=", ".join(unknown), known=known)
    steps = list(functions)
    if isinstance(segments, bool) or not isinstance(segments, int) or not 1 <= segments <= len(steps):
        raise error(
            "argument", op="checkpoint_sequential", argument="segments", expected=f"1 to {len(steps)}", got=segments
        )
    size = len(steps) // segments
    for start in range(0, size * (segments - 1), size):
        part = functools.partial(one_by_one, steps[start : start + size])
        input = checkpoint(part, input, use_reentrant=use_reentrant, **kwargs)
    return one_by_one(steps[size * (segments - 1) :], input)


def one_by_one(steps: Sequence[Callable[..., Any]], input: Any) -> Any:
    """Call functions one after the other."""
    for step in steps:
        input = step(input)
    return input
