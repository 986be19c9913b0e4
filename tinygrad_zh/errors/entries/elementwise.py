"""Errors of elementwise operations (E800–E809)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import DTypeError

add_entries(
    {
        "dtypes-differ": Entry(
            "TG-E800",
            DTypeError,
            en=Text(
                error="{op} got tensors of dtype {first} and {other}.",
                expected="tensors of one dtype: this function converts none of them.",
                hint="convert one of them first: y.to(x.dtype).",
            ),
            zh=Text(
                error="{op} 得到 dtype 为 {first} 和 {other} 的张量(tensor)。",
                expected="dtype 相同的张量：这个函数不做类型转换。",
                hint="先转换其中一个：y.to(x.dtype)。",
            ),
        ),
        "float-power-inplace": Entry(
            "TG-E801",
            DTypeError,
            en=Text(
                error="float_power_ was called on a tensor of dtype {dtype}.",
                expected="a tensor of float64, for that is the dtype of the result.",
                hint="make a new tensor, y = x.float_power(p); or use x.pow_(p), which keeps the dtype.",
            ),
            zh=Text(
                error="对 dtype 为 {dtype} 的张量(tensor)调用了 float_power_。",
                expected="float64 张量，因为结果的 dtype 是 float64。",
                hint="生成新张量：y = x.float_power(p)；或用保持 dtype 的 x.pow_(p)。",
            ),
        ),
    }
)
