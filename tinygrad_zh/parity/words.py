"""What the tables of operations and of layers say, in Chinese and English side by side.

May import: nothing of this package.
"""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "state-second": ("有梯度，有二阶", "gradient and second order"),
    "state-first": ("有梯度", "gradient"),
    "state-plain": ("不可微", "not differentiable"),
    "state-missing": ("没有实现", "not done"),
    "missing-because": ("没有实现：{reason}", "not done: {reason}"),
    "survey-exact": ("相等", "exact"),
    "survey-skipped": ("PyTorch 没有", "none in PyTorch"),
    "survey-not-compared": ("没有对照", "not compared"),
    "survey-different": ("不同：{what}", "different: {what}"),
    "survey-name": ("名称", "name"),
    "survey-state": ("状态", "state"),
    "survey-value": ("值", "value"),
    "survey-gradient": ("梯度", "gradient"),
    "survey-second": ("二阶", "second order"),
    "survey-section": ("类别", "section"),
    "survey-names": ("名称数", "names"),
    "survey-all": ("合计", "all"),
    "survey-in-place": ("就地方法（不计入合计）", "in-place methods (counted apart)"),
    "layer-done": ("已实现", "done"),
    "layer-arguments": ("参数", "arguments"),
    "layer-same": ("与 PyTorch 相同", "PyTorch's"),
    "layers-head": (
        "PyTorch {version} 的 {names} 个名称中有 {done} 个，{missing} 个没有实现。",
        "{done} of {names} names of PyTorch {version}; {missing} not done.",
    ),
    "survey-head": (
        "PyTorch {version} 的 {names} 个名称中有 {done} 个：{second} 个有梯度和二阶梯度，{first} 个有梯度，"
        "{plain} 个不可微；{missing} 个没有实现。",
        "{done} of {names} names of PyTorch {version}: {second} with gradient and second order, {first} with gradient, "
        "{plain} not differentiable; {missing} not done.",
    ),
}


def say(lang: str, slug: str, **facts: object) -> str:
    """Return one text in a language, its facts filled in."""
    chinese, english = WORDS[slug]
    return (chinese if lang == "zh" else english).format(**facts)
