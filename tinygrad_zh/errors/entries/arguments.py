"""Arguments of a strange type, and places in lists; TG-E825 to TG-E828."""

from ..catalogue import Entry, Text, add_entries
from ..classes import DTypeError, IndexingError

add_entries(
    {
        "argument-no-tensor": Entry(
            "TG-E825",
            DTypeError,
            en=Text(
                error="{op} got an object of type {kind} as {argument}.",
                expected="a Tensor.",
                hint="tensor(data) makes one of numbers, lists or NumPy's arrays.",
            ),
            zh=Text(
                error="{op} 的参数 {argument} 得到类型为 {kind} 的对象。",
                expected="一个张量(tensor)。",
                hint="tensor(data) 可以由数、列表或 NumPy 数组生成张量。",
            ),
        ),
        "argument-strange": Entry(
            "TG-E826",
            DTypeError,
            en=Text(
                error="{op} cannot use an object of type {kind} as {argument} ({problem}).",
                expected="a type that help({op}) names.",
                hint="tensor(data) makes a Tensor of NumPy's arrays, .tolist() a list, .item() a number.",
            ),
            zh=Text(
                error="{op} 的参数 {argument} 不能是类型为 {kind} 的对象（{problem}）。",
                expected="help({op}) 中写明的类型。",
                hint="tensor(data) 由 NumPy 数组生成张量(tensor)，.tolist() 得到列表，.item() 得到数。",
            ),
        ),
        "arguments-strange": Entry(
            "TG-E827",
            DTypeError,
            en=Text(
                error="{op} cannot work with these arguments: {problem}.",
                expected="the types that help({op}) names; given were {kinds}.",
                hint="an option takes a number, a text or a tuple of ints as help({op}) says, not several of them.",
            ),
            zh=Text(
                error="{op} 不能用这些参数计算：{problem}。",
                expected="help({op}) 中写明的类型；得到的是 {kinds}。",
                hint="每个选项是一个数、一段文字还是整数元组，请看 help({op})。",
            ),
        ),
        "place-range": Entry(
            "TG-E828",
            IndexingError,
            en=Text(
                error="{op}: there is no place {place}.",
                expected="a place from {low} to {high}; negative ones count from the end.",
                hint="len(...) says how many there are; they are counted from 0.",
            ),
            zh=Text(
                error="{op}：没有第 {place} 个位置。",
                expected="{low} 到 {high} 之间的位置；负数从末尾数起。",
                hint="len(...) 给出一共有多少个；从 0 数起。",
            ),
        ),
    }
)
