"""Sequences of different lengths in one batch: padded, or packed, as in PyTorch's ``torch.nn.utils.rnn``.

Packed, they stand by time: the first elements of all sequences, the longest sequence first, then the second elements
of those that have one, …  So nothing is computed for padding.

    sequences   a b c   d e   f          data          a d f b e c
    padded      a b c                    batch_sizes   3 2 1
                d e 0
                f 0 0

May import: floors 0–2.  Read next: ``../recurrent.py``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...core.tensor import Tensor
from ...errors import error
from ...ops.publish import public


class Packed(NamedTuple):
    """The fields of a PackedSequence."""

    data: Any
    batch_sizes: Any
    sorted_indices: Any = None
    unsorted_indices: Any = None


class PackedSequence(Packed):
    """A packed batch of sequences.

    Attributes
    ----------
    data : Tensor of shape (sum of the lengths, ...)
        All elements, by time.
    batch_sizes : Tensor of int64, of shape (T,)
        How many sequences have an element at each time; never rising.
    sorted_indices : Tensor of int64, of shape (B,), or None
        Which of the given sequences is the longest, the second longest, …; None if they came in this order.
    unsorted_indices : Tensor of int64, of shape (B,), or None
        Where each of the given sequences stands now.
    """

    def __new__(
        cls, data: Any, batch_sizes: Any = None, sorted_indices: Any = None, unsorted_indices: Any = None
    ) -> PackedSequence:
        """Make one of its parts; the sequences' order may be given either way."""
        if batch_sizes is None and isinstance(data, (tuple, list)) and len(data) == 2:
            data, batch_sizes = data
        if not isinstance(data, Tensor) or not isinstance(batch_sizes, Tensor):
            got = f"{type(data).__name__} and {type(batch_sizes).__name__}"
            raise error("not-packed", op="PackedSequence", got=got)
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """Convert or move the data, and move the indices along; see ``Tensor.to``."""
        data = public["to"](self.data, *args, **kwargs)
        if data is self.data:
            return self
        order = (None if x is None else public["to"](x, device=data.device) for x in self[2:])
        return type(self)(data, self.batch_sizes, *order)

    def cpu(self) -> PackedSequence:
        """Return it on the CPU."""
        return self.to(device="cpu")

    def cuda(self, device: Any = None) -> PackedSequence:
        """Return it on an NVIDIA GPU (tested on a double; not yet run on a GPU)."""
        return self.to(device="cuda" if device is None else device)

    def double(self) -> PackedSequence:
        """Return it with data of float64."""
        return self.to(dtype="float64")

    def float(self) -> PackedSequence:
        """Return it with data of float32."""
        return self.to(dtype="float32")

    def half(self) -> PackedSequence:
        """Return it with data of float16."""
        return self.to(dtype="float16")

    @property
    def is_cuda(self) -> bool:
        """Whether the data is on a GPU."""
        return bool(self.data.is_cuda)


def invert_permutation(permutation: Any) -> Any:
    """Return where each place has gone: ``result[permutation[i]] = i``; None for None."""
    return None if permutation is None else public["argsort"](permutation)


def checked_lengths(op: str, lengths: Any, count: int, most: int, falling: bool) -> list[int]:
    """Return the lengths as ints, or refuse them."""
    given = lengths.tolist() if isinstance(lengths, Tensor) else lengths
    listed = list(given) if isinstance(given, (list, tuple)) else [given]
    fits = len(listed) == count and all(type(n) is int and 0 < n <= most for n in listed)
    if not fits or (falling and listed != sorted(listed, reverse=True)):
        raise error("packed-lengths", op=op, got=listed, count=count, most=most)
    return listed


def pack_padded_sequence(
    input: Any, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Pack a padded batch.

    Parameters
    ----------
    input : Tensor of shape (T, B, ...), or (B, T, ...) with `batch_first`
        The sequences; what stands beyond a length is left out.
    lengths : list of int, or Tensor of shape (B,)
        How long each sequence is, at least 1.
    batch_first : bool
        Whether the batch comes before time.
    enforce_sorted : bool
        Whether the longest sequence must come first; if not, they are sorted here and put back by
        `pad_packed_sequence` and by recurrent layers.

    Raises
    ------
    ArgumentError
        If the lengths do not fit.
    """
    op = "pack_padded_sequence"
    if not isinstance(input, Tensor):
        raise error("not-a-tensor", op=op, kind=type(input).__name__)
    if input.ndim < 2:
        raise error("ndim", op=op, expected="at least 2", shape=input.shape)
    if batch_first:
        input = public["transpose"](input, 0, 1)
    listed = checked_lengths(op, lengths, input.shape[1], input.shape[0], bool(enforce_sorted))
    order = None
    if not enforce_sorted:
        ranked = sorted(range(len(listed)), key=lambda b: -listed[b])
        order = public["tensor"](ranked, dtype="int64", device=input.device)
        input, listed = public["index_select"](input, 1, order), [listed[b] for b in ranked]
    within = np.arange(listed[0] if listed else 0)[:, None] < np.asarray(listed, dtype=np.int64)  # (T, B)
    flat = input[: len(within)].reshape(-1, *input.shape[2:])
    places = public["tensor"](np.flatnonzero(within), dtype="int64", device=input.device)
    data = public["index_select"](flat, 0, places)
    return PackedSequence(data, public["tensor"](within.sum(1), dtype="int64"), order)


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Any, Any]:
    """Unpack a batch and pad it: the inverse of `pack_padded_sequence`.

    Parameters
    ----------
    sequence : PackedSequence
        The batch.
    batch_first : bool
        Whether the batch comes before time in the result.
    padding_value : float
        What stands beyond each sequence's end.
    total_length : int, optional
        How long to make all of them, at least as long as the longest.

    Returns
    -------
    padded : Tensor of shape (T, B, ...), or (B, T, ...) with `batch_first`
    lengths : Tensor of int64, of shape (B,)
    """
    op = "pad_packed_sequence"
    check_packed(op, sequence)
    sizes = np.asarray(sequence.batch_sizes.tolist(), dtype=np.int64)
    count, longest = int(sizes[0]) if sizes.size else 0, len(sizes)
    lengths = (sizes[:, None] > np.arange(count)).sum(0)
    if total_length is not None:
        if isinstance(total_length, bool) or not isinstance(total_length, int) or total_length < longest:
            expected = f"an int of at least {longest}, the longest length"
            raise error("argument", op=op, argument="total_length", expected=expected, got=total_length)
        longest = total_length
    data = sequence.data
    # One row more than the data has: the padding.
    padding = public["full"]((1, *data.shape[1:]), padding_value, dtype=data.dtype, device=data.device)
    places = np.full((longest, count), data.shape[0])
    places[np.arange(longest)[:, None] < lengths] = np.arange(data.shape[0])  # by time, as the data stands
    rows = public["tensor"](places.reshape(-1), dtype="int64", device=data.device)
    padded = public["index_select"](public["cat"]([data, padding]), 0, rows).reshape(longest, count, *data.shape[1:])
    found = public["tensor"](lengths, dtype="int64")
    if sequence.unsorted_indices is not None:
        padded = public["index_select"](padded, 1, sequence.unsorted_indices)
        found = public["index_select"](found, 0, public["to"](sequence.unsorted_indices, device="cpu"))
    return public["transpose"](padded, 0, 1) if batch_first else padded, found


def check_packed(op: str, sequence: Any) -> None:
    """Refuse what is no PackedSequence."""
    if not isinstance(sequence, PackedSequence):
        raise error("not-packed", op=op, got=type(sequence).__name__)


def pad_sequence(
    sequences: Any, batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Any:
    """Put sequences of different lengths into one Tensor.

    Parameters
    ----------
    sequences : list of Tensor of shape (T, ...)
        What differs is T alone.
    batch_first : bool
        Whether the batch comes before time in the result.
    padding_value : float
        What fills the shorter ones.
    padding_side : {"right", "left"}
        On which side.

    Returns
    -------
    Tensor of shape (T, B, ...), or (B, T, ...) with `batch_first`, where T is the greatest length
    """
    op = "pad_sequence"
    listed = tensors_in(op, sequences)
    if padding_side not in ("right", "left"):
        raise error("argument", op=op, argument="padding_side", expected="'right' or 'left'", got=padding_side)
    longest = max(x.shape[0] for x in listed)
    padded = []
    for x in listed:
        missing = longest - x.shape[0]
        padding = public["full"]((missing, *x.shape[1:]), padding_value, dtype=x.dtype, device=x.device)
        parts = [x, padding] if padding_side == "right" else [padding, x]
        padded.append(public["cat"](parts) if missing else x)
    return public["stack"](padded, 0 if batch_first else 1)


def tensors_in(op: str, sequences: Any) -> list[Any]:
    """Return sequences as a list; refuse what cannot stand beside one another."""
    if isinstance(sequences, Tensor) and sequences.ndim:
        sequences = list(sequences)
    listed = list(sequences) if isinstance(sequences, (list, tuple)) else []
    if not listed or not all(isinstance(x, Tensor) and x.ndim for x in listed):
        kinds = ", ".join(type(x).__name__ for x in listed) or "nothing"
        raise error("sequence-list", op=op, got=kinds)
    if len({x.shape[1:] for x in listed}) > 1:
        raise error("sequence-list", op=op, got="the shapes " + ", ".join(str(x.shape) for x in listed))
    return listed


def pack_sequence(sequences: Any, enforce_sorted: bool = True) -> PackedSequence:
    """Pack a list of sequences of different lengths; see `pack_padded_sequence`."""
    listed = tensors_in("pack_sequence", sequences)
    return pack_padded_sequence(pad_sequence(listed), [x.shape[0] for x in listed], enforce_sorted=enforce_sorted)


def unpad_sequence(padded_sequences: Any, lengths: Any, batch_first: bool = False) -> list[Any]:
    """Return the sequences of a padded batch, each of its own length."""
    op = "unpad_sequence"
    if not isinstance(padded_sequences, Tensor):
        raise error("not-a-tensor", op=op, kind=type(padded_sequences).__name__)
    if padded_sequences.ndim < 2:
        raise error("ndim", op=op, expected="at least 2", shape=padded_sequences.shape)
    if not batch_first:
        padded_sequences = public["transpose"](padded_sequences, 0, 1)
    count, longest = padded_sequences.shape[:2]
    return [x[:n] for x, n in zip(padded_sequences, checked_lengths(op, lengths, count, longest, False), strict=True)]


def unpack_sequence(packed_sequences: PackedSequence) -> list[Any]:
    """Return the sequences of a packed batch, in the order in which they were given."""
    check_packed("unpack_sequence", packed_sequences)
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
