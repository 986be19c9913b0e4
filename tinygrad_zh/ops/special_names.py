"""Floor 2: functions that ``torch.special`` offers under a second name.

May import: floors 0–1, ``activation``, ``elementwise``, ``normalise``, ``reduce``, ``rounding``,
``special_bessel``, ``special_elementary``.
"""

from __future__ import annotations

from .activation import sigmoid
from .elementwise import exp2, expm1, log1p
from .normalise import log_softmax, softmax
from .publish import publish
from .reduce import logsumexp
from .rounding import round

publish("expit", sigmoid, space="special")
for op in (exp2, expm1, log1p, round):
    publish(op.name, op, space="special")
publish("softmax", softmax, space="special")
publish("log_softmax", log_softmax, space="special")
publish("logsumexp", logsumexp, space="special")
