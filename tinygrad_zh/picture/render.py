"""From DOT source to files: asks the ``dot`` program, through the package `graphviz`.

Without that program, or for PNG and PDF without a font that has Chinese signs, it says what is missing.

May import: ``errors``, ``storage``.  Read next: ``draw.py``.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from ..errors import error
from ..storage.atomic import atomic_write

FORMATS = ("svg", "png", "pdf")
CHINESE = re.compile(r"[\u3400-\u9fff]")


def can_render() -> bool:
    """Return whether the ``dot`` program is there."""
    return shutil.which("dot") is not None


def rendered(source: str, kind: str) -> bytes:
    """Return the picture as the bytes of a file.

    Parameters
    ----------
    source : str
        DOT source.
    kind : {"svg", "png", "pdf"}
        Of which kind of file.

    Raises
    ------
    ArgumentError
        If the kind is unknown.
    MissingPackageError
        If the package `graphviz`, the ``dot`` program or a font is missing.
    """
    if kind not in FORMATS:
        raise error("draw-format", got=kind, known=", ".join(FORMATS))
    try:
        graphviz = importlib.import_module("graphviz")
    except ImportError as problem:
        raise error("missing-package", package="graphviz", purpose="tinygrad_zh.draw", extra="draw") from problem
    if not can_render():
        raise error("draw-no-dot")
    if kind != "svg" and CHINESE.search(source) and not has_chinese_font():
        raise error("draw-no-font", kind=kind.upper())
    options = {"dpi": "160"} if kind == "png" else {}
    graph = graphviz.Source(with_attributes(source, options))
    try:
        return bytes(graph.pipe(format=kind, quiet=True))
    except subprocess.CalledProcessError as problem:
        reason = (problem.stderr or b"").decode("utf-8", "replace").strip() or f"exit {problem.returncode}"
        raise error("draw-failed", reason=reason) from problem


def with_attributes(source: str, options: dict[str, str]) -> str:
    """Return the source with attributes of the whole graph set first."""
    added = "".join(f"  {name}={value}\n" for name, value in options.items())
    head, brace, rest = source.partition("{\n")
    return head + brace + added + rest


def has_chinese_font() -> bool:
    """Return whether fontconfig knows a font with Chinese signs; on systems without it, believe that there is one."""
    program = shutil.which("fc-list")
    if program is None:
        return os.name == "nt"
    found = subprocess.run([program, ":lang=zh", "family"], capture_output=True, check=False)
    return bool(found.stdout.strip())


def write_file(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write a whole file or nothing, making its folder if need be; return its path."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(target) as file:
        file.write(content)
    return target
