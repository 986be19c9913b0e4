"""The articles' network, and a file of weights that says which network they belong to.

May import: ``nn``, ``storage``, ``errors``.  Read next: ``mnist.py``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import error
from ..nn import Linear, Module, ReLU, Sequential
from ..storage import load_file, read_header, save_file

KEY = "tinygrad_zh.model"


def mlp(sizes: Sequence[int]) -> Sequential:
    """Return linear layers with ReLU between them.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, hidden layers, outputs: 784, 128, 64, 10.

    Examples
    --------
    >>> print(mlp((784, 64, 10)))
    Sequential(
      (0): Linear(in_features=784, out_features=64, bias=True)
      (1): ReLU()
      (2): Linear(in_features=64, out_features=10, bias=True)
    )
    """
    layers: list[Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [Linear(inputs, outputs), ReLU()]
    return Sequential(*layers[:-1])  # no ReLU after the last: its outputs are the classes' scores


def pixels_of(images: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return pictures of grey values 0..255 as the network's inputs: rows of float32, divided by 255."""
    pixels = images.reshape(len(images), -1).astype(np.float32)
    pixels /= np.float32(255)
    return pixels


def save_model(path: Path, model: Module, sizes: Sequence[int], classes: Sequence[str]) -> None:
    """Write the weights, with the sizes of the layers and the names of the classes."""
    arrays = {name: tensor.cpu().array for name, tensor in model.state_dict().items()}
    about = {"kind": "mlp", "sizes": list(sizes), "classes": list(classes), "input": "pixels / 255, 0 is background"}
    save_file(arrays, path, metadata={KEY: json.dumps(about, ensure_ascii=False)})


def load_model(path: str | os.PathLike[str]) -> tuple[Sequential, list[str]]:
    """Build the network that a file of weights belongs to.

    Returns
    -------
    model : nn.Sequential
        With the weights, in evaluation mode.
    classes : list of str
        What its outputs stand for.

    Raises
    ------
    StorageError
        If the file is missing or damaged, or does not say what network it belongs to.
    """
    if not os.path.exists(path):
        raise error("model-missing", path=os.fspath(path))
    about = network_of(read_header(path).metadata.get(KEY, ""))
    if about is None:
        raise error("model-kind", path=os.fspath(path))
    model = mlp(about["sizes"])
    model.load_state_dict(load_file(path))
    model.eval()
    return model, about["classes"]


def network_of(text: str) -> dict[str, Any] | None:
    """Return what the metadata says of the network, if it makes sense."""
    try:
        about = json.loads(text)
    except ValueError:
        return None
    if not isinstance(about, dict) or about.get("kind") != "mlp":
        return None
    sizes, classes = about.get("sizes"), about.get("classes")
    if not isinstance(sizes, list) or len(sizes) < 2 or not all(type(size) is int and size > 0 for size in sizes):
        return None
    return about if isinstance(classes, list) and len(classes) == sizes[-1] else None
