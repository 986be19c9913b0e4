"""The jobs: each module has ``run(quick) -> list of Comparison``."""

JOBS = ("mlp", "captured", "chain", "long_chain", "attention", "memory", "start")
ON_A_GPU = ("cuda",)
"""Run only when named."""
