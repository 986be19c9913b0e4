"""Trains in processes that are really killed, and goes on until one is let finish: run by ``test_killed.py``.

Each process is forked from this one, which has imported everything already, and killed by SIGKILL: from outside
after a random time, or by itself at a chosen moment of writing a checkpoint.  Prints what there is to check, as JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.train.everything import STEPS, Everything
from tinygrad_zh.train import read_checkpoint

Die = Callable[[], None]
EPOCHS, LONGER = 5, 12
RANDOM_KILLS, LONGEST_DELAY_S = 8, 0.004


def kill_myself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at_call(name: str, number: int, *, after: bool) -> Die:
    """Make this process die before or after the `number`-th call of a function of ``os``."""

    def arm() -> None:
        real, count = getattr(os, name), 0

        def dying(*arguments: Any) -> Any:
            nonlocal count
            count += 1
            result = real(*arguments) if after or count != number else None
            if count == number:
                kill_myself()
            return result

        setattr(os, name, dying)

    return arm


MOMENTS: dict[str, Die] = {
    f"{when} {name} {number}": die_at_call(name, number, after=when == "after")
    for name in ("fsync", "replace")
    for when in ("before", "after")
    for number in (1, 2, STEPS + 1, STEPS + 2)  # the last two: the best model, and the end of the epoch
}


def train(path: Path, result: Path, optimizer: str, epochs: int, arm: Die) -> None:
    """Train, going on from the checkpoint if there is one, and write down the outcome."""
    everything = Everything(optimizer, seed=3 if not path.exists() else 99)
    arm()
    history = everything.fit(
        epochs=epochs,
        patience=None,
        checkpoint=path,
        checkpoint_every=1,
        best=path.with_name("best.safetensors"),
        resume=path if path.exists() else None,
    )
    result.write_text(json.dumps(everything.outcome(history)))


def start(*arguments: Any) -> int:
    """Fork a process that trains."""
    process = os.fork()
    if process:
        return process
    try:
        train(*arguments)
        os._exit(0)
    except BaseException as failed:
        print(repr(failed), file=sys.stderr, flush=True)
        os._exit(1)


def was_killed(process: int) -> bool:
    """Wait for a process, and return whether it was killed; it must not have failed."""
    _, status = os.waitpid(process, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    assert status == 0, "the training failed"
    return False


def looked_at(path: Path) -> int | None:
    """Return how many steps a checkpoint says are done, if there is one; it must be whole."""
    return read_checkpoint(path).parts["run"]["position"]["steps"] if path.exists() else None


def version_of(path: Path) -> int:
    """Return what changes whenever a file is written anew."""
    return path.stat().st_mtime_ns if path.exists() else 0


def kill_after_saves(process: int, path: Path, saves: int, delay_s: float) -> None:
    """Kill a process a little after it has saved so often, unless it ends before."""
    seen = version_of(path)
    while saves and os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if version_of(path) != seen:
            seen, saves = version_of(path), saves - 1
    time.sleep(delay_s)
    os.kill(process, signal.SIGKILL)


def story(
    folder: Path, optimizer: str = "Adam", arms: tuple[Die, ...] = (), epochs: int = EPOCHS, at_random: int = 0
) -> dict[str, Any]:
    """Let one process after another die or be killed, and the last one finish; tell what happened."""
    folder.mkdir()
    path, result = folder / "c.safetensors", folder / "result.json"
    killed, steps, leftovers, draw = 0, [], 0, random.Random(0)
    for arm in (*arms, *[lambda: None] * at_random):
        process = start(path, result, optimizer, epochs, arm)
        if at_random:
            kill_after_saves(process, path, draw.randint(1, 3), draw.uniform(0, LONGEST_DELAY_S))
        killed += was_killed(process)
        steps.append(looked_at(path))
        leftovers = max(leftovers, sum(file.name.endswith(".part") for file in folder.iterdir()))
    assert not was_killed(start(path, result, optimizer, epochs, lambda: None))
    return {
        "outcome": json.loads(result.read_text()),
        "killed": killed,
        "steps": steps,
        "leftovers": leftovers,
        "files": sorted(file.name for file in folder.iterdir()),
    }


def main(folder: Path) -> None:
    for optimizer in ("Adam", "LBFGS", "SGD momentum"):
        Everything(optimizer).fit()  # load kernels and code once, not in each process
    told = {"undisturbed": story(folder / "undisturbed")}
    for moment, arm in MOMENTS.items():
        told[moment] = story(folder / moment, arms=(arm,))
    told["longer"] = story(folder / "longer", epochs=LONGER)
    told["at random"] = story(folder / "random", epochs=LONGER, at_random=RANDOM_KILLS)
    for optimizer in ("LBFGS", "SGD momentum"):
        told[f"undisturbed {optimizer}"] = story(folder / f"undisturbed {optimizer}", optimizer)
        arms = MOMENTS["before replace 2"], MOMENTS["after replace 4"], MOMENTS["before fsync 2"]
        told[f"killed {optimizer}"] = story(folder / f"killed {optimizer}", optimizer, arms)
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
