"""PyTorch's ``nn.functional``: the functions behind the layers, all of them ops of floor 2.

``functional.pyi`` lists them for editors.

May import: floor 2.  Read next: ``../ops/activation.py``, where they are written.
"""

from __future__ import annotations

from ..ops.publish import face, public, spaces

# PyTorch has these here; here they are in the package itself as well.
SHARED = (
    "cross_entropy",
    "dropout",
    "embedding",
    "gelu",
    "l1_loss",
    "linear",
    "log_softmax",
    "mse_loss",
    "nll_loss",
    "one_hot",
    "sigmoid",
    "softmax",
    "tanh",
)
globals().update({name: public[name] for name in SHARED})
__all__ = sorted({*SHARED, *spaces["nn.functional"].names()})
__getattr__ = face(globals(), spaces["nn.functional"])
