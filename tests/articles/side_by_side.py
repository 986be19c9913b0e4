"""Runs a program written for PyTorch under PyTorch and under tinygrad_zh, and compares all that it leaves behind.

A program is a file with ``tinygrad_zh`` in its import lines; PyTorch's version has ``torch`` there instead, and is
the same in every other line.  ``# %%`` divides it into cells, as in a notebook: both libraries run cell after cell
in step, and whatever module a cell has made then gets PyTorch's first weights.

What no two libraries can have in common is put on an equal footing: the numbers of ``randn``, ``rand``, ``randperm``
and of their kin come from NumPy, and dropout is off.
"""

from __future__ import annotations

import contextlib
import functools
import io
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
import tinygrad_zh.nn
from tests.docs.pages import NUMBER
from tinygrad_zh.ops.publish import public

LIBRARIES: dict[str, Any] = {"torch": torch, "tinygrad_zh": tg}
IMPORT = re.compile(r"(import|from) tinygrad_zh\b")
CELL = re.compile(r"^# %%.*$", re.MULTILINE)
ROUNDING = {"float16": 1e-1, "float32": 1e-3, "float64": 1e-9}
"""How far a value may be off after some steps of training, beside the largest of its array."""


def source(path: Path, library: str) -> str:
    """Return a program as it stands for one library; its import lines alone differ."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if "tinygrad_zh" in line and not IMPORT.match(line)]
    return "\n".join(re.sub(r"\btinygrad_zh\b", library, line) if IMPORT.match(line) else line for line in lines)


def cells(text: str, changes: dict[str, str]) -> list[str]:
    """Cut a program into its cells, after replacing what each test may shorten."""
    for old, new in changes.items():
        assert old in text, f"the program has no {old!r}"
        text = text.replace(old, new)
    starts = [0, *(match.start() for match in CELL.finditer(text))]
    # Empty lines before a cell, so that an error names the line in the file.
    return [
        "\n" * text.count("\n", 0, start) + text[start:end]
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
    ]


# -- an equal footing -----------------------------------------------------------------------------------


class SameNumbers:
    """Random functions whose numbers come from NumPy: the n-th call of one draws the same in both libraries."""

    def __init__(self, library: Any) -> None:
        self.library, self.calls = library, 0

    def draw(self, make: Callable[[np.random.Generator, tuple[int, ...]], Any], shape: tuple[int, ...]) -> Any:
        self.calls += 1
        return self.library.from_numpy(np.ascontiguousarray(make(np.random.default_rng([7, self.calls]), shape)))

    def floats(self, make: Callable[..., Any], *size: Any, dtype: Any = None, device: Any = None) -> Any:
        shape = tuple(size[0]) if len(size) == 1 and not isinstance(size[0], int) else size
        return self.draw(make, shape).to(dtype or self.library.get_default_dtype())

    def like(self, make: Callable[..., Any], other: Any) -> Any:
        return self.draw(make, tuple(other.shape)).to(other.dtype)

    def randperm(self, n: int, generator: Any = None) -> Any:
        # The same whenever it is asked: PyTorch's sampler draws a second one at the end of an epoch, and drops it.
        return self.library.from_numpy(np.random.default_rng(n).permutation(n))

    def randint(self, *args: Any) -> Any:
        low, high, shape = args if len(args) == 3 else (0, *args)
        return self.draw(lambda rng, size: rng.integers(low, high, size), tuple(shape))

    def functions(self) -> dict[str, Callable[..., Any]]:
        normal, uniform = (lambda rng, shape: rng.standard_normal(shape)), (lambda rng, shape: rng.random(shape))
        return {
            "randn": functools.partial(self.floats, normal),
            "rand": functools.partial(self.floats, uniform),
            "randn_like": functools.partial(self.like, normal),
            "rand_like": functools.partial(self.like, uniform),
            "randperm": self.randperm,
            "randint": self.randint,
        }


@contextlib.contextmanager
def equal_footing(dtype: str) -> Iterator[None]:
    """Give both libraries the same random numbers, and a default dtype."""
    before = torch.get_default_dtype(), tg.get_default_dtype()
    with pytest.MonkeyPatch.context() as patch:
        for library in LIBRARIES.values():
            library.set_default_dtype(getattr(library, dtype))
            for name, function in SameNumbers(library).functions().items():
                patch.setattr(library, name, function)
        patch.setitem(public, "randperm", tg.randperm)  # whence samplers and random_split take it
        patch.setattr(torch.utils.data.dataset, "randperm", torch.randperm)
        try:
            yield
        finally:
            torch.set_default_dtype(before[0])
            tg.set_default_dtype(before[1])


def without_dropout(module: Any) -> None:
    """Let every dropout of a module keep everything."""
    for part in module.modules():
        if "Dropout" in type(part).__name__:
            part.p = 0.0
        elif isinstance(getattr(part, "dropout", None), float):  # attention and recurrent layers
            part.dropout = 0.0


def run(path: Path, dtype: str, folder: Path, changes: dict[str, str] | None = None) -> tuple[Run, Run]:
    """Run a program under both libraries, and return what each has left behind, PyTorch's first."""
    runs = tuple(Run(path, name, folder / name, changes or {}) for name in LIBRARIES)
    with equal_footing(dtype):
        torch.manual_seed(0)
        tg.manual_seed(0)
        for _ in runs[0].cells:
            for each in runs:
                each.next_cell()
            for name, module in runs[0].new_modules():
                twin = runs[1].names[name]
                without_dropout(module)
                without_dropout(twin)
                twin.load_state_dict(module.state_dict())
    return runs[0], runs[1]


class Run:
    """A program on its way: its names, and what it has printed."""

    def __init__(self, path: Path, library: str, folder: Path, changes: dict[str, str]) -> None:
        self.cells = cells(source(path, library), changes)
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.printed, self.done, self.path, self.folder = "", 0, path, folder
        self.modules_seen: set[int] = set()
        folder.mkdir()

    def next_cell(self) -> None:
        """Run one cell, in the folder of this library."""
        said = io.StringIO()
        random.seed(0)
        np.random.seed(0)
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(said):
            exec(compile(self.cells[self.done], str(self.path), "exec"), self.names)
        self.printed, self.done = self.printed + said.getvalue(), self.done + 1

    def new_modules(self) -> list[tuple[str, Any]]:
        """Return the modules that were made in the last cell."""
        found = [(name, x) for name, x in self.names.items() if isinstance(x, torch.nn.Module)]
        found = [(name, x) for name, x in found if id(x) not in self.modules_seen]
        self.modules_seen |= {id(x) for _, x in found}
        return found

    def values(self) -> dict[str, Any]:
        """Return the names that the program has given to something."""
        return {name: x for name, x in self.names.items() if not name.startswith("_")}


# -- comparing ------------------------------------------------------------------------------------------


def compare(theirs: Run, ours: Run) -> int:
    """Compare what both have left behind and printed; return how many arrays and numbers that were."""
    assert set(theirs.values()) == set(ours.values())
    count = sum(same(name, ours.names[name], x) for name, x in theirs.values().items())
    assert comparable(ours.printed) == comparable(theirs.printed), f"{ours.printed}\n{theirs.printed}"
    pairs = list(zip(printed_numbers(ours.printed), printed_numbers(theirs.printed), strict=True))
    far = [(a, b) for (a, _), (b, unit) in pairs if abs(a - b) > 2e-3 * abs(b) + 1.5 * unit]
    assert not far, f"{far}\nours:\n{ours.printed}\ntheirs:\n{theirs.printed}"
    return count + len(pairs)


def comparable(printed: str) -> str:
    """Return a text without its numbers, the padding of columns, and what is said in other words here."""
    text = re.sub(r"torch\.Size\(\[(\d+)\]\)", r"(\1,)", printed)  # shapes are tuples here
    text = re.sub(r"torch\.Size\(\[([^]]*)\]\)", r"(\1)", text)
    text = re.sub(r"grad_fn=<\w+>", "grad_fn", text)  # PyTorch has names of its own for operations
    return re.sub(r"[ \n]+", " ", NUMBER.sub("#", text)).strip()


def printed_numbers(printed: str) -> list[tuple[float, float]]:
    """Return each number of a text, with the unit of its last decimal."""
    without_names = re.sub(r"grad_fn=<\w+>", "", printed)
    found = [text.replace(",", "").replace("−", "-") for text in NUMBER.findall(without_names)]
    return [(float(text), 10.0 ** -len(text.partition("e")[0].partition(".")[2])) for text in found]


def same(where: str, ours: Any, theirs: Any, largest: float = 0.0) -> int:
    """Compare two values of whatever kind; return how many arrays and numbers were compared.

    Arrays may be off by the rounding of their largest value, or of `largest`, that of the whole module: the bias
    before a batch norm, for one, has a gradient of nothing but what is left of its neighbours' rounding.
    """
    if isinstance(theirs, torch.nn.Module):
        assert isinstance(ours, tinygrad_zh.nn.Module) and ours.training == theirs.training, where
        gradients = [{name: p.grad for name, p in each.named_parameters()} for each in (ours, theirs)]
        return same_in_all(where, dict(ours.state_dict()), dict(theirs.state_dict())) + same_in_all(where, *gradients)
    if isinstance(theirs, torch.optim.Optimizer):
        states = [each.state_dict() for each in (ours, theirs)]
        rates = same(where, *([group["lr"] for group in state["param_groups"]] for state in states))
        ours, theirs = (by_name(state["state"]) for state in states)
        assert list(ours) == list(theirs), where
        return rates + sum(same_in_all(f"{where}, {name}", ours[name], x) for name, x in theirs.items())
    if isinstance(theirs, torch.optim.lr_scheduler.LRScheduler):
        return same(where, ours.get_last_lr(), theirs.get_last_lr())
    if isinstance(theirs, torch.nn.Parameter):
        assert isinstance(ours, tinygrad_zh.nn.Parameter), where
        return 0  # what a loop over parameters has left behind: it is compared in its module
    if isinstance(theirs, torch.Tensor):
        assert isinstance(ours, tg.Tensor) and ours.requires_grad == theirs.requires_grad, where
        return same(where, ours.numpy(force=True), theirs.detach().numpy(), largest)
    if isinstance(theirs, np.ndarray):
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), where
        close(where, ours, theirs, largest)
        return 1
    if isinstance(theirs, dict):
        assert list(ours) == list(theirs), where
        return sum(same(f"{where}[{key!r}]", ours[key], x, largest) for key, x in theirs.items())
    if isinstance(theirs, (list, tuple)):
        assert len(ours) == len(theirs), where
        pairs = enumerate(zip(ours, theirs, strict=True))
        return sum(same(f"{where}[{i}]", a, b, largest) for i, (a, b) in pairs)
    if isinstance(theirs, float):
        # Computed in the default dtype of the run, which the number no longer shows: the coarser of the two.
        assert ours == pytest.approx(theirs, rel=ROUNDING["float32"], abs=1e-6, nan_ok=True), where
        return 1
    if isinstance(theirs, (int, str, bool, type(None))):
        assert ours == theirs and type(ours) is type(theirs), where
        return 1
    return 0  # functions, classes, loaders: what they make is compared


def same_in_all(where: str, ours: dict[Any, Any], theirs: dict[Any, Any]) -> int:
    """Compare the arrays of a module, beside the largest value of them all."""
    return same(where, ours, theirs, largest_in(theirs))


def largest_in(value: Any) -> float:
    """Return the largest finite absolute value of the floating tensors in nested dicts."""
    if isinstance(value, dict):
        return max((largest_in(x) for x in value.values()), default=0.0)
    if not isinstance(value, torch.Tensor) or not value.is_floating_point():
        return 0.0
    return float(np.abs(np.nan_to_num(value.detach().numpy(), posinf=0.0, neginf=0.0)).max(initial=0.0))


def by_name(states: dict[int, Any]) -> dict[str, dict[int, Any]]:
    """Return an optimiser's state by the names of its buffers, without those that it does not have yet."""
    names = sorted({name for state in states.values() for name in state})
    found = {name: {i: state[name] for i, state in states.items() if state.get(name) is not None} for name in names}
    return {name: buffers for name, buffers in found.items() if buffers}


def close(where: str, ours: np.ndarray, theirs: np.ndarray, largest: float) -> None:
    """Compare two arrays; whole numbers and truth values exactly."""
    if theirs.dtype.kind != "f":
        np.testing.assert_array_equal(ours, theirs, err_msg=where)
        return
    rounding = ROUNDING[theirs.dtype.name]
    largest = max(largest, largest_in(torch.from_numpy(theirs.copy())))
    np.testing.assert_allclose(ours, theirs, rtol=rounding, atol=rounding * min(largest, 1.0), err_msg=where)
