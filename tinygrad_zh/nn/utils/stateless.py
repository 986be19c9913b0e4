"""A Module as a function of its parameters, under the name that PyTorch had for it first; see ``func.functional_call``.

May import: floors 0–3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.tensor import Tensor
from ...transforms.stateless import functional_call as call
from ..module import Module


def functional_call(
    module: Module,
    parameters_and_buffers: Mapping[str, Tensor],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Call a module with other parameters and buffers; see ``tinygrad_zh.func.functional_call``.

    Parameters
    ----------
    module : Module
        It stays as it is.
    parameters_and_buffers : mapping of str to Tensor
        By path.
    args : tuple or anything else, optional
        The arguments of the call.
    kwargs : dict, optional
        Its keyword arguments.
    tie_weights : bool
        Whether a tensor that the module has under several paths needs to be given under one alone.
    strict : bool
        Whether all parameters and buffers must be given, and no others.
    """
    return call(module, parameters_and_buffers, args, kwargs, tie_weights=tie_weights, strict=strict)
