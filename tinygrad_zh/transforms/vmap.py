r"""Floor 3: ``vmap``: a function of one sample becomes a function of a batch, computed all at once.

What happens inside is in ``batched.py`` (arrays that hide the batch) and ``batching.py`` (ops on them).  Here the
arguments go in, and the results come out.

May import: floors 0–2, ``tree``, ``batched``, ``batching_rules``.  Read next: ``batched.py``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..core.tensor import Tensor
from ..errors import error
from ..ops.join import cat
from . import batching_rules as batching_rules
from .batched import ACTIVE, Batched, Level
from .boundary import enter, leave, within
from .tree import Structure, flatten, spread, unflatten

RANDOMNESS = ("error", "different", "same")


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """Return a function that applies `func` to every sample of a batch, all at once.

    Parameters
    ----------
    func : callable
        From Tensors (in dicts, lists and tuples) and other things to Tensors; written for one sample.
    in_dims : int, None, or a nested structure of them
        Along which dimension of the positional arguments the samples lie; None where all samples share an argument.
        An int stands for everything below it.  Arguments by name are shared.
    out_dims : int, None, or a nested structure of them
        Where the samples lie in the results; None for a result that is the same for all.
    randomness : {"error", "different", "same"}
        Whether random numbers are refused, drawn for every sample, or drawn once.
    chunk_size : int, optional
        Compute so many samples at a time, to save memory.

    Returns
    -------
    callable
        With the arguments of `func`.

    Raises
    ------
    ArgumentError
        If `in_dims` or `out_dims` do not fit, there is nothing to map, or batches have different sizes.
    GraphError
        Inside, if the value of a sample is asked for (``if x > 0``, ``x.item()``), if random numbers are drawn with
        ``randomness="error"``, or if a sample would be written into a tensor that all share.

    Notes
    -----
    Nests with itself and with every other transform.  An op without a batching rule is computed sample by sample,
    with a warning.

    Examples
    --------
    >>> dot = vmap(lambda a, b: (a * b).sum(), in_dims=(0, None))
    >>> dot(tensor([[1.0, 2.0], [3.0, 4.0]]), tensor([1.0, 10.0]))
    tensor([21., 43.])
    """
    if randomness not in RANDOMNESS:
        raise error("argument", op="vmap", argument="randomness", expected=", ".join(RANDOMNESS), got=randomness)
    if chunk_size is not None and (isinstance(chunk_size, bool) or not isinstance(chunk_size, int) or chunk_size < 1):
        raise error("argument", op="vmap", argument="chunk_size", expected="a positive int or None", got=chunk_size)

    @functools.wraps(func)
    def of_batch(*args: Any, **kwargs: Any) -> Any:
        leaves, structure = flatten(args)
        dims = input_dims(in_dims, leaves, structure)
        size = batch_size(leaves, dims)
        if chunk_size is None or size <= chunk_size:
            return of_chunk(func, leaves, structure, dims, size, out_dims, randomness, kwargs)
        chunks = []
        for start in range(0, size, chunk_size):
            count = min(chunk_size, size - start)
            parts = [x if d is None else x.narrow(d, start, count) for x, d in zip(leaves, dims, strict=True)]
            chunks.append(of_chunk(func, parts, structure, dims, count, out_dims, randomness, kwargs))
        return joined(chunks, out_dims)

    return of_batch


def of_chunk(
    func: Callable[..., Any], leaves: list[Any], structure: Structure, dims: list[Any], size: int, out_dims: Any,
    randomness: str, kwargs: dict[str, Any],
) -> Any:  # fmt: skip
    """Hide the batch dimension of the arguments, call the function, and show it again in the results."""
    level = Level(size, randomness)
    entered = [x if d is None else enter(x, level=level, dim=d) for x, d in zip(leaves, dims, strict=True)]
    token = ACTIVE.set((*ACTIVE.get(), level))
    try:
        outputs = func(*unflatten(structure, entered), **kwargs)
    finally:
        ACTIVE.reset(token)
    results, shape = flatten(outputs)
    places = spread(out_dims, shape)
    if places is None:
        raise error("vmap-out-dims", out_dims=out_dims, structure=shape)
    return unflatten(shape, [shown(y, level, place) for y, place in zip(results, places, strict=True)])


def shown(y: Any, level: Level, place: Any) -> Any:
    """Return one result with its batch dimension at a place; without one for None."""
    if not isinstance(y, Tensor):
        raise error("vmap-output", kind=type(y).__name__)
    own = isinstance(y.array, Batched) and y.array.level is level
    if place is None:
        if own and y.array.mapped:
            raise error("vmap-unmapped-output", shape=y.shape)
        return leave(y, level=level, dim=0)[0] if own else y
    if isinstance(place, bool) or not isinstance(place, int):
        raise error("vmap-out-dims", out_dims=place, structure="*")
    ndim = y.ndim + 1
    if not -ndim <= place < ndim:
        raise error("dim-range", op="vmap", dim=place, low=-ndim, high=ndim - 1)
    return leave(within(y, {level.number: level}), level=level, dim=place % ndim)


def joined(chunks: list[Any], out_dims: Any) -> Any:
    """Put the results of chunks one after the other."""
    parts, structure = zip(*(flatten(chunk) for chunk in chunks), strict=True)
    places = spread(out_dims, structure[0])
    assert places is not None, "every chunk has looked"
    columns = zip(*parts, strict=True)
    return unflatten(structure[0], [ys[0] if d is None else cat(ys, d) for ys, d in zip(columns, places, strict=True)])


def input_dims(in_dims: Any, leaves: list[Any], structure: Structure) -> list[Any]:
    """Return for every leaf of the arguments where its batch dimension is, from the front; None for those without."""
    if not leaves:
        raise error("vmap-no-inputs")
    if isinstance(in_dims, list):
        in_dims = tuple(in_dims)  # one for each argument
    top = (isinstance(in_dims, int) and not isinstance(in_dims, bool)) or isinstance(in_dims, (tuple, dict))
    said = spread(in_dims, structure) if top else None
    if said is None:
        raise error("vmap-in-dims", in_dims=in_dims, structure=structure)
    found: list[Any] = []
    for x, d in zip(leaves, said, strict=True):
        if d is None:
            found.append(None)
            continue
        if isinstance(d, bool) or not isinstance(d, int):
            raise error("vmap-in-dims", in_dims=in_dims, structure=structure)
        if not isinstance(x, Tensor):
            raise error("vmap-input", dim=d, kind=type(x).__name__)
        if not -x.ndim <= d < x.ndim:
            raise error("vmap-dim", dim=d, shape=x.shape)
        found.append(d % x.ndim)
    return found


def batch_size(leaves: list[Any], dims: list[Any]) -> int:
    """Return how many samples there are; refuse none at all, and arguments that do not agree."""
    sizes = [x.shape[d] for x, d in zip(leaves, dims, strict=True) if d is not None]
    if not sizes:
        raise error("vmap-nothing-mapped")
    if len(set(sizes)) > 1:
        raise error("vmap-sizes", sizes=", ".join(map(str, sizes)))
    return int(sizes[0])
