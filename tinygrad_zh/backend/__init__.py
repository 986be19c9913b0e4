"""Floor 0: where arrays live and what their numbers are.

``devices.py`` knows the array modules (NumPy, CuPy, doubles of them); ``dtypes.py`` the dtypes under
PyTorch's names; ``promotion.py`` which dtype a mixture has; ``quiet.py`` computes without NumPy's
floating-point warnings; ``philox.py`` draws random numbers that are the same on every device.

Nothing above this floor says ``numpy`` where it means "the array module of this array".
"""
