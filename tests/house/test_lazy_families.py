"""Files of operations that wait: none is imported with the package, and each comes by itself when it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tinygrad_zh.lazy import LazyNames
from tinygrad_zh.ops.later import METHODS, PUBLIC, SERVICES, SPACES

FILES = sorted({*PUBLIC, *METHODS, *SERVICES, *(file for files in SPACES.values() for file in files)})

IN_A_FRESH_PROCESS = """
import os, sys
import tinygrad_zh as tg
from tinygrad_zh.core.registry import registry
from tinygrad_zh.ops.later import METHODS, PUBLIC, SERVICES, SPACES

def in_a_fork(what, look_up):
    pid = os.fork()
    if pid == 0:
        try:
            found = look_up()
            os._exit(0 if callable(found) or isinstance(found, property) else 2)
        except BaseException as problem:
            print(what, repr(problem), flush=True)
            os._exit(1)
    if os.waitpid(pid, 0)[1]:
        print("failed:", what)

for file, names in PUBLIC.items():
    for name in names.split()[:1]:
        in_a_fork(name, lambda: getattr(tg, name))
for file, names in METHODS.items():
    for name in names.split()[:1]:
        in_a_fork("Tensor." + name, lambda: getattr(tg.Tensor, name))
        if name[:2] != "__":
            in_a_fork("tensor." + name, lambda: getattr(tg.ones(2), name))
for file, names in SERVICES.items():
    for name in names.split():
        in_a_fork("registry " + name, lambda: registry[name])
import importlib
for space, files in SPACES.items():
    for names in files.values():
        for name in names.split()[:1]:
            in_a_fork(space + "." + name, lambda: getattr(importlib.import_module("tinygrad_zh." + space), name))
print("done")
"""


def run(program: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={**os.environ}
    ).stdout.strip()


def test_none_is_imported_with_the_package() -> None:
    imported = run("import sys, tinygrad_zh; print(*[name for name in sys.modules if '.ops.' in name])").split()
    assert not {f"tinygrad_zh.ops.{file}" for file in FILES} & set(imported)
    assert "tinygrad_zh.ops.elementwise" in imported


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks a process per file")
def test_each_comes_by_itself() -> None:
    assert run(IN_A_FRESH_PROCESS) == "done"


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("tg.ones(2, 3).cumsum(0)[1].tolist()", "[2.0, 2.0, 2.0]"),
        ("tg.Tensor.tan(tg.zeros(2)).tolist()", "[0.0, 0.0]"),
        ("tg.zeros(2).erfinv_().tolist()", "[0.0, 0.0]"),
        ("np.tile(tg.ones(2), 2).tolist()", "[1.0, 1.0, 1.0, 1.0]"),
        ("np.sinc(tg.zeros(1)).tolist()", "[1.0]"),
        ("(np.ones(2) + tg.ones(2)).tolist()", "[2.0, 2.0]"),
        ("tg.linalg.det(tg.eye(2)).item()", "1.0"),
        ("tg.nn.functional.hardswish(tg.zeros(1)).tolist()", "[0.0]"),
        ("tg.ops.quantile.__name__", "tinygrad_zh.ops.quantile"),
        ("sorted({'svd', 'conv2d'} & set(dir(tg)))", "['conv2d', 'svd']"),
        ("[hasattr(x, 'no_op') for x in (tg, tg.linalg, tg.ones(1))]", "[False, False, False]"),
        ("tg.ones(2).type()", "torch.FloatTensor"),
        ("tg.mul.formula()", r"a \odot b"),
    ],
)
def test_in_a_fresh_process(expression: str, printed: str) -> None:
    assert run(f"import numpy as np, tinygrad_zh as tg; print({expression})") == printed


def test_a_table_that_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one_late_file.py").write_text("import sys\nsys.late_table['late'] = len\n")
    monkeypatch.syspath_prepend(tmp_path)
    table = LazyNames()
    monkeypatch.setattr(sys, "late_table", table, raising=False)
    table["early"] = max
    table.later.update({"late": "one_late_file", "never": "one_late_file", "broken": "no_such_module_at_all"})
    assert table.names() == ["broken", "early", "late", "never"]
    assert "late" in table and "one_late_file" not in sys.modules
    assert table.get("nowhere") is None and table.get("nowhere", 3) == 3
    assert table["late"] is len and table.get("late") is len
    for name in ("never", "nowhere"):
        with pytest.raises(KeyError, match=name):
            table[name]
    with pytest.raises(ModuleNotFoundError):
        table["broken"]
    sys.modules.pop("one_late_file")
