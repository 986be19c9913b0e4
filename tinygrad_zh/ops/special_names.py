"""Floor 2: functions that ``torch.special`` offers under a second name, and those that NumPy has as well.

May import: floors 0–1, ``activation``, ``elementwise``, ``normalise``, ``numpy_names``, ``reduce``, ``rounding``,
``special_bessel``, ``special_elementary``.
"""

from __future__ import annotations

from typing import Any

from .activation import sigmoid
from .elementwise import exp2, expm1, log1p
from .normalise import log_softmax, softmax
from .numpy_names import answers, operand
from .publish import publish
from .reduce import logsumexp
from .rounding import round
from .special_bessel import i0
from .special_elementary import sinc

publish("expit", sigmoid, space="special")
for op in (exp2, expm1, log1p, round):
    publish(op.name, op, space="special")
publish("softmax", softmax, space="special")
publish("log_softmax", log_softmax, space="special")
publish("logsumexp", logsumexp, space="special")


@answers("sinc")
def np_sinc(x: Any) -> Any:
    """Answer ``numpy.sinc``."""
    return sinc(operand(x))


@answers("i0")
def np_i0(x: Any) -> Any:
    """Answer ``numpy.i0``."""
    return i0(operand(x))
