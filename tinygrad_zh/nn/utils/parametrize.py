"""Parametrisations: a parameter computed from others, whenever it is read.

    register_parametrization(layer, "weight", Symmetric())
    layer.weight        # Symmetric()(layer.parametrizations.weight.original)

What is trained is ``original``.  A parametrisation is a Module; with a method ``right_inverse`` the parameter can be
assigned to, and the values it has now are kept.  If that returns several tensors, these are trained:
``original0``, ``original1``, …

The module's class becomes one of its own, with a property of the parameter's name.

May import: floors 0–2, ``nn``'s modules.  Read next: ``parametrizations.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ...core.tensor import Tensor
from ...errors import error
from ...ops.grad_mode import no_grad
from ..containers import ModuleDict, ModuleList
from ..module import Module
from ..parameter import Parameter, take_array

_cache: ContextVar[dict[tuple[int, str], Any] | None] = ContextVar("parametrisations", default=None)


@contextmanager
def cached() -> Iterator[None]:
    """In this ``with`` block, compute every parametrised tensor once and keep it."""
    token = None if _cache.get() is not None else _cache.set({})  # an inner block leaves it to the outer one
    try:
        yield
    finally:
        if token is not None:
            _cache.reset(token)


class ParametrizationList(ModuleList):
    """The parametrisations of one parameter, and what they start from; made by `register_parametrization`.

    Parameters
    ----------
    modules : sequence of Module
        Applied one after the other.
    original : Parameter or Tensor
        The parameter or buffer as it was.
    unsafe : bool
        Whether shape and dtype may change.
    """

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        new = self._inverted(original, "ParametrizationList", strict=False)
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if self.is_tensor else len(new)
        if isinstance(new, Tensor):
            self._check(original, new, "right_inverse changes the dtype", new.dtype == dtype)
            if new.array is not original.array:
                take_array(original, new.array, "register_parametrization")
            keep(self, "original", original)
        else:
            for i, part in enumerate(new):
                made = Parameter(part.detach(), original.requires_grad) if isinstance(original, Parameter) else part
                keep(self, f"original{i}", made)
        if not unsafe:
            result = self()
            self._check(original, result, "it returns no Tensor", isinstance(result, Tensor))
            self._check(original, result, "it changes the dtype", result.dtype == dtype)
            self._check(original, result, "it changes the shape", result.shape == shape)

    def forward(self) -> Tensor:
        """Compute the parameter."""
        first, *others = self
        result: Tensor = first(*self.originals())
        for parametrization in others:
            result = parametrization(result)
        return result

    def originals(self) -> list[Tensor]:
        """Return what is trained."""
        names = ["original"] if self.is_tensor else [f"original{i}" for i in range(self.ntensors)]
        return [getattr(self, name) for name in names]

    def right_inverse(self, value: Tensor) -> None:
        """Write what gives this value into the originals."""
        new = self._inverted(value, "right_inverse", strict=True)
        parts = [new] if isinstance(new, Tensor) else list(new)
        self._check(value, parts, f"right_inverse returns {len(parts)} tensors", len(parts) == self.ntensors)
        for original, part in zip(self.originals(), parts, strict=True):
            self._check(original, part, "right_inverse changes the dtype", part.dtype == original.dtype)
            take_array(original, part.array.copy(), "right_inverse")

    def _inverted(self, value: Any, op: str, strict: bool) -> Any:
        """Go back through all parametrisations; without `strict`, past those that have no way back."""
        with no_grad():
            for parametrization in reversed(list(self)):
                inverse = getattr(parametrization, "right_inverse", None)
                if inverse is None and strict:
                    kind = type(parametrization).__name__
                    raise error("parametrization", op=op, kind=kind, name="right_inverse", reason="there is none")
                try:
                    value = value if inverse is None else inverse(value)
                except NotImplementedError:
                    if strict:
                        raise
        if not isinstance(value, (Tensor, list, tuple)):
            reason = f"right_inverse returns {type(value).__name__}"
            raise error("parametrization", op=op, kind=type(self[0]).__name__, name="right_inverse", reason=reason)
        return value.detach() if isinstance(value, Tensor) else value

    def _check(self, original: Tensor, new: Any, reason: str, holds: bool) -> None:
        if not holds:
            kind = ", ".join(type(parametrization).__name__ for parametrization in self)
            raise error("parametrization", op="register_parametrization", kind=kind, name="forward", reason=reason)


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Compute a parameter or buffer by a parametrisation from now on; return the module.

    Parameters
    ----------
    module : Module
        Whose parameter or buffer.
    tensor_name : str
        Of the parameter; one that is parametrised already is parametrised further.
    parametrization : Module
        Its ``forward`` makes the parameter of what is trained; its ``right_inverse``, if there is one, what is trained
        of the parameter.
    unsafe : bool
        Whether shape and dtype may change.

    Raises
    ------
    ArgumentError
        If there is no such parameter, or shape or dtype would change without `unsafe`.

    Examples
    --------
    >>> class Symmetric(nn.Module):
    ...     def forward(self, x):
    ...         return x.triu() + x.triu(1).T
    >>> layer = register_parametrization(nn.Linear(3, 3), "weight", Symmetric())
    >>> (layer.weight == layer.weight.T).all()
    tensor(True)
    """
    op, kind = "register_parametrization", type(module).__name__
    if not isinstance(parametrization, Module):
        found = type(parametrization).__name__
        raise error("module-value", found=found, what="module", name=tensor_name, wanted="nn.Module")
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        its = module.parametrizations[tensor_name]
        if not unsafe:
            before = getattr(module, tensor_name)
            after = parametrization(before)
            its._check(before, after, "it returns no Tensor", isinstance(after, Tensor))
            its._check(before, after, "it changes the dtype", after.dtype == before.dtype)
            its._check(before, after, "it changes the shape", after.shape == before.shape)
        its.append(parametrization)
        its.unsafe |= unsafe
        return module
    original = module._parameters.get(tensor_name)
    original = module._buffers.get(tensor_name) if original is None else original
    if original is None:
        raise error("parametrization", op=op, kind=kind, name=tensor_name, reason="it is no parameter and no buffer")
    its = ParametrizationList([parametrization], original, unsafe)
    delattr(module, tensor_name)
    if not is_parametrized(module):
        module.parametrizations = ModuleDict()
    module.parametrizations[tensor_name] = its
    give_properties(module, type_of_layer(module, already=len(module.parametrizations) > 1))
    return module


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a parameter of a module is parametrised; without a name, whether any is."""
    its = module._modules.get("parametrizations")
    if not isinstance(its, ModuleDict):
        return False
    return len(its) > 0 if tensor_name is None else tensor_name in its


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Make a parametrised tensor an ordinary parameter again; return the module.

    Parameters
    ----------
    module, tensor_name
        As of `register_parametrization`.
    leave_parametrized : bool
        Whether it keeps the computed values; if not, it gets those of ``original``.

    Raises
    ------
    ArgumentError
        If it is not parametrised, or its originals are several tensors and `leave_parametrized` is False.
    """
    op, kind = "remove_parametrizations", type(module).__name__
    if not is_parametrized(module, tensor_name):
        known = ", ".join(module.parametrizations) if is_parametrized(module) else "–"
        raise error("not-parametrized", op=op, kind=kind, name=tensor_name, known=known)
    its, layer = module.parametrizations[tensor_name], type_of_layer(module, already=True)
    if not its.is_tensor and not leave_parametrized:
        raise error("parametrization", op=op, kind=kind, name=tensor_name, reason="its originals are several tensors")
    original = its.originals()[0]
    if leave_parametrized:
        value = getattr(module, tensor_name)
        if its.is_tensor:
            take_array(original, value.detach().array.copy(), op)
        else:
            original = Parameter(value.detach()) if value.requires_grad else value
    del module.parametrizations[tensor_name]
    if not len(module.parametrizations):
        delattr(module, "parametrizations")
    give_properties(module, layer)
    keep(module, tensor_name, original)
    return module


def type_before_parametrizations(module: Module) -> type:
    """Return the class that a module had before its parameters were parametrised."""
    return type_of_layer(module, already=is_parametrized(module))


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Let a module have the parametrisations of another, and share what they start from; return it.

    Parameters
    ----------
    from_module, to_module : Module
        From where, and where to.
    tensor_name : str, optional
        Of one parameter; all that are parametrised by default.
    """
    if not is_parametrized(from_module):
        return to_module
    for name in list(from_module.parametrizations) if tensor_name is None else [tensor_name]:
        its = from_module.parametrizations[name]
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name).detach()))
        for parametrization in its:
            register_parametrization(to_module, name, parametrization, unsafe=its.unsafe)
        for part in (*its._parameters, *its._buffers):
            setattr(to_module.parametrizations[name], part, getattr(its, part))
    return to_module


def type_of_layer(module: Module, already: bool) -> type:
    """Return the class without properties."""
    return type(module).__bases__[0] if already else type(module)


def give_properties(module: Module, layer: type) -> None:
    """Let a module be of a class of its own that computes its parametrised tensors; of its first class without any."""
    names = list(module.parametrizations) if is_parametrized(module) else []
    properties = {name: computed(name) for name in names}
    module.__class__ = type(f"Parametrized{layer.__name__}", (layer,), properties) if names else layer


def computed(name: str) -> property:
    """Return the property that computes a parametrised tensor, and writes to what it starts from."""

    def read(module: Any) -> Tensor:
        cache, key = _cache.get(), (id(module), name)
        if cache is None:
            result: Tensor = module.parametrizations[name]()
            return result
        if key not in cache:
            cache[key] = module.parametrizations[name]()
        found: Tensor = cache[key]
        return found

    def write(module: Any, value: Tensor) -> None:
        module.parametrizations[name].right_inverse(value)

    return property(read, write)


def keep(module: Module, name: str, tensor: Tensor) -> None:
    """Register a parameter or a buffer, as it is one or the other."""
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)
