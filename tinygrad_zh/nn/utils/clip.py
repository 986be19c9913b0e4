"""Clipping gradients between ``backward()`` and ``step()``: their common norm, or each value.

May import: floors 0–2.  Read next: ``vector.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...core.tensor import Tensor
from ...errors import error
from ...ops.grad_mode import no_grad
from ...ops.publish import public, spaces


def listed(tensors: Tensor | Iterable[Tensor]) -> list[Tensor]:
    """Return one tensor or several as a list."""
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def gradients(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    """Return the gradients that are there."""
    return [parameter.grad for parameter in listed(parameters) if parameter.grad is not None]


@no_grad()
def get_total_norm(
    tensors: Tensor | Iterable[Tensor], norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> Tensor:
    """Return the norm of several tensors as if they were one vector.

    Parameters
    ----------
    tensors : Tensor or iterable of Tensor
        Mostly gradients.
    norm_type : float
        p; inf for the largest absolute value.
    error_if_nonfinite : bool
        Whether a norm that is NaN or infinite is an error.

    Raises
    ------
    CheckError
        If `error_if_nonfinite` and it is not finite.
    """
    vector_norm = spaces["linalg"]["vector_norm"]
    norms = [vector_norm(tensor, norm_type) for tensor in listed(tensors)]
    if not norms:
        total: Tensor = public["tensor"](0.0)
        return total
    total = vector_norm(public["stack"]([norm.to(norms[0].device) for norm in norms]), norm_type)
    if error_if_nonfinite and not total.isfinite().item():
        raise error("norm-nonfinite", norm=total.item(), p=norm_type)
    return total


@no_grad()
def clip_grads_with_norm_(parameters: Tensor | Iterable[Tensor], max_norm: float, total_norm: Tensor) -> None:
    """Multiply all gradients by max_norm / total_norm, in place, if that is less than 1; see `clip_grad_norm_`."""
    factor = public["clamp"](max_norm / (total_norm + 1e-6), max=1.0)
    for gradient in gradients(parameters):
        gradient.mul_(factor.to(gradient.device))


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> Tensor:
    """Shorten all gradients together, in place, such that their norm is at most `max_norm`.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensor
        Whose gradients; those without one do not count.
    max_norm : float
        The greatest norm allowed.
    norm_type, error_if_nonfinite
        As of `get_total_norm`.

    Returns
    -------
    Tensor of shape ()
        The norm before.

    Notes
    -----
    g · min(1, max_norm / (‖g‖ + 10⁻⁶)).  Pascanu, Mikolov and Bengio (2013), "On the difficulty of training recurrent
    neural networks".
    """
    parameters = listed(parameters)
    total = get_total_norm(gradients(parameters), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(parameters, max_norm, total)
    return total


@no_grad()
def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Bring every value of the gradients into ±`clip_value`, in place."""
    bound: Any = float(clip_value)
    for gradient in gradients(parameters):
        gradient.clamp_(-bound, bound)
