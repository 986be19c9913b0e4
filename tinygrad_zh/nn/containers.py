"""Modules that hold modules: Sequential calls them one after the other, ModuleList and ModuleDict keep them.

May import: floor 0, ``module``, ``layout``.  Read next: ``linear.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from ..errors import error
from .layout import grouped, tree_text
from .module import Module


class Numbered(Module):
    """What Sequential and ModuleList share: submodules named "0", "1", …, used like a list."""

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return self._like(dict(list(self._modules.items())[index]))
        return self._modules[self._name_at(index)]

    def __setitem__(self, index: int, module: Module) -> None:
        self.add_module(self._name_at(index), module)

    def __delitem__(self, index: int | slice) -> None:
        names = list(self._modules)[index] if isinstance(index, slice) else [self._name_at(index)]
        for name in names:
            del self._modules[name]
        self._renumber()

    def append(self, module: Module) -> Self:
        """Add a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add several modules at the end."""
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Add a module before the one at `index`."""
        if not -len(self) <= index <= len(self):
            count = len(self)
            raise error("place-range", op=f"{type(self).__name__}.insert", place=index, low=-count, high=count)
        self.append(module)
        values = list(self)[:-1]
        values.insert(index, module)
        self._modules.update(zip(self._modules, values, strict=True))
        return self

    def pop(self, index: int = -1) -> Module:
        """Remove and return a module."""
        module: Module = self[index]
        del self[index]
        return module

    def _name_at(self, index: Any) -> str:
        names, op = list(self._modules), type(self).__name__
        if isinstance(index, bool) or not hasattr(index, "__index__"):
            raise error("argument", op=op, argument="index", expected="an int, or a slice", got=index)
        if not -len(names) <= index < len(names):
            raise error("place-range", op=op, place=index, low=-len(names), high=len(names) - 1)
        return names[index]

    def _renumber(self) -> None:
        self._modules = {str(i): module for i, module in enumerate(self._modules.values())}

    def _like(self, named: Mapping[str, Module]) -> Self:
        """Return a container of this class with some of the modules."""
        raise NotImplementedError


class Sequential(Numbered):
    """Call modules one after the other, each with the result of the one before.

    Parameters
    ----------
    *args : Module
        In order, or one dict that names them.

    Examples
    --------
    >>> nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    Sequential(
      (0): Flatten(start_dim=1, end_dim=-1)
      (1): Linear(in_features=784, out_features=10, bias=True)
    )
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        one = args[0] if len(args) == 1 else None
        for name, module in one.items() if isinstance(one, Mapping) else enumerate(args):
            self.add_module(str(name) if isinstance(name, int) else name, module)

    def forward(self, input: Any) -> Any:
        """Return what the last module makes of it."""
        for module in self._modules.values():
            input = module(input)
        return input

    def _like(self, named: Mapping[str, Module]) -> Self:
        return type(self)(named)

    def __add__(self, other: Sequential) -> Sequential:
        return Sequential(*self).extend(only_sequential("+", other))

    def __iadd__(self, other: Sequential) -> Self:
        return self.extend(only_sequential("+=", other))

    def __mul__(self, times: int) -> Sequential:
        """Return the modules several times over: the same ones, which share their parameters."""
        if isinstance(times, bool) or not isinstance(times, int) or times < 1:
            raise error("argument", op="Sequential *", argument="times", expected="an int ≥ 1", got=times)
        return Sequential(*[module for _ in range(times) for module in self])

    __rmul__ = __mul__

    def __imul__(self, times: int) -> Self:
        return self.extend(list(self * times)[len(self) :])


def only_sequential(sign: str, other: Any) -> Sequential:
    """Refuse to join what is no Sequential to one."""
    if not isinstance(other, Sequential):
        raise error("argument", op=f"Sequential {sign}", argument="other", expected="a Sequential", got=other)
    return other


class ModuleList(Numbered):
    """A list whose modules are found by ``parameters()``; it is not called: call its members.

    Parameters
    ----------
    modules : iterable of Module, optional
        What it holds at first.
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self.extend(modules or ())

    def _like(self, named: Mapping[str, Module]) -> Self:
        return type(self)(named.values())

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])

    def __repr__(self) -> str:
        return tree_text(type(self).__name__, self.extra_repr(), grouped(self))


class ModuleDict(Module):
    """A dict whose modules are found by ``parameters()``; it is not called: call its members.

    Parameters
    ----------
    modules : mapping of str to Module, or iterable of pairs, optional
        What it holds at first.
    """

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | None = None) -> None:
        super().__init__()
        self.update(modules or {})

    def __getitem__(self, key: str) -> Module:
        if key not in self._modules:
            known = ", ".join(self._modules) or "–"
            raise error("module-path", what="module", path=key, kind=type(self).__name__, known=known)
        module: Module = self._modules[key]
        return module

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def keys(self) -> Iterable[str]:
        """Return the names."""
        names: Iterable[str] = self._modules.keys()
        return names

    def values(self) -> Iterable[Module]:
        """Return the modules."""
        modules: Iterable[Module] = self._modules.values()
        return modules

    def items(self) -> Iterable[tuple[str, Module]]:
        """Return (name, module) pairs."""
        pairs: Iterable[tuple[str, Module]] = self._modules.items()
        return pairs

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Add modules, replacing those of the same names."""
        for name, module in modules.items() if isinstance(modules, Mapping) else modules:
            self[name] = module

    def pop(self, key: str) -> Module:
        """Remove and return a module."""
        module = self[key]
        del self[key]
        return module

    def clear(self) -> None:
        """Remove all modules."""
        self._modules.clear()
