"""A batch: moved to the model's device, and taken apart into what the model is given and what is wanted of it.

May import: floors 0–2, ``nn``.  Read next: ``evaluate.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..backend.devices import Device
from ..core.tensor import Tensor
from ..errors import error
from ..nn import Module

Forward = Callable[[Any, Any], tuple[Any, Any]]
"""``forward(model, batch)`` returns the outputs and the targets, as loss and metric take them."""


def inputs_and_targets(model: Module, batch: Any) -> tuple[Any, Any]:
    """Run the model on a batch ``(inputs, targets)``: what `fit` does unless told otherwise.

    Raises
    ------
    ArgumentError
        If the batch is anything else than a pair.
    """
    if not isinstance(batch, (list, tuple)) or len(batch) != 2:
        raise error("batch-kind", found=described(batch))
    inputs, targets = batch
    return model(inputs), targets


def described(batch: Any) -> str:
    """Return what a batch is, for messages."""
    if isinstance(batch, dict):
        return f"dict ({', '.join(map(str, batch))})"
    return f"{type(batch).__name__} of {len(batch)}" if isinstance(batch, (list, tuple)) else type(batch).__name__


def device_of(model: Module) -> Device | None:
    """Return the device of the model's parameters; None if it has none."""
    first: Any = next(model.parameters(), None)
    return None if first is None else first.device


def on_device(batch: Any, device: Device | None) -> Any:
    """Return a batch with its tensors, however deep, on the model's device: itself, if they are there already."""
    if device is None or all_on(batch, device):
        return batch
    return moved(batch, device)


def all_on(batch: Any, device: Device) -> bool:
    """Return whether nothing is to be moved."""
    if isinstance(batch, (list, tuple)):
        return all(all_on(part, device) for part in batch)
    if isinstance(batch, dict):
        return all(all_on(part, device) for part in batch.values())
    return getattr(batch, "device", device) == device


def moved(batch: Any, device: Device) -> Any:
    """Return a batch's copy on a device; what is no tensor stays as it is."""
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, dict):
        return {name: moved(part, device) for name, part in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "to"):  # a PackedSequence
        return batch.to(device)
    if isinstance(batch, (list, tuple)):
        parts = [moved(part, device) for part in batch]
        return type(batch)(*parts) if hasattr(batch, "_fields") else type(batch)(parts)
    return batch
