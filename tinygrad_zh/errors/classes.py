"""The exception classes.  Each is also the built-in that a Python (or PyTorch) user would catch."""

from __future__ import annotations

from typing import Any


class TinygradZhError(Exception):
    """Base of every error this package raises on purpose.

    Attributes
    ----------
    code : str
        Stable code, such as ``"TG-E012"``; look it up in ``docs/errors``.
    where : str
        In which layer of a model it came up, as a line of the message; "" outside of layers.
    layer : Module or None
        That layer.
    given : str
        What the layer was called with: dtypes and shapes.
    """

    code: str = "TG-E000"
    where: str = ""
    layer: Any = None
    given: str = ""

    def __str__(self) -> str:
        return Exception.__str__(self) + self.where  # not super()'s: a KeyError would show the repr


class ShapeError(TinygradZhError, ValueError, RuntimeError):
    """Shapes that do not fit (PyTorch raises RuntimeError here, NumPy ValueError)."""


class DTypeError(TinygradZhError, TypeError, RuntimeError):
    """A dtype or a Python type that cannot be used here."""


class GraphError(TinygradZhError, RuntimeError):
    """A graph that cannot be differentiated as asked."""


class DeviceError(TinygradZhError, RuntimeError):
    """A device that is unknown, absent, or mixed with another."""


class ArgumentError(TinygradZhError, ValueError, TypeError, RuntimeError):
    """An argument that is missing, unknown or out of its range (PyTorch raises now one of these, now another)."""


class IndexingError(TinygradZhError, IndexError, RuntimeError):
    """An index or a dimension out of range (PyTorch raises a RuntimeError for indices in tensors)."""


class UnknownNameError(TinygradZhError, AttributeError, KeyError):
    """A name that does not exist here."""


class MissingMethodError(TinygradZhError, NotImplementedError):
    """A method that a class of the user's has to have."""


class MissingPackageError(TinygradZhError, ImportError):
    """An optional package that is not installed."""


class LinAlgError(TinygradZhError, ValueError, RuntimeError):
    """A matrix that cannot be inverted or factored (NumPy's LinAlgError is a ValueError, PyTorch's a RuntimeError)."""


class DataError(TinygradZhError, ValueError, OSError):
    """A data set that is missing, damaged or not what it should be."""


class StorageError(TinygradZhError, OSError, RuntimeError):
    """A file that cannot be written, or whose content is not what it should be."""


class CheckFailed(TinygradZhError, AssertionError):
    """A check of numbers (gradcheck, assert_close, parity) that found a difference."""


class WorkerError(TinygradZhError, RuntimeError):
    """A worker thread that is gone or does not answer (PyTorch raises RuntimeError)."""


class TrainingError(TinygradZhError, ArithmeticError):
    """Training that cannot go on, because its numbers have become useless."""
