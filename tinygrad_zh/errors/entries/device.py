"""Errors about devices and optional packages (E3xx)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import MissingPackageError

add_entries(
    {
        "missing-package": Entry(
            "TG-E301",
            MissingPackageError,
            en=Text(
                error="the package {package} is not installed; it is needed for {purpose}.",
                expected="{package} installed in this Python environment.",
                hint='pip install "tinygrad_zh[{extra}]"',
            ),
            zh=Text(
                error="没有安装软件包 {package}，而 {purpose} 需要它。",
                expected="当前 Python 环境中装有 {package}。",
                hint='pip install "tinygrad_zh[{extra}]"',
            ),
        ),
    }
)
