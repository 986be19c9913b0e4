"""Errors about the table of operations, ``tinygrad-zh check torch`` (E77x)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, CheckFailed, StorageError

add_entries(
    {
        "survey-needs-clone": Entry(
            "TG-E770",
            StorageError,
            en=Text(
                error="the rows that are compared with PyTorch are not here: there is no {file} in {folder}.",
                expected="the package used in a clone of its repository; an installed wheel does not hold the tests.",
                hint="clone the repository, and there: make dev, then .venv/bin/tinygrad-zh check torch",
            ),
            zh=Text(
                error="这里没有与 PyTorch 对照的表：{folder} 里没有 {file}。",
                expected="在仓库的克隆(clone)中使用本软件包；安装的 wheel 里没有测试。",
                hint="克隆仓库，在其中 make dev，然后 .venv/bin/tinygrad-zh check torch",
            ),
        ),
        "survey-write-part": Entry(
            "TG-E771",
            ArgumentError,
            en=Text(
                error="the page of operations cannot be written from the families {families} alone.",
                expected="--write with all families.",
                hint="leave --family out: tinygrad-zh check torch --write",
            ),
            zh=Text(
                error="只有 {families} 这些类别，写不出运算表。",
                expected="--write 时对照全部类别。",
                hint="不要写 --family：tinygrad-zh check torch --write",
            ),
        ),
        "survey-differs": Entry(
            "TG-E772",
            CheckFailed,
            en=Text(
                error="these names differ from PyTorch by more than rounding ({count} in all): {names}.",
                expected="values and gradients equal but for {allowed} ulp, second orders but for {second}.",
                hint="python -m pytest tests/ops -k NAME shows the rows; parity.check(fn, *inputs) shows the step.",
            ),
            zh=Text(
                error="有 {count} 个名称与 PyTorch 的差超过舍入误差：{names}。",
                expected="值和梯度相差不超过 {allowed} ulp，二阶梯度不超过 {second} ulp。",
                hint="python -m pytest tests/ops -k 名称 显示各行；parity.check(fn, *inputs) 显示是哪一步。",
            ),
        ),
    }
)
