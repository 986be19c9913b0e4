"""Floor 3: the public face ``tinygrad_zh.func``, with the names of ``torch.func``: transforms of functions."""

from .transforms.derivatives import grad, grad_and_value, jvp, linearize, value_and_grad, vjp
from .transforms.jacobians import hessian, hvp, jacfwd, jacrev, vhp
from .transforms.stateless import functional_call, stack_module_state
from .transforms.vmap import vmap

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "hvp",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "stack_module_state",
    "value_and_grad",
    "vhp",
    "vjp",
    "vmap",
]
