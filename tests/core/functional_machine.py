"""What in-place programs mean: an interpreter that never overwrites a value of the graph.

PyTorch refuses programs that overwrite a saved value, so it cannot say what their gradient is (and with
``allow_mutation_on_saved_tensors`` it is wrong for ``y.tanh_()`` followed by a write into `y`).  Here every
tensor is a pair: a real PyTorch tensor outside the graph, which shows the layout and who shares memory, and a
*history*, the values of its whole memory as a differentiable tensor that is replaced at every write.
A detached tensor has the memory of the first, and a history of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

recording = [True]


@contextmanager
def no_grad() -> Iterator[None]:
    recording.append(False)
    try:
        yield
    finally:
        recording.pop()


class Group:
    """Tensors with one memory and one history; `siblings` are the groups of the same memory."""

    def __init__(self, history: Any, siblings: list[Group]) -> None:
        self.history, self.siblings = history, siblings
        siblings.append(self)


class Functional:
    """A tensor of this machine."""

    def __init__(self, real: Any, group: Group) -> None:
        self.real, self.group = real, group

    @staticmethod
    def of(real: Any, value: Any) -> Functional:
        """Make a tensor with memory of its own."""
        made = Functional(real, Group(None, []))
        flat = torch.zeros(made.size, dtype=torch.float64)
        made.group.history = flat.index_put((made.places.reshape(-1),), value.reshape(-1))
        return made

    @property
    def size(self) -> int:
        return self.real.untyped_storage().nbytes() // self.real.element_size()

    @property
    def places(self) -> Any:
        """Where in the memory each element lies."""
        return torch.arange(self.size).as_strided(self.real.shape, self.real.stride(), self.real.storage_offset())

    @property
    def value(self) -> Any:
        return self.group.history[self.places]

    @property
    def shape(self) -> Any:
        return self.real.shape

    def apply(self, function: Callable[..., Any], *others: Any) -> Functional:
        """Compute out of place, or take a view."""
        real = function(self.real, *(x.real if isinstance(x, Functional) else x for x in others))
        if real.untyped_storage().data_ptr() == self.real.untyped_storage().data_ptr():
            return Functional(real, self.group)
        return Functional.of(real, function(self.value, *(x.value if isinstance(x, Functional) else x for x in others)))

    def write(self, value: Any) -> Functional:
        """Overwrite: this group's history depends on `value` from now on, the others' only take the numbers."""
        value = value.expand(self.shape)
        self.real.copy_(value.detach())
        numbers = self.real.as_strided((self.size,), (1,), 0).clone()
        for group in self.group.siblings:
            if group is self.group and recording[-1]:
                group.history = group.history.index_put((self.places.reshape(-1),), value.reshape(-1))
            else:
                group.history = group.history + (numbers - group.history).detach()
        return self

    def detach(self) -> Functional:
        return Functional(self.real, Group(self.group.history.detach(), self.group.siblings))

    def __getitem__(self, index: Any) -> Functional:
        return self.apply(lambda t: t[index])

    def __setitem__(self, index: Any, other: Functional) -> None:
        part = self[index]
        part.write(other.value)

    def __iadd__(self, other: Any) -> Functional:
        return self.write((self + other).value)

    def __isub__(self, other: Any) -> Functional:
        return self.write((self - other).value)

    def __imul__(self, other: Any) -> Functional:
        return self.write((self * other).value)

    def copy_(self, other: Functional) -> Functional:
        return self.write(other.value)

    def zero_(self) -> Functional:
        return self.write(torch.zeros((), dtype=torch.float64))

    def __getattr__(self, name: str) -> Any:
        """Any other method of PyTorch's, or its in-place form."""
        if name.endswith("_"):
            return lambda *args: self.write(getattr(self, name[:-1])(*args).value)
        return lambda *args: self.apply(lambda t, *rest: getattr(t, name)(*rest), *args)

    def __add__(self, other: Any) -> Functional:
        return self.apply(torch.add, other)

    def __sub__(self, other: Any) -> Functional:
        return self.apply(torch.sub, other)

    def __mul__(self, other: Any) -> Functional:
        return self.apply(torch.mul, other)
