"""Writes ``docs/errors.md`` and ``docs/errors.zh.md`` from the catalogue: every code with its three parts.

``python -m tests.docs.make_errors`` writes them; ``test_errors_page.py`` checks that they are up to date.
"""

from __future__ import annotations

import re
import string
from pathlib import Path

from tinygrad_zh.errors import CATALOGUE
from tinygrad_zh.errors.catalogue import LABELS, Entry

from .pages import ROOT

PAGES = {"en": ROOT / "docs" / "errors.md", "zh": ROOT / "docs" / "errors.zh.md"}
AREAS = {
    "0": ("Graph and gradients", "计算图与梯度"),
    "1": ("Shapes and indices", "形状与索引"),
    "2": ("dtypes and arguments", "dtype 与参数"),
    "3": ("Devices and packages", "设备与软件包"),
    "4": ("Data", "数据"),
    "5": ("Storage", "存储"),
    "6": ("Layers, optimisers, training", "层、优化器、训练"),
    "7": ("Checks and pictures", "检查与图"),
    "8": ("Families of operations", "各类运算"),
    "9": ("Families of operations, continued", "各类运算（续）"),
}
HEADS = {
    "en": """# Errors

[中文](errors.zh.md)

Every error that this package raises on purpose has a stable code, `problem.code`, and a message of three parts: what
went wrong, what was expected, what to do. A name in braces stands for what is known where the error occurs. The class
is also the built-in that a Python user would catch: a `ShapeError` is a `ValueError`, for instance; they are in
[errors/classes.py](../tinygrad_zh/errors/classes.py). Whether messages are in Chinese or English is up to the
environment variable `TINYGRAD_ZH_LANG` (`zh` or `en`), or else to the locale.

This page is made from the catalogue by `python -m tests.docs.make_errors`.
""",
    "zh": """# 错误代码

[English](errors.md)

本软件包有意抛出的每个错误(error)都有一个不变的代码 `problem.code`，报错信息分三部分：
出了什么错，本来预期什么，建议怎么办。花括号里的名字代表出错时才知道的内容。
错误的类(class)同时也是 Python 用户会捕获的内置类，例如 `ShapeError` 也是 `ValueError`；
它们都在 [errors/classes.py](../tinygrad_zh/errors/classes.py)。报错信息用中文还是英文，
由环境变量 `TINYGRAD_ZH_LANG`（`zh` 或 `en`）决定，没有设置时由系统语言决定。

本页由 `python -m tests.docs.make_errors` 从错误目录生成。
""",
}


def plain(template: str) -> str:
    """Return a template as Markdown, its places as ``{name}`` without their formats."""
    parts = []
    for text, name, _, _ in string.Formatter().parse(template):
        parts.append(re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text))
        parts.append("" if name is None else f"`{{{name}}}`")
    return re.sub(r"\s*\n\s*", " ", "".join(parts))


def section(entry: Entry, lang: str) -> str:
    """Return what the page says of one error."""
    text = entry.zh if lang == "zh" else entry.en
    colon = "：" if lang == "zh" else ": "
    parts = zip(LABELS[lang], (text.error, text.expected, text.hint), strict=True)
    lines = [f"- {label}{colon}{plain(part)}" for label, part in parts]
    return "\n".join([f"### {entry.code}", "", f"`{entry.kind.__name__}`", "", *lines, ""])


def errors_page(lang: str) -> str:
    """Return the page."""
    entries = sorted(CATALOGUE.values(), key=lambda entry: entry.code)
    made = [HEADS[lang]]
    for digit, titles in AREAS.items():
        made.append(f"## TG-E{digit}: {titles[0]}\n" if lang == "en" else f"## TG-E{digit}：{titles[1]}\n")
        made += [section(entry, lang) for entry in entries if entry.code[4] == digit]
    return "\n".join(made)


def write(path: Path, lang: str) -> None:
    """Write one page."""
    path.write_text(errors_page(lang), encoding="utf-8")


if __name__ == "__main__":
    for each, page in PAGES.items():
        write(page, each)
