"""Floor 4: ``tinygrad_zh.utils``, a name that PyTorch fixes: what it keeps in ``torch.utils``."""

from . import checkpoint as checkpoint
from . import data as data

__all__ = ["checkpoint", "data"]
