"""Floor 3: ``backward`` and ``grad``, the two ways to ask for a sweep.

May import: floors 0–2.  Read next: ``gradcheck.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..backend.devices import backend_of
from ..backend.quiet import quietly_here
from ..core.inplace import refresh
from ..core.node import Node
from ..core.registry import register, registry
from ..core.sweep import own, sweep
from ..core.tensor import Tensor, box
from ..errors import error
from ..ops.accumulate import POST_ACCUMULATE, accumulate


def as_sequence(name: str, tensors: Any) -> tuple[Tensor, ...]:
    """Return one Tensor or a sequence of them as a tuple, and refuse anything else."""
    listed = tuple(tensors) if hasattr(tensors, "__iter__") and not isinstance(tensors, Tensor) else (tensors,)
    if not listed:
        raise error("argument", op=name, argument="inputs", expected="at least one tensor", got=tensors)
    for tensor in listed:
        if not isinstance(tensor, Tensor):
            raise error("not-a-tensor", op=name, kind=type(tensor).__name__)
    return listed


def root_of(output: Tensor) -> Node:
    """Return the node of a tensor that is to be differentiated."""
    node = refresh(output).node
    if node is None:
        raise error("no-graph", shape=output.shape)
    return node


def seed_of(output: Tensor, gradient: Any) -> Any:
    """Return the cotangent to start from: what the user gave, or 1 for a tensor of one element."""
    if gradient is None:
        if output.array.size != 1:
            raise error("backward-non-scalar", shape=output.shape)
        return backend_of(output.array).xp.ones_like(output.array)
    if not isinstance(gradient, Tensor):
        gradient = box(backend_of(output.array).xp.asarray(gradient, dtype=output.dtype))
    if gradient.shape != output.shape:
        raise error("cotangent-shape", expected=output.shape, got=gradient.shape)
    if gradient.dtype != output.dtype:
        gradient = box(gradient.array.astype(output.dtype)) if gradient.node is None else gradient.to(output.dtype)
    return gradient if gradient.node is not None else gradient.array


def seeds_of(outputs: tuple[Tensor, ...], gradients: Any, create_graph: bool) -> dict[Node, Any]:
    """Pair every root with its cotangent; of a root given twice, the cotangents add up."""
    if gradients is None:
        given: Sequence[Any] = [None] * len(outputs)
    else:
        given = gradients if isinstance(gradients, (list, tuple)) else [gradients]
    if len(given) != len(outputs):
        raise error("cotangent-count", outputs=len(outputs), given=len(given))
    seeds: dict[Node, Any] = {}
    for output, gradient in zip(outputs, given, strict=True):
        node, seed = root_of(output), seed_of(output, gradient)
        seed = seed.array if isinstance(seed, Tensor) and not create_graph else seed
        seeds[node] = seeds[node] + seed if node in seeds else seed
    return seeds


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Add ∂(tensors)/∂(leaf) to the ``grad`` of every leaf, or of the `inputs` alone.

    Parameters
    ----------
    tensors : Tensor or sequence of Tensor
        The roots.
    grad_tensors : Tensor or sequence of Tensor, optional
        A cotangent per root; may be left out for roots of one element.
    retain_graph : bool, optional
        Keep what the nodes saved; by default, what `create_graph` says.
    create_graph : bool
        Record the sweep, so that the gradients can be differentiated.
    inputs : Tensor or sequence of Tensor, optional
        Fill the ``grad`` of these alone.

    Raises
    ------
    GraphError
        If a root needs no gradient, the graph has been freed, or a saved value was overwritten.
    ShapeError
        If a cotangent has another shape than its root.
    """
    retain = create_graph if retain_graph is None else retain_graph
    seeds = seeds_of(as_sequence("backward", tensors), grad_tensors, create_graph)
    chosen = None if inputs is None else as_sequence("backward", inputs)
    wanted = None if chosen is None else {root_of(x): x for x in chosen}

    def fill() -> None:
        found = sweep(seeds, None if wanted is None else set(wanted), retain, create_graph)
        for node, g in found.items():
            tensor = wanted[node] if wanted is not None else node.target() if node.target is not None else None
            if tensor is not None and tensor.node is not None:  # it may have been told since to require no gradient
                accumulate(tensor, g)
                if POST_ACCUMULATE in tensor.__dict__:
                    registry["filled"](tensor)

    quietly_here(fill)


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """Return ∂(outputs)/∂(input) for each input; no ``grad`` is touched.

    Parameters
    ----------
    outputs, inputs : Tensor or sequence of Tensor
        The roots, and what to differentiate with respect to.
    grad_outputs : Tensor or sequence of Tensor, optional
        A cotangent per root; may be left out for roots of one element.
    retain_graph : bool, optional
        Keep what the nodes saved; by default, what `create_graph` says.
    create_graph : bool
        Record the sweep, so that the gradients can be differentiated.
    only_inputs : bool
        True: the ``grad`` of other leaves is never touched.  Older programs say so.
    allow_unused : bool, optional
        Return None for an input that the outputs do not depend on, instead of an error.
    materialize_grads : bool
        Return zeros for such an input.

    Returns
    -------
    tuple of Tensor or None
        One gradient per input, of its shape and dtype.

    Raises
    ------
    GraphError
        If an output or input needs no gradient, or an input was not used.

    Examples
    --------
    >>> x = tensor(3.0, requires_grad=True)
    >>> grad(x * x, x)
    (tensor(6.),)
    """
    if only_inputs is not True:
        expected = "True; backward() fills the grad of every leaf"
        raise error("argument", op="grad", argument="only_inputs", expected=expected, got=only_inputs)
    if materialize_grads and allow_unused is False:
        raise error(
            "argument", op="grad", argument="allow_unused", expected="not False with materialize_grads", got=False
        )
    retain = create_graph if retain_graph is None else retain_graph
    listed = as_sequence("grad", inputs)
    nodes = [refresh(x).node for x in listed]
    for i, node in enumerate(nodes):
        if node is None:
            raise error("grad-of-constant", position=i)
    seeds = seeds_of(as_sequence("grad", outputs), grad_outputs, create_graph)
    found = quietly_here(sweep, seeds, {n for n in nodes if n}, retain, create_graph)
    results: list[Tensor | None] = []
    for i, (x, node) in enumerate(zip(listed, nodes, strict=True)):
        g = found.get(node) if node is not None else None
        if g is not None and not isinstance(g, Tensor) and node in nodes[:i]:
            g = own(g)  # an input that is asked for twice gets two gradients
        if g is None:
            if not (allow_unused or materialize_grads):
                raise error("unused-input", position=i, shape=x.shape)
            results.append(box(backend_of(x.array).xp.zeros_like(x.array)) if materialize_grads else None)
        elif isinstance(g, Tensor):
            results.append(g if create_graph else box(own(g.array)))
        else:
            results.append(box(backend_of(g).xp.asarray(g)))
    return tuple(results)


register("backward", backward)
