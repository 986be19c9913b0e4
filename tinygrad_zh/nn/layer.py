"""What layers share: how they show their options, how sizes are checked, and one int for every dimension.

May import: floors 0–2, ``module``, ``options``, ``parameter``.  Read next: ``options.py``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ..errors import error
from ..ops.publish import public
from .module import Module
from .options import OPTIONS, Option
from .parameter import Parameter


class Layer(Module):
    """A layer with options; those that a class lists in ``shown`` stand between the brackets of ``repr``.

    A name with a colon before it, such as ``":num_features"``, is shown without its name, as PyTorch does;
    of ``"bias"`` is shown whether there is one.
    """

    shown: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[dict[str, Option]] = {}
    """What options of this class may be, where it differs from ``options.py``."""

    def __setattr__(self, name: str, value: Any) -> None:
        option = self.options.get(name) or OPTIONS.get(name)
        if option is not None and not option.holds(value):
            raise error("argument", op=type(self).__name__, argument=name, expected=option.expected, got=value)
        super().__setattr__(name, value)

    def __init_subclass__(cls) -> None:
        """Let what a family's base says of its options follow the one line that a member says of itself."""
        base = cls.__mro__[1].__doc__ or ""
        if cls.__doc__ and "\n" not in cls.__doc__ and "__init__" not in vars(cls):
            cls.__doc__ += base[base.find("\n") :] if "\n" in base else ""

    def extra_repr(self) -> str:
        """Return the options as ``name=value``."""
        said = []
        for name in self.shown:
            value = getattr(self, name.lstrip(":"))
            value = value is not None if name == "bias" else value
            said.append(repr(value) if name[0] == ":" else f"{name}={value!r}")
        return ", ".join(said)


class Overwriting(Layer):
    """A layer that can write its result into its input, whose values are gone then.

    Parameters
    ----------
    inplace : bool
        Whether to do so.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def extra_repr(self) -> str:
        """Return the options, and ``inplace=True`` if it is on."""
        return ", ".join(filter(None, [super().extra_repr(), "inplace=True" if self.inplace else ""]))


def check_sizes(op: str, least: int = 0, **sizes: Any) -> None:
    """Refuse numbers of features and the like that are no ints, or are too small."""
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, int) or size < least:
            raise error("argument", op=op, argument=name, expected=f"an int ≥ {least}", got=size)


def per_dimension(op: str, name: str, value: Any, dims: int) -> tuple[int, ...]:
    """Return one int per dimension: an int counts for all of them."""
    values = (value,) * dims if isinstance(value, int) else value
    if (
        not isinstance(values, tuple | list)
        or len(values) != dims
        or any(isinstance(n, bool) or not isinstance(n, int) for n in values)
    ):
        raise error("argument", op=op, argument=name, expected=f"an int, or {dims} of them", got=value)
    return tuple(values)


def blank(*shape: int, device: Any, dtype: Any) -> Parameter:
    """Return a parameter whose values are still to be drawn."""
    return Parameter(public["empty"](shape, device=device, dtype=dtype))
