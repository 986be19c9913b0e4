"""What the user calls the values: variables of the calling function, a module's parameters, ``tensor.name``.

A Tensor does not know the variables that refer to it, so the caller's frame is looked through once, when a
picture is asked for.  Nothing is kept.

May import: floor 1.  Read next: ``graph.py``.
"""

from __future__ import annotations

from types import FrameType
from typing import Any

from ..core.tensor import Tensor
from ..errors import error


class Names:
    """Names by node and by Tensor.

    Parameters
    ----------
    frame : frame, optional
        Whose local and global variables name their values.
    given : dict, optional
        Names that the user states: ``{"w": w}``; they win over all others.
    """

    def __init__(self, frame: FrameType | None = None, given: dict[str, Tensor] | None = None) -> None:
        self._by_node: dict[int, str] = {}
        self._by_tensor: dict[int, tuple[str, Tensor]] = {}
        for name, value in (given or {}).items():
            if not isinstance(value, Tensor):
                raise error("draw-names", name=name, kind=type(value).__name__)
            self._add(name, value)
        if frame is not None:
            for variables in (frame.f_locals, frame.f_globals):
                for name, value in variables.items():
                    if name.isidentifier() and not name.startswith("_"):  # interpreters keep others for themselves
                        self._look_at(name, value)

    def _look_at(self, name: str, value: Any) -> None:
        """Take the name of a Tensor, and of a module's parameters ``name.0.weight``."""
        if isinstance(value, Tensor):
            self._add(value.name or name, value)
        elif not isinstance(value, type) and callable(getattr(type(value), "named_parameters", None)):
            for parameter_name, parameter in value.named_parameters():
                self._add(parameter_name, parameter)

    def _add(self, name: str, tensor: Tensor) -> None:
        self._by_tensor.setdefault(id(tensor), (name, tensor))
        if tensor.node is not None:
            self._by_node.setdefault(tensor.node.id, name)

    def of(self, node_id: int | None, tensor_id: int | None, array: Any = None) -> str | None:
        """Return the name of a value, by its node, else by its Tensor; None if it has none.

        An id of a Tensor may have passed to another one, so there the array has to fit as well.
        """
        if node_id is not None:
            return self._by_node.get(node_id)
        name, tensor = self._by_tensor.get(tensor_id or 0, (None, None))
        if tensor is None or tensor.node is not None:
            return None
        fits = array is None or (tensor.shape == array.shape and tensor.dtype == array.dtype)
        return name if fits else None
