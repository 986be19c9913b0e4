"""What a training run on pictures leaves behind: numbers, curves, the mistakes, the graph of one step.

May import: floors 0–2, ``nn``, ``data``, ``storage``, ``picture``, and files of this folder.
Read next: ``plots.py``.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..backend.devices import Device
from ..core.record import record
from ..data import Images
from ..errors import MissingPackageError
from ..nn import Module
from ..ops.grad_mode import no_grad
from ..ops.publish import public
from ..picture import draw
from .history import Epoch
from .network import pixels_of
from .plots import write_curves, write_mistakes
from .results import write_metrics
from .words import say

CHECKPOINT = "checkpoint.safetensors"
GRAPH_BATCH_SIZE = 4


def write_report(
    out: Path,
    model: Module,
    loss: Callable[[Any, Any], Any],
    test: Images,
    history: list[Epoch],
    settings: dict[str, Any],
    title: str,
    device: Device,
    report: Callable[[str], Any],
) -> dict[str, Any]:
    """Write everything into the folder `out`, say what was written, and return what ``metrics.json`` holds."""
    probabilities = predict_all(model, test.images, device)
    right = probabilities.argmax(1) == test.labels
    accuracy = float(right.mean())
    metrics = write_metrics(out, {"test_accuracy": accuracy, "test_examples": len(test)}, history, settings, device)
    report(say("done", accuracy=accuracy, elapsed_s=metrics["elapsed_s"], folder=out))
    written = [("model.safetensors", say("what-model")), ("metrics.json", say("what-metrics"))]
    if history:
        write_curves(out / "curves.png", history, title)
        written.append(("curves.png", say("what-curves")))
    wrong = np.flatnonzero(~right)
    write_mistakes(out / "mistakes.png", test, probabilities, wrong)
    written.append(("mistakes.png", say("what-mistakes", count=len(wrong)) if len(wrong) else say("what-no-mistakes")))
    written.append(write_graph(out, model, loss, test, device))
    more = f"tinygrad-zh train mnist --resume {out / CHECKPOINT} --epochs {2 * len(history)}"
    written.append((CHECKPOINT, say("what-checkpoint", command=more)))
    for name, what in written:
        report(say("wrote", name=name, what=what))
    return metrics


def predict_all(model: Module, images: np.ndarray[Any, Any], device: Device) -> np.ndarray[Any, Any]:
    """Return the probabilities of each picture's classes, of shape (N, C)."""
    model.eval()
    found = []
    with no_grad():
        for start in range(0, len(images), 1000):
            scores = model(public["tensor"](pixels_of(images[start : start + 1000]), device=device))
            found.append(public["softmax"](scores, 1).cpu().array)
    return np.concatenate(found)


def write_graph(
    out: Path, model: Module, loss: Callable[[Any, Any], Any], test: Images, device: Device
) -> tuple[str, str]:
    """Draw forward and backward of one small step; without graphviz write the DOT source.

    Returns
    -------
    name, what : str
        The file, and what it is, for people.
    """
    inputs = public["tensor"](pixels_of(test.images[:GRAPH_BATCH_SIZE]), device=device)
    targets = public["tensor"](test.labels[:GRAPH_BATCH_SIZE], device=device)
    with record() as recorded:
        distance = loss(model(inputs), targets)
        distance.backward()
    names = {**dict(model.named_parameters()), "pixels": inputs, "labels": targets, "loss": distance}
    picture = draw(distance, record=recorded, names=names)
    model.zero_grad()
    try:
        picture.save(out / "graph.svg")
    except MissingPackageError:
        picture.save(out / "graph.dot")
        (out / "graph.svg").unlink(missing_ok=True)  # of an earlier run
        missing_dot = importlib.util.find_spec("graphviz") is not None
        slug = "what-graph-source" if missing_dot else "what-graph-package"
        return "graph.dot", say(slug, name=out / "graph.dot")
    return "graph.svg", say("what-graph")
