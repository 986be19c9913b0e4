"""``draw(tensor)``: the picture of how a Tensor was computed.

May import: floors 0–1, the files before it.  Read next: ``explain.py``.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Any

from ..core.inplace import refresh
from ..core.modes import MODE
from ..core.record import Record
from ..core.tensor import Tensor
from ..errors import MissingPackageError, error, message
from .dot import Look, source_of
from .graph import Graph, RecordReader, graph_of_nodes, step_of
from .names import Names
from .render import rendered, write_file
from .words import chosen, say

DIRECTIONS = ("TB", "LR", "BT", "RL")


class Picture:
    """A drawn graph: notebooks show it, ``save()`` writes it.

    Attributes
    ----------
    source : str
        The graph in DOT, the language of graphviz.
    """

    def __init__(self, source: str) -> None:
        self.source = source

    def _repr_svg_(self) -> str | None:
        """Return the picture for a notebook; None without graphviz, and then the notebook shows ``repr``."""
        try:
            return self.svg()
        except MissingPackageError:
            return None

    def __repr__(self) -> str:
        return f"<Picture: {self.source.count(' -> ')} arrows; save('graph.svg') writes it, .source is its DOT source>"

    def svg(self) -> str:
        """Return the picture as SVG."""
        return rendered(self.source, "svg").decode("utf-8")

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture; its ending chooses SVG, PNG, PDF or the DOT source.

        Parameters
        ----------
        path : str or path-like
            Ends in ``.svg``, ``.png``, ``.pdf`` or ``.dot``.  Missing folders are made.

        Returns
        -------
        pathlib.Path
            What was written.

        Raises
        ------
        ArgumentError
            If the ending is another one.
        MissingPackageError
            If graphviz, or for PNG and PDF a font with Chinese signs, is missing.
        StorageError
            If the file cannot be written; an old one is then still there.
        """
        kind = Path(path).suffix.lower().removeprefix(".")
        content = self.source.encode("utf-8") if kind in ("dot", "gv") else rendered(self.source, kind)
        return write_file(path, content)

    def save_or_source(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture or, where graphviz is missing, its DOT source beside it with a warning that says so.

        Returns
        -------
        pathlib.Path
            What was written: `path`, or the same name ending in ``.dot``.
        """
        try:
            return self.save(path)
        except MissingPackageError as problem:
            written = self.save(Path(path).with_suffix(".dot"))
            warnings.warn(f"{problem}\n  {message('draw-source-written', path=written)}", stacklevel=2)
            return written


def draw(
    tensor: Tensor,
    *,
    record: Record | None = None,
    values: bool | None = None,
    gradients: bool | None = None,
    shapes: bool = True,
    formulas: bool = True,
    lines: bool = False,
    names: dict[str, Tensor] | None = None,
    rankdir: str = "TB",
    limit: int = 120,
    lang: str | None = None,
    path: str | os.PathLike[str] | None = None,
) -> Picture:
    """Draw how `tensor` was computed: a box for every leaf and every operation, arrows along the data.

    Parameters
    ----------
    tensor : Tensor
        The result, such as a loss.
    record : Record, optional
        What was recorded while it was computed; by default a ``record()`` block that is open now.  Without a
        record only the operations, shapes and formulas are known.
    values, gradients : bool, optional
        Show them: small arrays in full, big ones as least, mean and greatest element.  By default, where the
        record knows them.
    shapes, formulas, lines : bool
        Show the shapes, the formulas, and the source lines (which a record knows).
    names : dict of str to Tensor, optional
        What to call values; by default, as the variables of the calling function are called.
    rankdir : {"TB", "LR", "BT", "RL"}
        From top to bottom, from left to right, or the other way round.
    limit : int
        Draw at most so many operations, those nearest to the result.
    lang : {"zh", "en"}, optional
        Of title and legend; by default the user's language.
    path : str or path-like, optional
        Also write the picture there, see `Picture.save`.

    Returns
    -------
    Picture

    Raises
    ------
    GraphError
        If nothing is known of how the tensor was computed: it is a leaf, its graph has been freed, or values
        are asked for without a record.
    ArgumentError
        If an argument is none of those listed.
    MissingPackageError
        With `path`, if graphviz is missing.

    Examples
    --------
    >>> x = tensor(3.0, requires_grad=True)
    >>> y = x * x
    >>> draw(y, lang="en")
    <Picture: 2 arrows; save('graph.svg') writes it, .source is its DOT source>
    """
    if not isinstance(tensor, Tensor):
        raise error("draw-not-a-tensor", op="draw", kind=type(tensor).__name__)
    if rankdir not in DIRECTIONS:
        raise error("draw-rankdir", got=rankdir, known=", ".join(DIRECTIONS))
    if not isinstance(limit, int) or limit < 1:
        raise error("draw-limit", got=limit)
    language = chosen(lang)
    record = record if record is not None else open_record()
    if record is None and (values or gradients or lines):
        raise error("draw-needs-record")
    known = record is not None
    graph = graph_of(tensor, record, Names(sys._getframe(1), names), limit)
    look = Look(
        values=known if values is None else values,
        gradients=known if gradients is None else gradients,
        shapes=shapes,
        formulas=formulas,
        lines=lines,
        rankdir=rankdir,
        lang=language,
        gradient=gradient_heading(graph, language),
    )
    picture = Picture(source_of(graph, look))
    if path is not None:
        picture.save(path)
    return picture


def graph_of(tensor: Tensor, record: Record | None, names: Names, limit: int) -> Graph:
    """Return what is known of how `tensor` was computed, from the record if there is one."""
    node = refresh(tensor).node
    if record is not None:
        step = step_of(record, tensor)
        if step is None:
            raise error("draw-not-recorded", shape=tensor.shape)
        return RecordReader(record, names).graph(step, limit)
    if node is None or node.op is None:
        raise error("draw-leaf", shape=tensor.shape)
    return graph_of_nodes(node, names, limit)


def gradient_heading(graph: Graph, lang: str) -> str:
    """Return ``∂L/∂{name} = `` if the sweep began at the result, with 1; else the plain word."""
    seed = graph.result.gradient
    if seed is not None and seed.size == 1 and float(seed.item()) == 1:
        return f"∂{as_braces(graph.result.name)}/∂{{name}} = "
    return say(lang, "gradient") + " "


def as_braces(name: str) -> str:
    """Return a name so that ``str.format`` takes it literally."""
    return name.replace("{", "{{").replace("}", "}}")


def open_record() -> Record | None:
    """Return the innermost record that is listening now."""
    listeners: tuple[Any, ...] = MODE.get().listeners
    return next((listener for listener in reversed(listeners) if isinstance(listener, Record)), None)
