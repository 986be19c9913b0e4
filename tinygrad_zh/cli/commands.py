"""The commands: their options, and which function does the work.

This file is imported by ``main``, when it is known that `click` is there.

May import: everything.
"""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from ..data import cache_folder
from ..errors import error
from ..train.checkpoint import read_checkpoint
from ..train.device import choose_device
from ..train.interrupt import Interrupted
from ..train.mnist import train_mnist
from ..train.predict import predict, table
from ..train.report import CHECKPOINT
from ..train.settings import QUICK_EPOCHS, hidden_sizes, new_settings, resumed_settings
from ..train.versions import OPTIONAL, installed, package_version, threads, usable_cores, versions
from ..train.words import say
from .check import FAMILIES, check_torch
from .words import say as explain

INTERRUPTED = 130  # what a shell reports for a program that Ctrl-C ended
HERE = "."  # --resume without a path
SETTINGS = ("data", "hidden", "optimizer", "lr", "momentum", "batch_size", "seed", "threads")

with_help = click.help_option("--help", "-h", help=explain("help"))


@click.group(help=explain("program"))
@click.version_option(package_version(), prog_name="tinygrad-zh", help=explain("version"))
@with_help
def tinygrad_zh() -> None:
    """Hold the commands."""


@tinygrad_zh.group(help=explain("train"))
@with_help
def train() -> None:
    """Hold what can be trained."""


@train.command("mnist", help=explain("train-mnist"))
@click.option(
    "--data", type=click.Choice(["mnist", "fashion"]), default="mnist", show_default=True, help=explain("data")
)
@click.option("--hidden", default="128,64", show_default=True, help=explain("hidden"))
@click.option(
    "--optimizer", type=click.Choice(["sgd", "adam"]), default="sgd", show_default=True, help=explain("optimizer")
)
@click.option("--lr", type=float, help=explain("lr"))
@click.option("--momentum", type=float, default=0.9, show_default=True, help=explain("momentum"))
@click.option("--batch-size", type=click.IntRange(1), default=64, show_default=True, help=explain("batch-size"))
@click.option("--epochs", type=click.IntRange(1), default=10, show_default=True, help=explain("epochs"))
@click.option("--seed", type=int, default=0, show_default=True, help=explain("seed"))
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True, help=explain("threads"))
@click.option("--device", default="auto", show_default=True, metavar="[auto|cpu|cuda]", help=explain("device"))
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    is_flag=False,
    flag_value=HERE,
    metavar="[PATH]",
    help=explain("resume"),
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help=explain("out"))
@click.option("--quick", is_flag=True, help=explain("quick"))
@click.option(
    "--source", type=click.Choice(["auto", "subset", "full"]), default="auto", show_default=True, help=explain("source")
)
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help=explain("data-dir"))
@with_help
@click.pass_context
def train_on_mnist(context: click.Context, /, **options: Any) -> None:
    """Sort the options out, and train."""
    options["hidden"] = hidden_sizes(options["hidden"])
    given = {name for name in options if context.get_parameter_source(name) == ParameterSource.COMMANDLINE}
    asked = {name: options[name] for name in SETTINGS if name in given}
    if options["source"] != "auto":
        asked["source"] = options["source"]
    elif options["quick"]:
        asked["source"] = "subset"
    out, resume = options["out"], options["resume"]
    if resume is None:
        settings = new_settings(asked)
        epochs = options["epochs"] if "epochs" in given or not options["quick"] else QUICK_EPOCHS
        out = out or Path("runs", settings.data)
    else:
        resume = (out or Path("runs", options["data"])) / CHECKPOINT if resume == Path(HERE) else resume
        if not resume.exists():
            raise error("checkpoint-missing", path=resume)
        saved = read_checkpoint(resume).about
        settings = resumed_settings(resume, saved, asked)
        epochs = options["epochs"] if "epochs" in given else saved["epochs"]
        out = out or resume.parent
    folder = options["data_dir"]
    try:
        train_mnist(
            settings,
            epochs=epochs,
            out=out,
            device=options["device"],
            resume=resume,
            folder=folder,
            report=click.echo,
        )
    except Interrupted as stopped:
        command = [*program(), "train", "mnist", "--resume", str(stopped.path)]
        command += ["--data-dir", str(folder)] if folder else []
        words = {"path": stopped.path, "epoch": stopped.epoch, "step": stopped.step}
        click.echo("\n" + say("interrupted", **words, command=shlex.join(command)))
        sys.exit(INTERRUPTED)


@tinygrad_zh.command("predict", help=explain("predict"))
@click.argument("picture", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--model",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("runs", "mnist", "model.safetensors"),
    show_default=True,
    help=explain("model"),
)
@with_help
def predict_picture(picture: Path, model: Path) -> None:
    """Print what the network sees."""
    for line in table(*predict(picture, model)):
        click.echo(line)


@tinygrad_zh.group(help=explain("check"))
@with_help
def check() -> None:
    """Hold what can be compared."""


@check.command("torch", help=explain("check-torch"))
@click.option("--family", "families", type=click.Choice(FAMILIES), multiple=True, help=explain("family"))
@click.option("--write", is_flag=True, help=explain("write"))
@with_help
def check_with_torch(families: tuple[str, ...], write: bool) -> None:
    """Print the table of operations."""
    check_torch(families, write)


@tinygrad_zh.command(help=explain("info"))
@with_help
def info() -> None:
    """Print what a result depends on, and where things are."""
    found: dict[str, str | None] = {**versions(), **{name: installed(name) for name in OPTIONAL}}
    for name, version in found.items():
        click.echo(f"{name:<12} {version or say('not-installed')}")
    click.echo(choose_device("auto")[1])
    click.echo(say("threads", threads=threads(), cores=usable_cores()))
    click.echo(say("dot", where=shutil.which("dot") or say("not-installed")))
    click.echo(say("data-folder", folder=cache_folder()))


def program() -> list[str]:
    """Return how this program was called, for a command that can be typed again."""
    called, on_path = sys.argv[0], shutil.which("tinygrad-zh")
    if on_path is not None and Path(called).resolve() == Path(on_path).resolve():
        return ["tinygrad-zh"]
    return [sys.executable, "-m", "tinygrad_zh"] if Path(called).name == "__main__.py" else [called]
