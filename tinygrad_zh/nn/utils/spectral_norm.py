"""spectral_norm: a weight divided by its largest singular value, which power iteration follows.

May import: floors 0–2, ``module``, ``parameter``, ``convolution``.
"""

from __future__ import annotations

from typing import Any

from ...core.tensor import Tensor
from ...errors import error
from ...ops.grad_mode import no_grad
from ...ops.publish import public
from .. import functional as F
from ..convolution import ConvolutionTranspose
from ..module import Module
from ..parameter import Parameter
from .weight_norm import found


class SpectralNorm:
    """The hook that computes the weight before every forward."""

    def __init__(self, name: str, steps: int, dim: int, eps: float) -> None:
        self.name, self.steps, self.dim, self.eps = name, steps, dim, eps
        self.handle: Any = None

    def matrix(self, weight: Tensor) -> Tensor:
        """Return the weight as a matrix whose rows are the slices along `dim`."""
        first: Tensor = public["movedim"](weight, self.dim, 0)
        return first.reshape(first.shape[0], -1)

    def weight(self, module: Module, iterate: bool) -> Tensor:
        """Return W / σ with σ = uᵀ W v, after steps v ← Wᵀu / ‖Wᵀu‖, u ← Wv / ‖Wv‖ in place if asked for."""
        weight = getattr(module, self.name + "_orig")
        u, v = getattr(module, self.name + "_u"), getattr(module, self.name + "_v")
        matrix = self.matrix(weight)
        if iterate:
            with no_grad():
                for _ in range(self.steps):
                    v.copy_(F.normalize(matrix.T @ u, dim=0, eps=self.eps))
                    u.copy_(F.normalize(matrix @ v, dim=0, eps=self.eps))
            u, v = u.clone(), v.clone()  # the next forward overwrites them before this one's backward, perhaps
        normalised: Tensor = weight / (u @ (matrix @ v))
        return normalised

    def __call__(self, module: Module, args: Any) -> None:
        """Compute the weight of the module whose forward is about to run."""
        setattr(module, self.name, self.weight(module, module.training))


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Divide a parameter by its largest singular value before every forward; return the module.

    Parameters
    ----------
    module : Module
        It gets the parameter ``name_orig`` and the buffers ``name_u`` and ``name_v``, estimates of the singular
        vectors, which a forward in training improves.
    name : str
        Of the parameter.
    n_power_iterations : int
        Steps of power iteration per forward.
    eps : float
        The least norm that is divided by.
    dim : int, optional
        Which dimension makes the rows: 0, and of a ConvTranspose 1, that of the result's channels.

    Notes
    -----
    Miyato et al. (2018), "Spectral Normalization for Generative Adversarial Networks", algorithm 1.
    """
    if any(isinstance(hook, SpectralNorm) and hook.name == name for hook, _ in module._forward_pre_hooks):
        reason = "it has one already"
        raise error("weight-hook", op="spectral_norm", name=name, kind=type(module).__name__, reason=reason)
    if n_power_iterations < 1:
        raise error(
            "argument", op="spectral_norm", argument="n_power_iterations", expected="an int ≥ 1", got=n_power_iterations
        )
    rows = (1 if isinstance(module, ConvolutionTranspose) else 0) if dim is None else dim
    hook = SpectralNorm(name, n_power_iterations, rows, eps)
    weight = module.get_parameter(name)
    shape = hook.matrix(weight.detach()).shape
    delattr(module, name)
    module.register_parameter(name + "_orig", weight)
    setattr(module, name, weight.detach())
    for part, size in (("_u", shape[0]), ("_v", shape[1])):
        drawn = public["randn"](size, dtype=weight.dtype, device=weight.device)
        module.register_buffer(name + part, F.normalize(drawn, dim=0, eps=eps))
    hook.handle = module.register_forward_pre_hook(hook)
    return module


def remove_spectral_norm(module: Module, name: str = "weight") -> Module:
    """Make the divided weight a parameter; return the module."""
    hook = found(module, SpectralNorm, name, "remove_spectral_norm")
    weight = hook.weight(module, iterate=False).detach()
    hook.handle.remove()
    for part in ("", "_orig", "_u", "_v"):
        delattr(module, name + part)
    module.register_parameter(name, Parameter(weight))
    return module
