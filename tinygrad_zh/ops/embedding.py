r"""Floor 2: tables of vectors: looking up rows, and summing, averaging or maximising over bags of them.

May import: floors 0–1, ``brackets``, ``elementwise``, ``gather``, ``grad_mode``, ``indexing``, ``norm``,
``reduce``, ``shape``, ``write``.  Read next: ``masks.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..backend.devices import backend_of
from ..backend.dtypes import int64
from ..core.primitive import primitive
from ..core.registry import registry
from ..core.tensor import Tensor, box
from ..errors import error
from .brackets import refuse_out_of_range
from .elementwise import masked_to_zero, where_p
from .gather import gather, index_of
from .grad_mode import no_grad
from .indexing import add_at, take_p
from .norm import norm_of
from .publish import publish, published
from .reduce import floating
from .shape import reshape_p
from .write import write


@primitive(
    "<weight:4>[<index>]",
    vjp_weight=lambda g, index, weight_shape, padding_idx, by_freq: add_at(
        shared_out(without_padding(g, index, padding_idx), index, weight_shape[0], by_freq),
        index,
        shape=weight_shape,
        dims=(0,),
    ),
    tex_rules={"weight": r"\operatorname{add\_at}(g, [index])"},
    name="embedding",
)
def embedding_p(xp: Any, weight: Any, index: Any, *, padding_idx: int | None = None, by_freq: bool = False) -> Any:
    """Return the rows of `weight` that `index` names."""
    return xp.take(weight, index, axis=0)


def without_padding(g: Any, index: Any, padding_idx: int | None) -> Any:
    """`g` with 0 where the padding was looked up: its row is not trained."""
    if padding_idx is None:
        return g
    return masked_to_zero(g, reshape_p(index == padding_idx, shape=(*index.shape, 1)))


def shared_out(g: Any, index: Any, rows: int, by_freq: bool) -> Any:
    """`g` divided by how often each row was looked up, if that is wanted: then a frequent word learns no faster."""
    if not by_freq:
        return g
    times = take_p(count_p(index, rows=rows), index, dims=(0,))
    return g / reshape_p(registry["cast"](times, dtype=g.dtype), shape=(*index.shape, 1))


@primitive(r"\operatorname{count}(<index>)", name="row_count")
def count_p(xp: Any, index: Any, *, rows: int) -> Any:
    """How often each row is named."""
    return xp.bincount(index.reshape(-1), minlength=rows).astype(int64)


@published(method=False)
def embedding(
    input: Any, weight: Any, padding_idx: int | None = None, max_norm: float | None = None, norm_type: float = 2.0,
    scale_grad_by_freq: bool = False, sparse: bool = False,
) -> Any:  # fmt: skip
    """Look up rows of a table of vectors.

    Parameters
    ----------
    input : Tensor of int of shape (...)
        Which rows: numbers of words, say.
    weight : Tensor of shape (N, D)
        The table.
    padding_idx : int, optional
        A row that receives no gradient.
    max_norm : float, optional
        Rows that are looked up and longer than this are shortened to it first, in the table itself.
    norm_type : float
        The p of the norm by which they are measured.
    scale_grad_by_freq : bool
        Divide the gradient by how often each row is looked up in this call.
    sparse : bool
        There are no sparse gradients here: only False is taken.

    Returns
    -------
    Tensor of shape (..., D)

    Raises
    ------
    IndexingError
        If a row does not exist.
    """
    places, padding_idx = checked_table("embedding", input, weight, padding_idx, sparse)
    if max_norm is not None:
        shorten_rows(weight, places, max_norm, norm_type)
    return embedding_p(weight, places, padding_idx=padding_idx, by_freq=bool(scale_grad_by_freq))


def checked_table(op: str, input: Any, weight: Any, padding_idx: Any, sparse: Any) -> tuple[Any, int | None]:
    """Check what rows are looked up with; return the index as a Tensor, and the padding counted from the front."""
    if sparse:
        raise error("argument", op=op, argument="sparse", expected=False, got=sparse)
    if not isinstance(weight, Tensor):
        raise error("not-a-tensor", op=op, kind=type(weight).__name__)
    if len(weight.shape) != 2:
        raise error("ndim", op=op, expected=2, shape=weight.shape)
    places, rows = index_of(op, input, weight), weight.shape[0]
    refuse_out_of_range(op, places, rows, 0, negative=False)
    if padding_idx is None:
        return places, None
    if not -rows <= padding_idx < rows:
        raise error("argument", op=op, argument="padding_idx", expected=f"-{rows} … {rows - 1}", got=padding_idx)
    return places, padding_idx % rows


# -- bags ------------------------------------------------------------------------------------------------


@published(space="nn.functional")
def embedding_bag(
    input: Any, weight: Any, offsets: Any = None, max_norm: float | None = None, norm_type: float = 2.0,
    scale_grad_by_freq: bool = False, mode: str = "mean", sparse: bool = False, per_sample_weights: Any = None,
    include_last_offset: bool = False, padding_idx: int | None = None,
) -> Any:  # fmt: skip
    """Look up bags of rows of a table, and return the sum, the mean or the maximum of each bag.

    Parameters
    ----------
    input : Tensor of int of shape (B, K), or of shape (M,)
        Which rows: B bags of K each, or all bags one after the other.
    weight : Tensor of shape (N, D)
        The table.
    offsets : Tensor of int of shape (B,), optional
        Where each bag begins in an input of one dimension; the first begins at 0.
    max_norm, norm_type, sparse
        As of `embedding`.
    scale_grad_by_freq : bool
        Only False is taken: what PyTorch divides by depends on the order of the bags.
    mode : {"mean", "sum", "max"}
        What becomes of a bag; an empty one becomes zeros.
    per_sample_weights : Tensor of the shape of `input`, optional
        What each row is multiplied by, for the sum alone.
    include_last_offset : bool
        Whether `offsets` has a last element more, the length of `input`.
    padding_idx : int, optional
        A row that counts for nothing.

    Returns
    -------
    Tensor of shape (B, D)

    Notes
    -----
    Of equal maxima, the first has the gradient.
    """
    op = "embedding_bag"
    if mode not in ("sum", "mean", "max"):
        raise error("argument", op=op, argument="mode", expected="'sum', 'mean' or 'max'", got=mode)
    if scale_grad_by_freq:
        raise error("argument", op=op, argument="scale_grad_by_freq", expected=False, got=scale_grad_by_freq)
    places, padding_idx = checked_table(op, input, weight, padding_idx, sparse)
    check_weights(per_sample_weights, places, floating(op, weight), mode)
    starts = starts_of(places, offsets, include_last_offset)
    if max_norm is not None:
        shorten_rows(weight, places, max_norm, norm_type)
    if places.ndim == 2:
        places = reshape_p(places, shape=(places.array.size,))
        if per_sample_weights is not None:
            per_sample_weights = reshape_p(per_sample_weights, shape=places.shape)
    bag_of, position, longest = bags_of(starts, places, padding_idx)
    bags, width = starts.shape[0], weight.shape[1]
    if mode == "max":
        return greatest_of_bags(weight, places.array, bag_of, position, (bags, longest))
    rows = embedding_p(weight, places, padding_idx=padding_idx)
    if per_sample_weights is not None:
        rows = rows * reshape_p(per_sample_weights, shape=(places.shape[0], 1))
    total = add_at(rows, box(bag_of), shape=(bags + 1, width), dims=(0,))[:bags]
    if mode == "sum":
        return total
    counts = registry["cast"](count_p(box(bag_of), rows=bags + 1)[:bags], dtype=weight.dtype)
    return total / reshape_p(where_p(counts == 0, 1, counts), shape=(bags, 1))


def check_weights(per_sample_weights: Any, places: Any, weight: Any, mode: str) -> None:
    """Refuse weights of rows that are not to be summed, or of another shape or dtype."""
    if per_sample_weights is None:
        return
    op, name = "embedding_bag", "per_sample_weights"
    if not isinstance(per_sample_weights, Tensor):
        raise error("not-a-tensor", op=op, kind=type(per_sample_weights).__name__)
    if mode != "sum":
        raise error("argument", op=op, argument="mode", expected="'sum' beside per_sample_weights", got=mode)
    if per_sample_weights.shape != places.shape:
        raise error("parameter-shape", op=op, name=name, got=per_sample_weights.shape, expected=places.shape)
    if per_sample_weights.dtype != weight.dtype:
        raise error("parameter-dtype", op=op, name=name, got=per_sample_weights.dtype, dtype=weight.dtype)


def starts_of(places: Any, offsets: Any, include_last: bool) -> Any:
    """Return where each bag begins in the flattened input, as an array."""
    op = "embedding_bag"
    if places.ndim == 2 and offsets is None:
        return backend_of(places.array).xp.arange(places.shape[0]) * places.shape[1]
    if places.ndim != 1 or offsets is None:
        raise error("bag-input", shape=places.shape, offsets="None" if offsets is None else "a Tensor")
    index = index_of(op, offsets, places)
    if index.ndim != 1:
        raise error("ndim", op=op, expected=1, shape=index.shape)
    xp, starts, length = backend_of(index.array).xp, index.array.astype(int64), places.shape[0]
    wrong = bool(xp.any(starts[1:] < starts[:-1])) or bool(xp.any(starts[:1] != 0)) or bool(xp.any(starts > length))
    if wrong or (include_last and (not starts.size or int(starts[-1]) != length)):
        raise error("bag-offsets", offsets=index, length=length)
    return starts[:-1] if include_last else starts


def bags_of(starts: Any, places: Any, padding_idx: int | None) -> tuple[Any, Any, int]:
    """Return for every row its bag and its position there, and the length of the longest bag.

    What counts for nothing, the padding and all if there are no bags, has the number of the bag after the last.
    """
    xp, bags = backend_of(starts).xp, starts.shape[0]
    order = xp.arange(places.shape[0])
    if not bags:
        return order * 0, order, 0
    bag_of = xp.searchsorted(starts, order, side="right") - 1
    position = order - xp.take(starts, bag_of)
    longest = int(xp.max(position)) + 1 if position.size else 0
    return bag_of if padding_idx is None else xp.where(places.array == padding_idx, bags, bag_of), position, longest


def greatest_of_bags(weight: Any, places: Any, bag_of: Any, position: Any, shape: tuple[int, int]) -> Any:
    """Lay the bags side by side, filled up with −∞, find each column's winner, and look its row up."""
    bags, longest = shape
    xp = backend_of(weight.array).xp
    numbers = xp.full((bags + 1, longest + 1), -1, dtype=int64)  # one column more, so that there is one
    numbers[bag_of, position] = places
    numbers = numbers[:bags]
    filled = xp.where(numbers[..., None] < 0, -math.inf, xp.take(weight.array, xp.maximum(numbers, 0), axis=0))
    rows = xp.take_along_axis(numbers, xp.argmax(filled, axis=1), axis=1)
    return masked_to_zero(gather(weight, 0, box(xp.maximum(rows, 0))), box(rows < 0))


def shorten_rows(weight: Any, places: Any, max_norm: float, norm_type: float) -> None:
    """Shorten the rows that are looked up and longer than `max_norm`, in the table itself."""
    with no_grad():
        length = norm_of("embedding", weight, float(norm_type), 1, True, None)
        looked_up = reshape_p(count_p(places, rows=weight.shape[0]) > 0, shape=(weight.shape[0], 1))
        shortened = weight * (max_norm / (length + 1e-7))
        write(weight, where_p(looked_up & (length > max_norm), shortened, weight), "embedding")


publish("embedding", embedding, space="nn.functional")
