"""Floor 3: a Module as a function of its parameters: ``functional_call``, and many Modules as one.

A Module is known here by what it has (tables of parameters, buffers and submodules), not by its class.

May import: floors 0–2.  Read next: ``checkpoint.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ..core.tensor import Tensor
from ..errors import error
from ..ops.join import stack

TABLES = ("_parameters", "_buffers")


def places_of(module: Any) -> dict[str, tuple[dict[str, Any], str]]:
    """Return where each parameter and buffer is kept: a table and a name in it, by path; a shared one by each path."""
    found = {}
    for path, part in module.named_modules(remove_duplicate=False):
        for table in TABLES:
            for name, tensor in getattr(part, table).items():
                if tensor is not None:
                    found[f"{path}.{name}" if path else name] = (getattr(part, table), name)
    return found


def merged(kind: str, dicts: Any) -> dict[str, Any]:
    """Return one dict of one or several; refuse a name that occurs twice, and what is no Tensor."""
    listed = [dicts] if isinstance(dicts, Mapping) else list(dicts)
    together: dict[str, Any] = {}
    for each in listed:
        if twice := [name for name in each if name in together]:
            raise error("functional-call", kind=kind, problem="in several dicts", names=", ".join(twice))
        together.update(each)
    for tensor in together.values():
        if not isinstance(tensor, Tensor):
            raise error("not-a-tensor", op="functional_call", kind=type(tensor).__name__)
    return together


def with_ties(kind: str, places: dict[str, tuple[dict[str, Any], str]], given: dict[str, Any]) -> dict[str, Any]:
    """Let a tensor that was given under one of its paths stand under all of them."""
    paths: dict[int, list[str]] = {}
    for path, (table, name) in places.items():
        paths.setdefault(id(table[name]), []).append(path)
    complete = dict(given)
    for tied in paths.values():
        values = [given[path] for path in tied if path in given]
        if any(value is not values[0] for value in values):
            raise error("functional-call", kind=kind, problem="tied, but different tensors", names=", ".join(tied))
        if values:
            complete.update(dict.fromkeys(tied, values[0]))
    return complete


@contextmanager
def swapped(places: dict[str, tuple[dict[str, Any], str]], given: dict[str, Any]) -> Iterator[None]:
    """Put other tensors into the tables, for the time of a ``with`` block."""
    before = [(table, name, table[name]) for table, name in places.values()]
    try:
        for path, tensor in given.items():
            if path in places:
                table, name = places[path]
                table[name] = tensor
        yield
    finally:
        for table, name, tensor in before:
            table[name] = tensor


def functional_call(
    module: Any,
    parameter_and_buffer_dicts: Any,
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Call a Module with other parameters and buffers than its own, which it keeps.

    Parameters
    ----------
    module : Module
        What to call.
    parameter_and_buffer_dicts : dict of str to Tensor, or sequence of such dicts
        By the names of ``named_parameters()`` and ``named_buffers()``; what is not named keeps its own tensor.
    args : Tensor or tuple, optional
        Positional arguments; what is no tuple is the only one.
    kwargs : dict, optional
        Arguments by name.
    tie_weights : bool
        Whether a tensor given for one name of a shared parameter stands for its other names as well.
    strict : bool
        Refuse names that the module lacks, and names that are left out.

    Raises
    ------
    ArgumentError
        If a name occurs twice, tied names got different tensors, or with `strict` names do not fit.

    Notes
    -----
    With ``strict=False``, names that the module lacks are left alone, as in PyTorch.

    Examples
    --------
    >>> layer = tg.nn.Linear(2, 1, bias=False)
    >>> tg.func.functional_call(layer, {"weight": ones(1, 2)}, tensor([3.0, 4.0]))
    tensor([7.])
    """
    kind = type(module).__name__
    given, places = merged(kind, parameter_and_buffer_dicts), places_of(module)
    complete = with_ties(kind, places, given) if tie_weights else given
    if strict:
        missing, unexpected = places.keys() - complete.keys(), given.keys() - places.keys()
        if missing or unexpected:
            parts = [f"missing {', '.join(sorted(missing))}"] * bool(missing)
            parts += [f"unexpected {', '.join(sorted(unexpected))}"] * bool(unexpected)
            raise error("functional-call", kind=kind, problem="strict", names="; ".join(parts))
    positional = () if args is None else args if isinstance(args, tuple) else (args,)
    with swapped(places, complete):
        return module(*positional, **(kwargs or {}))


def stack_module_state(models: Sequence[Any]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Return the parameters and buffers of several alike Modules, those of one name stacked: an ensemble for ``vmap``.

    Parameters
    ----------
    models : sequence of Module
        Of one class, all training or none.

    Returns
    -------
    params, buffers : dict of str to Tensor
        With a first dimension for the models; the parameters are leaves.

    Examples
    --------
    >>> models = [tg.nn.Linear(2, 1) for _ in range(3)]
    >>> params, buffers = tg.func.stack_module_state(models)
    >>> call = lambda p, x: tg.func.functional_call(models[0], p, x)
    >>> tg.func.vmap(call, in_dims=(0, None))(params, ones(2)).shape
    (3, 1)
    """
    listed = list(models)
    if not listed:
        raise error("argument", op="stack_module_state", argument="models", expected="at least one Module", got=models)
    for what, values in (("class", {type(m) for m in listed}), ("mode", {m.training for m in listed})):
        if len(values) > 1:
            expected = f"Modules of one {what}"
            raise error("argument", op="stack_module_state", argument="models", expected=expected, got=len(values))
    own = [(dict(m.named_parameters()), dict(m.named_buffers())) for m in listed]
    params = {
        name: stack([each[name].detach() for each, _ in own]).requires_grad_(tensor.requires_grad)
        for name, tensor in own[0][0].items()
    }
    buffers = {name: stack([each[name].detach() for _, each in own]) for name in own[0][1]}
    return params, buffers
