"""state_dict and load_state_dict: a model's values by path, out and in.

May import: floors 0–2.  Read next: ``containers.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..core.inplace import touch
from ..core.tensor import Tensor
from ..errors import error
from ..ops.publish import public

if TYPE_CHECKING:
    from .module import Module


class IncompatibleKeys(NamedTuple):
    """What ``load_state_dict`` has not found a place for, and what it has left as it was."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


def state_of(module: Module, prefix: str, keep_vars: bool) -> dict[str, Tensor]:
    """Return parameters and persistent buffers by path; a shared one under each of its paths."""
    found: dict[str, Tensor] = {}
    for path, part in module.named_modules(remove_duplicate=False):
        start = prefix + (f"{path}." if path else "")
        for name, tensor in (*part._parameters.items(), *part._buffers.items()):
            if tensor is not None and name not in part._non_persistent:
                found[start + name] = tensor if keep_vars else tensor.detach()
    return found


def load_state(module: Module, given: Mapping[str, Any], strict: bool) -> IncompatibleKeys:
    """Check all names and shapes, then copy; see `Module.load_state_dict`."""
    kind = type(module).__name__
    if not isinstance(given, Mapping):
        raise error(
            "argument", op="load_state_dict", argument="state_dict", expected="a dict", got=type(given).__name__
        )
    own = state_of(module, "", keep_vars=True)
    if prefix := foreign_prefix(own, given):
        raise error("state-prefix", kind=kind, prefix=prefix, name=next(iter(own)))
    values = {name: public["as_tensor"](in_our_terms(given[name])).detach() for name in own if name in given}
    missing = [name for name in own if name not in given]
    unexpected = [name for name in given if name not in own]
    misshaped = [
        f"{name} {tuple(value.shape)}, {tuple(own[name].shape)}"
        for name, value in values.items()
        if value.shape != own[name].shape
    ]
    if misshaped or (strict and (missing or unexpected)):
        raise error(
            "state-names",
            kind=kind,
            missing=", ".join(missing) or "–",
            unexpected=", ".join(unexpected) or "–",
            misshaped="; ".join(misshaped) or "–",
        )
    for name, value in values.items():
        tensor = own[name]
        tensor.array[...] = public["to"](value, dtype=tensor.dtype, device=tensor.device).array
        touch(tensor, "load_state_dict")
    return IncompatibleKeys(missing, unexpected)


def foreign_prefix(own: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """Return what stands before every one of our names in a state of another wrapping, such as ``module.``."""
    first = next(iter(own), None)
    ends = [name for name in given if isinstance(name, str) and first is not None and name.endswith(f".{first}")]
    prefixes = [name.removesuffix(str(first)) for name in ends]
    found = (prefix for prefix in prefixes if all(prefix + name in given and name not in given for name in own))
    return next(found, "")


def in_our_terms(value: Any) -> Any:
    """Return a tensor of PyTorch's as the NumPy array of its memory, and anything else as it is."""
    if type(value).__module__.partition(".")[0] == "torch" and hasattr(value, "detach"):
        return value.detach().cpu().numpy()
    return value
