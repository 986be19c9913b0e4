"""What pictures and explanations say, in Chinese and English side by side.

The Chinese keeps the English term visible where a learner will meet it in code.

May import: floor 0.  Read next: ``names.py``.
"""

from __future__ import annotations

from ..errors import error, language

WORDS: dict[str, tuple[str, str]] = {
    # -- pictures: Chinese, English
    "title": ("计算图：{name}", "Computation graph of {name}"),
    "title-part": (
        "共 {total} 步，画出离结果最近的 {shown} 步",
        "{shown} of {total} steps, those nearest to the result",
    ),
    "parameter": ("参数（求梯度）", "parameter (gradient wanted)"),
    "data": ("数据（常量）", "data (constant)"),
    "op": ("运算", "operation"),
    "result": ("结果", "result"),
    "gradient": ("梯度", "gradient"),
    "constant": ("常量", "const"),
    "more": ("← 更早的步骤", "← earlier steps"),
    "spread": ("最小 {least}  平均 {mean}  最大 {greatest}", "min {least}  mean {mean}  max {greatest}"),
    "empty": ("没有元素", "no elements"),
    "scalar": ("标量", "scalar"),
    # -- explanations
    "used": (
        "{w} 被用了 {count} 次，所以 ∂{loss}/∂{w} 是 {count} 份贡献(share)之和：",
        "{w} is used {count} times, so ∂{loss}/∂{w} is the sum of {count} shares:",
    ),
    "used-once": (
        "{w} 被用了 1 次，所以 ∂{loss}/∂{w} 只有 1 份贡献(share)：",
        "{w} is used once, so ∂{loss}/∂{w} is a single share:",
    ),
    "place": ("[{i}] {formula}    运算 {op}，{line}", "[{i}] {formula}    op {op}, {line}"),
    "place-unknown": (
        "[{i}] {formula}    运算 {op}（用 record() 才知道行号）",
        "[{i}] {formula}    op {op} (record() knows the line)",
    ),
    "rule": ("    求导规则  {formula}", "    rule       {formula}"),
    "rule-own": ("（用户自己写的 backward）", "(a backward of the user's own)"),
    "where": ("    其中      {bindings}", "    where      {bindings}"),
    "upstream": ("    上游梯度  g = ", "    cotangent  g = "),
    "upstream-parts": (
        "    上游梯度  g：这个运算有几个结果，各有一份",
        "    cotangent  g: one for each result of this op",
    ),
    "summed": (
        "    广播还原  {w} 在这里被广播(broadcasting)过：贡献从 {given} 求和到 {wanted}",
        "    broadcast  {w} was broadcast here: its share is summed from {given} down to {wanted}",
    ),
    "share": ("    贡献      ", "    share      "),
    "total": ("合计  ∂{loss}/∂{w} = ", "total  ∂{loss}/∂{w} = "),
    "agrees": ("核对  与 {w}.grad 一致 ✓", "check  equals {w}.grad ✓"),
    "differs": (
        "核对  与 {w}.grad 不同，最大差 {difference}：是否还有别的 backward() 累加？清零用 {w}.grad = None",
        "check  differs from {w}.grad by up to {difference}: did another backward() add to it? "
        "{w}.grad = None clears it",
    ),
    "no-grad-field": (
        "核对  {w}.grad 是 None，没有可比的值（backward() 会填上它）",
        "check  {w}.grad is None, nothing to compare with (backward() fills it)",
    ),
    # -- parity
    "parity-title": ("与 PyTorch {version} 逐步对照：{name}", "{name}, step by step against PyTorch {version}"),
    "parity-ok": (
        "一致：{exact} 项完全相同，{near} 项在舍入误差内。",
        "Agrees: {exact} exact, {near} within rounding.",
    ),
    "parity-bad": ("有 {count} 项不同，第一处是 {first}。", "{count} differ, first of all {first}."),
    "parity-none": ("没有任何一步可以比较。", "There was no step to compare."),
    "parity-skipped": ("另有 {count} 项未比较。", " {count} not compared."),
    "exact": ("完全相同", "exact"),
    "near": ("舍入误差内（{ulp} ulp）", "within rounding ({ulp} ulp)"),
    "different": ("不同（{ulp} ulp，允许 {allowed}）", "DIFFERENT ({ulp} ulp, {allowed} allowed)"),
    "different-kind": ("不同（{what}）", "DIFFERENT ({what})"),
    "not-compared": ("未比较：{reason}", "not compared: {reason}"),
    "column-op": ("运算", "op"),
    "column-line": ("位置", "line"),
    "column-shape": ("形状", "shape"),
    "column-dtype": ("dtype", "dtype"),
    "column-value": ("值", "value"),
    "column-gradient": ("梯度", "gradient"),
}  # fmt: skip


def chosen(lang: str | None) -> str:
    """Return ``"zh"`` or ``"en"``: what was asked for, else the user's language."""
    if lang is None:
        return language()
    if lang not in ("zh", "en"):
        raise error("picture-language", got=lang)
    return lang


def say(lang: str, slug: str, **facts: object) -> str:
    """Return one text in a language, with its facts filled in."""
    chinese, english = WORDS[slug]
    return (chinese if lang == "zh" else english).format(**facts)
