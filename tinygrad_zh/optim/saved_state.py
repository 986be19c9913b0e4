"""An optimiser's state_dict, in PyTorch's form, out and in.

    {"state": {0: {"momentum_buffer": Tensor}, …},
     "param_groups": [{"lr": 0.01, …, "params": [0, 1, …]}]}

Parameters are numbers: their place in the order of the groups.

May import: floors 0–2.  Read next: ``sgd.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..core.tensor import Tensor
from ..errors import error
from ..ops.publish import public

if TYPE_CHECKING:
    from .optimizer import Optimizer


def state_of(optimizer: Optimizer) -> dict[str, Any]:
    """Return the state with parameters as numbers; its tensors are the optimiser's own."""
    number = {id(p): i for i, p in enumerate(p for group in optimizer.param_groups for p in group["params"])}
    groups = [
        {**{k: v for k, v in group.items() if k != "params"}, "params": [number[id(p)] for p in group["params"]]}
        for group in optimizer.param_groups
    ]
    return {"state": {number[id(p)]: dict(s) for p, s in optimizer.state.items()}, "param_groups": groups}


def load_state(optimizer: Optimizer, given: Mapping[str, Any]) -> None:
    """Check everything, then take it over; see `Optimizer.load_state_dict`."""
    op = optimizer.name
    if not isinstance(given, Mapping) or not {"state", "param_groups"} <= set(given):
        raise error("optimizer-state", op=op, reason="it is no dict with 'state' and 'param_groups'")
    own, saved = optimizer.param_groups, given["param_groups"]
    sizes, saved_sizes = [len(g["params"]) for g in own], [len(g["params"]) for g in saved]
    if sizes != saved_sizes:
        raise error("optimizer-state", op=op, reason=f"its groups have {saved_sizes} parameters, here {sizes}")
    parameter = {
        str(number): p
        for group, saved_group in zip(own, saved, strict=True)
        for number, p in zip(saved_group["params"], group["params"], strict=True)
    }
    groups = []
    for group, saved_group in zip(own, saved, strict=True):
        # Defaults fill in what older versions did not save; lists were tuples before they went through JSON.
        options = {k: tuple(v) if isinstance(v, list) else v for k, v in saved_group.items() if k != "params"}
        groups.append({"params": group["params"], **optimizer.defaults, **options})
        optimizer.check_group(groups[-1])
    state = {}
    for number, values in given["state"].items():
        if str(number) not in parameter:
            raise error("optimizer-state", op=op, reason=f"it has state of a parameter {number}")
        p = parameter[str(number)]
        state[p] = {name: optimizer.loaded(name, value, p) for name, value in values.items() if value is not None}
    optimizer.state.clear()
    optimizer.state.update(state)
    for group, loaded in zip(own, groups, strict=True):
        group.clear()  # the same dicts: a learning-rate schedule may hold them
        group.update(loaded)


def taken_over(optimizer: Optimizer, name: str, value: Any, p: Tensor) -> Any:
    """Return one saved value as a Tensor of its own, of the parameter's dtype; a count keeps its dtype."""
    if name == "step":
        return count_of(value)
    array = value.array if isinstance(value, Tensor) else in_numpy(value)
    shape = optimizer.shape_of(name, p)
    if tuple(array.shape) != shape:
        reason = f"{name} has the shape {tuple(array.shape)}, not {shape}"
        raise error("optimizer-state", op=optimizer.name, reason=reason)
    return public["tensor"](array, dtype=p.dtype, device="cpu" if name in optimizer.numbers else p.device)


def count_of(value: Any) -> Tensor:
    """Return how many steps were taken as a 0-d Tensor on the CPU, PyTorch's form of it."""
    made: Tensor = public["tensor"](float(value))
    return made


def in_numpy(value: Any) -> Any:
    """Return PyTorch's tensors and NumPy's arrays as arrays."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return public["as_tensor"](value).array
