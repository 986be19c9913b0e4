"""A process that is killed at any moment, that of saving included, costs nothing but the steps since the last save."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.train.killed import MOMENTS

pytestmark = pytest.mark.slow  # trains in processes of its own, over and over
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("killed")
    command = [sys.executable, "-m", "tests.train.killed", str(folder)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_while_saving(told: dict[str, Any], moment: str) -> None:
    story = told[moment]
    assert story["killed"] == 1
    assert story["leftovers"] == ("replace" not in moment or "before" in moment), "what the killed process left"
    assert story["files"] == ["best.safetensors", "c.safetensors", "result.json"], "and the next save removed"
    assert story["outcome"] == told["undisturbed"]["outcome"]


def test_a_kill_before_the_new_file_is_in_place_leaves_the_old_one(told: dict[str, Any]) -> None:
    for name in ("before replace", "before fsync", "after fsync"):
        assert told[f"{name} 1"]["steps"] == [None] and told[f"{name} 2"]["steps"] == [1], name
    assert told["after replace 1"]["steps"] == [1] and told["after replace 2"]["steps"] == [2]


def test_killed_at_random(told: dict[str, Any]) -> None:
    story = told["at random"]
    assert story["killed"] >= 2
    reached = [steps for steps in story["steps"] if steps is not None]
    assert reached == sorted(reached)
    assert story["files"] == ["best.safetensors", "c.safetensors", "result.json"]
    assert story["outcome"] == told["longer"]["outcome"]


@pytest.mark.parametrize("optimizer", ["LBFGS", "SGD momentum"])
def test_killed_three_times(told: dict[str, Any], optimizer: str) -> None:
    story = told[f"killed {optimizer}"]
    assert story["killed"] == 3 and story["outcome"] == told[f"undisturbed {optimizer}"]["outcome"]
