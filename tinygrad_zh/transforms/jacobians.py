r"""Floor 3: whole matrices of derivatives: ``jacrev``, ``jacfwd``, ``hessian``; and products with a Hessian.

A row of a Jacobian is Jᵀu for a unit vector u, a column Jv.  So the matrix is one sweep with all unit vectors at
once, which is ``vmap`` of the sweep: backward by rows, forward by columns.  The Hessian is a Jacobian of a gradient.

May import: floors 0–2, ``tree``, ``vmap``, ``derivatives``.  Read next: ``functional.py``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..backend.devices import backend_of
from ..core.tensor import Tensor, box
from ..ops.shape import movedim, reshape
from .derivatives import Argnums, grad, jvp, tape_of, vjp
from .tape import Tape
from .tree import unflatten
from .vmap import vmap


def unit_vectors(x: Tensor) -> Tensor:
    """Return a unit vector for every element of `x`, each of its shape, along a first dimension."""
    count = x.numel()
    eye = backend_of(x.array).xp.eye(count, dtype=x.dtype)
    return box(eye.reshape(count, *x.shape))


def rows(tape: Tape, y: Tensor, chunk_size: int | None = None) -> list[Tensor]:
    """Return ∂y/∂(start) of one output for every start, of shape (*output, *start), by a backward sweep."""
    if y.dtype.kind != "f":
        return [box(backend_of(x.array).xp.zeros((*y.shape, *x.shape), dtype=x.dtype)) for x in tape.starts]
    pulled = vmap(lambda u: tape.pull([y], [u], retain_graph=True), randomness="same", chunk_size=chunk_size)
    return [reshape(g, (*y.shape, *x.shape)) for g, x in zip(pulled(unit_vectors(y)), tape.starts, strict=True)]


def columns(tape: Tape, x: Tensor) -> list[Tensor]:
    """Return ∂(output)/∂x for every output and one start, of shape (*output, *start), by a forward sweep."""
    pushed = vmap(lambda v: tape.push([x], (v,)), randomness="same")
    return [
        reshape(movedim(t, 0, -1), (*y.shape, *x.shape))
        for t, y in zip(pushed(unit_vectors(x)), tape.outputs, strict=True)
    ]


def jacrev(
    func: Callable[..., Any], argnums: Argnums = 0, *, has_aux: bool = False, chunk_size: int | None = None
) -> Callable[..., Any]:
    """Return a function that computes the Jacobian of `func`, row by row in one backward sweep.

    Parameters
    ----------
    func : callable
        Returns Tensors, in dicts, lists and tuples; with `has_aux` a pair of these and anything else.
    argnums : int or tuple of int
        By which positional arguments to differentiate; each a floating Tensor or a nested structure of them.
    has_aux : bool
        Whether `func` returns something besides, which is handed through.
    chunk_size : int, optional
        So many rows at a time, to save memory.

    Returns
    -------
    callable
        Returns the structure of the outputs, and in it that of the argument, with Tensors of shape
        (output..., argument...); or ``(jacobian, aux)``.

    Notes
    -----
    Costs the function and as many backward sweeps as outputs have elements, all in one: for few outputs and many
    arguments.  The other way round `jacfwd` is cheaper.

    Examples
    --------
    >>> jacrev(lambda x: x * x)(tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """

    @functools.wraps(func)
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        tape = tape_of("jacrev", func, argnums, has_aux, args, kwargs)
        blocks = [unflatten(tape.structure, rows(tape, y, chunk_size)) for y in tape.outputs]
        found = unflatten(tape.output_structure, blocks)
        return (found, tape.aux) if has_aux else found

    return jacobian


def jacfwd(func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Return a function that computes the Jacobian of `func`, column by column in one forward sweep; see `jacrev`.

    Notes
    -----
    Costs the function and as many forward sweeps as the argument has elements, all in one.  `func` is called once,
    so PyTorch's `randomness` has no meaning here: all columns belong to the same random numbers.

    Examples
    --------
    >>> jacfwd(lambda x: x * x)(tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """

    @functools.wraps(func)
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        tape = tape_of("jacfwd", func, argnums, has_aux, args, kwargs)
        by_start = [columns(tape, x) for x in tape.starts]
        blocks = [unflatten(tape.structure, parts) for parts in zip(*by_start, strict=True)]
        found = unflatten(tape.output_structure, blocks)
        return (found, tape.aux) if has_aux else found

    return jacobian


def hessian(func: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """Return a function that computes the Hessian of `func`: the Jacobian, forward, of the Jacobian, backward.

    Parameters
    ----------
    func : callable
        Usually returns a 0-d Tensor.
    argnums : int or tuple of int
        By which arguments to differentiate, twice.

    Returns
    -------
    callable
        Returns Tensors of shape (output..., argument..., argument...), in the structure of the argument, twice.

    Examples
    --------
    >>> hessian(lambda x: (x**3).sum())(tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    return jacfwd(jacrev(func, argnums), argnums)


def hvp(func: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> Any:
    """Return the product Hv of a function's Hessian and a vector, without the Hessian.

    Parameters
    ----------
    func : callable
        Returns a 0-d Tensor.
    primals : tuple of Tensor, or of nested structures of them
        The arguments: where to differentiate.
    tangents : tuple
        v, in the structure of the primals.

    Returns
    -------
    tuple
        Hv, in the structure of the primals.

    Notes
    -----
    Forward mode over reverse mode: the gradient, and how it moves along v.  Costs a small multiple of a gradient.

    Examples
    --------
    >>> hvp(lambda x: (x**3).sum(), (tensor([1.0, 2.0]),), (tensor([1.0, 10.0]),))
    (tensor([  6., 120.]),)
    """
    return jvp(grad(func, argnums=tuple(range(len(primals)))), primals, tangents)[1]


def vhp(func: Callable[..., Any], primals: tuple[Any, ...], cotangents: tuple[Any, ...]) -> Any:
    """Return the product vᵀH of a vector and a function's Hessian, by reverse mode over reverse mode; see `hvp`.

    Examples
    --------
    >>> vhp(lambda x: (x**3).sum(), (tensor([1.0, 2.0]),), (tensor([1.0, 10.0]),))
    (tensor([  6., 120.]),)
    """
    return vjp(grad(func, argnums=tuple(range(len(primals)))), *primals)[1](cotangents)
