"""Two pictures of a training run: its curves, and the sheet of what the network got wrong.

Drawn with matplotlib's Agg on figures of our own: pyplot, its windows and its global settings stay untouched.

May import: floor 0, ``data``, ``storage``, ``history``, ``words``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..data import Images
from ..errors import error, language
from ..storage import atomic_write
from .history import Epoch
from .words import say_in

# One of each system: without such a font matplotlib draws empty boxes, so the words are then English.
CHINESE_FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "PingFang SC", "Hiragino Sans GB", "Heiti TC", "Microsoft YaHei",
    "SimHei", "Droid Sans Fallback",
)  # fmt: skip
MOST_MISTAKES, COLUMNS = 100, 10
TILE, GAP, LABEL = 28, 6, 12  # pixels of a picture, between pictures, and for the words above one


class Canvas:
    """A figure of matplotlib's, and words in a language that its fonts have."""

    def __init__(self, width: float, height: float) -> None:
        try:
            from matplotlib.backends.backend_agg import FigureCanvasAgg
            from matplotlib.figure import Figure
            from matplotlib.font_manager import FontProperties, fontManager
        except ImportError as failed:
            raise error("missing-package", package="matplotlib", purpose="*.png", extra="train") from failed
        self.figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(self.figure)
        known = {font.name for font in fontManager.ttflist}
        chinese = next((name for name in CHINESE_FONTS if name in known), None)
        self.language = "zh" if language() == "zh" and chinese else "en"
        self.font: Any = FontProperties(family=[chinese] if chinese and self.language == "zh" else None)

    def say(self, slug: str, **facts: object) -> str:
        """Return one text in the figure's language."""
        return say_in(self.language, slug, **facts)

    def save(self, path: Path) -> None:
        """Write a PNG."""
        with atomic_write(path) as file:
            self.figure.savefig(file, format="png", dpi=120)


def write_curves(path: Path, history: list[Epoch], title: str = "") -> None:
    """Draw loss and accuracy over the epochs.

    Parameters
    ----------
    path : Path
        The PNG to write.
    history : list of Epoch
        At least one.
    title : str
        The name of the data set.

    Notes
    -----
    What was not measured is not drawn.
    """
    drawn = ["loss"] if history[-1].train_accuracy is None else ["loss", "accuracy"]
    canvas = Canvas(4.5 * len(drawn), 4)
    numbers = [epoch.epoch for epoch in history]
    for axes, what in zip(canvas.figure.subplots(1, len(drawn), squeeze=False)[0], drawn, strict=True):
        for part, style in (("train", "o--"), ("test", "o-")):
            values = [getattr(epoch, f"{part}_{what}") for epoch in history]
            if None not in values:
                axes.plot(numbers, values, style, markersize=4, label=canvas.say(f"curve-{part}"))
        axes.set_title(canvas.say(f"curve-{what}"), fontproperties=canvas.font)
        axes.set_xlabel(canvas.say("curve-epoch"), fontproperties=canvas.font)
        axes.locator_params(axis="x", integer=True)
        axes.grid(alpha=0.3)
        axes.legend(prop=canvas.font)
    accuracy = history[-1].test_accuracy
    if accuracy is not None and title:
        title = canvas.say("curve-title", title=title, accuracy=accuracy)
    if title:
        canvas.figure.suptitle(title, fontproperties=canvas.font)
    canvas.save(path)


def write_mistakes(path: Path, test: Images, probabilities: np.ndarray[Any, Any], wrong: np.ndarray[Any, Any]) -> None:
    """Draw the pictures that were got wrong, the ones the network was surest of first.

    Parameters
    ----------
    path : Path
        The PNG to write.
    test : Images
        The pictures with their classes.
    probabilities : array of shape (N, C)
        What the network says.
    wrong : array of int
        Which pictures it got wrong.
    """
    surest = wrong[np.argsort(-probabilities[wrong].max(1), kind="stable")][:MOST_MISTAKES]
    rows = max(1, -(-len(surest) // COLUMNS))
    height, width = rows * (TILE + LABEL + GAP), COLUMNS * (TILE + GAP)
    sheet = np.zeros((height, width), np.uint8)
    canvas = Canvas(9, 9 * height / width + 0.6)
    axes = canvas.figure.subplots()
    for i, picture in enumerate(surest):
        top, left = i // COLUMNS * (TILE + LABEL + GAP) + LABEL, i % COLUMNS * (TILE + GAP) + GAP // 2
        sheet[top : top + TILE, left : left + TILE] = test.images[picture]
        true, said = test.classes[test.labels[picture]], test.classes[int(probabilities[picture].argmax())]
        size = 10 if len(true + said) < 4 else 5  # a digit, or the name of a garment
        axes.text(left + TILE / 2, top - LABEL / 2, f"{true} → {said}", ha="center", va="center", fontsize=size)
    axes.imshow(sheet, cmap="gray_r", vmin=0, vmax=255, interpolation="nearest")
    axes.set_axis_off()
    words = canvas.say("mistakes-title", total=len(test), count=len(wrong), shown=len(surest))
    axes.set_title(words, fontproperties=canvas.font)
    canvas.save(path)
