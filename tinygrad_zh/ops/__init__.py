"""Floor 2: the operations, one file a family, to be read as mathematics.

Begin with ``elementwise.py``, then ``reduce.py``, ``shape.py``, ``linalg.py``, ``activation.py``, ``loss.py``.
The convention: a primitive that users call as it is bears PyTorch's name (``exp``); where PyTorch's function has
options to be sorted out first, the primitive is ``sum_p`` and the function ``sum``.

Importing a file publishes its ops; at the end ``attach.py`` makes methods of them.
"""

from ..core import record as record
from . import (
    accumulate,
    activation,
    arguments,
    brackets,
    compare,
    convert,
    create,
    diagnose,
    dims,
    display,
    dropout,
    einsum,
    elementwise,
    formula,
    fusable,
    gather,
    generator,
    grad_mode,
    indexing,
    join,
    linalg,
    lookup,
    loss,
    masks,
    normalise,
    numpy_names,
    parts,
    protocol,
    random,
    reduce,
    rounding,
    sampling,
    shape,
    source_line,
    special,
    step,
)
from .attach import attach_methods

attach_methods()

__all__ = [
    "accumulate",
    "activation",
    "arguments",
    "brackets",
    "compare",
    "convert",
    "create",
    "diagnose",
    "dims",
    "display",
    "dropout",
    "einsum",
    "elementwise",
    "formula",
    "fusable",
    "gather",
    "generator",
    "grad_mode",
    "indexing",
    "join",
    "linalg",
    "lookup",
    "loss",
    "masks",
    "normalise",
    "numpy_names",
    "parts",
    "protocol",
    "random",
    "reduce",
    "rounding",
    "sampling",
    "shape",
    "source_line",
    "special",
    "step",
]
