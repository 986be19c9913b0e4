"""``python -m tinygrad_zh`` is the command ``tinygrad-zh``."""

from .cli import main

main()
