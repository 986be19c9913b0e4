"""state_dict and load_state_dict: a model's values by path, out and in.

May import: floors 0–2, ``parameter``.  Read next: ``containers.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..core.inplace import touch
from ..core.tensor import Tensor
from ..errors import error
from ..ops.publish import public
from .parameter import Parameter, Uninitialized

if TYPE_CHECKING:
    from .module import Module

EXTRA = "_extra_state"
"""Under which name a module's extra state is saved, as in PyTorch."""


class IncompatibleKeys(NamedTuple):
    """What ``load_state_dict`` has not found a place for, and what it has left as it was."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


def state_of(module: Module, found: dict[str, Any], prefix: str, keep_vars: bool) -> None:
    """Put parameters and persistent buffers into a dict by path; a shared one under each of its paths."""
    for hook in tuple(module._state_hooks["before saving"]):
        hook(module, prefix, keep_vars)
    for name, tensor in own_state(module):
        found[prefix + name] = tensor if keep_vars or isinstance(tensor, Uninitialized) else tensor.detach()
    if has_extra_state(module):
        found[prefix + EXTRA] = module.get_extra_state()
    for name, child in module._modules.items():
        if child is not None:
            child.state_dict(destination=found, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
    for hook in tuple(module._state_hooks["after saving"]):
        hook(module, found, prefix, {})


def own_state(module: Module) -> Iterator[tuple[str, Tensor]]:
    """Yield (name, tensor) of what a module itself saves."""
    for name, tensor in (*module._parameters.items(), *module._buffers.items()):
        if tensor is not None and name not in module._non_persistent:
            yield name, tensor


def has_extra_state(module: Module) -> bool:
    """Whether a class of the user's says what to save besides tensors."""
    return not hasattr(type(module).get_extra_state, "of_module_itself")


def load_state(module: Module, given: Mapping[str, Any], strict: bool, assign: bool) -> IncompatibleKeys:
    """Check all names and shapes, then copy; see `Module.load_state_dict`."""
    if not isinstance(given, Mapping):
        raise error(
            "argument", op="load_state_dict", argument="state_dict", expected="a dict", got=type(given).__name__
        )
    given, keys = dict(given), IncompatibleKeys([], [])
    parts = [(f"{path}." if path else "", part) for path, part in module.named_modules(remove_duplicate=False)]
    problems: list[str] = []
    for prefix, part in parts:
        for hook in tuple(part._state_hooks["before loading"]):
            hook(part, given, prefix, {}, strict, *keys, problems)
    places = {prefix + name: (part, name) for prefix, part in parts for name, _ in own_state(part)}
    if prefix := foreign_prefix(places, given):
        raise error("state-prefix", kind=type(module).__name__, prefix=prefix, name=next(iter(places)))
    extra = {prefix + EXTRA: part for prefix, part in parts if has_extra_state(part)}
    values = {path: public["as_tensor"](in_our_terms(given[path])).detach() for path in places if path in given}
    keys.missing_keys.extend(path for path in (*places, *extra) if path not in given)
    keys.unexpected_keys.extend(path for path in given if path not in places and path not in extra)
    for path, value in values.items():
        own = getattr(*places[path])
        if not isinstance(own, Uninitialized) and value.shape != own.shape:
            problems.append(f"{path} {tuple(value.shape)}, {tuple(own.shape)}")
    # Hooks that run afterwards may know that a name is not missed.
    forgiving = any(part._state_hooks["after loading"] for _, part in parts)
    refuse_what_does_not_fit(module, keys, problems, strict and not forgiving)
    for path, value in values.items():
        take_over(*places[path], value, assign and isinstance(given[path], Tensor), given[path])
    for path, part in extra.items():
        if path in given:
            part.set_extra_state(given[path])

    def call_hooks(part: Module) -> None:
        for hook in tuple(part._state_hooks["after loading"]):
            hook(part, keys)

    module.apply(call_hooks)  # children before parents
    refuse_what_does_not_fit(module, keys, [], strict)
    return keys


def refuse_what_does_not_fit(module: Module, keys: IncompatibleKeys, problems: list[str], strict: bool) -> None:
    """Raise one error that lists all: shapes always, names if `strict`."""
    if problems or (strict and (keys.missing_keys or keys.unexpected_keys)):
        raise error(
            "state-names",
            kind=type(module).__name__,
            missing=", ".join(keys.missing_keys) or "–",
            unexpected=", ".join(keys.unexpected_keys) or "–",
            misshaped="; ".join(problems) or "–",
        )


def take_over(part: Module, name: str, value: Tensor, assign: bool, given: Any) -> None:
    """Copy a value into a parameter or buffer, or with `assign` let the given tensor take its place."""
    own = getattr(part, name)
    if assign:
        if name in part._parameters:
            kept = given if isinstance(given, Parameter) else Parameter(given, own.requires_grad)
            part._parameters[name] = kept
        else:
            part._buffers[name] = given
        return
    if isinstance(own, Uninitialized):
        own.materialize(value.shape)
    own.array[...] = public["to"](value, dtype=own.dtype, device=own.device).array
    touch(own, "load_state_dict")


def foreign_prefix(own: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """Return what stands before every one of our names in a state of another wrapping, such as ``module.``.

    A number is none: those are the layers of a Sequential, of which one happens to have our names.
    """
    first = next(iter(own), None)
    ends = [name for name in given if isinstance(name, str) and first is not None and name.endswith(f".{first}")]
    prefixes = [name.removesuffix(str(first)) for name in ends]
    found = [prefix for prefix in prefixes if all(prefix + name in given and name not in given for name in own)]
    return found[0] if len(found) == 1 and not found[0].split(".")[-2].isdigit() else ""


def in_our_terms(value: Any) -> Any:
    """Return a tensor of PyTorch's as the NumPy array of its memory, and anything else as it is."""
    if type(value).__module__.partition(".")[0] == "torch" and hasattr(value, "detach"):
        return value.detach().cpu().numpy()
    return value
