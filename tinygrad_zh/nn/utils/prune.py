"""Pruning: masks that hold some values of a parameter at zero, as in PyTorch's ``torch.nn.utils.prune``.

May import: floors 0–2, ``module``, ``pruning``, ``vector``.  Read next: ``parametrize.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...core.tensor import Tensor
from ...ops.publish import public
from ..module import Module
from .pruning import (
    BasePruningMethod,
    CustomFromMask,
    Identity,
    L1Unstructured,
    LnStructured,
    PruningContainer,
    RandomStructured,
    RandomUnstructured,
    masked_further,
    methods_of,
    refused,
)
from .vector import parameters_to_vector

__all__ = [
    "BasePruningMethod",
    "CustomFromMask",
    "Identity",
    "L1Unstructured",
    "LnStructured",
    "PruningContainer",
    "RandomStructured",
    "RandomUnstructured",
    "custom_from_mask",
    "global_unstructured",
    "identity",
    "is_pruned",
    "l1_unstructured",
    "ln_structured",
    "random_structured",
    "random_unstructured",
    "remove",
]


def identity(module: Module, name: str) -> Module:
    """Prune nothing, but put parameter and mask in place."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: Module, name: str, amount: float) -> Module:
    """Prune `amount` single values by chance."""
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module: Module, name: str, amount: float, importance_scores: Any = None) -> Module:
    """Prune the `amount` single values that are least in absolute value, or in `importance_scores`."""
    L1Unstructured.apply(module, name, amount, importance_scores=importance_scores)
    return module


def random_structured(module: Module, name: str, amount: float, dim: int) -> Module:
    """Prune `amount` slices along `dim` by chance."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(
    module: Module, name: str, amount: float, n: float, dim: int, importance_scores: Any = None
) -> Module:
    """Prune the `amount` slices along `dim` that have the least n-norm."""
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def global_unstructured(
    parameters: Iterable[tuple[Module, str]], pruning_method: Any, importance_scores: Any = None, **kwargs: Any
) -> None:
    """Prune several parameters together, as if they were one.

    Parameters
    ----------
    parameters : iterable of (Module, str)
        The parameters, by module and name.
    pruning_method : type
        One of the ways that prune single values.
    importance_scores : dict of (Module, str) to Tensor, optional
        What to judge by in place of the values.
    **kwargs
        The options of the way, such as `amount`.

    Raises
    ------
    ArgumentError
        If the way prunes slices.
    """
    op, parameters, given = "global_unstructured", list(parameters), importance_scores or {}
    method = pruning_method(**kwargs)
    if method.PRUNING_TYPE != "unstructured":
        raise refused(op, f"{pruning_method.__name__} is {method.PRUNING_TYPE}", "a way that prunes single values")
    places = [(getattr(module, name), module, name) for module, name in parameters]
    masks: list[Any] = [getattr(m, name + "_mask", None) for _, m, name in places]
    masks = [
        public["ones_like"](t.detach()) if mask is None else mask for mask, (t, *_) in zip(masks, places, strict=True)
    ]
    scores = parameters_to_vector(given.get((m, name), t).detach() for t, m, name in places)
    mask = masked_further(method, scores, parameters_to_vector(masks))
    start = 0
    for tensor, module, name in places:
        end = start + tensor.numel()
        custom_from_mask(module, name, mask[start:end].reshape(tensor.shape))
        start = end


def custom_from_mask(module: Module, name: str, mask: Tensor) -> Module:
    """Prune by a mask of zeros and ones, of the parameter's shape."""
    CustomFromMask.apply(module, name, mask)
    return module


def remove(module: Module, name: str) -> Module:
    """Make the pruned parameter an ordinary one; its zeros may move again."""
    for method in methods_of(module, name):
        method.remove(module)
        method.handle.remove()
        return module
    raise refused("remove", f"{name!r} of {type(module).__name__} is not pruned", "a parameter that was pruned")


def is_pruned(module: Module) -> bool:
    """Whether a parameter of the module, or of one below it, is pruned."""
    return any(isinstance(h, BasePruningMethod) for part in module.modules() for h, _ in part._forward_pre_hooks)
