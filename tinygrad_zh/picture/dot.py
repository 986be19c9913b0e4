"""How a picture looks: the graph as DOT source, the language of the ``dot`` program.

Each kind of vertex has its own colour, outline and shape, so that nothing rests on colour alone; the colours
are those of Okabe and Ito (2008), "Color Universal Design", which colour-blind readers can tell apart.

May import: nothing above ``graph``.  Read next: ``render.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from ..aliases import Array
from .graph import DATA, MORE, OP, PARAMETER, Graph, Vertex
from .numbers import lines_of, spread_of
from .words import say

INK, GREY, BLUE, ORANGE = "#222222", "#6B6B6B", "#0072B2", "#B34700"
SANS = "Arial,Liberation Sans,DejaVu Sans,Noto Sans CJK SC,PingFang SC,Microsoft YaHei,sans-serif"
MONO = "DejaVu Sans Mono,Menlo,Consolas,monospace"
BOXES = {
    PARAMETER: f'shape=box style="filled" fillcolor="#D9ECF7" color="{BLUE}" penwidth=2',
    DATA: f'shape=box style="filled,dashed" fillcolor="#F4F4F4" color="{GREY}"',
    OP: 'shape=box style="filled,rounded" fillcolor="#FFFFFF" color="#9A9A9A"',
    MORE: f'shape=plaintext fontcolor="{GREY}"',
}
RESULT = f'shape=box style="filled,rounded" fillcolor="#FDEFE3" color="{ORANGE}" penwidth=2 peripheries=2'


@dataclass(frozen=True)
class Look:
    """What is shown in each box, and how the picture lies.

    Attributes
    ----------
    values, gradients, shapes, formulas, lines : bool
        Whether the boxes show them, where they are known.
    rankdir : str
        ``TB``: from top to bottom; ``LR``: from left to right; ``BT`` and ``RL``: the other way round.
    lang : str
        ``zh`` or ``en``.
    gradient : str
        What is written before a gradient; ``{name}`` stands for the value's name.
    """

    values: bool
    gradients: bool
    shapes: bool
    formulas: bool
    lines: bool
    rankdir: str
    lang: str
    gradient: str


def styled(text: str, size: float, colour: str = INK, face: str = "", bold: bool = False) -> str:
    """Return text with a size, a colour and perhaps another face."""
    inner = f"<B>{escape(text)}</B>" if bold else escape(text)
    chosen = f' FACE="{face}"' if face else ""
    return f'<FONT POINT-SIZE="{size:g}" COLOR="{colour}"{chosen}>{inner}</FONT>'


def array_cell(array: Array, colour: str, lang: str, heading: str = "") -> str:
    """Return an array as text, all of it if it is small, else its spread; and before it what it is."""
    before = styled(heading, 11, colour) if heading else ""
    texts = lines_of(array, 4 if array.size <= 4 else 3)
    if not texts:
        spread = spread_of(array)
        return before + styled(say(lang, "empty") if spread is None else say(lang, "spread", **spread), 10, colour)
    lines = "<BR/>".join(styled(text, 11, colour, MONO) for text in texts)
    if len(texts) == 1 or not heading:
        return before + lines
    cells = f'<TD>{before}</TD><TD ALIGN="LEFT" BALIGN="LEFT">{lines}</TD>'
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR>{cells}</TR></TABLE>'


def label(vertex: Vertex, look: Look) -> str:
    """Return the contents of one box as a small table."""
    title = styled(vertex.name, 14, bold=True)
    if vertex.kind == MORE:
        title += " " + styled(say(look.lang, "more"), 11, GREY)
    if vertex.op is not None and look.formulas:
        title += styled(f" = {vertex.formula}", 14)
    facts = []
    if vertex.op is not None:
        facts.append(vertex.op.name)
    if look.shapes and vertex.shape is not None:
        facts.append(str(vertex.shape) if vertex.shape else say(look.lang, "scalar"))
        if vertex.dtype is not None and str(vertex.dtype) != "float32":
            facts.append(str(vertex.dtype))
    if look.lines and vertex.line:
        facts.append(vertex.line)
    cells = [title]
    if facts:
        cells.append(styled("  ·  ".join(facts), 10, GREY))
    if look.values and vertex.value is not None:
        cells.append(array_cell(vertex.value, INK, look.lang))
    if look.gradients and vertex.gradient is not None:
        heading = look.gradient.format(name=vertex.name)
        cells.append(array_cell(vertex.gradient, ORANGE, look.lang, heading))
    rows = "".join(f'<TR><TD ALIGN="LEFT" BALIGN="LEFT">{cell}</TD></TR>' for cell in cells)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">{rows}</TABLE>>'


def swatch(fill: str, colour: str, text: str, style: str, border: int = 1) -> str:
    """Return one entry of the legend."""
    box = (
        f'<TD><TABLE BORDER="{border}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" COLOR="{colour}" '
        f'BGCOLOR="{fill}" STYLE="{style}"><TR><TD WIDTH="16" HEIGHT="11"></TD></TR></TABLE></TD>'
    )
    return f"{box}<TD>{styled(text, 10, GREY)}</TD><TD>  </TD>"


def heading_of(graph: Graph, look: Look) -> str:
    """Return the title and below it the legend, of the kinds of boxes that occur."""
    titles = [styled(say(look.lang, "title", name=graph.result.name), 18, bold=True)]
    if graph.shown < graph.total:
        titles.append(styled(say(look.lang, "title-part", total=graph.total, shown=graph.shown), 11, GREY))
    kinds = {vertex.kind for vertex in graph.vertices}
    entries = []
    if PARAMETER in kinds:
        entries.append(swatch("#D9ECF7", BLUE, say(look.lang, "parameter"), "solid", 2))
    if DATA in kinds:
        entries.append(swatch("#F4F4F4", GREY, say(look.lang, "data"), "dashed"))
    entries.append(swatch("#FFFFFF", "#9A9A9A", say(look.lang, "op"), "rounded"))
    entries.append(swatch("#FDEFE3", ORANGE, say(look.lang, "result"), "rounded", 2))
    legend = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="1"><TR>{"".join(entries)}</TR></TABLE>'
    return (
        '<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3">'
        f"{''.join(f'<TR><TD>{line}</TD></TR>' for line in [*titles, legend])}</TABLE>>"
    )


def quoted(text: str) -> str:
    """Return text as a name in DOT."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def source_of(graph: Graph, look: Look) -> str:
    """Return the graph as DOT source; the same graph gives the same text."""
    keys = {vertex: f"n{i}" for i, vertex in enumerate(graph.vertices)}
    lines = [
        f"digraph {quoted(say(look.lang, 'title', name=graph.result.name))} {{",
        f'  graph [rankdir={look.rankdir} labelloc=t fontname="{SANS}" label={heading_of(graph, look)}'
        ' bgcolor=white nodesep=0.3 ranksep=0.4 pad=0.25 charset="UTF-8"]',
        f'  node [fontname="{SANS}" fontcolor="{INK}" margin="0.1,0.05"]',
        f'  edge [color="{GREY}" arrowsize=0.7]',
    ]
    for vertex, key in keys.items():
        style = RESULT if vertex is graph.result else BOXES[vertex.kind]
        lines.append(f"  {key} [{style} label={label(vertex, look)}]")
    for vertex, key in keys.items():
        for operand, flows in vertex.operands:
            # The way through the operations is drawn as straight as it can be; leaves stand beside it.
            weight, dashes = 4 if operand.kind == OP else 1, "" if flows else " style=dashed"
            lines.append(f"  {keys[operand]} -> {key} [weight={weight}{dashes}]")
    return "\n".join([*lines, "}", ""])
