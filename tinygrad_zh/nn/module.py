"""Module: the base class of layers and models, as in PyTorch.

A Module keeps three tables: its parameters, its buffers (state that is saved but not trained) and its
submodules.  Assigning to an attribute puts a Parameter or a Module into its table; reading an attribute looks
there when Python finds nothing.  Everything else (``parameters()``, ``state_dict()``, ``to()``) walks the tables.

May import: floors 0–2, ``parameter``, ``state``, ``placement``, ``layout``.  Read next: ``state.py``, ``linear.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

from ..backend.devices import as_device
from ..backend.dtypes import as_dtype
from ..core.tensor import Tensor
from ..errors import error
from ..ops.hooks import Handle
from . import placement, state
from .layout import close_matches, tree_text
from .parameter import Parameter, clear_gradients


class Module:
    """Base class of layers and models.

    A subclass calls ``super().__init__()``, assigns parameters and submodules to attributes, and defines
    ``forward``.

    Attributes
    ----------
    training : bool
        Whether layers such as Dropout behave as in training; see `train` and `eval`.

    Examples
    --------
    >>> class Line(Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.slope = Parameter(tensor([2.0]))
    ...     def forward(self, x):
    ...         return x * self.slope
    """

    training: bool
    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    _modules: dict[str, Any]
    _non_persistent: set[str]
    _forward_pre_hooks: list[Any]
    _forward_hooks: list[Any]

    def __init__(self) -> None:
        # Not ``self.x = …``: __setattr__ below looks into the very tables that are made here.
        self.__dict__.update(
            training=True,
            _parameters={},
            _buffers={},
            _modules={},
            _non_persistent=set(),
            _forward_pre_hooks=[],
            _forward_hooks=[],
        )

    # -- calling ---------------------------------------------------------------------------------------

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the result; every subclass defines this."""
        raise error("forward-missing", kind=type(self).__name__)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the hooks and ``forward``."""
        if not self._forward_pre_hooks and not self._forward_hooks:
            return self.forward(*args, **kwargs)
        for hook, with_kwargs in tuple(self._forward_pre_hooks):
            given = hook(self, args, kwargs) if with_kwargs else hook(self, args)
            if given is not None and with_kwargs:
                args, kwargs = given
            elif given is not None:
                args = given if isinstance(given, tuple) else (given,)
        result = self.forward(*args, **kwargs)
        for hook, with_kwargs in tuple(self._forward_hooks):
            given = hook(self, args, kwargs, result) if with_kwargs else hook(self, args, result)
            if given is not None:
                result = given
        return result

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> Handle:
        """Call ``hook(module, args)`` before every forward; what it returns replaces the arguments.

        With `with_kwargs` it is ``hook(module, args, kwargs)`` and returns both.  The handle's ``remove()``
        takes the hook away; `prepend` puts it before those registered earlier.
        """
        return hooked(self._forward_pre_hooks, (hook, with_kwargs), prepend)

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> Handle:
        """Call ``hook(module, args, result)`` after every forward; what it returns replaces the result.

        With `with_kwargs` it is ``hook(module, args, kwargs, result)``; see `register_forward_pre_hook`.
        """
        return hooked(self._forward_hooks, (hook, with_kwargs), prepend)

    # -- attributes ------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        # Python comes here only for what it has not found itself.
        own = self.__dict__
        for table in ("_parameters", "_modules", "_buffers"):
            if table in own and name in own[table]:
                return own[table][name]
        raise error("attribute-unknown", kind=type(self).__name__, name=name, near=close_matches(name, self))

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Parameter):
            what, table = "parameter", "_parameters"
        elif isinstance(value, Module):
            what, table = "module", "_modules"
        else:
            for what, table, wanted in KINDS:
                if name in self.__dict__.get(table, ()):
                    if value is not None and not (what == "buffer" and isinstance(value, Tensor)):
                        raise error("module-value", found=type(value).__name__, what=what, name=name, wanted=wanted)
                    self.__dict__[table][name] = value
                    return
            object.__setattr__(self, name, value)
            return
        if table not in self.__dict__:
            raise error("module-init", what=what, name=name)
        self._forget(name, keep=table)  # a name that had a value in this table keeps its place there
        if what == "parameter":
            self.register_parameter(name, value)
        else:
            self._modules[name] = value

    def __delattr__(self, name: str) -> None:
        if any(name in self.__dict__[table] for _, table, _ in KINDS):
            self._forget(name)
        else:
            object.__delattr__(self, name)

    def _forget(self, name: str, keep: str = "") -> None:
        """Take `name` out of the tables, but for `keep`, and out of the plain attributes."""
        for _, table, _ in KINDS:
            if table != keep:
                self.__dict__[table].pop(name, None)
        self._non_persistent.discard(name)
        self.__dict__.pop(name, None)

    def __dir__(self) -> list[str]:
        names = {*object.__dir__(self), *self._parameters, *self._buffers, *self._modules}
        return sorted(name for name in names if not name[:1].isdigit())

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Register a parameter under a name; None keeps the name free for one, as for ``bias=False``."""
        self._check_name("parameter", "_parameters", name)
        if param is not None and not isinstance(param, Parameter):
            found = type(param).__name__
            raise error("module-value", found=found, what="parameter", name=name, wanted="nn.Parameter")
        if param is not None and param.grad_fn is not None:
            raise error("parameter-non-leaf", made=param.grad_fn.name, name=name)
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Register a tensor that belongs to the state but is not trained, such as a running mean.

        Parameters
        ----------
        name : str
            It can be read as an attribute of this name.
        tensor : Tensor or None
            None keeps the name free.
        persistent : bool
            Whether it is part of ``state_dict()``.
        """
        self._check_name("buffer", "_buffers", name)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise error("module-value", found=type(tensor).__name__, what="buffer", name=name, wanted="a Tensor")
        self._buffers[name] = tensor
        (self._non_persistent.discard if persistent else self._non_persistent.add)(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Register a submodule under a name that need not be an identifier, such as ``"0"``."""
        self._check_name("module", "_modules", name)
        if module is not None and not isinstance(module, Module):
            raise error("module-value", found=type(module).__name__, what="module", name=name, wanted="nn.Module")
        self._modules[name] = module

    register_module = add_module

    def _check_name(self, what: str, table: str, name: Any) -> None:
        """Refuse names that could not be found again, or are taken by something of another kind."""
        if table not in self.__dict__:
            raise error("module-init", what=what, name=name)
        if not isinstance(name, str) or not name or "." in name:
            raise error("module-name", what=what, name=name, reason="not a string, empty, or with a dot")
        taken = hasattr(type(self), name) or any(name in self.__dict__[t] for _, t, _ in KINDS) or name in self.__dict__
        if taken and name not in self.__dict__[table]:
            raise error("module-name", what=what, name=name, reason="that attribute exists already")

    # -- walking through the tree ----------------------------------------------------------------------

    def named_modules(self, prefix: str = "", remove_duplicate: bool = True) -> Iterator[tuple[str, Module]]:
        """Yield (path, module) for this module and all below it, each once unless `remove_duplicate` is False."""
        return _walk(self, prefix, set() if remove_duplicate else None)

    def modules(self) -> Iterator[Module]:
        """Yield this module and all below it."""
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Yield (name, module) for the direct submodules."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def children(self) -> Iterator[Module]:
        """Yield the direct submodules."""
        return (module for _, module in self.named_children())

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Yield (path, parameter) of this module and, with `recurse`, of all below it; a shared one once."""
        return self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Yield the parameters, for an optimiser."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Yield (path, buffer) of this module and, with `recurse`, of all below it."""
        return self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Yield the buffers."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def _named(self, table: str, prefix: str, recurse: bool, once: bool) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        for path, module in _walk(self, prefix, set() if once else None) if recurse else [(prefix, self)]:
            for name, tensor in module.__dict__[table].items():
                if tensor is not None and id(tensor) not in seen:
                    if once:
                        seen.add(id(tensor))
                    yield (f"{path}.{name}" if path else name), tensor

    def get_submodule(self, target: str) -> Module:
        """Return the module at a path such as ``"encoder.0"``; the module itself for an empty path."""
        found = dict(self.named_modules(remove_duplicate=False))
        if target not in found:
            known = ", ".join(filter(None, found))
            raise error("module-path", what="module", path=target, kind=type(self).__name__, known=known or "–")
        return found[target]

    def get_parameter(self, target: str) -> Parameter:
        """Return the parameter at a path such as ``"encoder.0.weight"``."""
        found = dict(self.named_parameters(remove_duplicate=False))
        if target not in found:
            known = ", ".join(found)
            raise error("module-path", what="parameter", path=target, kind=type(self).__name__, known=known or "–")
        return found[target]

    # -- state -----------------------------------------------------------------------------------------

    def state_dict(self, *, prefix: str = "", keep_vars: bool = False) -> dict[str, Tensor]:
        """Return parameters and persistent buffers by path; detached, sharing memory, unless `keep_vars`."""
        return state.state_of(self, prefix, keep_vars)

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> state.IncompatibleKeys:
        """Copy values into parameters and buffers, by path; all of them or, in case of an error, none.

        Parameters
        ----------
        state_dict : mapping of str to Tensor or array
            What ``state_dict()`` returned, here or in PyTorch; converted to each parameter's dtype.
        strict : bool
            Whether missing and unexpected names are an error; shapes that differ always are.

        Returns
        -------
        IncompatibleKeys
            ``missing_keys`` and ``unexpected_keys``, both empty if `strict`.

        Raises
        ------
        StorageError
            If something does not fit: everything that is missing, unexpected or mis-shaped is listed.
        """
        return state.load_state(self, state_dict, strict)

    def train(self, mode: bool = True) -> Self:
        """Switch this module and all below it to training, or with False to evaluation."""
        if not isinstance(mode, bool):
            raise error("argument", op="train", argument="mode", expected="True or False", got=mode)
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Switch to evaluation: Dropout lets everything through."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Train all parameters, or with False freeze them."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or with ``set_to_none=False`` fill them with zeros."""
        clear_gradients(self.parameters(), set_to_none)

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call ``fn(module)`` for every submodule, children before parents, and for this module last."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    # -- dtype and device ------------------------------------------------------------------------------

    def to(self, *args: Any, dtype: Any = None, device: Any = None, non_blocking: bool = False) -> Self:
        """Move parameters and buffers to a device, or convert the floating ones to a dtype, in place.

        Parameters
        ----------
        *args : dtype, device or Tensor
            In any order, as for a Tensor: ``to("cuda")``, ``to(float64)``, ``to(other)``.
        dtype, device : optional
            The same by name.
        """
        placement.move(self, *placement.wanted(args, dtype, device))
        return self

    def cpu(self) -> Self:
        """Move parameters and buffers to the CPU."""
        return self.to("cpu")

    def cuda(self, device: Any = None) -> Self:
        """Move parameters and buffers to an NVIDIA GPU (tested on a double; not yet run on a GPU)."""
        return self.to(as_device("cuda" if device is None else device))

    def float(self) -> Self:
        """Convert floating parameters and buffers to float32."""
        return self.to(as_dtype("float32"))

    def double(self) -> Self:
        """Convert floating parameters and buffers to float64."""
        return self.to(as_dtype("float64"))

    def half(self) -> Self:
        """Convert floating parameters and buffers to float16."""
        return self.to(as_dtype("float16"))

    # -- printing --------------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """Return what stands between the brackets of ``repr``; a layer says its sizes here."""
        return ""

    def __repr__(self) -> str:
        return tree_text(type(self).__name__, self.extra_repr(), self._modules.items())


KINDS = (
    ("parameter", "_parameters", "nn.Parameter"),
    ("module", "_modules", "nn.Module"),
    ("buffer", "_buffers", "a Tensor"),
)
"""What a Module keeps: the word for it, its table, and what may be put there."""


def hooked(hooks: list[Any], hook: Any, prepend: bool) -> Handle:
    """Add a hook to a list, and return the handle that removes it."""
    hooks.insert(0 if prepend else len(hooks), hook)
    return Handle(hooks, hook)


def _walk(module: Module, path: str, seen: set[int] | None) -> Iterator[tuple[str, Module]]:
    """Yield (path, module) from the top down; with `seen`, every module once."""
    if seen is not None:
        if id(module) in seen:
            return
        seen.add(id(module))
    yield path, module
    for name, child in module._modules.items():
        if child is not None:
            yield from _walk(child, f"{path}.{name}" if path else name, seen)
