"""Where each name of the table of layers is compared with PyTorch: in a table of rows, or in a test of its own."""

from __future__ import annotations

import ast
import inspect
from functools import cache

import torch

from tests.house.repository import ROOT
from tests.nn import layer_table, layer_table_options, test_layers
from tests.optim import test_schedulers, test_trajectories
from tinygrad_zh.parity.layers_list import LAYERS

FOLDERS = {"nn": "tests/nn", "optim": "tests/optim", "utils": "tests/data"}
ROWS = {
    *(f"nn.{case.kind}" for case in (*layer_table.LAYERS, *layer_table_options.MORE_LAYERS)),
    *(f"nn.{kind}" for kind, *_ in (*layer_table.LOSSES, *test_layers.LAYERS, *test_layers.LOSSES)),
    *(f"optim.{kind}" for kind, _ in test_trajectories.CASES),
    *(f"optim.lr_scheduler.{name}" for name in torch.optim.lr_scheduler.__all__
      if any(f"s.{name}(" in inspect.getsource(build) for _, build in test_schedulers.CASES.values())),
}  # fmt: skip
"""Names that have a row: of layers and losses, of optimisers over their options, of schedules."""
IN_A_TEST = {
    "tests/nn/test_recurrent.py": "RNNBase RNN LSTM GRU RNNCellBase RNNCell LSTMCell GRUCell",
    "tests/nn/test_transformer.py": "MultiheadAttention Transformer TransformerEncoder TransformerDecoder "
    "TransformerEncoderLayer TransformerDecoderLayer",
    "tests/nn/test_layer_table.py": "MaxUnpool1d MaxUnpool2d MaxUnpool3d FractionalMaxPool2d FractionalMaxPool3d "
    "AdaptiveLogSoftmaxWithLoss CTCLoss Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout RReLU",
    "tests/nn/test_lazy.py": "LazyLinear LazyConv1d LazyConv2d LazyConv3d LazyConvTranspose1d LazyConvTranspose2d "
    "LazyConvTranspose3d LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d LazyInstanceNorm1d LazyInstanceNorm2d "
    "LazyInstanceNorm3d",
}
"""Layers whose rows are not in the tables: they draw at random, take other things than tensors, or are made late."""
TABULATED = {section.slug for section in LAYERS if section.slug.endswith("-layers")}
"""Sections each of whose names needs a row, or a place above; elsewhere a test beside PyTorch's that names it is
enough."""


@cache
def mentions(folder: str) -> dict[str, str]:
    """Return the names that test files which import PyTorch speak of, with the file."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / folder).glob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imports = [a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names]
        if "torch" in imports:
            for name in names_in(tree):
                found.setdefault(name, path.relative_to(ROOT).as_posix())
    return found


def names_in(tree: ast.AST) -> set[str]:
    """Return attributes, names, methods, and words in strings."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef):  # a method that a test's class defines
            found.add(node.name)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= set(node.value.split())
    return found


def tried(name: str, slug: str) -> str | None:
    """Return where a name is compared with PyTorch, or None."""
    bare = name.rpartition(".")[2]
    if name in ROWS:
        return "a table"
    for path, names in IN_A_TEST.items():
        if name == f"nn.{bare}" and bare in names.split():
            return path
    return None if slug in TABULATED else mentions(FOLDERS[name.partition(".")[0]]).get(bare)
