"""What holds for every test: nothing left out silently, nothing random, nothing read from the user's settings.

Options added here: ``--gpu`` also runs the tests marked gpu; ``--strict-no-skips`` makes a skipped test, an
expected failure or an unexpected pass a failure, which is how the full check runs.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

# Before the package or matplotlib is imported: English messages and no window, whatever the user's settings.
os.environ["TINYGRAD_ZH_LANG"] = "en"
os.environ["MPLBACKEND"] = "Agg"

import hypothesis
import pytest

import tinygrad_zh.ops

# The tests look at all operations; `tests/house/test_lazy_families.py` sees to it that they come by themselves too.
tinygrad_zh.ops.load_all()

ROOT = Path(__file__).resolve().parent.parent

# The same examples in every run, and no time limit per example: a red test must stay red when it is run again.
# `--hypothesis-profile=explore` looks for new examples.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("explore", deadline=None, derandomize=False, max_examples=1000)
hypothesis.settings.load_profile("house")

LEFT_OUT = pytest.StashKey[Counter[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("tinygrad_zh")
    group.addoption("--gpu", action="store_true", help="run the tests that need a CUDA device too")
    group.addoption("--strict-no-skips", action="store_true", help="a skipped or xfailed test is a failure")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT_OUT] = Counter()


# --- what was left out, and how to run it ---


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the gpu tests out, visibly: deselected, not skipped."""
    if config.getoption("--gpu"):
        return
    left_out = [item for item in items if item.get_closest_marker("gpu")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("gpu")]


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        reason = next((name for name in ("gpu", "slow") if item.get_closest_marker(name)), "other")
        item.config.stash[LEFT_OUT][reason] += 1


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under pytest-xdist the workers do the collecting: send the main process what was left out."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = dict(session.config.stash[LEFT_OUT])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    # Every worker collects everything, so their counts are equal: keep one, do not add them up.
    left_out = getattr(node, "workeroutput", {}).get("left_out")
    if left_out:
        node.config.stash[LEFT_OUT] = Counter(left_out)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    left_out = config.stash[LEFT_OUT]
    ways = {
        "slow": "{n} slow tests. Run them too: make test-all | 未运行 {n} 个慢速测试，全部运行：make test-all",
        "gpu": "{n} tests that need a CUDA device: pytest --gpu | 未运行 {n} 个需要 CUDA 设备的测试：pytest --gpu",
        "other": "{n} tests that -m or -k did not choose | 未运行 {n} 个 -m 或 -k 没有选中的测试",
    }
    for reason, way in ways.items():
        if left_out[reason]:
            terminalreporter.write_line("Left out: " + way.format(n=left_out[reason]), yellow=True)


# --- a skip is a failure, where asked for ---


def forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    expected_failure = hasattr(report, "wasxfail")
    if report.skipped or expected_failure:
        what = "expected to fail" if expected_failure else "skipped"
        report.outcome = "failed"
        report.longrepr = f"--strict-no-skips: this was {what}, which counts as a failure here\n{report.longrepr or ''}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if item.config.getoption("--strict-no-skips"):
        forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if collector.config.getoption("--strict-no-skips"):
        forbid_skip(report)
    return report


# --- fixtures ---


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(autouse=True)
def names_of_the_package(request: pytest.FixtureRequest, doctest_namespace: dict[str, object]) -> None:
    """Let an example in a docstring write ``tensor`` and ``tg.tensor`` without importing them first."""
    if not isinstance(request.node, pytest.DoctestItem):
        return
    import tinygrad_zh as tg

    pythons = ("bool", "float", "int", "range")
    doctest_namespace.update({name: getattr(tg, name) for name in dir(tg) if name not in pythons})
    doctest_namespace["tg"] = tg
