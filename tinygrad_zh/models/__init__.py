"""Floor 4: whole models as others publish them, to load their weights by name.

``bert.py`` is a Transformer encoder in a page, built from the layers of ``nn``; ``bert_files.py`` reads the files that
come with one.

May import: floors 0–3, ``nn``, ``storage``.
"""

from __future__ import annotations

from .bert import BertModel, BertOutput
from .bert_files import BertConfig

__all__ = ["BertConfig", "BertModel", "BertOutput"]
