"""Floor 3: what is built from sweeps: gradients, Jacobian products, and the check of gradients."""

from . import gradient as gradient  # gives Tensors their backward()
