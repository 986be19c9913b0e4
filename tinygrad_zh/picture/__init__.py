"""Floor 4: seeing what was computed: ``draw`` the graph, ``explain`` a gradient.

Read in this order: ``plain.py`` (formulas as text), ``numbers.py`` (arrays as text), ``words.py`` (Chinese and
English), ``names.py``, ``graph.py`` (what is drawn), ``dot.py`` (how it looks), ``render.py`` (files),
``draw.py`` and ``explain.py`` (what the user calls).

May import: floors 0–3, ``storage``.
"""

from .draw import Picture as Picture
from .draw import draw as draw
from .explain import Explanation as Explanation
from .explain import explain as explain
