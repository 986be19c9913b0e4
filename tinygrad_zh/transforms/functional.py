r"""Floor 3: ``autograd.functional``: derivatives of a function at given inputs, PyTorch's older form.

``func.jacrev(f)(x)`` and ``autograd.functional.jacobian(f, x)`` are the same matrix.  Here inputs are a Tensor or a
tuple of them, and so is what the function returns; results follow them.

May import: floors 0–2, ``tape``, ``jacobians``.  Read next: ``vmap.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..core.tensor import Tensor, box
from ..errors import error
from ..ops.join import stack
from ..ops.shape import movedim, reshape
from .gradient import as_sequence
from .jacobians import columns, rows, unit_vectors
from .tape import Tape, described, reaches

STRATEGIES = ("reverse-mode", "forward-mode")


class Call:
    """A function called at its inputs, and how its results are to be given back.

    Attributes
    ----------
    tape : Tape
        Of the call.
    one_input, one_output : bool
        Whether there was a Tensor instead of a tuple.
    create_graph : bool
        Whether results can be differentiated, down to the inputs.
    """

    def __init__(self, op: str, func: Callable[..., Any], inputs: Any, create_graph: bool, strict: bool) -> None:
        self.op, self.create_graph, self.strict = op, create_graph, strict
        self.one_input = isinstance(inputs, Tensor)
        given = as_sequence(op, inputs)
        begun = given if create_graph else tuple(x.detach() for x in given)
        self.tape = Tape(op, func, begun, lambda chosen: func(*chosen), False)
        structure = self.tape.output_structure
        kind = structure.kind
        if kind not in (None, tuple) or any(part.kind for part in structure.parts):
            raise error("func-output", op=op, got=structure, expected="a Tensor or a tuple of Tensors")
        self.one_output = kind is None
        if strict:
            for i, y in enumerate(self.tape.outputs):
                for j, x in enumerate(self.tape.starts):
                    if not reaches(y, [x]):
                        raise error("func-independent", op=op, output=i, input=j)

    def scalar(self) -> Tensor:
        """Return the only output, which must have one element."""
        y: Tensor | None = self.tape.outputs[0] if self.one_output else None
        if y is None or y.numel() != 1:
            got = described(y) if y is not None else f"a tuple of length {len(self.tape.outputs)}"
            raise error("func-output", op=self.op, got=got, expected="a Tensor of one element")
        return y

    def vectors(self, v: Any, like: Sequence[Tensor], what: str) -> tuple[Any, ...]:
        """Return the vectors of a product, checked against what they are like; 1 for a single element."""
        if v is None:
            if len(like) != 1 or like[0].numel() != 1:
                raise error("func-structure", op=self.op, what="v", got=None, expected=f"a vector like the {what}")
            return (box(unit_vectors(like[0]).array[0]),)
        given = as_sequence(self.op, v)
        shapes = [x.shape for x in given]
        if shapes != [x.shape for x in like]:
            expected = ", ".join(str(x.shape) for x in like)
            raise error("func-structure", op=self.op, what="v", got=", ".join(map(str, shapes)), expected=expected)
        return tuple(x if self.create_graph else x.detach() for x in given)

    def gradients(self, y: Tensor, u: Any, create_graph: bool) -> list[Tensor]:
        """Return Jᵀu of one output."""
        return self.tape.pull([y], [u], retain_graph=True, create_graph=create_graph)

    def given_back(self, found: Sequence[Tensor], alone: bool) -> Any:
        """Return results as a tuple, or alone; with `strict`, refuse those that cannot be differentiated further."""
        for i, g in enumerate(found):
            if self.strict and self.create_graph and not g.requires_grad:
                raise error("func-independent", op=self.op, output=f"{i} (of {self.op})", input="any")
        results = tuple(g if self.create_graph else g.detach() for g in found)
        return results[0] if alone else results

    def outputs(self) -> Any:
        """Return what the function returned."""
        results = tuple(y if self.create_graph else y.detach() for y in self.tape.outputs)
        return results[0] if self.one_output else results

    def second(self) -> Tape:
        """Return the tape on which the gradient of the only output is the function."""
        y = self.scalar()
        second = self.tape
        second.outputs = self.gradients(y, box(unit_vectors(y).array[0]), True)
        if self.strict:
            for i, g in enumerate(second.outputs):
                if not reaches(g, second.starts):
                    raise error("func-independent", op=self.op, output=f"{i} (of the gradient)", input="any")
        return second


def vjp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return ``func(*inputs)`` and Jᵀv.

    Parameters
    ----------
    func : callable
        From Tensors to a Tensor or a tuple of them.
    inputs : Tensor or tuple of Tensor, floating
        Where to differentiate.
    v : Tensor or tuple of Tensor, optional
        Of the shapes of the outputs; 1 for a single element.
    create_graph : bool
        Whether results can be differentiated further.
    strict : bool
        Refuse an output that does not depend on an input, instead of returning zeros.

    Returns
    -------
    outputs, vjp
        The second with the shapes of the inputs.

    Examples
    --------
    >>> tg.autograd.functional.vjp(lambda x: x * x, tensor([1.0, 2.0]), tensor([1.0, 10.0]))
    (tensor([1., 4.]), tensor([ 2., 40.]))
    """
    call = Call("vjp", func, inputs, create_graph, strict)
    us = call.vectors(v, call.tape.outputs, "outputs")
    outputs = call.outputs()
    found = call.tape.pull(call.tape.outputs, us, retain_graph=True, create_graph=create_graph)
    return outputs, call.given_back(found, call.one_input)


def jvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return ``func(*inputs)`` and Jv, by forward mode; `v` has the shapes of the inputs.  See `vjp`.

    Examples
    --------
    >>> tg.autograd.functional.jvp(lambda x: x * x, tensor([1.0, 2.0]), tensor([1.0, 10.0]))
    (tensor([1., 4.]), tensor([ 2., 40.]))
    """
    call = Call("jvp", func, inputs, create_graph, strict)
    vs = call.vectors(v, call.tape.starts, "inputs")
    return call.outputs(), call.given_back(call.tape.push(call.tape.starts, vs), call.one_output)


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """Return the Jacobian of a function.

    Parameters
    ----------
    func, inputs, create_graph, strict
        As of `vjp`.
    vectorize : bool
        One sweep for all rows by ``vmap``, instead of a sweep for each: faster, and takes more memory.
    strategy : {"reverse-mode", "forward-mode"}
        By rows, or by columns.

    Returns
    -------
    Tensor of shape (output..., input...); or tuples of them, by output and then by input

    Examples
    --------
    >>> tg.autograd.functional.jacobian(lambda x: x * x, tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    call = Call("jacobian", func, inputs, create_graph, strict)
    blocks = matrix(call, call.tape, vectorize, strategy)
    per_output = tuple(call.given_back(block, call.one_input) for block in blocks)
    return per_output[0] if call.one_output else per_output


def matrix(call: Call, tape: Tape, vectorize: bool, strategy: str) -> list[list[Tensor]]:
    """Return ∂output/∂input for every output and then every input."""
    if strategy not in STRATEGIES:
        expected = "'reverse-mode' or 'forward-mode'"
        raise error("argument", op=call.op, argument="strategy", expected=expected, got=strategy)
    if strategy == "reverse-mode":
        if vectorize:
            return [rows(tape, y) for y in tape.outputs]
        return [rows_one_by_one(call, tape, y) for y in tape.outputs]
    by_input = [columns(tape, x) if vectorize else columns_one_by_one(tape, x) for x in tape.starts]
    return [list(parts) for parts in zip(*by_input, strict=True)]


def rows_one_by_one(call: Call, tape: Tape, y: Tensor) -> list[Tensor]:
    """Return ∂y/∂(start) for every start, with a backward sweep for every element of `y`."""
    units = unit_vectors(y)
    swept = [call.gradients(y, u, call.create_graph) for u in units]
    if not swept:
        return rows(tape, y)
    return [
        reshape(stack(parts), (*y.shape, *x.shape))
        for parts, x in zip(zip(*swept, strict=True), tape.starts, strict=True)
    ]


def columns_one_by_one(tape: Tape, x: Tensor) -> list[Tensor]:
    """Return ∂(output)/∂x for every output, with a forward sweep for every element of `x`."""
    swept = [tape.push([x], (v,)) for v in unit_vectors(x)]
    if not swept:
        return columns(tape, x)
    return [
        reshape(movedim(stack(parts), 0, -1), (*y.shape, *x.shape))
        for parts, y in zip(zip(*swept, strict=True), tape.outputs, strict=True)
    ]


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """Return the Hessian of a function that returns one element: the Jacobian of its gradient.

    Parameters
    ----------
    func, inputs, create_graph, strict
        As of `vjp`.
    vectorize, outer_jacobian_strategy
        `vectorize` and `strategy` of `jacobian`, for the outer one.

    Returns
    -------
    Tensor of shape (input..., input...); or tuples of tuples of them, by input and input

    Examples
    --------
    >>> tg.autograd.functional.hessian(lambda x: (x**3).sum(), tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    call = Call("hessian", func, inputs, create_graph, strict)
    blocks = matrix(call, call.second(), vectorize, outer_jacobian_strategy)
    per_input = tuple(call.given_back(block, call.one_input) for block in blocks)
    return per_input[0] if call.one_input else per_input


def vhp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return the output of a function that returns one element, and vᵀH: reverse mode over reverse mode.

    Parameters are those of `vjp`; `v` has the shapes of the inputs.

    Examples
    --------
    >>> tg.autograd.functional.vhp(lambda x: (x**3).sum(), tensor([1.0, 2.0]), tensor([1.0, 10.0]))
    (tensor(9.), tensor([  6., 120.]))
    """
    call = Call("vhp", func, inputs, create_graph, strict)
    outputs, vs = call.outputs(), call.vectors(v, call.tape.starts, "inputs")
    second = call.second()
    found = second.pull(second.outputs, vs, retain_graph=True, create_graph=create_graph)
    return outputs, call.given_back(found, call.one_input)


def hvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return the output of a function that returns one element, and Hv: forward mode over reverse mode.  See `vhp`.

    Examples
    --------
    >>> tg.autograd.functional.hvp(lambda x: (x**3).sum(), tensor([1.0, 2.0]), tensor([1.0, 10.0]))
    (tensor(9.), tensor([  6., 120.]))
    """
    call = Call("hvp", func, inputs, create_graph, strict)
    outputs, vs = call.outputs(), call.vectors(v, call.tape.starts, "inputs")
    second = call.second()
    return outputs, call.given_back(second.push(second.starts, vs), call.one_input)
