"""Floor 3: from elementwise steps to the source of one loop, and to the compiled function.

    def fused(n0, n1, x0, x1, y0):
        for p in range(n0):
            for q in range(n1):
                a0 = x0[p * n1 + q]
                a1 = x1[q]
                t0 = a0 + a1  # add
                t1 = tanh_single(t0)  # tanh
                y0[p * n1 + q] = t1

The arrays come as rows, of one dimension, in the order of memory.  The dimensions that all operands share are one
loop; there is one more where an operand is repeated along some of them.  Sizes are arguments, so that one function
serves layers of all sizes; it is kept in a file by a name made of its text, where people can read it, and where Numba
keeps what it has compiled for the next program.

No liberties are given to the compiler (no ``fastmath``): sums, products and quotients are rounded as NumPy rounds
them, one by one, and so are the same to the last bit.  What is lost is little, as a loop waits for memory; the
functions (``kernels/cpu/functions.py``) have their own.

May import: floors 0–2, ``element``.  Read next: ``fuse.py``.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import linecache
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

from .element import Element

PACKAGE = __package__.partition(".")[0]
LEVELS = "pqs"
"""The variables of the loops, from the outside to the inside."""
HEAD = f'''"""One loop for {{names}}: written by {PACKAGE}, see transforms/captured/loops.py."""

from math import inf, nan

from numpy import ceil, copysign, float32 as single, float64 as double, floor, isfinite, isinf, isnan, rint, sqrt, trunc

from {PACKAGE}.kernels.cpu.compiling import compiled
from {PACKAGE}.kernels.cpu.exponential import exp_double, exp_single, larger
from {PACKAGE}.kernels.cpu.functions import (
    expm1_double, expm1_single, log1p_double, log1p_single, log_double, log_single, smaller, tanh_double, tanh_single,
)


@compiled()
'''


def source_of(
    results: Sequence[tuple[str, Element]],
    operands: Sequence[tuple[Element, tuple[bool, ...]]],
    outputs: Sequence[Element],
    depth: int,
) -> str:
    """Write a loop.

    Parameters
    ----------
    results : sequence of (name, Element)
        What each step computes, in order.
    operands : sequence of (Element, tuple of bool)
        What is read, and along which of the loops its index moves.
    outputs : sequence of Element
        Which results are written.
    depth : int
        The number of loops; 0 for arrays without dimensions.
    """
    names: dict[int, str] = {}
    reads: list[list[str]] = [[] for _ in range(depth + 1)]
    for k, (operand, moves) in enumerate(operands):
        level = max((i + 1 for i, move in enumerate(moves) if move), default=0)
        index = index_of([i for i, move in enumerate(moves) if move]) if level else "0"
        reads[level].append(f"a{k} = x{k}[{index}]")
        names[id(operand)] = f"a{k}"
    xs, ys = [f"x{k}" for k in range(len(operands))], [f"y{k}" for k in range(len(outputs))]
    sizes = [f"n{i}" for i in range(depth)]
    body = lines_of(results, names)
    place = index_of(list(range(depth))) if depth else "0"
    body += [f"{y}[{place}] = {names[id(output)]}" for y, output in zip(ys, outputs, strict=True)]
    lines = [f"def fused({', '.join((*sizes, *xs, *ys))}):"]
    for level in range(depth + 1):
        indent = "    " * (level + 1)
        lines += [indent + line for line in reads[level]]
        if level < depth:
            lines.append(f"{indent}for {LEVELS[level]} in range({sizes[level]}):")
        else:
            lines += [indent + line for line in body]
    return HEAD.format(names=", ".join(name for name, _ in results)) + "\n".join(lines) + "\n"


def index_of(loops: Sequence[int]) -> str:
    """Write the index into an array that has the dimensions of these loops."""
    text = LEVELS[loops[0]]
    for i in loops[1:]:
        text = f"{text} * n{i} + {LEVELS[i]}" if "+" not in text else f"({text}) * n{i} + {LEVELS[i]}"
    return text


def lines_of(results: Sequence[tuple[str, Element]], names: dict[int, str]) -> list[str]:
    """Write a line for each step, and before it one for whatever it uses more than once."""
    uses: dict[int, int] = {}
    for _, result in results:
        count_uses(result, uses, names)
    lines: list[str] = []

    def named(element: Element, comment: str = "") -> str:
        if id(element) not in names:
            line = written(element)
            names[id(element)] = f"t{len(lines)}"
            lines.append(f"t{len(lines)} = {line}{comment}")
        return names[id(element)]

    def written(element: Element) -> str:
        return element.text.format(*[part_of(part, is_call(element)) for part in element.parts])

    def part_of(element: Element, inside_call: bool) -> str:
        if id(element) in names or (uses[id(element)] > 1 and element.parts):
            return named(element)
        return written(element) if inside_call or is_call(element) else f"({written(element)})"

    for name, result in results:
        named(result, f"  # {name}")
    return lines


def is_call(element: Element) -> bool:
    """Whether its text is a call, a name or a number, which needs no brackets around it and none inside."""
    return not element.text.startswith(("{", "-", "not "))


def count_uses(element: Element, uses: dict[int, int], names: dict[int, str]) -> None:
    """Count how often each part is used."""
    uses[id(element)] = uses.get(id(element), 0) + 1
    if uses[id(element)] == 1 and id(element) not in names:
        for part in element.parts:
            count_uses(part, uses, names)


# -- files ---------------------------------------------------------------------------------------------


def folder() -> Path:
    """Return where sources and what is compiled of them are kept: ``NUMBA_CACHE_DIR``, or the user's cache."""
    if chosen := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(chosen) / f"{PACKAGE}_loops"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / PACKAGE / "loops"


@functools.cache
def functions_text() -> bytes:
    """Return the text of what loops call: a loop compiled with another one must not be used again."""
    kernels = Path(__file__).parents[2] / "kernels" / "cpu"
    return b"".join((kernels / f"{name}.py").read_bytes() for name in ("compiling", "exponential", "functions"))


@functools.cache
def load(source: str) -> Callable[..., None]:
    """Return the function of a source; it is compiled when it is first called."""
    name = "loop_" + hashlib.sha256(functions_text() + source.encode()).hexdigest()[:20]
    path = folder() / f"{name}.py"
    module = ModuleType(f"{PACKAGE}_{name}")
    with contextlib.suppress(OSError):  # without a file it is compiled anew in every program
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}.part")
            part.write_text(source, encoding="utf-8")
            part.replace(path)
    module.__file__ = str(path)
    linecache.cache[str(path)] = (len(source), None, source.splitlines(keepends=True), str(path))
    sys.modules[module.__name__] = module  # Numba looks functions up by their module's name
    exec(compile(source, str(path), "exec"), module.__dict__)
    function: Callable[..., None] = module.fused
    return function


@functools.cache
def have_numba() -> bool:
    """Whether loops can be compiled."""
    try:
        importlib.import_module("numba")
    except ImportError:
        return False
    return True
