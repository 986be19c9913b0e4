"""The pages ``docs/operations.md`` and ``docs/operations.zh.md``: every name, its state, and what was measured.

``tinygrad-zh check torch --write`` writes them; a test holds names and states up to date.

May import: the files before it.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from .not_done import REMARKS
from .operations import MISSING, STATES, Operation, totals
from .out_of_scope import GROUPS
from .side_by_side import ALLOWED_ULP, SECOND_ULP
from .survey import CLONE, Finding
from .words import say
from .yardstick import IN_PLACE, Section

PAGES = {"en": CLONE / "docs" / "operations.md", "zh": CLONE / "docs" / "operations.zh.md"}
TITLES = {
    "en": "# Operations beside PyTorch's\n\n[中文](operations.zh.md)\n",
    "zh": "# 与 PyTorch 对照的运算表\n\n[English](operations.md)\n",
}
NOTES = {
    "en": """
The yardstick is every name that PyTorch documents for dense real tensors: functions of `torch`, `torch.linalg`,
`torch.special`, `torch.fft` and `torch.nn.functional`, and the methods and attributes of `torch.Tensor` that are no
functions. Other names of one operation (`absolute`, `arccos`) count as PyTorch documents them. In-place methods
(`exp_`) are counted apart.

The state of a name follows from its rows in `tests/ops`. Every row is held to laws by the tests: its value is a
reference's, its gradient is the slope by finite differences, its second order is the slope of the gradient. What has no
gradient is not differentiable, as in PyTorch: comparisons, integers, creation, random numbers, settings.

The other columns are measured: each row is computed here and by PyTorch, in float64 and in float32, over the options
that its rows try. What stands there is the worst difference, in ulp (units in the last place) of the greatest value of
the result, or of 1 if that is greater; "exact" means equal to the last bit, a dash that there is nothing to compare,
"not compared" that PyTorch is known to do otherwise, for the reason beside the row. Up to {allowed} ulp of values and
gradients, and {second} of second orders, count as rounding. The digits depend on the machine.

This page is made by `tinygrad-zh check torch --write`, in a clone where PyTorch is installed.
""",
    "zh": """
标准是 PyTorch 文档中用于稠密实数张量(dense real tensor)的每一个名称：`torch`、`torch.linalg`、`torch.special`、
`torch.fft` 和 `torch.nn.functional` 的函数，以及 `torch.Tensor` 独有的方法与属性。
同一运算的其他名称（`absolute`、`arccos`）按 PyTorch 的文档各算一个；就地(in-place)方法（`exp_`）另外计算。

一个名称的状态由它在 `tests/ops` 中的各行算出。测试用定律检查每一行：值等于参考实现，
梯度(gradient)等于有限差分得到的斜率，二阶梯度等于梯度的斜率。没有梯度的和 PyTorch 一样不可微：
比较、整数运算、创建、随机数、设置。

其余各列是测量的结果：每一行都在这里和 PyTorch 里用 float64 和 float32 各算一遍，包括各行试过的选项。
表中是最大的差，单位是结果中最大值（不足 1 时按 1）的 ulp（末位单位）；“相等”指逐位相同，横线表示没有可比较的，
“没有对照”表示已知 PyTorch 的做法不同，理由写在那一行旁边。
值和梯度相差不超过 {allowed} ulp、二阶梯度不超过 {second} ulp 算作舍入误差。具体数字与机器有关。

本页由 `tinygrad-zh check torch --write` 在装有 PyTorch 的克隆中生成。
""",
}
HEADINGS = {
    "remarks": ("## 已知的差别", "## Known differences"),
    "scope": ("## 不在标准之内", "## Outside the yardstick"),
}


def column_heads(lang: str) -> list[str]:
    """Return the heads of the table of a section."""
    return [say(lang, f"survey-{part}") for part in ("name", "state", "value", "gradient", "second")]


def headline(findings: dict[Section, list[Finding]], version: str, lang: str) -> str:
    """Return the totals in one sentence."""
    counts = totals(states(findings))
    names = counts.total()
    facts = {state: counts[state] for state in STATES}
    return say(lang, "survey-head", version=version, names=names, done=names - counts[MISSING], **facts)


def states(findings: dict[Section, list[Finding]]) -> dict[Section, list[Operation]]:
    """Return the operations of the findings."""
    return {section: [each.operation for each in its] for section, its in findings.items()}


def counts_by_section(findings: dict[Section, list[Finding]], lang: str) -> list[list[str]]:
    """Return a line of counts for every section, the totals first, in-place methods last."""
    found = states(findings)
    lines = [[say(lang, "survey-all"), *counted_states(totals(found))]]
    for section, its in found.items():
        title = section.chinese if lang == "zh" else section.english
        if section.slug != IN_PLACE:
            lines.append([title, *counted_states(Counter(each.state for each in its))])
    if in_place := totals(found, in_place=True):
        lines.append([say(lang, "survey-in-place"), *counted_states(in_place)])
    return lines


def counted_states(counts: Counter[str]) -> list[str]:
    """Return how many names there are, and how many in each state."""
    return [str(counts.total()), *(str(counts[state]) for state in STATES)]


def count_heads(lang: str) -> list[str]:
    """Return the heads of the table of counts."""
    return [say(lang, "survey-section"), say(lang, "survey-names"), *(say(lang, f"state-{s}") for s in STATES)]


def markdown(heads: list[str], lines: list[list[str]]) -> str:
    """Return a table."""
    rule = ["---"] + ["---:" if line.isdigit() else "---" for line in lines[0][1:]]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [heads, rule, *lines]) + "\n"


def operations_page(findings: dict[Section, list[Finding]], version: str, lang: str) -> str:
    """Return a page."""
    made = [TITLES[lang], f"**{headline(findings, version, lang)}**\n"]
    made.append(markdown(count_heads(lang), counts_by_section(findings, lang)))
    made.append(NOTES[lang].format(allowed=ALLOWED_ULP, second=SECOND_ULP).strip() + "\n")
    for section, its in findings.items():
        cells = [[f"`{name}`", *others] for name, *others in (each.cells(lang) for each in its)]
        made.append(f"## {section.chinese if lang == 'zh' else section.english}\n")
        made.append(markdown(column_heads(lang), cells))
    which = 0 if lang == "zh" else 1
    colon = "：" if lang == "zh" else ": "
    made.append(HEADINGS["remarks"][which] + "\n")
    made.append("".join(f"- `{name}`{colon}{remark[which]}\n" for name, remark in REMARKS.items()))
    made.append(HEADINGS["scope"][which] + "\n")
    for group in GROUPS:
        names = " ".join(f"`{name}`" for name in group[2].split())
        made.append(f"- {group[which]}{colon}{names}")
    return "\n".join(made) + "\n"


def write_pages(findings: dict[Section, list[Finding]], version: str) -> list[Path]:
    """Write both pages, and return where."""
    for lang, page in PAGES.items():
        page.write_text(operations_page(findings, version, lang), encoding="utf-8")
    return list(PAGES.values())
