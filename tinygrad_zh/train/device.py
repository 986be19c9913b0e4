"""``--device auto``: which device to train on, and why that one.

May import: floor 0.
"""

from __future__ import annotations

import importlib.util

from ..backend.devices import Device, backend_for, why_no_cuda
from .words import say


def choose_device(wanted: str = "auto") -> tuple[Device, str]:
    """Return the device to train on, and the reason for people.

    Parameters
    ----------
    wanted : str
        ``"auto"``: the GPU if there is one that can be used, else the CPU.  Anything else is a device's name.

    Returns
    -------
    device : Device
        It can be used.
    reason : str
        One line, in the user's language.

    Raises
    ------
    DeviceError
        If a device that was asked for by name is unknown or cannot be used.

    Examples
    --------
    >>> choose_device("cpu")[0]
    device(type='cpu')
    """
    if wanted != "auto":
        device = backend_for(wanted).device
        return device, say("device-asked", device=device)
    why_not = why_no_gpu()
    device = backend_for("cpu" if why_not else "cuda").device
    return device, say("device-no-gpu", reason=why_not) if why_not else say("device-gpu", device=device)


def why_no_gpu() -> str | None:
    """Say in the user's language why no GPU can be used; None if one can."""
    if importlib.util.find_spec("cupy") is None:
        return say("device-no-cupy")
    return why_no_cuda()
