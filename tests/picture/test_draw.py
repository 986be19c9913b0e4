"""Pictures: what stands in them, that they are the same every time, and what is said when something is missing."""

from __future__ import annotations

import re
import sys
import warnings
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh.errors import ArgumentError, GraphError, MissingPackageError, StorageError
from tinygrad_zh.picture import draw, render
from tinygrad_zh.picture.numbers import lines_of, number, spread_of
from tinygrad_zh.picture.words import WORDS


def texts(source: str) -> list[str]:
    """The pieces of text in a DOT source, without markup."""
    return [unescape(text) for text in re.split(r"<[^<>]*>", source) if text.strip()]


def boxes(source: str) -> dict[str, list[str]]:
    """The texts of each vertex, by its name."""
    found = {}
    for line in source.splitlines():
        if re.match(r"  n\d+ \[", line):
            parts = texts(line.partition("label=<")[2].rpartition(">]")[0])
            found[parts[0]] = [part.strip() for part in parts]
    return found


def arrows(source: str) -> int:
    return source.count(" -> ")


def cost() -> Any:
    """J(θ) = 1/(2m) Σ (hθ(x) − y)², with its record."""
    x, y = tg.tensor([1.0, 2.0, 3.0]), tg.tensor([2.0, 4.0, 6.5])
    theta = tg.tensor(0.5, requires_grad=True)
    with tg.record() as r:
        h = theta * x
        J = ((h - y) ** 2).sum() / (2 * 3)
        J.backward()
    return draw(J, record=r, lang="en", lines=True), theta


def test_a_recorded_scalar_graph() -> None:
    picture, theta = cost()
    found = boxes(picture.source)
    assert set(found) == {"theta", "x", "h", "y", "v₂", "v₃", "v₄", "J"}
    assert arrows(picture.source) == 7
    assert "= theta ⊙ x" in found["h"]
    assert "= v₄ / 6" in found["J"]
    assert "= v₂²" in found["v₃"]
    assert "[1  2  3]" in found["x"]
    assert "∂J/∂theta =" in found["theta"] and number(theta.grad.item()) in found["theta"]
    assert "∂J/∂J =" in found["J"]
    assert any("test_draw.py:" in text for text in found["h"])
    assert not any("∂" in text for text in found["x"])  # no gradient flows to data


def test_arrows_without_a_gradient_are_dashed() -> None:
    picture, _ = cost()
    assert picture.source.count("style=dashed]") == 2  # x and y


def test_the_same_computation_gives_the_same_picture() -> None:
    assert cost()[0].source == cost()[0].source


def test_without_a_record_ops_shapes_and_formulas_are_known() -> None:
    a = tg.tensor([[1.0, 2.0]], requires_grad=True)
    b = tg.tensor([[3.0], [4.0]])
    loss = tg.relu(a @ b).sum() * 3
    found = boxes(draw(loss, lang="en").source)
    assert "= a b" in found["v₁"]
    assert any("matmul" in text and "(1, 1)" in text for text in found["v₁"])
    assert "= 3 · v₃" in found["loss"] or "= v₃ · 3" in found["loss"]
    assert "b" in found  # the rule for `a` saved it, so it is known
    assert not any("1  2" in text for text in found["a"])


def test_what_was_not_kept_is_shown_as_unknown() -> None:
    a = tg.tensor([1.0], requires_grad=True)
    total = a + tg.tensor([2.0])
    assert "= a + □" in boxes(draw(total).source)["total"]


def test_options_leave_things_out() -> None:
    w = tg.tensor([1.0, 2.0], requires_grad=True)
    with tg.record() as r:
        z = w.exp()
        z.sum().backward()
    assert "= e^w" in boxes(draw(z, record=r).source)["z"]
    bare = draw(z, record=r, values=False, gradients=False, shapes=False, formulas=False).source
    assert boxes(bare) == {"w": ["w"], "z": ["z", "exp"]}


def test_of_a_part_of_a_bigger_loss_the_gradient_is_not_called_its_own() -> None:
    w = tg.tensor(2.0, requires_grad=True)
    with tg.record() as r:
        z = w * w
        (3 * z).backward()
    found = boxes(draw(z, record=r, lang="en").source)
    assert "gradient" in found["w"] and "12" in found["w"]
    assert "gradient" in found["z"] and "3" in found["z"]


def test_names() -> None:
    a = tg.tensor(1.0, requires_grad=True)
    a.name = "alpha"
    b = tg.tensor(2.0, requires_grad=True)
    out = a * b
    assert "alpha" in boxes(draw(out).source)
    assert "<&b>" not in draw(out, names={"<&b>": b}).source  # escaped
    assert "&lt;&amp;b&gt;" in draw(out, names={"<&b>": b}).source
    anonymous = draw(tg.tensor(1.0, requires_grad=True) * tg.tensor(2.0, requires_grad=True)).source
    assert set(boxes(anonymous)) == {"p₁", "p₂", "v₁"}


def test_a_modules_parameters_are_named() -> None:
    model = tg.nn.Sequential(tg.nn.Linear(2, 3), tg.nn.ReLU(), tg.nn.Linear(3, 1))
    loss = model(tg.ones(4, 2)).sum()
    assert {"0.weight", "0.bias", "2.weight", "2.bias"} <= set(boxes(draw(loss).source))


def test_big_arrays_are_summarised_and_small_ones_shown() -> None:
    assert lines_of(np.float32([[1, -2], [3, 4.5]])) == ["⎡1   −2⎤", "⎣3  4.5⎦"]
    assert lines_of(np.arange(7)) == []
    assert lines_of(np.float32(0.1)) == ["0.1"]
    assert lines_of(np.zeros((0, 3))) == []
    assert spread_of(np.zeros((0, 3))) is None
    assert spread_of(np.arange(100)) == {"least": "0", "mean": "49.5", "greatest": "99"}
    assert [number(x) for x in (np.nan, np.inf, -np.inf, True, 3, -1e-9)] == ["nan", "∞", "−∞", "True", "3", "−1e−09"]


def test_integers_and_bools_are_drawn() -> None:
    x = tg.tensor([1, 2, 3])
    with tg.record() as r:
        mask = x > 1
        z = (mask & (x < 3)).any()
    found = boxes(draw(z, record=r, lang="en").source)
    assert "= x > 1" in found["mask"] and any("bool" in text for text in found["mask"])
    assert "True" in found["z"]


def test_several_results() -> None:
    x = tg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    with tg.record() as r:
        head, tail = x.split([1, 2])
        z = head * tail.sum()
        z.sum().backward()
    found = boxes(draw(z, record=r).source)
    assert any("[1]" in text for name in found for text in found[name] if text.startswith("= Σ"))
    x2 = tg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    parts = x2.split([1, 2])
    assert "split" in draw(parts[1].sum()).source


def test_a_long_chain_is_cut_and_says_so() -> None:
    x = tg.tensor(1.0, requires_grad=True)
    with tg.record() as r:
        for _ in range(50):
            x = x * 1.01
    for picture in (draw(x, lang="en", limit=10), draw(x, record=r, lang="en", limit=10)):
        assert "10 of 50 steps" in picture.source
        assert len(boxes(picture.source)) == 11
        assert "earlier steps" in picture.source


def test_a_graph_deeper_than_pythons_stack() -> None:
    x = tg.tensor(1.0, requires_grad=True)
    for _ in range(sys.getrecursionlimit() * 2):
        x = x + 1
    assert "of 2000 steps" in draw(x, lang="en").source


def test_what_began_before_the_record_is_marked() -> None:
    w = tg.tensor([2.0], requires_grad=True)
    early = w.exp()
    with tg.record() as r:
        late = early * 3
    assert any("earlier steps" in text for text in boxes(draw(late, record=r, lang="en").source)["early"])


def test_after_an_in_place_change_the_new_value_is_drawn() -> None:
    w = tg.tensor([1.0, 2.0], requires_grad=True)
    with tg.record() as r:
        y = w * 1
        y *= 3
        z = y.sum()
        z.backward()
    found = boxes(draw(z, record=r).source)
    assert "[3  6]" in found["y"] and "= Σ y" in found["z"]
    assert "[3  3]" in found["w"]


def test_a_function_of_the_users_own() -> None:
    class Twice(tg.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 2

    x = tg.tensor([1.0], requires_grad=True)
    y = Twice.apply(x)
    assert any("Twice(x)" in text for text in boxes(draw(y.sum()).source)["y"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_both_languages(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYGRAD_ZH_LANG", lang)
    x = tg.tensor(1.0, requires_grad=True)
    source = draw(x * x).source
    assert (WORDS["parameter"][lang == "en"]) in source
    assert source == draw(x * x, lang=lang).source


def test_both_languages_name_the_same_facts() -> None:
    for chinese, english in WORDS.values():
        assert set(re.findall(r"{(\w+)}", chinese)) == set(re.findall(r"{(\w+)}", english)), chinese


# -- files -----------------------------------------------------------------------------------------------


def test_svg(tmp_path: Path) -> None:
    picture, _ = cost()
    written = picture.save(tmp_path / "deep" / "graph.svg")
    root = ElementTree.parse(written).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "theta" in "".join(root.itertext())
    assert picture._repr_svg_() == written.read_text("utf-8") == picture.svg()


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("dot", b"digraph")])
def test_other_kinds_of_files(tmp_path: Path, ending: str, start: bytes) -> None:
    x = tg.tensor(1.0, requires_grad=True)
    path = tmp_path / f"graph.{ending}"
    draw(x * x, lang="en", path=path)
    assert path.read_bytes().startswith(start)


@pytest.fixture
def without_dot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def test_without_dot_the_error_says_what_to_install(without_dot: None, tmp_path: Path) -> None:
    x = tg.tensor(1.0, requires_grad=True)
    picture = draw(x * x)
    with pytest.raises(MissingPackageError, match=r"TG-E729.*\n.*\n.*apt install graphviz"):
        picture.save(tmp_path / "graph.svg")
    assert list(tmp_path.iterdir()) == []
    assert picture._repr_svg_() is None and "save(" in repr(picture)


def test_without_dot_the_source_is_written_beside_it(without_dot: None, tmp_path: Path) -> None:
    x = tg.tensor(1.0, requires_grad=True)
    picture = draw(x * x)
    with pytest.warns(UserWarning, match=r"graph\.dot(.|\n)*dot -Tsvg"):
        written = picture.save_or_source(tmp_path / "graph.svg")
    assert written == tmp_path / "graph.dot"
    assert written.read_text("utf-8") == picture.source


def test_with_dot_the_picture_itself_is_written(tmp_path: Path) -> None:
    x = tg.tensor(1.0, requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert draw(x * x).save_or_source(tmp_path / "graph.svg") == tmp_path / "graph.svg"


def test_without_the_python_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "graphviz", None)
    x = tg.tensor(1.0, requires_grad=True)
    with pytest.raises(MissingPackageError, match=r"graphviz(.|\n)*\.\[draw\]"):
        draw(x * x).save(tmp_path / "graph.svg")
    with pytest.warns(UserWarning, match="graphviz"):
        assert draw(x * x).save_or_source(tmp_path / "graph.svg").suffix == ".dot"


def test_png_needs_a_chinese_font_only_for_chinese(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(render, "has_chinese_font", lambda: False)
    x = tg.tensor(1.0, requires_grad=True)
    with pytest.raises(MissingPackageError, match="TG-E730"):
        draw(x * x, lang="zh").save(tmp_path / "graph.png")
    draw(x * x, lang="zh").save(tmp_path / "graph.svg")
    draw(x * x, lang="en").save(tmp_path / "graph.png")


def test_fonts_are_asked_from_fontconfig(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "fc-list"
    monkeypatch.setenv("PATH", str(tmp_path), prepend=None)
    for answer, expected in (("Noto Sans CJK SC", True), ("", False)):
        program.write_text(f"#!/bin/sh\nprintf '{answer}'\n", encoding="utf-8")
        program.chmod(0o755)
        assert render.has_chinese_font() is expected


def test_a_picture_that_cannot_be_laid_out(tmp_path: Path) -> None:
    x = tg.tensor(1.0, requires_grad=True)
    picture = draw(x * x)
    picture.source = "digraph { a -> }"
    with pytest.raises(AssertionError, match="TG-E731"):
        picture.save(tmp_path / "graph.svg")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "graph.dot"
    path.write_text("old", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    x = tg.tensor(1.0, requires_grad=True)
    with pytest.raises(StorageError):
        draw(x * x).save(path)
    assert path.read_text("utf-8") == "old"


# -- bad input -------------------------------------------------------------------------------------------


def test_bad_arguments() -> None:
    x = tg.tensor(1.0, requires_grad=True)
    y = x * x
    for bad, code in (
        ({"rankdir": "up"}, "TG-E721"),
        ({"limit": 0}, "TG-E722"),
        ({"limit": 1.5}, "TG-E722"),
        ({"names": {"x": 3}}, "TG-E727"),
        ({"lang": "fr"}, "TG-E733"),
        ({"path": "graph.gif"}, "TG-E728"),
    ):
        with pytest.raises(ArgumentError, match=code):
            draw(y, **bad)
    with pytest.raises(ArgumentError, match="TG-E720"):
        draw(3.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        draw(y, colour="red")  # type: ignore[call-arg]


def test_nothing_to_draw() -> None:
    x = tg.tensor(1.0, requires_grad=True)
    with pytest.raises(GraphError, match="TG-E725"):
        draw(x)
    with pytest.raises(GraphError, match="TG-E725"):
        draw(x.detach() * 2)
    with pytest.raises(GraphError, match="TG-E723"):
        draw(x * x, values=True)
    with tg.record() as r:
        x * x
    with pytest.raises(GraphError, match="TG-E724"):
        draw(x * 3, record=r)


def test_a_freed_graph() -> None:
    x = tg.tensor(1.0, requires_grad=True)
    y = x.exp()
    y.backward()
    with pytest.raises(GraphError, match="TG-E726"):
        draw(y)
    kept = x.exp()
    kept.backward(retain_graph=True)
    draw(kept)


def test_an_open_record_is_used() -> None:
    x = tg.tensor(3.0, requires_grad=True)
    with tg.record():
        y = x * x
        assert "9" in boxes(draw(y).source)["y"]
