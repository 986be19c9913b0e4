"""What every training leaves in its folder: the weights, ``metrics.json``, the curves.

May import: floors 0–2, ``nn``, ``storage``, and files of this folder.  Read next: ``report.py``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..backend.devices import Device
from ..nn import Module
from ..storage import atomic_write, save_file
from .checkpoint import make_folder
from .history import Epoch
from .plots import write_curves
from .versions import usable_cores, versions


def write_results(
    folder: str | os.PathLike[str],
    model: Module,
    history: list[Epoch],
    *,
    measured: Mapping[str, Any],
    settings: Mapping[str, Any],
    device: Device,
    title: str = "",
) -> dict[str, Any]:
    """Write ``model.safetensors``, ``metrics.json`` and ``curves.png`` into a folder.

    Parameters
    ----------
    folder : path-like
        Where; made if it is missing.
    model : nn.Module
        Whose weights.
    history : list of Epoch
        What `fit` returned; without an epoch there are no curves.
    measured : mapping
        The results, plain values: they stand first in ``metrics.json``.
    settings : mapping
        What the run was asked for, plain values.
    device : Device
        Where it was trained.
    title : str
        Of the curves.

    Returns
    -------
    dict
        What ``metrics.json`` holds.

    Raises
    ------
    StorageError
        If a file cannot be written.
    MissingPackageError
        If matplotlib is not installed.
    """
    folder = Path(folder)
    make_folder(folder)
    save_file(model.state_dict(), folder / "model.safetensors")
    metrics = write_metrics(folder, measured, history, settings, device)
    if history:
        write_curves(folder / "curves.png", history, title)
    return metrics


def write_metrics(
    folder: Path, measured: Mapping[str, Any], history: list[Epoch], settings: Mapping[str, Any], device: Device
) -> dict[str, Any]:
    """Write ``metrics.json``: what was measured, and all that it depends on."""
    metrics = {
        **measured,
        "train_loss": history[-1].train_loss if history else None,
        "epochs": len(history),
        "elapsed_s": sum(epoch.elapsed_s for epoch in history),
        **settings,
        "device": str(device),
        "cores": usable_cores(),
        "versions": versions(),
        "history": [asdict(epoch) for epoch in history],
    }
    with atomic_write(folder / "metrics.json") as file:
        file.write((json.dumps(metrics, ensure_ascii=False, indent=2) + "\n").encode())
    return metrics
