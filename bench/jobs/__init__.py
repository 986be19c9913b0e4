"""The jobs: each module has ``run(quick) -> list of Comparison``."""

JOBS = (
    "mlp",
    "captured",
    "chain",
    "chains",
    "long_chain",
    "attention",
    "lstm",
    "memory",
    "start",
)
ON_A_GPU = ("cuda",)
"""Run only when named."""
