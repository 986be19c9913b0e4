"""Floor 2: kernels, which compute in one pass over memory what an op's formula computes in several.

A kernel bears the name of a primitive, takes what the primitive's value takes and returns what it returns: to
read what is computed, read the op; to read how it is made fast, read the kernel.  ``tinygrad_zh/__init__.py``
says which kernel stands for which op; the module of a kernel, and Numba, are imported when it is first called.
Without Numba the formula is used.

May import: floor 0 only, and is imported by nothing.  Read next: ``cpu/step.py``.
"""
