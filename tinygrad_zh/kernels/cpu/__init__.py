"""Floor 2: kernels for the CPU, written as loops that Numba compiles.

``compiling.py`` says with which options, ``flat.py`` how arrays of any shape become one row of numbers, and
``exponential.py`` and ``functions.py`` have the exponential, tanh and logarithms that the loops share.

May import: floor 0 only.  Read next: ``step.py``.
"""
