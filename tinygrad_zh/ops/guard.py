"""Floor 2: what users call, guarded: an argument of a strange type is named, instead of a Python error from inside.

A function that computes with ``input.shape`` stumbles over a text or None with an ``AttributeError`` of Python's.
Checking every argument of every function would cost time in each call and lines in each file.  A ``try`` around the
call costs nothing until something goes wrong, and only then the arguments are looked at.

Only what users reach is guarded (``publish.py``); the functions here call each other directly.

May import: floors 0–1.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Container, Iterator
from typing import Any

from ..core.tensor import Tensor
from ..errors import TinygradZhError, error

OURS = os.path.dirname(os.path.dirname(__file__)) + os.sep
PACKAGE = __name__.partition(".")[0]
PYTHONS = (bool, int, float, str, list, tuple, type(None))
GUARDED: dict[Callable[..., Any], Callable[..., Any]] = {}


def guarded(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Return `function` with an error of the catalogue where Python's own would speak of what is inside it.

    A function with several names stays one.
    """
    if function in GUARDED:
        return GUARDED[function]

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (AttributeError, TypeError, ValueError) as problem:
            if isinstance(problem, TinygradZhError):
                raise
            if (wrong := diagnosed(function, name, args, kwargs, problem)) is None:
                raise
            raise wrong from problem

    functools.update_wrapper(call, function)
    space, _, call.__qualname__ = f"{PACKAGE}.{name}".rpartition(".")
    call.__module__ = space  # where pickle finds it
    return GUARDED.setdefault(function, call)


def diagnosed(
    function: Callable[..., Any], name: str, args: Any, kwargs: Any, problem: Exception
) -> TinygradZhError | None:
    """Return the error that names the argument, or None if the problem is not one of types.

    An ``AttributeError`` says itself which object lacks the attribute.  Other errors are laid to the first argument of
    a type that no parameter of its kind takes; failing that, a ``TypeError`` to the arguments as they are.
    """
    import inspect  # takes as long as a tenth of the package to import

    parameters = inspect.signature(function).parameters
    open_to_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    if (unknown := kwargs.keys() - parameters.keys()) and not open_to_all:
        return error("argument-unknown", op=name, names=", ".join(sorted(unknown)), known=", ".join(parameters))
    if not came_from_inside(problem):
        return None
    named = inspect.signature(function).bind(*args, **kwargs).arguments
    several = [n for n, p in parameters.items() if p.kind is p.VAR_POSITIONAL]
    words = " ".join(str(problem).split()).rstrip(".")
    if isinstance(problem, AttributeError):
        for argument, value in every(named, named):
            if value is problem.obj and not isinstance(value, Tensor):
                return error("argument-no-tensor", op=name, argument=argument, kind=type(value).__name__)
    for argument, value in every(named, several):
        if is_strange(value, parameters[argument.partition("[")[0]]):
            return error("argument-strange", op=name, argument=argument, kind=type(value).__name__, problem=words)
    of_python = isinstance(problem, AttributeError) and type(problem.obj) in PYTHONS
    if not isinstance(problem, TypeError) and not of_python:
        return None
    kinds = ", ".join(f"{argument}: {type(value).__name__}" for argument, value in every(named, several))
    return error("arguments-strange", op=name, kinds=kinds, problem=words)


def every(named: dict[str, Any], opened: Container[str]) -> Iterator[tuple[str, Any]]:
    """Yield the arguments with their names; of those that are `opened` the elements too."""
    for argument, value in named.items():
        yield argument, value
        if argument in opened and isinstance(value, list | tuple):
            yield from ((f"{argument}[{i}]", each) for i, each in enumerate(value))


def came_from_inside(problem: Exception) -> bool:
    """Whether a problem arose in this package or NumPy: not in the call itself, nor in a function of the user's."""
    trace = problem.__traceback__.tb_next if problem.__traceback__ is not None else None
    if trace is None:
        return False  # Python's own words about a missing or unknown argument are plain
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not file.startswith(OURS) and f"{os.sep}numpy{os.sep}" not in file:
            return False
        trace = trace.tb_next
    return True


def is_strange(value: Any, parameter: Any) -> bool:
    """Whether no parameter of this kind takes such an object."""
    if value is None:
        return parameter.default is not None
    if isinstance(value, str):
        return "str" not in str(parameter.annotation) and not isinstance(parameter.default, str)
    if isinstance(value, list | tuple):
        return isinstance(parameter.default, bool | int | float) or parameter.annotation in ("bool", "int", "float")
    return not isinstance(value, Tensor | bool | int | float) and not callable(value)
