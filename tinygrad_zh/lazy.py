"""Floor 0: tables of names, where asking for a name may import the file that enters it, and names that are unknown.

Most programs use a small part of the operations.  The files of the others are imported when one of their names
is first asked for: that keeps ``import tinygrad_zh`` quick.  ``ops/later.py`` says which names these are.

May import: ``errors``.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any

from .errors import error


class LazyNames(dict[str, Any]):
    """A dict that also answers to the names in `later`: it imports their module, which enters them.

    Looping over it gives what has been entered so far; `names` are all, and `load` enters them all.

    Attributes
    ----------
    later : dict of str to str
        The module that will enter a name.
    """

    def __init__(self) -> None:
        super().__init__()
        self.later: dict[str, str] = {}

    def __missing__(self, name: str) -> Any:
        if name not in self.later:
            raise KeyError(name)
        importlib.import_module(self.later[name])
        if name not in self.keys():
            raise KeyError(name)  # asked for while its file is still being run
        return self[name]

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self.later

    def get(self, name: str, default: Any = None) -> Any:
        """Return what stands under a name, or `default`."""
        try:
            return self[name]
        except KeyError:
            return default

    def names(self) -> list[str]:
        """Return all names, entered or not."""
        return sorted({*self, *self.later})

    def load(self) -> None:
        """Import every module that has names for this table."""
        for module in set(self.later.values()):
            importlib.import_module(module)


def unknown_name(module: str, name: str, known: Iterable[str]) -> AttributeError:
    """Return the error for a name that a module does not have, with those that come close."""
    if name.startswith("__"):  # Python's own question, asked of every module
        return AttributeError(f"module {module!r} has no attribute {name!r}")
    import difflib  # as seldom needed as the message

    close = ", ".join(difflib.get_close_matches(name, list(known), 3)) or "—"
    problem = error("name-unknown", module=module, name=name, close=close)
    assert isinstance(problem, AttributeError)
    return problem
