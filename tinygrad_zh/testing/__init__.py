"""Floor 4: checks for users' own tests: gradients against finite differences, and numbers against numbers.

May import: floors 0–3.
"""

from ..transforms.gradcheck import gradcheck, gradgradcheck
from .close import assert_close

__all__ = ["assert_close", "gradcheck", "gradgradcheck"]
