"""ParameterList and ParameterDict: parameters kept in a list or a dict, found by ``parameters()``.

May import: floors 0–2, ``module``, ``parameter``, ``layout``.  Read next: ``linear.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from ..core.tensor import Tensor
from ..errors import error
from .layout import tree_text
from .module import Module
from .parameter import Parameter


class Keeping(Module):
    """What both share: parameters by name, shown by dtype and size."""

    def keep(self, name: str, value: Any) -> None:
        """Put a Tensor, as a Parameter, under a name."""
        if not isinstance(value, Tensor):
            found = type(value).__name__
            raise error("module-value", found=found, what="parameter", name=name, wanted="a Tensor")
        self.register_parameter(name, value if isinstance(value, Parameter) else Parameter(value))

    def __len__(self) -> int:
        return len(self._parameters)

    def __repr__(self) -> str:
        shown = [
            (name, f"Parameter containing: [{kept.dtype} of size {'x'.join(map(str, kept.shape))}]")
            for name, kept in self._parameters.items()
        ]
        return tree_text(type(self).__name__, "", shown)


class ParameterList(Keeping):
    """A list of parameters, named "0", "1", …

    Parameters
    ----------
    values : iterable of Tensor, optional
        What it holds at first; a Tensor becomes a Parameter.
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self.extend(values or ())

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._parameters.values())

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return self._parameters[self._name_at(index)]

    def __setitem__(self, index: int, value: Any) -> None:
        self.keep(self._name_at(index), value)

    def __iadd__(self, values: Iterable[Any]) -> Self:
        return self.extend(values)

    def append(self, value: Any) -> Self:
        """Add one at the end."""
        self.keep(str(len(self)), value)
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Add several at the end."""
        for value in list(values):
            self.append(value)
        return self

    def _name_at(self, index: int) -> str:
        count = len(self)
        if not -count <= index < count:
            raise error("place-range", op="ParameterList", place=index, low=-count, high=count - 1)
        return str(index % count)


class ParameterDict(Keeping):
    """A dict of parameters.

    Parameters
    ----------
    parameters : mapping of str to Tensor, or iterable of pairs, optional
        What it holds at first; a Tensor becomes a Parameter.
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self.update(parameters or {})

    def __getitem__(self, key: str) -> Parameter:
        if key not in self._parameters:
            known = ", ".join(self._parameters) or "–"
            raise error("module-path", what="parameter", path=key, kind="ParameterDict", known=known)
        kept: Parameter = self._parameters[key]
        return kept

    def __setitem__(self, key: str, value: Any) -> None:
        self.keep(key, value)

    def __delitem__(self, key: str) -> None:
        self.pop(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def __contains__(self, key: object) -> bool:
        return key in self._parameters

    def keys(self) -> Iterable[str]:
        """Return the names."""
        names: Iterable[str] = self._parameters.keys()
        return names

    def values(self) -> Iterable[Parameter]:
        """Return the parameters."""
        kept: Iterable[Parameter] = self._parameters.values()
        return kept

    def items(self) -> Iterable[tuple[str, Parameter]]:
        """Return (name, parameter) pairs."""
        pairs: Iterable[tuple[str, Parameter]] = self._parameters.items()
        return pairs

    def get(self, key: str, default: Any = None) -> Any:
        """Return a parameter, or `default` if there is none of this name."""
        return self._parameters.get(key, default)

    def update(self, parameters: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> None:
        """Add parameters, replacing those of the same names."""
        for name, value in parameters.items() if hasattr(parameters, "items") else parameters:
            self[name] = value

    def copy(self) -> ParameterDict:
        """Return another dict of the same parameters."""
        return ParameterDict(self._parameters)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return a parameter; if there is none of this name, `default` becomes it."""
        if key not in self:
            self[key] = default
        return self[key]

    def popitem(self) -> tuple[str, Parameter]:
        """Remove and return the last pair."""
        key = next(reversed(self._parameters), "–")
        return key, self.pop(key)

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """Return a dict with the same value under every name."""
        return ParameterDict((key, default) for key in keys)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._parameters)

    def __or__(self, other: ParameterDict) -> ParameterDict:
        joined = self.copy()
        joined.update(other.items())
        return joined

    def __ior__(self, other: ParameterDict) -> Self:
        self.update(other.items())
        return self

    def pop(self, key: str) -> Parameter:
        """Remove and return a parameter."""
        kept = self[key]
        del self._parameters[key]
        return kept

    def clear(self) -> None:
        """Remove all parameters."""
        self._parameters.clear()
