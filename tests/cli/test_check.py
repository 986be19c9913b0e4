"""``tinygrad-zh check torch``: what it prints and writes, and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.house.repository import ROOT
from tinygrad_zh.cli import check as check_module
from tinygrad_zh.cli import main
from tinygrad_zh.parity import layers_page, operations_page, survey
from tinygrad_zh.parity.yardstick import SECTIONS


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run ``tinygrad-zh check torch`` in this process."""

    def call(*arguments: str) -> tuple[Any, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["check", "torch", *arguments])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return call


def test_one_family(run: Any) -> None:
    code, out, err = run("--family", "embedding")
    assert code == 0, err
    for name in ("nn.functional.embedding", "nn.functional.embedding_bag", "nn.functional.one_hot"):
        assert f" {name} " in out
    assert "nn.functional.linear" not in out and "in-place methods" not in out
    assert "3 of 3 names of PyTorch 2.13.0" in " ".join(out.split())


def test_from_another_folder(tmp_path: Path) -> None:
    """In a Python of its own, where nothing has imported the tables yet, and another package is called tests."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "__init__.py").write_text("raise SystemExit('the wrong tests')", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    command = [sys.executable, "-m", "tinygrad_zh", "check", "torch", "--family", "attention"]
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert ended.returncode == 0, ended.stderr
    assert "1 of 1 names" in ended.stdout


def test_several_families(run: Any) -> None:
    code, out, _ = run("--family", "attention", "--family", "linear")
    assert code == 0
    assert "nn.functional.scaled_dot_product_attention" in out and "nn.functional.bilinear" in out


def test_in_chinese(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYGRAD_ZH_LANG", "zh")
    code, out, _ = run("--family", "spectral")
    assert code == 0
    assert "谱运算与窗函数" in out and "没有实现：结果是复数" in out and "7 个名称中有 5 个" in out


def test_a_family_that_is_none(run: Any) -> None:
    code, _, err = run("--family", "losses")
    assert code == 2
    assert all(section.slug in err for section in SECTIONS)


def test_what_differs_ends_it_with_an_error(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_module, "wrong", lambda findings: ["exp", "log"])
    code, out, err = run("--family", "linear")
    assert code == 1
    assert "nn.functional.bilinear" in out  # the table comes first
    assert "TG-E772" in err and "exp, log" in err


def test_pages_need_all_families(run: Any) -> None:
    code, out, err = run("--write", "--family", "linear")
    assert code == 2 and not out
    assert "TG-E771" in err and "--family" in err


def test_pages_are_written(run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With two small sections in the place of all."""
    few = [section for section in SECTIONS if section.slug in ("linear", "attention")]
    monkeypatch.setattr(check_module, "SECTIONS", few)
    pages = {"en": tmp_path / "operations.md", "zh": tmp_path / "operations.zh.md"}
    monkeypatch.setattr(operations_page, "PAGES", pages)
    layer_pages = {"en": tmp_path / "layers.md", "zh": tmp_path / "layers.zh.md"}
    monkeypatch.setattr(layers_page, "LAYER_PAGES", layer_pages)
    code, out, err = run("--write")
    assert code == 0, err
    assert "3 of 3 names" in pages["en"].read_text(encoding="utf-8").split("##")[0]
    assert "3 个名称中有 3 个" in pages["zh"].read_text(encoding="utf-8")
    assert str(pages["en"]) in out and str(layer_pages["zh"]) in out
    assert "PyTorch 2.13.0 的" in layer_pages["zh"].read_text(encoding="utf-8")


def test_outside_a_clone(run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(survey, "CLONE", tmp_path)
    code, out, err = run("--family", "linear")
    assert code == 1 and not out
    assert "TG-E770" in err and "make dev" in err


def test_without_pytorch(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    code, out, err = run("--family", "linear")
    assert code == 1 and not out
    assert "torch is not installed" in err and ".[test]" in err
