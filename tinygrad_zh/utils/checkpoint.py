"""Floor 4: the public face ``tinygrad_zh.utils.checkpoint``, with PyTorch's names."""

from ..transforms.checkpoint import checkpoint, checkpoint_sequential

__all__ = ["checkpoint", "checkpoint_sequential"]
