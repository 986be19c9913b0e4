"""Floor 2: several numbers in one register of the processor, as values that loops can name.

The compiler turns a plain loop into one that takes eight float32 at a time, but it keeps sums in memory that should
stay in registers as soon as there are a dozen of them.  With these, a loop says which numbers are in registers:

    lanes(row)             how many numbers of the row's dtype a register has: 8 float32, 4 float64
    load(row, i)           row[i], row[i + 1], …
    store(row, i, v)       the other way round
    spread(x)              the number x in every lane
    fused(a, b, c)         a · b + c, rounded once where the processor can
    total(v)               the sum of the lanes

32 bytes are a register of AVX2; on another processor the compiler takes two registers of 16 bytes, or half of one.
Nobody looks whether ``i`` is inside the row: who calls leaves room for a whole register.

May import: floor 0 only; imports Numba.  Read next: ``direct.py``.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, register_model

REGISTER_BYTES = 32
INDEX = ir.IntType(32)


class Lanes(types.Type):  # type: ignore[misc]  # Numba has no types
    """Numba's type of such a value, for numbers of one dtype."""

    def __init__(self, dtype: Any) -> None:
        self.dtype, self.count = dtype, REGISTER_BYTES * 8 // dtype.bitwidth
        super().__init__(f"Lanes({dtype})")


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):  # type: ignore[misc]
    """What the compiler makes of it: a vector."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, ir.VectorType(manager.lookup(kind.dtype).get_value_type(), kind.count))


def place(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """Return a pointer to the lanes that begin at ``args[0][args[1]]``."""
    row = signature.args[0]
    data = context.make_array(row)(context, builder, args[0]).data
    return builder.bitcast(builder.gep(data, [args[1]]), context.get_value_type(Lanes(row.dtype)).as_pointer())


@intrinsic
def lanes(typing: Any, row: Any) -> Any:
    """Return how many numbers of the row's dtype a register has."""
    return types.intp(row), lambda context, builder, signature, args: context.get_constant(
        types.intp, Lanes(row.dtype).count
    )


@intrinsic
def load(typing: Any, row: Any, i: Any) -> Any:
    """Return the numbers of a contiguous row from `i` on."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(place(context, builder, signature, args), align=row.dtype.bitwidth // 8)

    return Lanes(row.dtype)(row, i), generate


@intrinsic
def store(typing: Any, row: Any, i: Any, v: Any) -> Any:
    """Write `v` to a contiguous row from `i` on."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[2], place(context, builder, signature, args), align=row.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(row, i, v), generate


@intrinsic
def spread(typing: Any, x: Any) -> Any:
    """Return `x` in every lane."""
    kind = Lanes(x)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        nothing = ir.Constant(context.get_value_type(kind), ir.Undefined)
        first = builder.insert_element(nothing, args[0], INDEX(0))
        return builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(INDEX, kind.count), [0] * kind.count))

    return kind(x), generate


@intrinsic
def fused(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """Return a · b + c."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fadd(builder.fmul(args[0], args[1], flags=("contract",)), args[2], flags=("contract",))

    return a(a, b, c), generate


@intrinsic
def total(typing: Any, v: Any) -> Any:
    """Return the sum of the lanes."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        result = builder.extract_element(args[0], INDEX(0))
        for k in range(1, v.count):
            result = builder.fadd(result, builder.extract_element(args[0], INDEX(k)))
        return result

    return v.dtype(v), generate
