"""What a trained network sees in a picture: ``tinygrad-zh predict digit.png``.

May import: floors 0–2, ``digit``, ``network``, ``words``.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ..ops.grad_mode import no_grad
from ..ops.publish import public
from .digit import read_digit
from .network import load_model, pixels_of
from .words import say

BAR_WIDTH = 30
UNSURE = 0.6


def predict(path: str | os.PathLike[str], model: str | os.PathLike[str]) -> tuple[list[str], np.ndarray[Any, Any]]:
    """Return the names of the classes, and the probability of each.

    Parameters
    ----------
    path : str or path-like
        A picture of one digit.
    model : str or path-like
        Weights that ``tinygrad-zh train mnist`` wrote.

    Raises
    ------
    StorageError
        If there is no such model, or it does not say what network it belongs to.
    DataError
        If the picture cannot be read, or shows nothing.
    """
    network, classes = load_model(model)
    pixels = pixels_of(read_digit(path)[None])
    with no_grad():
        probabilities = public["softmax"](network(public["tensor"](pixels)), 1)
    return classes, probabilities.array[0]


def table(classes: list[str], probabilities: np.ndarray[Any, Any]) -> list[str]:
    """Return probabilities as lines for people: a bar for each class, then the answer."""
    width = max(map(len, classes))
    lines = [say("probabilities")]
    for name, probability in zip(classes, probabilities.tolist(), strict=True):
        lines.append(f"  {name:>{width}}  {probability:6.1%}  {'█' * round(probability * BAR_WIDTH)}".rstrip())
    best = int(probabilities.argmax())
    lines.append(say("answer", answer=classes[best], probability=float(probabilities[best])))
    if probabilities[best] < UNSURE:
        lines.append(say("answer-unsure"))
    return lines
