"""Floor 2: the operations, one file a family, to be read as mathematics.

Begin with ``elementwise.py``, then ``reduce.py``, ``shape.py``, ``linalg.py``, ``activation.py``, ``loss.py``.
The convention: a primitive that users call as it is bears PyTorch's name (``exp``); where PyTorch's function has
options to be sorted out first, the primitive is ``sum_p`` and the function ``sum``.

Importing a file publishes its ops; ``attach.py`` makes methods of them.  The files named here are imported with the
package; the others, which fewer programs need, when one of their names is first asked for (``later.py``).
"""

import gc
import importlib
from typing import Any

# Declaring some hundred ops makes no garbage, but so many objects that the collector would look through all of
# NumPy's several times: a tenth of the time that an import takes.
_collecting = gc.isenabled()
gc.disable()
try:
    from ..core import record as record
    from ..core.registry import registry
    from . import (
        accumulate,
        activation,
        arguments,
        compare,
        convert,
        create,
        elementwise,
        formula,
        indexing,
        integers,
        join,
        linalg,
        loss,
        normalise,
        operators,
        protocol,
        random,
        reduce,
        results,
        rounding,
        shape,
        write,
        written_out,
    )
    from .attach import attach_later, attach_methods
    from .later import METHODS, PUBLIC, SERVICES, SPACES
    from .publish import public, spaces

    attach_methods()
    operators.attach_operators()
    attach_later({f"{__name__}.{file}": names for file, names in METHODS.items()})
    for _table, _files in (
        (public, PUBLIC),
        (registry, SERVICES),
        *((spaces[_space], _files) for _space, _files in SPACES.items()),
    ):
        for _file, _names in _files.items():
            _table.later.update(dict.fromkeys(_names.split(), f"{__name__}.{_file}"))
finally:
    if _collecting:
        gc.enable()

__all__ = [
    "accumulate",
    "activation",
    "arguments",
    "compare",
    "convert",
    "create",
    "elementwise",
    "formula",
    "indexing",
    "integers",
    "join",
    "linalg",
    "load_all",
    "loss",
    "normalise",
    "operators",
    "protocol",
    "random",
    "reduce",
    "results",
    "rounding",
    "shape",
    "write",
    "written_out",
]


def load_all() -> None:
    """Import every file of operations: for whoever wants to look at all of them."""
    import pkgutil

    for _, file, _ in pkgutil.iter_modules(__path__):
        importlib.import_module(f".{file}", __name__)
    attach_methods()


def __getattr__(name: str) -> Any:
    """Import a file of operations: ``ops.convolution``."""
    try:
        return importlib.import_module(f".{name}", __name__)
    except ModuleNotFoundError as missing:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from missing
