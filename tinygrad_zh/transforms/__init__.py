"""Floor 3: what is built from sweeps: gradients, Jacobian products, checks of gradients, and transforms of functions.

Begin with ``gradient.py`` and ``pushforward.py``, the sweeps; then ``tape.py``, ``derivatives.py``, ``jacobians.py``.
``vmap.py`` begins another story, which goes on in ``batched.py``, ``boundary.py`` and ``batching.py``.
"""

from . import gradient as gradient  # gives Tensors their backward()
