"""The job behind ``tinygrad-zh train mnist``: the second article's network on MNIST, and what it leaves behind.

The defaults are the article's: 784-128-64-10 with ReLU, cross-entropy, SGD with learning rate 0.01 and momentum
0.9, batches of 64, 10 epochs, pixels divided by 255.

May import: floors 0–2, ``nn``, ``optim``, ``data``, and the other files of this folder.  Read next: ``report.py``.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..data import Images, fashion_mnist, mnist
from ..data.dataset import TensorDataset
from ..data.loader import DataLoader
from ..errors import error
from ..nn import CrossEntropyLoss, Module
from ..ops.generator import manual_seed
from ..optim import SGD, Adam, Optimizer
from .checkpoint import make_folder, read_checkpoint
from .device import choose_device
from .loop import fit
from .network import mlp, pixels_of, save_model
from .progress import Progress
from .report import CHECKPOINT, write_report
from .settings import Settings
from .threads import limited_threads
from .words import say

TITLES = {"mnist": "MNIST", "fashion": "Fashion-MNIST"}
TEST_BATCH_SIZE = 1000
Report = Callable[[str], Any]


def train_mnist(
    settings: Settings,
    *,
    epochs: int = 10,
    out: str | os.PathLike[str] = "runs/mnist",
    device: str = "auto",
    resume: str | os.PathLike[str] | None = None,
    folder: str | os.PathLike[str] | None = None,
    progress: str | Progress = "auto",
    report: Report = print,
) -> dict[str, Any]:
    """Train the network, and leave weights, pictures and numbers in a folder.

    Parameters
    ----------
    settings : Settings
        What to train.
    epochs : int
        How many in all.
    out : path-like
        Folder for the results.
    device : str
        ``"auto"``, ``"cpu"`` or ``"cuda"``.
    resume : path-like, optional
        A checkpoint to go on from.
    folder : path-like, optional
        Cache folder of the data.
    progress
        As in `fit`.
    report : callable
        Gets the lines for people.

    Returns
    -------
    dict
        What ``metrics.json`` holds.

    Raises
    ------
    TinygradZhError
        If data, device, packages or the checkpoint are not as they should be; see the catalogue.
    Interrupted
        After Ctrl-C, once the checkpoint is written.
    """
    require_packages()  # now, not after ten epochs
    chosen, reason = choose_device(device)
    report(reason)
    train, test = read_data(settings, folder)
    report(say("data", train=train.source, test=test.source))
    if settings.source == "subset":
        report(say("data-subset"))

    out = Path(out)
    make_folder(out)
    sizes = (train.images[0].size, *settings.hidden, len(train.classes))
    manual_seed(settings.seed)
    model = mlp(sizes).to(chosen)
    optimizer = optimizer_for(settings, model)
    loss = CrossEntropyLoss()
    # Shuffled by the default generator, which the weights have drawn from before: one seed for everything.
    loader = DataLoader(dataset_of(train), batch_size=settings.batch_size, shuffle=True)
    test_loader = DataLoader(dataset_of(test), batch_size=TEST_BATCH_SIZE)
    report(describe(settings, sizes, model))
    if resume is not None:
        done = read_checkpoint(resume).parts["run"]["position"]
        report(say("resumed", path=resume, epoch=done["epoch"], step=done["step"]))
    with limited_threads(settings.threads):
        history = fit(
            model,
            loss,
            optimizer,
            loader,
            epochs=epochs,
            validation=test_loader,
            progress=progress,
            checkpoint=out / CHECKPOINT,
            resume=resume,
            about={**settings.plain(), "epochs": epochs},
        )
        save_model(out / "model.safetensors", model, sizes, train.classes)
        return write_report(out, model, loss, test, history, settings.plain(), TITLES[settings.data], chosen, report)


def read_data(settings: Settings, folder: str | os.PathLike[str] | None) -> tuple[Images, Images]:
    """Return the pictures to train and to test on."""
    if settings.data == "mnist":
        source: Any = settings.source
        return mnist("train", source=source, folder=folder), mnist("test", source=source, folder=folder)
    if settings.source == "subset":
        raise error("subset-fashion")
    return fashion_mnist("train", folder=folder), fashion_mnist("test", folder=folder)


def dataset_of(images: Images) -> TensorDataset:
    """Return pictures and labels as tensors."""
    return TensorDataset(pixels_of(images.images), images.labels)


def optimizer_for(settings: Settings, model: Module) -> Optimizer:
    """Return the optimiser that the settings ask for."""
    if settings.optimizer == "adam":
        return Adam(model.parameters(), lr=settings.lr)
    return SGD(model.parameters(), lr=settings.lr, momentum=settings.momentum)


def describe(settings: Settings, sizes: tuple[int, ...], model: Module) -> str:
    """Return network and optimiser in one line."""
    momentum = f", momentum={settings.momentum:g}" if settings.optimizer == "sgd" else ""
    optimizer = f"{settings.optimizer.upper() if settings.optimizer == 'sgd' else 'Adam'}(lr={settings.lr:g}{momentum})"
    return say(
        "network",
        sizes="-".join(map(str, sizes)),
        parameters=sum(p.array.size for p in model.parameters()),
        optimizer=optimizer,
        batch_size=settings.batch_size,
        seed=settings.seed,
    )


def require_packages() -> None:
    """Refuse to begin what could not be finished."""
    for package, purpose in (("safetensors", "model.safetensors"), ("matplotlib", "curves.png")):
        if importlib.util.find_spec(package) is None:
            raise error("missing-package", package=package, purpose=purpose, extra="train")
