"""The comparison finds what it must: a program that computes something else here does not pass."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.articles.side_by_side import IMPORT, LIBRARIES, cells, compare, run, source
from tests.articles.test_common_programs import PROGRAMS as COMMON
from tests.articles.test_programs import PROGRAMS

PROGRAM = """import tinygrad_zh as torch
from tinygrad_zh import nn

net = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 1))
# %%
x = torch.randn(8, 3)
loss = net(x).square().mean()
loss.backward()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
optimizer.step()
print(f"loss {loss:.4f}")
"""
OURS = "if 'tinygrad' in torch.__name__: "


def both(tmp_path: Path, added: str = "") -> int:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM + added, encoding="utf-8")
    return compare(*run(path, "float64", tmp_path))


def test_a_program_that_is_the_same_passes(tmp_path: Path) -> None:
    assert both(tmp_path) == 4 + 4 + 5 + 2 + 1  # weights, gradients, rate and momenta, x and loss, what is printed


@pytest.mark.parametrize(
    "change",
    [
        "net[0].weight.data[0, 0] += 1e-6",
        "net[0].bias.grad[0] += 1e-6",
        "net.eval()",
        "optimizer.param_groups[0]['lr'] = 0.2",
        "optimizer.state[net[0].weight]['momentum_buffer'][0, 0] += 1e-6",
        "x = x * (1 + 1e-7)",
        "x = x.float()",
        "x = x.numpy()",
        "loss = loss.detach()",
        "print('more')",
        "print(0.2517)",
        "another = 1",
    ],
)
def test_a_difference_is_found(change: str, tmp_path: Path) -> None:
    other = "print('0.2500')" if change.startswith("print(0") else "pass"
    with pytest.raises(AssertionError):
        both(tmp_path, f"{OURS}{change}\nelse: {other}\n")


@pytest.mark.parametrize("path", [*PROGRAMS, *COMMON], ids=lambda path: path.stem)
def test_pytorchs_version_differs_in_its_import_lines_alone(path: Path) -> None:
    ours, theirs = (source(path, library).splitlines() for library in ("tinygrad_zh", "torch"))
    assert "\n".join(ours) == path.read_text(encoding="utf-8").rstrip("\n")
    changed = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
    assert changed and all(IMPORT.match(a) and a.replace("tinygrad_zh", "torch") == b for a, b in changed)
    assert not [line for line in theirs if "tinygrad" in line]


def test_a_name_in_the_middle_of_a_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text("import tinygrad_zh as torch\ntinygrad_zh.tensor(1)\n", encoding="utf-8")
    with pytest.raises(AssertionError):
        source(path, "torch")


def test_cells_keep_their_lines_and_changes_must_apply() -> None:
    parts = cells("a = 1\n# %% two\nb = 2\n# %%\nc = range(100)\n", {"range(100)": "range(2)"})
    assert [part.strip("\n") for part in parts if part.strip()] == ["a = 1", "# %% two\nb = 2", "# %%\nc = range(2)"]
    assert [part.count("\n", 0, re.search(r"\S", part).start()) for part in parts if part.strip()] == [0, 1, 3]  # type: ignore[union-attr]
    with pytest.raises(AssertionError, match="has no"):
        cells("a = 1", {"range(100)": "range(2)"})


def test_every_program_runs_under_both_libraries() -> None:
    assert list(LIBRARIES) == ["torch", "tinygrad_zh"] and len(PROGRAMS) >= 6 and len(COMMON) >= 12
