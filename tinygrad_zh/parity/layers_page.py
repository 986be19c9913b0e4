"""The pages ``docs/layers.md`` and ``docs/layers.zh.md``: every name of ``layers_list.py``, done or why not.

``tinygrad-zh check torch --write`` writes them; a test holds them up to date.

May import: the files before it.
"""

from __future__ import annotations

from pathlib import Path

from .layers import Name, layer_findings
from .layers_reasons import NOT_COUNTED
from .operations_page import HEADINGS, markdown
from .survey import CLONE
from .words import say
from .yardstick import Section

LAYER_PAGES = {"en": CLONE / "docs" / "layers.md", "zh": CLONE / "docs" / "layers.zh.md"}
TITLES = {
    "en": "# Layers, optimisers and data beside PyTorch's\n\n[中文](layers.zh.md)\n",
    "zh": "# 与 PyTorch 对照的层、优化器与数据\n\n[English](layers.md)\n",
}
NOTES = {
    "en": """
The yardstick is every public name of PyTorch's `torch.nn` with `init` and `utils`, of `torch.optim` with `lr_scheduler`
and `swa_utils`, and of `torch.utils.data` (here `tinygrad_zh.data`); functions of `torch.nn.functional` stand in
[operations.md](operations.md).

What is done has PyTorch's arguments, in the same order, with the same defaults, unless the last column says how they
differ. The tests compare it with PyTorch in float64: values, gradients of inputs and parameters, buffers, names and
shapes of the state, twenty steps of every optimiser, every rate of every schedule. Only the steps of `optim.Muon`
agree no further than to about three digits: PyTorch computes its iterations in bfloat16, here they have the dtype of
the parameter.

This page is made by `tinygrad-zh check torch --write`.
""",
    "zh": """
标准是 PyTorch 的 `torch.nn`（连同 `init` 和 `utils`）、`torch.optim`（连同 `lr_scheduler` 和 `swa_utils`）与
`torch.utils.data`（这里是 `tinygrad_zh.data`）的每一个公开名称；`torch.nn.functional` 的函数见
[operations.zh.md](operations.zh.md)。

已实现的名称，参数、次序和默认值与 PyTorch 相同；不同之处写在最后一列。测试用 float64 与 PyTorch 对照：
值、输入和参数的梯度(gradient)、缓冲区(buffer)、状态的名称与形状、每个优化器的二十步、每个学习率调度器的每个学习率。
只有 `optim.Muon` 的步子大约只有三位数字相同：PyTorch 用 bfloat16 计算它的迭代，这里用参数的 dtype。

本页由 `tinygrad-zh check torch --write` 生成。
""",
}


def layers_page(findings: dict[Section, list[Name]], version: str, lang: str) -> str:
    """Return a page."""
    which = 0 if lang == "zh" else 1
    made = [TITLES[lang], f"**{layers_headline(findings, version, lang)}**\n"]
    heads = [say(lang, f"survey-{part}") for part in ("section", "names")] + [say(lang, "layer-done")]
    made.append(markdown([*heads, say(lang, "state-missing")], counts(findings, lang)))
    made.append(NOTES[lang].strip() + "\n")
    heads = [say(lang, "survey-name"), say(lang, "survey-state"), say(lang, "layer-arguments")]
    for section, its in findings.items():
        made.append(f"## {section.chinese if lang == 'zh' else section.english}\n")
        made.append(markdown(heads, [cells(each, lang, which) for each in its]))
    made.append(HEADINGS["scope"][which] + "\n")
    colon = "：" if lang == "zh" else ": "
    for group in NOT_COUNTED:
        made.append(f"- {group[which]}{colon}" + " ".join(f"`{name}`" for name in group[2].split()))
    return "\n".join(made) + "\n"


def cells(each: Name, lang: str, which: int) -> list[str]:
    """Return the line of one name."""
    if each.reason is not None:
        return [f"`{each.name}`", say(lang, "missing-because", reason=each.reason[which]), "–"]
    difference = say(lang, "layer-same") if each.difference is None else each.difference[which]
    return [f"`{each.name}`", say(lang, "layer-done"), difference]


def counts(findings: dict[Section, list[Name]], lang: str) -> list[list[str]]:
    """Return a line of counts for every section, the totals first."""
    every = [each for its in findings.values() for each in its]
    lines = [(say(lang, "survey-all"), every)]
    lines += [(section.chinese if lang == "zh" else section.english, its) for section, its in findings.items()]
    numbers = [(title, len(its), sum(each.done for each in its)) for title, its in lines]
    return [[title, str(count), str(done), str(count - done)] for title, count, done in numbers]


def layers_headline(findings: dict[Section, list[Name]], version: str, lang: str) -> str:
    """Return the totals in one sentence."""
    _, count, done, missing = counts(findings, lang)[0]
    return say(lang, "layers-head", version=version, names=count, done=done, missing=missing)


def write_layer_pages(version: str) -> list[Path]:
    """Write both pages, and return where."""
    findings = layer_findings()
    for lang, page in LAYER_PAGES.items():
        page.write_text(layers_page(findings, version, lang), encoding="utf-8")
    return list(LAYER_PAGES.values())
