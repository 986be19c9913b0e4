r"""Floor 3: how an op on samples is computed for all samples at once: the rules of ``vmap``.

Few shapes of rules serve nearly every op.  The batch dimension is the first one of an array:

    aligned   an op that broadcasts: all it needs is that dimensions of samples stand below each other
    shifted   an op that names dimensions: each is one further back now
    folded    an op on rows that do not know of each other: the batch becomes more rows
    looped    any op: one sample after the other; slow, and said once

``batching_rules.py`` says which op has which, and what the others do.  A rule gets arrays; it computes with
primitives, so that arrays which are Batched themselves, under an outer ``vmap``, find their rules in turn.

May import: floors 0–2, ``batched``.  Read next: ``batching_rules.py``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..backend.devices import backend_of
from ..core.primitive import Primitive
from ..core.registry import register, registry
from ..errors import error
from ..ops.brackets import Place
from ..ops.fusable import Fusable
from ..ops.indexing import slice_p
from ..ops.join import cat_p
from ..ops.shape import broadcast_to_p, reshape_p
from .batched import Batched, Level, batched, lengthened
from .boundary import BOUNDARY

Rule = Callable[[Primitive, list[Any], list[bool], dict[str, Any], int], Any]
"""``rule(op, arrays, mapped, static, size)``: the op's result (or several) for all samples, the batch in front.

`arrays` are the operands below the level; where `mapped`, with the batch in front, else shared by all samples.
"""

RULES: dict[str, Rule] = {}
"""By the name of the primitive."""
MODULES: dict[str, Rule] = {}
"""By the file in which primitives are declared, for those of one kind."""
DRAWS: dict[str, Rule] = {}
"""For ops that draw random numbers: how every sample gets numbers of its own."""


class SlowBatching(UserWarning):
    """An op has no rule for ``vmap`` and is computed sample by sample."""


def rule_for(*names: str) -> Callable[[Rule], Rule]:
    """Declare the rule of one primitive or several."""

    def declare(rule: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, rule))
        return rule

    return declare


# -- at the door ---------------------------------------------------------------------------------------


def in_batches(op: Primitive, arrays: Sequence[Any], static: dict[str, Any]) -> Any:
    """Compute an op if an operand is Batched; else return None."""
    level: Any = None
    for x in arrays:
        found = getattr(x, "level", None)  # of a Batched; or the list of steps of a traced array
        if found is not None and (level is None or found.number > level.number):
            level = found
    take_over = registry.get("capture_op")
    if op in BOUNDARY and (not isinstance(level, Level) or static["level"].number >= level.number):
        # What moves the samples does it by ops, which a list of steps that is being written wants to see one by one.
        return None if take_over is None or not registry["capturing"]() else op.value(None, *arrays, **static)
    if level is None:  # plain arrays
        return None if take_over is None else take_over(op, arrays, static)
    if not isinstance(level, Level):
        return level.compute(op, arrays, static)
    if isinstance(op, Fusable) and op.name not in RULES:
        return op.plain(*arrays, **static)  # its ops find their rules one by one
    bare, mapped = opened(arrays, level)
    if "place" in op.operands:  # the operand of every random op
        return drawn(op, bare, mapped, static, level)
    if not any(mapped):
        return closed(op.run(bare, static), level, False)
    return closed(rule_of(op)(op, bare, mapped, static, level.size), level, True)


def opened(arrays: Sequence[Any], level: Level) -> tuple[list[Any], list[bool]]:
    """Return arrays as they are below a level, and which of them differ between its samples."""
    own = [isinstance(x, Batched) and x.level is level for x in arrays]
    return [x.array if is_own else x for x, is_own in zip(arrays, own, strict=True)], [
        is_own and x.mapped for x, is_own in zip(arrays, own, strict=True)
    ]


def closed(y: Any, level: Level, mapped: bool) -> Any:
    """Return a result, or each of several, as an array of the level."""
    return tuple(batched(part, level, mapped) for part in y) if isinstance(y, tuple) else batched(y, level, mapped)


def rule_of(op: Primitive) -> Rule:
    """Return an op's rule."""
    rule = RULES.get(op.name)
    if rule is None and op.rules and all(each is not None and each.partial for each in op.rules):
        rule = aligned  # all its derivatives are elementwise, so the op is
    if rule is None:
        rule = MODULES.get(op.__module__.rpartition(".")[2])
    if rule is None:
        message = (
            f"vmap: {op.name} has no batching rule; it is computed sample by sample, which is slow. "
            f"vmap：{op.name} 没有批处理规则(batching rule)，只能逐个样本计算，速度很慢。"
        )
        RULES[op.name] = rule = looped  # said once
        warnings.warn(message, SlowBatching, stacklevel=2)
    return rule


def drawn(op: Primitive, arrays: list[Any], mapped: list[bool], static: dict[str, Any], level: Level) -> Any:
    """Draw random numbers as the level says: the innermost first, for its place is opened first."""
    if level.randomness == "error":
        raise error("vmap-random", op=op.name)
    if level.randomness == "different":
        return closed(DRAWS.get(op.name, looped_apart)(op, arrays, mapped, static, level.size), level, True)
    if any(mapped):
        return closed(looped(op, arrays, mapped, static, level.size), level, True)
    return closed(op.run(arrays, static), level, False)


# -- the shapes of rules -------------------------------------------------------------------------------


def is_array(x: Any) -> bool:
    """Whether an operand is an array, and not a number, a shape or None."""
    return hasattr(x, "shape")


def sample_ndim(x: Any, is_mapped: bool) -> int:
    """How many dimensions one sample has."""
    return len(x.shape) - is_mapped if is_array(x) else 0


def aligned(op: Primitive, arrays: list[Any], mapped: list[bool], static: dict[str, Any], size: int) -> Any:
    """Elementwise ops, and those on the last dimensions that broadcast the others: matrix products."""
    ndim = max(sample_ndim(x, m) for x, m in zip(arrays, mapped, strict=True))
    return op.run([lengthened(x, ndim) if m else x for x, m in zip(arrays, mapped, strict=True)], static)


def full(arrays: list[Any], mapped: list[bool], size: int) -> list[Any]:
    """Return all arrays with the batch in front, also those that the samples share."""
    return [
        x if m or not is_array(x) else broadcast_to_p(x, shape=(size, *x.shape))
        for x, m in zip(arrays, mapped, strict=True)
    ]


def further(dims: Any) -> Any:
    """Return where dimensions of a sample stand behind the batch; counted from the end, they stand where they did."""
    if isinstance(dims, int):
        return dims + 1 if dims >= 0 else dims
    return dims if dims is None else tuple(further(d) for d in dims)


MOVES: dict[str, Callable[[Any, int], Any]] = {
    "dim": lambda dim, size: further(dim),
    "dims": lambda dims, size: further(dims),
    "dim1": lambda dim, size: further(dim),
    "dim2": lambda dim, size: further(dim),
    "shape": lambda shape, size: (size, *shape),
    "index": lambda index, size: Place((slice(None), *index)),
}
"""What becomes of static arguments that speak of dimensions, by their names."""


def shifted(op: Primitive, arrays: list[Any], mapped: list[bool], static: dict[str, Any], size: int) -> Any:
    """Ops that name dimensions, or the shape of their result."""
    moved_ = {name: MOVES[name](value, size) if name in MOVES else value for name, value in static.items()}
    return op.run(full(arrays, mapped, size), moved_)


def folded(op: Primitive, arrays: list[Any], mapped: list[bool], static: dict[str, Any], size: int) -> Any:
    """Ops whose first dimension are rows that do not know of each other: B samples of N rows are B·N rows."""
    rows = [merged(x) if is_array(x) else x for x in full(arrays, mapped, size)]
    y = op.run(rows, static)
    return tuple(parted(part, size) for part in y) if isinstance(y, tuple) else parted(y, size)


def merged(x: Any, dim: int = 0) -> Any:
    """Return an array with a dimension and the next one as one."""
    before, (n, m), after = x.shape[:dim], x.shape[dim : dim + 2], x.shape[dim + 2 :]
    return reshape_p(x, shape=(*before, n * m, *after))


def parted(x: Any, size: int, dim: int = 0) -> Any:
    """Undo `merged`: a dimension becomes `size` times what is left."""
    return reshape_p(x, shape=(*x.shape[:dim], size, x.shape[dim] // size, *x.shape[dim + 1 :]))


def looped(op: Primitive, arrays: list[Any], mapped: list[bool], static: dict[str, Any], size: int) -> Any:
    """Any op: sample by sample, and stack the results."""
    results = [
        op.run([sample(x, i) if m else x for x, m in zip(arrays, mapped, strict=True)], static)
        for i in range(size or 1)  # where there are no samples, one of zeros shows the shapes of the results
    ]
    shapes = {tuple(part.shape for part in y) if isinstance(y, tuple) else y.shape for y in results}
    if len(shapes) > 1:
        raise error("vmap-shapes", op=op.name)
    if isinstance(results[0], tuple):
        return tuple(stacked(parts, size) for parts in zip(*results, strict=True))
    return stacked(results, size)


def sample(x: Any, i: int) -> Any:
    """Return one sample; zeros if there is none."""
    if not x.shape[0]:
        return backend_of(x).xp.zeros(x.shape[1:], dtype=x.dtype)
    return slice_p(x, index=Place((i,)))


def stacked(samples: Iterable[Any], size: int) -> Any:
    """Return `size` samples as one array, the batch in front."""
    y = cat_p(*(reshape_p(x, shape=(1, *x.shape)) for x in samples), dim=0)
    return y if size else slice_p(y, index=Place((slice(0, 0),)))


def looped_apart(op: Primitive, arrays: list[Any], mapped: list[bool], static: dict[str, Any], size: int) -> Any:
    """Any random op: sample by sample, each with a key of its own, and so with other numbers."""
    at = op.operands.index("place")
    xp = backend_of(arrays[at]).xp
    keys = xp.arange(1, size + 1, dtype=xp.uint64).reshape(size, 1) * xp.asarray([0, 1, 0], dtype=xp.uint64)
    places = xp.bitwise_xor(keys, arrays[at])  # (B, 3): key low, key high, first block
    return looped(op, [*arrays[:at], places, *arrays[at + 1 :]], [*mapped[:at], True, *mapped[at + 1 :]], static, size)


def refused(op: Primitive, arrays: list[Any], mapped: list[bool], static: dict[str, Any], size: int) -> Any:
    """Ops whose result's shape depends on values: samples would have results of different shapes."""
    raise error("vmap-shapes", op=op.name)


register("in_batches", in_batches)
