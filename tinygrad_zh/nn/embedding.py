"""Embeddings: a learnt vector for every index, and sums of them over bags.

May import: floors 0–2, ``layer``, ``functional``, ``init``.  Read next: ``padding.py``.
"""

from __future__ import annotations

from typing import Any, Self

from ..core.tensor import Tensor
from ..errors import error
from ..ops.grad_mode import no_grad
from . import functional as F
from . import init
from .layer import Layer, blank, check_sizes
from .options import is_int
from .parameter import Parameter


class Table(Layer):
    """What Embedding and EmbeddingBag share: a table of vectors, drawn from the standard normal distribution."""

    weight: Parameter
    num_embeddings: int
    embedding_dim: int
    padding_idx: int | None
    max_norm: float | None
    norm_type: float
    scale_grad_by_freq: bool
    sparse: bool

    def prepare(self, padding_idx: int | None, sparse: bool, given: Any, device: Any, dtype: Any) -> None:
        """Check the options, and make the table, unless it is given."""
        op, count, length = type(self).__name__, self.num_embeddings, self.embedding_dim
        check_sizes(op, num_embeddings=count, embedding_dim=length)
        if padding_idx is not None and not (is_int(padding_idx) and -count <= padding_idx < count):
            expected = f"None, or an int from {-count} to {count - 1}, a row of the table"
            raise error("argument", op=op, argument="padding_idx", expected=expected, got=padding_idx)
        if sparse:
            raise error("argument", op=op, argument="sparse", expected="False: gradients are dense", got=sparse)
        self.padding_idx = None if padding_idx is None else padding_idx % count
        self.sparse = False
        if given is None:
            self.weight = blank(count, length, device=device, dtype=dtype)
            self.reset_parameters()
        elif tuple(given.shape) != (count, length):
            raise error("parameter-shape", op=op, name="_weight", got=tuple(given.shape), expected=(count, length))
        else:
            self.weight = given if isinstance(given, Parameter) else Parameter(given)

    def reset_parameters(self) -> None:
        """Draw the vectors anew; that of the padding is zero."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx] = 0.0

    def extra_repr(self) -> str:
        """Return the sizes, and the options that are not the usual ones."""
        said = [str(self.num_embeddings), str(self.embedding_dim)]
        usual = {"padding_idx": None, "max_norm": None, "norm_type": 2, "scale_grad_by_freq": False}
        said += [f"{name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value]
        return ", ".join(said)


class Embedding(Table):
    """A learnt vector for every index.

    Parameters
    ----------
    num_embeddings, embedding_dim : int
        How many vectors, and how long.
    padding_idx : int, optional
        The index whose vector stays zero and gets no gradient.
    max_norm, norm_type : float
        Vectors that are looked up and whose p-norm exceeds `max_norm` are shortened to it, in place.
    scale_grad_by_freq : bool
        Divide every vector's gradient by how often it was looked up.
    sparse : bool
        There are no sparse gradients here: only False.
    _weight : Tensor of shape (num_embeddings, embedding_dim), optional
        The table itself, instead of a random one.
    _freeze : bool
        Do not train a given table.
    device, dtype : optional
        Of the table.

    Attributes
    ----------
    weight : Parameter of shape (num_embeddings, embedding_dim)
        The table, at first from the standard normal distribution.

    Examples
    --------
    >>> Embedding(10, 3)(tensor([[1, 2], [4, 5]])).shape
    (2, 2, 3)
    """

    def __init__(
        self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None, max_norm: float | None = None,
        norm_type: float = 2.0, scale_grad_by_freq: bool = False, sparse: bool = False,
        _weight: Tensor | None = None, _freeze: bool = False, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.max_norm, self.norm_type, self.scale_grad_by_freq = max_norm, norm_type, scale_grad_by_freq
        self.prepare(padding_idx, sparse, _weight, device, dtype)
        if _freeze:
            self.weight.requires_grad = False

    def forward(self, input: Any) -> Any:
        """Map indices (...) to vectors (..., embedding_dim)."""
        return F.embedding(
            input, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq
        )  # fmt: skip

    @classmethod
    def from_pretrained(
        cls, embeddings: Tensor, freeze: bool = True, padding_idx: int | None = None, max_norm: float | None = None,
        norm_type: float = 2.0, scale_grad_by_freq: bool = False, sparse: bool = False,
    ) -> Self:  # fmt: skip
        """Return an Embedding with a given table, which is not trained unless ``freeze=False``."""
        check_table(f"{cls.__name__}.from_pretrained", embeddings)
        count, length = embeddings.shape
        return cls(
            count, length, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse,
            _weight=embeddings, _freeze=freeze,
        )  # fmt: skip


class EmbeddingBag(Table):
    """The sum, mean or largest of the learnt vectors of a bag of indices.

    Parameters
    ----------
    num_embeddings, embedding_dim, max_norm, norm_type, sparse, _weight, device, dtype
        As of `Embedding`.
    scale_grad_by_freq : bool
        Only False is taken; see ``F.embedding_bag``.
    mode : {"mean", "sum", "max"}
        What becomes of the vectors of a bag.
    include_last_offset : bool
        Whether the offsets end with the length of the input.
    padding_idx : int, optional
        An index that does not count.
    """

    def __init__(
        self, num_embeddings: int, embedding_dim: int, max_norm: float | None = None, norm_type: float = 2.0,
        scale_grad_by_freq: bool = False, mode: str = "mean", sparse: bool = False, _weight: Tensor | None = None,
        include_last_offset: bool = False, padding_idx: int | None = None, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        if mode not in ("mean", "sum", "max"):
            raise error("argument", op="EmbeddingBag", argument="mode", expected="mean, sum or max", got=mode)
        if scale_grad_by_freq:
            raise error("argument", op="EmbeddingBag", argument="scale_grad_by_freq", expected=False, got=True)
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.max_norm, self.norm_type, self.scale_grad_by_freq = max_norm, norm_type, scale_grad_by_freq
        self.mode, self.include_last_offset = mode, include_last_offset
        self.prepare(padding_idx, sparse, _weight, device, dtype)

    def forward(self, input: Any, offsets: Any = None, per_sample_weights: Any = None) -> Any:
        """Map bags of indices, (B, K), or (M,) cut by `offsets`, to (B, embedding_dim)."""
        return F.embedding_bag(
            input, self.weight, offsets, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.mode,
            per_sample_weights=per_sample_weights, include_last_offset=self.include_last_offset,
            padding_idx=self.padding_idx,
        )  # fmt: skip

    def extra_repr(self) -> str:
        """Return the sizes and options as PyTorch does."""
        said = [str(self.num_embeddings), str(self.embedding_dim)]
        usual = {"max_norm": None, "norm_type": 2, "scale_grad_by_freq": False}
        said += [f"{name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value]
        said += [f"mode={self.mode!r}"] + ([f"padding_idx={self.padding_idx}"] if self.padding_idx is not None else [])
        return ", ".join(said)

    @classmethod
    def from_pretrained(
        cls, embeddings: Tensor, freeze: bool = True, max_norm: float | None = None, norm_type: float = 2.0,
        scale_grad_by_freq: bool = False, mode: str = "mean", sparse: bool = False,
        include_last_offset: bool = False, padding_idx: int | None = None,
    ) -> Self:  # fmt: skip
        """Return an EmbeddingBag with a given table, which is not trained unless ``freeze=False``."""
        check_table(f"{cls.__name__}.from_pretrained", embeddings)
        count, length = embeddings.shape
        bag = cls(
            count, length, max_norm, norm_type, scale_grad_by_freq, mode, sparse, embeddings,
            include_last_offset, padding_idx,
        )  # fmt: skip
        bag.weight.requires_grad = not freeze
        return bag


def check_table(op: str, embeddings: Any) -> None:
    """Refuse a table that is not a matrix."""
    if not isinstance(embeddings, Tensor):
        raise error("not-a-tensor", op=op, kind=type(embeddings).__name__)
    if embeddings.ndim != 2:
        raise error("ndim", op=op, expected="2", shape=embeddings.shape)
