"""Results as a table, JSON and a picture."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
from pathlib import Path

from .timing import Comparison

RESULTS = Path(__file__).parent / "results"
HEADS = ("job", "unit", "ours", "peer", "peer's", "ratio", "95 % interval", "at most", "")


def rows(results: list[Comparison]) -> list[tuple[str, ...]]:
    """Return the table's rows: one per job and peer."""
    listed = []
    for result in results:
        for peer, ratio in result.ratio.items():
            limit = result.limit.get(peer)
            verdict = "" if limit is None else "reached" if ratio <= limit else "MISSED"
            listed.append(
                (
                    result.job,
                    result.unit,
                    f"{result.medians[result.ours]:.4g}",
                    peer,
                    f"{result.medians[peer]:.4g}",
                    f"{ratio:.3f}",
                    f"{result.low[peer]:.3f} to {result.high[peer]:.3f}",
                    "" if limit is None else f"{limit:.2f}",
                    verdict,
                )
            )
    return listed


def machine() -> dict[str, str]:
    """Return what the numbers depend on."""
    cpu = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")
        ]
        cpu = names[0] if names else cpu
    packages = {name: importlib.metadata.version(name) for name in ("numpy", "torch")}
    facts = {"cpu": cpu, "cores": str(os.cpu_count()), "python": platform.python_version(), "threads": "1", **packages}
    return facts | graphics()


def graphics() -> dict[str, str]:
    """Return the GPU and its driver, if there is one."""
    if shutil.which("nvidia-smi") is None:
        return {}
    asked = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader", "--id=0"]
    name, _, driver = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip().partition(", ")
    cupy = next((d for d in importlib.metadata.distributions() if d.metadata["Name"].startswith("cupy-cuda")), None)
    return {"gpu": name, "driver": driver, **({} if cupy is None else {"cupy": cupy.version})}


def write(results: list[Comparison], name: str) -> None:
    """Write JSON, a Markdown table and a picture of the ratios."""
    RESULTS.mkdir(exist_ok=True)
    facts = machine()
    content = {"machine": facts, "results": [result.as_dict() for result in results]}
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    lines = ["| " + " | ".join(HEADS) + " |", "|" + " --- |" * len(HEADS)]
    lines += ["| " + " | ".join(row) + " |" for row in rows(results)]
    about = ", ".join(f"{key} {value}" for key, value in facts.items())
    (RESULTS / f"{name}.md").write_text("\n".join(lines) + f"\n\nMeasured with: {about}.\n")
    picture(results, RESULTS / f"{name}.png")


def picture(results: list[Comparison], path: Path) -> None:
    """Draw the ratios with their intervals; left of 1 is faster or smaller."""
    from matplotlib.figure import Figure

    bars = [
        (f"{r.job} / {peer}", r.ratio[peer], r.low[peer], r.high[peer], r.limit.get(peer))
        for r in results
        for peer in r.ratio
    ]
    figure = Figure(figsize=(8, 0.5 * len(bars) + 1.2), layout="constrained")
    axes = figure.subplots()
    for i, (_, ratio, low, high, limit) in enumerate(bars):
        axes.barh(i, ratio, color="#4477aa", xerr=[[ratio - low], [high - ratio]], error_kw={"ecolor": "#222222"})
        if limit is not None:
            axes.plot([limit, limit], [i - 0.4, i + 0.4], color="#cc3311", linewidth=2)
    axes.set_yticks(range(len(bars)), [label for label, *_ in bars])
    axes.invert_yaxis()
    axes.axvline(1, color="#888888", linewidth=1)
    axes.set_xlabel("ours / peer's (red: at most)")
    figure.savefig(path, dpi=120)
