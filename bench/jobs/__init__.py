"""The jobs: each module has ``run(quick) -> list of Comparison``."""

JOBS = (
    *("mlp", "captured", "chain", "chains", "long_chain"),
    *("softmax", "cross_entropy", "layer_norm", "gelu", "attention", "lstm", "conv", "cnn"),
    *("memory", "start"),
)
ON_A_GPU = ("cuda",)
"""Run only when named."""
