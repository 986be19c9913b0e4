r"""Floor 3: functions to functions: ``grad``, ``vjp``, ``jvp``, ``linearize``, with PyTorch's ``torch.func`` names.

Every one of them does the same three things: it lets the arguments *begin* anew, as leaves that are nobody else's; it
calls the function on them and so records a tape; and it sweeps the tape, backward (`grad`, `vjp`) or forward (`jvp`).
What else lies behind the tape, an argument of an outer derivative or a parameter that the function knows, goes on
being differentiated: then the sweep is recorded itself.  So they nest in every way.

May import: floors 0–2, ``tree``, ``tape``, ``pushforward``.  Read next: ``jacobians.py``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..core.tensor import Tensor
from ..errors import error
from .pushforward import check_tangents
from .tape import Tape, described, reaches
from .tree import Structure, flatten, unflatten

Argnums = int | tuple[int, ...]


# -- which arguments -----------------------------------------------------------------------------------


def checked_argnums(op: str, argnums: Any, count: int) -> tuple[int, ...]:
    """Return the numbers of arguments from the front; refuse what is none."""
    listed = argnums if isinstance(argnums, tuple) else (argnums,)
    proper = all(isinstance(n, int) and not isinstance(n, bool) and -count <= n < count for n in listed)
    if not listed or not proper or len({n % count for n in listed}) != len(listed):
        raise error("func-argnums", op=op, argnums=argnums, count=count)
    return tuple(n % count for n in listed)


def tape_of(
    op: str, func: Callable[..., Any], argnums: Any, has_aux: bool, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Tape:
    """Call a function so that some of its positional arguments can be differentiated."""
    numbers = checked_argnums(op, argnums, len(args))

    def call(chosen: Any) -> Any:
        changed = list(args)
        for n, x in zip(numbers, chosen if isinstance(argnums, tuple) else (chosen,), strict=True):
            changed[n] = x
        return func(*changed, **kwargs)

    chosen = tuple(args[n] for n in numbers) if isinstance(argnums, tuple) else args[numbers[0]]
    return Tape(op, func, chosen, call, has_aux)


# -- gradients -----------------------------------------------------------------------------------------


def grad_and_value(func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Return a function that computes the gradient and the value of `func`.

    Parameters
    ----------
    func : callable
        Returns a 0-d Tensor, or with `has_aux` a pair of it and anything else.
    argnums : int or tuple of int
        By which positional arguments to differentiate; each a floating Tensor or a nested dict, list or tuple of them.
    has_aux : bool
        Whether `func` returns something besides, which is handed through.

    Returns
    -------
    callable
        Returns ``(gradient, value)``, or ``(gradient, (value, aux))``; the gradient has the structure of the argument.

    Raises
    ------
    GraphError
        If the value is no 0-d Tensor.
    ArgumentError
        If there is no such argument.
    DTypeError
        If an argument is no floating Tensor.

    Examples
    --------
    >>> grad_and_value(lambda x: (x * x).sum())(tensor([1.0, 2.0]))
    (tensor([2., 4.]), tensor(5.))
    """

    @functools.wraps(func)
    def both(*args: Any, **kwargs: Any) -> Any:
        tape = tape_of("grad", func, argnums, has_aux, args, kwargs)
        y = tape.outputs[0] if len(tape.outputs) == 1 and tape.output_structure.kind is None else None
        if y is None or y.shape != ():
            got = f"a {tape.output_structure.kind.__name__}" if tape.output_structure.kind else described(y)
            raise error("func-output", op="grad", got=got, expected="a 0-d Tensor, for only a number has a gradient")
        gradients = unflatten(tape.structure, tape.pull(tape.outputs, [None], retain_graph=tape.linked))
        value = tape.result()
        return gradients, (value, tape.aux) if has_aux else value

    return both


def grad(func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Return a function that computes the gradient of `func`; see `grad_and_value`.

    Returns
    -------
    callable
        Returns the gradient, or ``(gradient, aux)``.

    Examples
    --------
    >>> grad(grad(lambda x: x**3))(tensor(2.0))
    tensor(12.)
    >>> grad(lambda p, x: p["w"] * x + p["b"])({"w": tensor(2.0), "b": tensor(1.0)}, tensor(5.0))
    {'w': tensor(5.), 'b': tensor(1.)}
    """
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def gradient_alone(*args: Any, **kwargs: Any) -> Any:
        gradients, value = both(*args, **kwargs)
        return (gradients, value[1]) if has_aux else gradients

    return gradient_alone


def value_and_grad(func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Return a function that computes ``(value, gradient)``: `grad_and_value` in JAX's order."""
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def in_order(*args: Any, **kwargs: Any) -> Any:
        gradients, value = both(*args, **kwargs)
        return value, gradients

    return in_order


# -- products with the Jacobian ------------------------------------------------------------------------


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """Call a function, and return its result and the function u ↦ Jᵀu.

    Parameters
    ----------
    func : callable
        From the primals to Tensors, in dicts, lists and tuples.
    *primals : Tensor, or nested structure of them
        Where to differentiate; floating.
    has_aux : bool
        Whether `func` returns a pair, of which the second is handed through.

    Returns
    -------
    output : Tensor or structure of them
        What `func` returned.
    vjp_fn : callable
        ``vjp_fn(cotangents)`` takes a cotangent for each output, in their structure, and returns a tuple with Jᵀu for
        each primal.  Can be called many times.
    aux : Any
        With `has_aux`.

    Examples
    --------
    >>> y, pull = vjp(lambda x: x * x, tensor([1.0, 2.0]))
    >>> y, pull(tensor([1.0, 10.0]))
    (tensor([1., 4.]), (tensor([ 2., 40.]),))
    """
    if not primals:
        raise error("func-argnums", op="vjp", argnums="(all)", count=0)
    tape = Tape("vjp", func, primals, lambda chosen: func(*chosen), has_aux)

    def vjp_fn(cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        us = like_structure("vjp", "cotangents", cotangents, tape.output_structure)
        return unflatten(tape.structure, tape.pull(tape.outputs, us, retain_graph, create_graph))

    return (tape.result(), vjp_fn, tape.aux) if has_aux else (tape.result(), vjp_fn)


def like_structure(op: str, what: str, tree: Any, structure: Structure) -> list[Any]:
    """Return the leaves of a tree that must have a structure."""
    leaves, found = flatten(tree)
    if found != structure:
        raise error("func-structure", op=op, what=what, got=found, expected=structure)
    for x in leaves:
        if not isinstance(x, Tensor):
            raise error("not-a-tensor", op=op, kind=type(x).__name__)
    return leaves


def jvp(
    func: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...], *, strict: bool = False,
    has_aux: bool = False,
) -> Any:  # fmt: skip
    """Call a function, and return its result and how it moves when the primals move along the tangents: Jv.

    Parameters
    ----------
    func : callable
        From the primals to Tensors, in dicts, lists and tuples.
    primals : tuple of Tensor, or of nested structures of them
        The arguments: where to differentiate; floating.
    tangents : tuple
        Of the structure, shapes and dtypes of the primals: the direction v.
    strict : bool
        Refuse an output that does not depend on the primals, instead of returning zeros.
    has_aux : bool
        Whether `func` returns a pair, of which the second is handed through.

    Returns
    -------
    output, tangent : Tensor or structure of them
        What `func` returned, and Jv.
    aux : Any
        With `has_aux`.

    Notes
    -----
    Forward mode: one sweep over the tape from the arguments to the results; see ``pushforward.py``.

    Examples
    --------
    >>> jvp(lambda x: x * x, (tensor([1.0, 2.0]),), (tensor([1.0, 10.0]),))
    (tensor([1., 4.]), tensor([ 2., 40.]))
    """
    if not isinstance(primals, tuple) or not isinstance(tangents, tuple) or not primals:
        got = f"{type(primals).__name__} and {type(tangents).__name__}"
        raise error("func-structure", op="jvp", what="primals and tangents", got=got, expected="(…) and (…), tuples")
    tape = Tape("jvp", func, primals, lambda chosen: func(*chosen), has_aux)
    vs = checked_tangents("jvp", tape, tangents)
    if strict:
        for i, y in enumerate(tape.outputs):
            if not reaches(y, tape.starts):
                raise error("func-independent", op="jvp", output=i, input="any")
    moving = unflatten(tape.output_structure, tape.push(tape.starts, vs))
    return (tape.result(), moving, tape.aux) if has_aux else (tape.result(), moving)


def checked_tangents(op: str, tape: Tape, tangents: Any) -> tuple[Tensor, ...]:
    """Return the leaves of tangents, which must be like the primals."""
    vs = tuple(like_structure(op, "tangents", tangents, tape.structure))
    check_tangents(tuple(tape.starts), vs)
    return vs


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """Call a function once, and return its result and the function v ↦ Jv.

    Parameters
    ----------
    func : callable
        From the primals to Tensors, in dicts, lists and tuples.
    *primals : Tensor, or nested structure of them
        Where to linearise; floating.

    Returns
    -------
    output : Tensor or structure of them
        What `func` returned.
    jvp_fn : callable
        ``jvp_fn(*tangents)`` returns Jv, without calling `func` again.

    Examples
    --------
    >>> y, push = linearize(lambda x: x * x, tensor([1.0, 2.0]))
    >>> push(tensor([1.0, 10.0]))
    tensor([ 2., 40.])
    """
    if not primals:
        raise error("func-argnums", op="linearize", argnums="(all)", count=0)
    tape = Tape("linearize", func, primals, lambda chosen: func(*chosen), False)

    def jvp_fn(*tangents: Any) -> Any:
        return unflatten(tape.output_structure, tape.push(tape.starts, checked_tangents("linearize", tape, tangents)))

    return tape.result(), jvp_fn
