"""The texts of the catalogue, one page per area; Chinese and English side by side.

Codes: E0xx graph · E1xx shapes and indices · E2xx dtypes and arguments · E3xx devices and packages ·
E4xx data · E5xx storage · E6xx layers, optimisers, training · E7xx checks and pictures ·
E8xx and E9xx families of operations.
"""

from . import (
    checks,
    convolution,
    data,
    device,
    dimension,
    dtype,
    einsum,
    elementwise,
    fit,
    function,
    graph,
    indexing,
    layers,
    linalg,
    loader,
    loss,
    numpy_names,
    random,
    rearrange,
    reduce,
    sequence,
    shape,
    storage,
    survey,
    training,
    transforms,
)

__all__ = [
    "checks",
    "convolution",
    "data",
    "device",
    "dimension",
    "dtype",
    "einsum",
    "elementwise",
    "fit",
    "function",
    "graph",
    "indexing",
    "layers",
    "linalg",
    "loader",
    "loss",
    "numpy_names",
    "random",
    "rearrange",
    "reduce",
    "sequence",
    "shape",
    "storage",
    "survey",
    "training",
    "transforms",
]
