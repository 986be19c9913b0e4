r"""Floor 2: along one dimension, every output is a weighted sum of some inputs; a table says of which.

Interpolation and adaptive pooling are this, one dimension after the other.  The transpose is the same op with the
transposed table: for every input, the outputs that it went into.

May import: floors 0–1.  Read next: ``interpolate.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..core.primitive import primitive


class Table(NamedTuple):
    """Which inputs make up every output.

    Attributes
    ----------
    sources : sequence of sequences of int
        For every output, the positions of its inputs; as many as there are.
    weights : sequence of sequences of float, optional
        Their weights; 1 by default.
    """

    sources: Sequence[Sequence[int]]
    weights: Sequence[Sequence[float]] | None = None

    def transposed(self, length: int) -> Table:
        """Return the table of the transpose, for inputs of that length."""
        sources: list[list[int]] = [[] for _ in range(length)]
        weights: list[list[float]] = [[] for _ in range(length)]
        for i, row in enumerate(self.sources):
            for t, j in enumerate(row):
                sources[j].append(i)
                weights[j].append(1 if self.weights is None else self.weights[i][t])
        return Table(sources, None if self.weights is None else weights)


@primitive(
    r"\operatorname{resample}(<x>)",
    vjp_x=lambda g, x_shape, dim, table: resample(g, dim=dim, table=table.transposed(x_shape[dim])),
    tex_rules={"x": r"\operatorname{resample}^{\top}(g)"},
)
def resample(xp: Any, x: Any, *, dim: int, table: Table) -> Any:
    """Return the weighted sums of the elements along `dim` that the table names."""
    sources, weights = table
    column = (-1, *(1,) * (x.ndim - dim - 1))
    y = xp.zeros((*x.shape[:dim], len(sources), *x.shape[dim + 1 :]), dtype=x.dtype)
    for t in range(max(map(len, sources), default=0)):
        present = [t < len(row) for row in sources]
        part = x.take(xp.asarray([row[t] if t < len(row) else 0 for row in sources]), axis=dim)
        if weights is not None:
            factors = xp.asarray([row[t] if t < len(row) else 0 for row in weights], dtype=x.dtype)
            part = part * factors.reshape(column)
        if not all(present):  # an infinite element times 0 would be NaN
            part = xp.where(xp.asarray(present).reshape(column), part, x.dtype.type(0))
        y += part
    return y
