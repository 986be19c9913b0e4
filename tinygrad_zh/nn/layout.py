"""How a Module is shown: the tree that ``repr`` prints, its place in an error, and names close to a misspelt one.

May import: floor 0.  Read next: ``state.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..errors import TinygradZhError, place


def tree_text(kind: str, extra: str, children: Iterable[tuple[str, Any]]) -> str:
    """Return ``Kind(extra)``, or with children one indented line each, as PyTorch prints it.

    Examples
    --------
    >>> print(tree_text("Sequential", "", [("0", "ReLU()")]))
    Sequential(
      (0): ReLU()
    )
    """
    own = extra.split("\n") if extra else []
    below = [f"({name}): " + indented(str(child)) for name, child in children]
    if not own and not below:
        return f"{kind}()"
    if len(own) == 1 and not below:
        return f"{kind}({own[0]})"
    return f"{kind}(\n  " + "\n  ".join([*own, *below]) + "\n)"


def grouped(children: Iterable[Any]) -> list[tuple[str, str]]:
    """Return (place, text) per child, runs of equal ones as ``("0-2", "3 x Linear(…)")``: for ModuleList."""
    runs: list[tuple[int, int, str]] = []
    for i, child in enumerate(children):
        text = repr(child)
        if runs and runs[-1][2] == text:
            runs[-1] = (runs[-1][0], i, text)
        else:
            runs.append((i, i, text))
    return [(f"{a}-{b}", f"{b - a + 1} x {text}") if b > a else (f"{a}", text) for a, b, text in runs]


def indented(text: str) -> str:
    """Return `text` with every line but the first two places to the right."""
    return text.replace("\n", "\n  ")


def close_matches(name: str, owner: object) -> str:
    """Return the names that a misspelt attribute may have meant, "–" if there are none."""
    if name.startswith("__"):  # Python's own questions, such as copy's for __setstate__, need no suggestion
        return "–"
    import difflib

    known = [known for known in dir(owner) if not known.startswith("_")]
    return ", ".join(difflib.get_close_matches(name, known, n=3, cutoff=0.6)) or "–"


def say_where(problem: TinygradZhError, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Let an error say in which layer it came up, and with every call that it leaves, the path that leads there."""
    if problem.layer is None:
        problem.layer, problem.given = module, described(args, kwargs)
    layer = problem.layer
    path = next((path for path, part in module.named_modules() if part is layer), None)
    if path is not None:  # None: a layer that no attribute leads to
        problem.where = place(path, tree_text(type(layer).__name__, layer.extra_repr(), ()), problem.given)


def described(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Return what a layer was called with: ``float32 (2, 3), mask=bool (3,)``."""
    given = [*(("", x) for x in args), *((f"{name}=", x) for name, x in kwargs.items())]
    return ", ".join(name + shown(x) for name, x in given) or "–"


def shown(x: Any) -> str:
    """Return dtype and shape of a tensor or array, several in brackets, and the type of anything else."""
    if isinstance(x, tuple | list):
        return "(" + ", ".join(shown(part) for part in x[:4]) + (", …)" if len(x) > 4 else ")")
    array = getattr(x, "array", x)
    if hasattr(array, "dtype") and hasattr(array, "shape"):
        return f"{array.dtype} {tuple(array.shape)}"
    return type(x).__name__
