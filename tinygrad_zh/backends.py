"""Floor 4: ``tinygrad_zh.backends``: the switches of libraries behind PyTorch, which scripts set in their first lines.

    backends.cudnn.deterministic = True
    backends.cudnn.benchmark = False

None of these libraries is used here (on a GPU, CuPy's own kernels and cuBLAS compute), so the switches can be set
and read, and change nothing: as in a PyTorch that was built without them.

May import: nothing of this package.
"""

from __future__ import annotations

__all__ = ["Absent", "Cudnn", "cudnn", "mps"]


class Absent:
    """A library that is not used here; a switch that it does not have is an AttributeError."""

    __slots__ = ()

    def is_available(self) -> bool:
        """Return whether the library can be used: never."""
        return False

    def is_built(self) -> bool:
        """Return whether there is code for the library here: no."""
        return False


class Cudnn(Absent):
    """NVIDIA's library of layers; its switches keep what they are set to.

    Attributes
    ----------
    enabled, benchmark, deterministic, allow_tf32 : bool
        With PyTorch's values at the start.
    """

    __slots__ = ("allow_tf32", "benchmark", "deterministic", "enabled")

    def __init__(self) -> None:
        self.enabled, self.benchmark, self.deterministic, self.allow_tf32 = True, False, False, True

    def version(self) -> None:
        """Return the version of the library: there is none."""
        return None


cudnn = Cudnn()
mps = Absent()
