"""Tree: the ways through a Module and all below it, by path: ``named_parameters()``, ``get_submodule("encoder.0")``.

May import: floors 0–2, ``parameter``, ``tables``.  Read next: ``module.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..core.tensor import Tensor
from ..errors import error
from .parameter import Parameter
from .tables import Tables

if TYPE_CHECKING:
    from .module import Module


class Tree(Tables):
    """What walks through the tables of a Module and of all below it."""

    def named_modules(
        self, memo: set[Any] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """Yield (path, module) for this module and all below it, each once unless `remove_duplicate` is False.

        Those in `memo` are left out, and those that were yielded are put there.
        """
        return _walk(self, prefix, (set() if memo is None else memo) if remove_duplicate else None)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """Yield this module and all below it, each once unless `remove_duplicate` is False."""
        return (module for _, module in self.named_modules(remove_duplicate=remove_duplicate))

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

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Put a module at a path such as ``"encoder.0"``, in place of the one that is there.

        Parameters
        ----------
        target : str
            The path; all but its last name must lead to a module.
        module : Module
            What to put there.
        strict : bool
            Whether there must be one already; if not, the last name may be new.

        Raises
        ------
        UnknownNameError
            If the path leads nowhere.
        DTypeError
            If it is no Module.
        """
        above, _, name = target.rpartition(".")
        parent = self.get_submodule(above)
        if name not in parent._modules and (strict or hasattr(parent, name) or not name):
            known = ", ".join(parent._modules) or "–"
            raise error("module-path", what="module", path=target, kind=type(self).__name__, known=known)
        parent.add_module(name, module)

    def get_parameter(self, target: str) -> Parameter:
        """Return the parameter at a path such as ``"encoder.0.weight"``."""
        found = dict(self.named_parameters(remove_duplicate=False))
        if target not in found:
            known = ", ".join(found)
            raise error("module-path", what="parameter", path=target, kind=type(self).__name__, known=known or "–")
        return found[target]

    def get_buffer(self, target: str) -> Tensor:
        """Return the buffer at a path such as ``"encoder.1.running_mean"``."""
        found = dict(self.named_buffers(remove_duplicate=False))
        if target not in found:
            known = ", ".join(found)
            raise error("module-path", what="buffer", path=target, kind=type(self).__name__, known=known or "–")
        return found[target]


def _walk(module: Any, path: str, seen: set[Any] | None) -> Iterator[tuple[str, Module]]:
    """Yield (path, module) from the top down; with `seen`, every module once."""
    if seen is not None:
        if module in seen:
            return
        seen.add(module)
    yield path, module
    for name, child in module._modules.items():
        if child is not None:
            yield from _walk(child, f"{path}.{name}" if path else name, seen)
