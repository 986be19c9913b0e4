"""Floor 2: the operations, one file a family, to be read as mathematics.

Begin with ``elementwise.py``.  The convention: a primitive that users call as it is bears PyTorch's name
(``exp``); where PyTorch's function has options to be sorted out first, the primitive is ``sum_p`` and the
function ``sum``.
"""

from importlib import import_module

from ..core import record as record

FAMILIES = (
    "source_line", "formula", "accumulate", "protocol", "grad_mode", "diagnose", "display", "elementwise", "compare", "reduce", "shape", "linalg", "activation", "normalise", "create", "convert", "random", "sampling", "dropout", "loss", "special",
)
for family in FAMILIES:
    import_module("." + family, __name__)
from .attach import attach_methods

attach_methods()
