"""Full backward hooks: functions that see the gradients of a module's results and inputs, and may replace them.

While a module has such hooks, its inputs and its results each pass through a `Gate`, an identity whose pullback
shows all their gradients together.  The gradients of the results come by first, those of the inputs last.

May import: floors 0–3.  Read next: ``module.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.inplace import share
from ..core.tensor import Tensor
from ..errors import error
from ..transforms.function import Function


class Gate(Function):
    """The identity of several tensors; going back, their gradients are shown to a function, which may replace them."""

    @staticmethod
    def forward(ctx: Any, show: Callable[[tuple[Any, ...]], tuple[Any, ...]], *tensors: Tensor) -> Any:
        """Return the tensors."""
        ctx.show = show
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(*(tensor for tensor in tensors if not tensor.requires_grad))
        return tensors

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        """Return what the function makes of the gradients."""
        return (None, *ctx.show(gradients))


class Passage:
    """One call of a module with backward hooks.

    Parameters
    ----------
    module : Module
        What the hooks are called with.
    before, after : list of callable
        Hooks for the gradients of the results alone, and for those of inputs and results.
    """

    def __init__(self, module: Any, before: list[Any], after: list[Any]) -> None:
        self.module, self.before, self.after = module, tuple(before), tuple(after)
        self.inputs = 0
        self.entered = False
        self.watched: list[tuple[Tensor, int]] = []
        self.grad_output: tuple[Any, ...] | None = None

    def enter(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Lead the arguments of ``forward`` through a gate."""
        if not self.after:
            return args
        self.inputs = len(args)
        passed = self.gated(args, self.show_inputs)
        self.entered = passed is not args
        if self.entered:
            self.watched = [(x, share(x).version) for x in passed if isinstance(x, Tensor)]
        return passed

    def leave(self, result: Any) -> Any:
        """Lead what ``forward`` returned through a gate: a Tensor, or those in a tuple."""
        if any(share(x).version != version for x, version in self.watched):
            # The caller's tensor has lost its values, and knows nothing of the node that replaced them.
            raise error("backward-hook-inplace", kind=type(self.module).__name__)
        self.watched = []
        if isinstance(result, tuple):
            return self.gated(result, self.show_results)
        return self.gated((result,), self.show_results)[0]

    def gated(self, values: tuple[Any, ...], show: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> tuple[Any, ...]:
        """Return `values` with the Tensors among them led through one gate, if any requires a gradient."""
        places = [i for i, value in enumerate(values) if isinstance(value, Tensor)]
        if not any(values[i].requires_grad for i in places):
            return values

        def show_all(gradients: tuple[Any, ...]) -> tuple[Any, ...]:
            every: list[Any] = [None] * len(values)
            for i, gradient in zip(places, gradients, strict=True):
                every[i] = gradient
            shown = show(tuple(every))
            return tuple(shown[i] for i in places)

        passed = list(values)
        for i, tensor in zip(places, Gate.apply(show_all, *(values[i] for i in places)), strict=True):
            passed[i] = tensor
        return tuple(passed)

    def show_results(self, gradients: tuple[Any, ...]) -> tuple[Any, ...]:
        """Show the gradients of the results; without a gate of the inputs, this is the last that is seen."""
        for hook in self.before:
            gradients = self.replaced(gradients, hook(self.module, gradients), "grad_output")
        self.grad_output = gradients
        if not self.entered:
            for hook in self.after:
                given = hook(self.module, (None,) * self.inputs, gradients)
                if given is not None and any(part is not None for part in given):
                    self.refuse("grad_input", given)
        return gradients

    def show_inputs(self, gradients: tuple[Any, ...]) -> tuple[Any, ...]:
        """Show the gradients of the inputs beside those of the results."""
        if self.grad_output is None:
            raise error("backward-hook-order", kind=type(self.module).__name__)
        for hook in self.after:
            gradients = self.replaced(gradients, hook(self.module, gradients, self.grad_output), "grad_input")
        self.grad_output = None
        return gradients

    def replaced(self, gradients: tuple[Any, ...], given: Any, name: str) -> tuple[Any, ...]:
        """Return what a hook has given instead of the gradients, None for nothing else."""
        if given is None:
            return gradients
        parts = given if isinstance(given, tuple) else (given,)
        if len(parts) != len(gradients):
            self.refuse(name, parts)
        return parts

    def refuse(self, name: str, given: Any) -> None:
        """Say that a hook returned what cannot be used."""
        expected = "None" if name == "grad_input" and not self.entered else f"None or a tuple as long as {name}"
        raise error(
            "argument", op=f"{type(self.module).__name__}'s backward hook", argument="what it returns",
            expected=expected, got=f"a tuple of {len(given)}",
        )  # fmt: skip
