"""Floor 4: is it the same as in PyTorch?  ``parity.check(fn, *inputs)`` answers step by step.

Read in this order: ``twin.py``, ``expressions.py``, ``rounding.py`` and ``table.py`` (which PyTorch expression
each primitive is compared with), ``compare.py`` (what "within rounding" means), ``replay.py`` (one step),
``check.py`` (what the user calls), ``report.py`` (the table that is printed).

PyTorch is imported when a check runs; nothing of the user's is patched.

The whole library beside PyTorch, which ``tinygrad-zh check torch`` prints: ``yardstick.py``, ``out_of_scope.py`` and
``not_done.py`` (the names), ``operations.py`` (their states), ``side_by_side.py`` and ``survey.py`` (comparing),
``operations_page.py`` (what it writes for the documentation).  The same for layers, optimisers and data:
``layers_list.py``, ``layers_reasons.py``, ``layers.py``, ``layers_page.py``.

May import: floors 0–3, ``picture.words``.
"""

from .check import check as check
from .compare import Verdict as Verdict
from .report import Report as Report
from .report import Row as Row
from .table import TWINS as TWINS
from .twin import Twin as Twin
