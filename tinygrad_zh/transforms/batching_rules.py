r"""Floor 3: which op has which rule for ``vmap``; see ``batching.py``.

The tables name ops by their names, and files whose ops are all of one kind.  What is in no table is computed
sample by sample, with a warning.

May import: floors 0–2, ``batched``, ``batching``.  Read next: ``vmap.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..backend.devices import backend_of
from ..backend.dtypes import int64
from ..core.primitive import Primitive
from ..ops.convert import cast
from ..ops.indexing import take_p
from ..ops.join import cat_p
from ..ops.linalg import matmul_p
from ..ops.reduce import sum_p
from ..ops.shape import broadcast_to_p, clone, mT, permute_p, reshape_p, sum_to
from .batched import Level, batched, lengthened, moved
from .batching import (
    DRAWS,
    MODULES,
    RULES,
    aligned,
    folded,
    full,
    further,
    is_array,
    looped,
    merged,
    parted,
    refused,
    rule_for,
    sample_ndim,
    shifted,
)

Arrays = list[Any]
Mapped = list[bool]
Static = dict[str, Any]

# -- ops of one kind -----------------------------------------------------------------------------------

MODULES.update(
    dict.fromkeys(
        (
            *("elementwise", "compare", "rounding", "convert", "exponentials", "trigonometry", "choosing", "integers"),
            *("closeness", "activation", "piecewise", "smooth", "grid_sample", "special", "special_elementary"),
            *("special_normal", "special_gamma", "special_incomplete_gamma", "special_bessel", "special_polynomials"),
        ),
        aligned,
    )
)
RULES.update(
    dict.fromkeys(
        ("clone", "mT", "matmul", "tril", "triu", "normal", "attention_mask", "view_dtype", "vmap_share", "vmap_sum"),
        aligned,
    )
)
RULES.update(
    dict.fromkeys(
        (
            *("sum", "mean", "var", "std", "amax", "amin", "logsumexp", "all", "any", "softmax", "log_softmax"),
            *("prod", "vector_norm", "moments", "cumsum", "cumprod", "logcumsumexp", "recurrence", "shifted"),
            *("argsort", "argtopk", "argmode", "argmedian", "argcummax", "argcummin", "resample", "roll", "pad"),
            *("reshape", "flip", "diagonal", "place_diagonal", "slice", "place", "cat", "split"),
            *("gather", "scatter", "scatter_sum", "scatter_prod", "scatter_max", "scatter_min", "vmap_in", "vmap_out"),
        ),
        shifted,
    )
)
RULES.update(
    dict.fromkeys(
        ("class_rows", "pairs_of", "max_pool", "max_pool_positions", "fold", "window_sum", "window_spread"), folded
    )
)
RULES.update(dict.fromkeys(("nonzero", "mask_positions", "groups"), refused))
RULES["isin"] = looped

# -- shapes and reductions -----------------------------------------------------------------------------


@rule_for("expand")
def expand_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """Dimensions that broadcasting puts in front go behind the batch."""
    return broadcast_to_p(lengthened(arrays[0], len(static["shape"])), shape=(size, *static["shape"]))


@rule_for("unfold")
def unfold_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """Windows of images, or along a dimension: two ops of one name."""
    return (folded if "windows" in static else shifted)(op, arrays, mapped, static, size)


@rule_for("repeat")
def repeat_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """Dimensions that repeating puts in front go behind the batch."""
    return op.run([lengthened(arrays[0], len(static["sizes"]))], {"sizes": (1, *static["sizes"])})


@rule_for("permute")
def permute_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """The batch stays in front."""
    return permute_p(arrays[0], dims=(0, *further(static["dims"])))


@rule_for("sum_to")
def sum_to_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """Dimensions that are summed away in front stay for a moment, with length 1."""
    shape, ndim = static["shape"], len(arrays[0].shape) - 1
    kept = sum_to(arrays[0], shape=(size, *(1,) * (ndim - len(shape)), *shape))
    return reshape_p(kept, shape=(size, *shape))


@rule_for("argmax", "argmin")
def position_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """Without a dimension, it is the position in the flattened sample."""
    x, dim, keepdim = arrays[0], static["dim"], static["keepdim"]
    if dim is not None:
        return op.run([x], {**static, "dim": dim + 1})
    found = op.run([reshape_p(x, shape=(size, math.prod(x.shape[1:])))], {"dim": 1, "keepdim": False})
    return reshape_p(found, shape=(size, *(1,) * (len(x.shape) - 1))) if keepdim else found


@rule_for("zeros_beside")
def zeros_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """The shape is an operand here."""
    return op.run([arrays[0], (size, *arrays[1])], static)


@rule_for("overwrite")
def overwrite_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """The view is taken of every sample: it is a function of ops, so one more batch carries it out."""
    x, v = full(arrays, mapped, size)
    level = Level(size)
    y = clone(x)
    static["view"](batched(y, level, True))[...] = batched(v, level, True) if is_array(v) else v
    return y


# -- products ------------------------------------------------------------------------------------------


@rule_for("linear")
def linear_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """With one weight for all samples they are more rows; else it is a product of matrices for each."""
    x, weight, bias = arrays
    if not mapped[1] and not mapped[2]:
        return op.run(arrays, static)
    ndim = sample_ndim(x, mapped[0])
    rows = lengthened(x, ndim) if mapped[0] else x
    y = matmul_p(rows, mT(lengthened(weight, ndim) if mapped[1] else weight))
    return y if bias is None else y + (lengthened(bias, ndim) if mapped[2] else bias)


@rule_for("attention")
def attention_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """Products of matrices; each of the two results needs the batch, also where it does not depend on what differs."""
    ndim = max(sample_ndim(x, m) for x, m in zip(arrays, mapped, strict=True))
    whole = [lengthened(x, ndim) if is_array(x) else x for x in full(arrays, mapped, size)]
    if "place" in op.operands:  # weights are drawn for all samples at once, as the pullback's ``chance`` draws them
        whole[op.operands.index("place")] = arrays[op.operands.index("place")]
    return op.run(whole, static)


@rule_for("layer_norm", "group_norm", "rms_norm", "batch_norm")
def standardise_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """The elements' dimensions are one further back; weights stay below the elements that they belong to."""
    (x,) = full(arrays[:1], mapped[:1], size)
    weights = [lengthened(w, len(x.shape) - 1) if m else w for w, m in zip(arrays[1:], mapped[1:], strict=True)]
    return op.run([x, *weights], {**static, "dims": further(static["dims"])})


@rule_for("convolution", "convolution_transpose")
def convolution_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """With one kernel for all, samples are more images; with a kernel for each, they are groups of channels."""
    if not any(mapped[1:]):
        return folded_first(op, arrays, static, size)
    x, weight, *bias = full(arrays, mapped, size)
    how = static["how"]
    grouped = {**static, "how": how._replace(groups=how.groups * size)}
    y = op.run([side_by_side(x), merged(weight), *(b if b is None else merged(b) for b in bias)], grouped)
    return one_by_one(y, size)


@rule_for("convolution_weight")
def convolution_weight_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """A kernel's gradient for every sample: samples are groups of channels, so that none meets another."""
    how = static["how"]
    grouped = {**static, "how": how._replace(groups=how.groups * size)}
    return parted(op.run([side_by_side(x) for x in full(arrays, mapped, size)], grouped), size)


def folded_first(op: Primitive, arrays: Arrays, static: Static, size: int) -> Any:
    """The batch becomes more rows of the first operand; the others are the same for all rows."""
    y = op.run([merged(arrays[0]), *arrays[1:]], static)
    return tuple(parted(part, size) for part in y) if isinstance(y, tuple) else parted(y, size)


def side_by_side(x: Any) -> Any:
    """(B, N, C, …) as (N, B·C, …)."""
    return merged(moved(x, 0, 1), 1)


def one_by_one(y: Any, size: int) -> Any:
    """(N, B·C, …) as (B, N, C, …)."""
    return moved(parted(y, size, 1), 1, 0)


# -- indexing ------------------------------------------------------------------------------------------
# What `take` returns, and what its transposes are given, has the picked dimensions where the indexed ones were if
# those are neighbours, else in front: NumPy's rule, which the samples follow and the batch must not disturb.


def neighbours(dims: tuple[int, ...]) -> bool:
    """Whether dimensions stand side by side."""
    return dims == tuple(range(dims[0], dims[-1] + 1))


def picked_place(dims: tuple[int, ...]) -> int:
    """Where the picked dimensions stand in a sample."""
    return dims[0] if neighbours(dims) else 0


def rows_with_batch(index: Any, dims: tuple[int, ...], size: int) -> Any:
    """Return an index of every sample as one into all samples: one more row says which sample."""
    rows = index if len(dims) > 1 else reshape_p(index, shape=(size, 1, *index.shape[1:]))
    rows = moved(rows, 0, 1)  # (rows, B, *picked)
    which = backend_of(index).xp.arange(size, dtype=int64).reshape(1, size, *(1,) * (len(rows.shape) - 2))
    return cat_p(broadcast_to_p(which, shape=(1, *rows.shape[1:])), cast(rows, dtype=int64), dim=0)


def block_moved(x: Any, source: int, destination: int, count: int) -> Any:
    """Move `count` neighbouring dimensions to another place."""
    if source == destination or not count:
        return x
    block = list(range(source, source + count))
    order = [d for d in range(len(x.shape)) if d not in block]
    order[destination:destination] = block
    return permute_p(x, dims=tuple(order))


def picked_count(index: Any, dims: tuple[int, ...], is_mapped: bool) -> int:
    """How many dimensions an index picks."""
    return len(index.shape) - is_mapped - (len(dims) > 1)


@rule_for("take")
def take_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """Three cases: samples of the index, of the elements, or of both differ."""
    (x, index), dims = arrays, static["dims"]
    count, place = picked_count(index, dims, mapped[1]), picked_place(dims)
    if not mapped[1]:
        y = op.run([x, index], {"dims": further(dims)})
        return y if neighbours(dims) else moved(y, count, 0)
    if not mapped[0]:
        rows = moved(index, 0, 1) if len(dims) > 1 else index
        return moved(op.run([x, rows], {"dims": dims}), place, 0)
    y = op.run([x, rows_with_batch(index, dims, size)], {"dims": (0, *further(dims))})
    return block_moved(y, 1, 1 + place, count)


@rule_for("add_at")
def add_at_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """The transpose of taking: zeros for every sample, to which its own elements are added."""
    dims, shape = static["dims"], (size, *static["shape"])
    (x,) = full(arrays[:1], mapped[:1], size)
    x, index, dims = for_all_samples(x, arrays[1], mapped[1], dims, size)
    return op.run([x, index], {"shape": shape, "dims": dims})


@rule_for("setitem")
def put_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """The same with elements that are replaced."""
    dims = static["dims"]
    x, v, index = arrays
    (x,) = full([x], mapped[:1], size)
    picked = index.shape[mapped[2] + (len(dims) > 1) :]
    rest = [n for d, n in enumerate(x.shape[1:]) if d not in dims]
    place = picked_place(dims)
    wanted = (*rest[:place], *picked, *rest[place:])
    if is_array(v):
        v = broadcast_to_p(lengthened(v, len(wanted)) if mapped[1] else v, shape=(size, *wanted))
        v, index, dims = for_all_samples(v, index, mapped[2], dims, size)
    else:
        _, index, dims = for_all_samples(None, index, mapped[2], dims, size)
    return op.run([x, v, index], {"dims": dims})


def for_all_samples(
    v: Any, index: Any, index_is_mapped: bool, dims: tuple[int, ...], size: int
) -> tuple[Any, Any, tuple[int, ...]]:
    """Return elements, index and dimensions as NumPy wants them for all samples.

    Parameters
    ----------
    v : array of shape (B, *rest before, *picked, *rest behind), or None
        The elements that go to the places of the index.
    """
    count, place = picked_count(index, dims, index_is_mapped), picked_place(dims)
    if not index_is_mapped:
        if v is not None and not neighbours(dims):
            v = moved(v, 0, count)
        return v, index, further(dims)
    if v is not None:
        v = block_moved(v, 1 + place, 1, count)
    return v, rows_with_batch(index, dims, size), (0, *further(dims))


@rule_for("embedding")
def embedding_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """Rows of a table are taken from its first dimension."""
    return op.run(arrays, static) if not mapped[0] else take_rule(take_p, arrays, mapped, {"dims": (0,)}, size)


@rule_for("stacked")
def stacked_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """Rows of an index, broadcast to one shape."""
    shape = static["shape"]
    rows = [
        reshape_p(
            broadcast_to_p(lengthened(row, len(shape)) if m else row, shape=(size, *shape)), shape=(size, 1, *shape)
        )
        for row, m in zip(arrays, mapped, strict=True)
    ]
    return cat_p(*rows, dim=1)


# -- losses --------------------------------------------------------------------------------------------


@rule_for("mse_loss")
def mse_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """A sum of squares for every sample."""
    a, b = full(arrays, mapped, size)
    difference = a - b
    return sum_p(difference * difference, dims=tuple(range(1, len(difference.shape)))) * static["scale"]


@rule_for("cross_entropy")
def cross_entropy_rule(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """The rows of all samples at once, then a sum or mean for every sample."""
    x, target = full(arrays, mapped, size)
    losses, lse = op.run([merged(x), merged(target)], {**static, "reduction": "none"})
    losses, lse = parted(losses, size), parted(lse, size)
    if static["reduction"] == "none":
        return losses, lse
    total = sum_p(losses, dims=(1,))
    if static["reduction"] == "mean":
        valid = cast(target != static["ignore_index"], dtype=x.dtype)
        total = total / sum_p(valid, dims=(1,))
    return total, lse


# -- random numbers ------------------------------------------------------------------------------------
# ``Place`` has passed over as many numbers as all samples need.


def more_of_them(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """Numbers of a shape: for all samples at once."""
    return op.run(arrays, {**static, "shape": (size, *static["shape"])})


def one_for_each_element(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """Numbers for the elements of an operand: for those of all samples."""
    return op.run(
        [
            x if name == "place" else full([x], [m], size)[0]
            for name, x, m in zip(op.operands, arrays, mapped, strict=True)
        ],
        static,
    )


def more_rows(op: Primitive, arrays: Arrays, mapped: Mapped, static: Static, size: int) -> Any:
    """Numbers for every row of an operand."""
    place, rows = arrays[0], full(arrays[1:], mapped[1:], size)[0]
    return parted(op.run([place, merged(rows)], static), size)


DRAWS.update(dict.fromkeys(("rand", "randn", "randint", "chance"), more_of_them))
DRAWS.update(dict.fromkeys(("dropout", "bernoulli", "poisson"), one_for_each_element))
DRAWS.update({"multinomial": more_rows, "attention_dropout": attention_rule})
