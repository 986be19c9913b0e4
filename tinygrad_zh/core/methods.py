"""The base class to which ``ops/`` attaches Tensor's methods; ``methods.pyi`` lists them for editors and mypy.

May import: ``operators``.  Read next: ``tensor.py``.
"""

from __future__ import annotations

from .operators import Operators


class Methods(Operators):
    """Methods attached from the registry, once all ops have been declared."""
