"""weight_norm: a weight written as length times direction, which are trained instead of it.

May import: floors 0–2, ``module``, ``parameter``.  Read next: ``spectral_norm.py``.
"""

from __future__ import annotations

from typing import Any

from ...core.tensor import Tensor
from ...errors import error
from ...ops.publish import spaces
from ..module import Module
from ..parameter import Parameter


class WeightNorm:
    """The hook that computes the weight before every forward."""

    def __init__(self, name: str, dim: int | None) -> None:
        self.name, self.dim = name, dim
        self.handle: Any = None

    def weight(self, module: Module) -> Tensor:
        """Return g · v / ‖v‖."""
        g, v = getattr(module, self.name + "_g"), getattr(module, self.name + "_v")
        weight: Tensor = v * (g / length(v, self.dim))
        return weight

    def __call__(self, module: Module, args: Any) -> None:
        """Compute the weight of the module whose forward is about to run."""
        setattr(module, self.name, self.weight(module))


def length(v: Tensor, dim: int | None) -> Tensor:
    """Return the norm over all dimensions but `dim`, which are kept with length 1; a number without a `dim`."""
    vector_norm = spaces["linalg"]["vector_norm"]
    others = None if dim in (None, -1) else tuple(d for d in range(v.ndim) if d != dim)
    norm: Tensor = vector_norm(v) if others is None else vector_norm(v, dim=others, keepdim=True)
    return norm


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Replace a parameter by ``name_g``, its length, and ``name_v``, its direction; return the module.

    Parameters
    ----------
    module : Module
        It computes its parameter before every forward from now on.
    name : str
        Of the parameter.
    dim : int or None
        Each slice along this dimension has its own length; None, or as in PyTorch −1, for one in all.

    Notes
    -----
    Salimans and Kingma (2016), "Weight Normalization", eq. 2.
    """
    if any(isinstance(hook, WeightNorm) and hook.name == name for hook, _ in module._forward_pre_hooks):
        raise error("weight-hook", op="weight_norm", name=name, kind=type(module).__name__, reason="it has one already")
    hook = WeightNorm(name, dim)
    weight = module.get_parameter(name)
    delattr(module, name)
    module.register_parameter(name + "_g", Parameter(length(weight, dim).detach()))
    module.register_parameter(name + "_v", Parameter(weight.detach()))
    setattr(module, name, hook.weight(module))
    hook.handle = module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module: Module, name: str = "weight") -> Module:
    """Make the weight a parameter again; return the module."""
    hook = found(module, WeightNorm, name, "remove_weight_norm")
    weight = hook.weight(module).detach()
    hook.handle.remove()
    for part in ("", "_g", "_v"):
        delattr(module, name + part)
    module.register_parameter(name, Parameter(weight))
    return module


def found(module: Module, kind: Any, name: str, op: str) -> Any:
    """Return the hook of a kind that computes a parameter."""
    for hook, _ in module._forward_pre_hooks:
        if isinstance(hook, kind) and hook.name == name:
            return hook
    raise error("weight-hook", op=op, name=name, kind=type(module).__name__, reason="it has none")
