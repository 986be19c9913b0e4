"""Tables: how a Module keeps what is assigned to it.

There are three: parameters, buffers (state that is saved but not trained) and submodules.  Assigning to an attribute
puts a Parameter or a Module into its table; reading an attribute looks there when Python finds nothing.

May import: floors 0–2, ``parameter``, ``layout``.  Read next: ``tree.py``.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ..core.tensor import Tensor
from ..errors import error
from .layout import close_matches
from .parameter import Buffer, Parameter


class Tables:
    """What a Module is made of; `Module` adds what is done with it."""

    training: bool
    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    _modules: dict[str, Any]
    _non_persistent: set[str]
    _forward_pre_hooks: list[Any]
    _forward_hooks: list[Any]
    _backward_pre_hooks: list[Any]
    _backward_hooks: list[Any]
    _state_hooks: defaultdict[str, list[Any]]

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
            _backward_pre_hooks=[],
            _backward_hooks=[],
            _state_hooks=defaultdict(list),  # by moment: "before saving", …; see state.py
        )

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
        elif isinstance(value, Buffer):
            what, table = "buffer", "_buffers"
        elif isinstance(value, Tables):
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
        elif what == "buffer":
            self.register_buffer(name, value, value.persistent)
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

    def add_module(self, name: str, module: Any) -> None:
        """Register a Module, or None, under a name that need not be an identifier, such as ``"0"``."""
        self._check_name("module", "_modules", name)
        if module is not None and not isinstance(module, Tables):
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


KINDS = (
    ("parameter", "_parameters", "nn.Parameter"),
    ("module", "_modules", "nn.Module"),
    ("buffer", "_buffers", "a Tensor"),
)
"""What a Module keeps: the word for it, its table, and what may be put there."""
