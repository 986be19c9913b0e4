"""Softmax over very many classes, the rare ones of which are reached through clusters.

May import: floors 0–2, ``containers``, ``layer``, ``linear``, ``options``, ``functional``.
Read next: ``../optim/optimizer.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..core.tensor import Tensor
from ..errors import error
from ..ops.publish import public
from . import functional as F
from .containers import ModuleList, Sequential
from .layer import check_sizes
from .linear import Linear
from .module import Module
from .options import POSITIVE


class ASMoutput(NamedTuple):
    """What `AdaptiveLogSoftmaxWithLoss` returns; the name is PyTorch's."""

    output: Tensor
    loss: Tensor


class AdaptiveLogSoftmaxWithLoss(Module):
    """ln softmax of the target class among very many, sorted from frequent to rare.

    The head decides among the frequent classes and the clusters of the others; each cluster, seen only by the
    examples that need it, decides among its own with fewer features.

    Parameters
    ----------
    in_features, n_classes : int
        Length of the last dimension before and after.
    cutoffs : sequence of int
        The first class of every cluster, rising.
    div_value : float
        By what the number of features is divided from one cluster to the next.
    head_bias : bool
        Whether the head has a bias.
    device, dtype : optional
        Of the parameters.

    Notes
    -----
    Grave et al. (2017), "Efficient softmax approximation for GPUs".
    """

    def __init__(
        self, in_features: int, n_classes: int, cutoffs: Sequence[int], div_value: float = 4.0,
        head_bias: bool = False, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        check_sizes(type(self).__name__, 1, in_features=in_features, n_classes=n_classes)
        if not POSITIVE.holds(div_value):
            expected = POSITIVE.expected
            raise error("argument", op=type(self).__name__, argument="div_value", expected=expected, got=div_value)
        starts = list(cutoffs)
        if not starts or starts != sorted(set(starts)) or min(starts) < 1 or max(starts) > n_classes - 1:
            expected = f"rising ints from 1 to {n_classes - 1}"
            raise error("argument", op=type(self).__name__, argument="cutoffs", expected=expected, got=starts)
        self.in_features, self.n_classes, self.div_value = in_features, n_classes, div_value
        self.cutoffs = [*starts, n_classes]
        self.head_bias = head_bias
        make = {"device": device, "dtype": dtype}
        self.shortlist_size, self.n_clusters = starts[0], len(starts)
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, head_bias, **make)
        self.tail = ModuleList()
        for i, (low, high) in enumerate(self.clusters()):
            features = int(in_features // div_value ** (i + 1))
            self.tail.append(
                Sequential(
                    Linear(in_features, features, False, **make), Linear(features, high - low, False, **make)
                )
            )  # fmt: skip

    def clusters(self) -> list[tuple[int, int]]:
        """Return the first class of each cluster, and that after its last."""
        return list(zip(self.cutoffs, self.cutoffs[1:], strict=False))

    def reset_parameters(self) -> None:
        """Draw all weights anew."""
        self.head.reset_parameters()
        for cluster in self.tail:
            for layer in cluster:  # type: ignore[attr-defined]  # a Sequential
                layer.reset_parameters()

    def forward(self, input: Any, target: Any) -> ASMoutput:
        """Return ln p of every target, of (N, in_features) and (N,), and minus their mean."""
        if input.ndim not in (1, 2) or target.shape != input.shape[:-1]:
            expected = "a target of shape (N,) beside an input (N, C), or () beside (C,)"
            got = f"{tuple(target.shape)} beside {tuple(input.shape)}"
            raise error("argument", op=type(self).__name__, argument="target", expected=expected, got=got)
        x, y = (input, target) if input.ndim == 2 else (input.unsqueeze(0), target.unsqueeze(0))
        if y.array.size and not 0 <= y.min().item() <= y.max().item() < self.n_classes:
            raise error("argument", op=type(self).__name__, argument="target",
                        expected=f"classes from 0 to {self.n_classes - 1}", got=y.tolist())  # fmt: skip
        place = y.clone()  # in the head: the class itself, or its cluster
        inside = []
        for i, (low, high) in enumerate(self.clusters()):
            rows = ((y >= low) & (y < high)).nonzero().squeeze(1)
            if rows.shape[0]:
                place[rows] = self.shortlist_size + i
                within = F.log_softmax(self.tail[i](x[rows]), 1)
                inside.append((rows, within.gather(1, (y[rows] - low).unsqueeze(1)).squeeze(1)))
        output = F.log_softmax(self.head(x), 1).gather(1, place.unsqueeze(1)).squeeze(1)
        for rows, share in inside:
            output = output.index_add(0, rows, share)
        loss = -output.mean()
        return ASMoutput(output if input.ndim == 2 else output.squeeze(0), loss)

    def log_prob(self, input: Any) -> Tensor:
        """Return ln p of all classes, (N, n_classes)."""
        head = F.log_softmax(self.head(input), 1)
        parts = [head[:, : self.shortlist_size]]
        for i, cluster in enumerate(self.tail):
            at = self.shortlist_size + i
            parts.append(F.log_softmax(cluster(input), 1) + head[:, at : at + 1])
        every: Tensor = public["cat"](parts, 1)
        return every

    def predict(self, input: Any) -> Tensor:
        """Return the likeliest class of every example."""
        best: Tensor = self.log_prob(input).argmax(1)
        return best
