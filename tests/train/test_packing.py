"""A state_dict goes into arrays and JSON, and comes back the same."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinygrad_zh as tg
from tinygrad_zh.errors import DTypeError
from tinygrad_zh.train.packing import packed, unpacked

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers() | st.booleans() | st.none(), inner)
    ),
    max_leaves=6,
)


@given(tree=trees)
def test_plain_values_come_back_the_same(tree: Any) -> None:
    arrays: dict[str, Any] = {}
    text = json.dumps(packed(tree, "x", arrays))
    back = unpacked(json.loads(text), arrays)
    assert repr(back) == repr(tree) and arrays == {}


def test_tensors_come_back_as_tensors() -> None:
    arrays: dict[str, Any] = {}
    state = {"state": {0: {"step": tg.tensor(3.0), "m": tg.ones(2, 3)}}, "groups": [{"betas": (0.9, 0.999)}]}
    text = json.dumps(packed(state, "o", arrays))
    assert sorted(arrays) == ["o.state.0.m", "o.state.0.step"]
    back = unpacked(json.loads(text), arrays)
    assert back["groups"] == state["groups"]
    found = back["state"][0]
    assert isinstance(found["m"], tg.Tensor) and found["m"].tolist() == [[1.0] * 3] * 2
    assert found["step"].shape == () and found["step"].item() == 3.0


@pytest.mark.parametrize(
    "value", [{1, 2}, np.float64(1.0), {(1, 2): 3}, [object()]], ids=["set", "numpy", "key", "object"]
)
def test_what_would_change_is_refused(value: Any) -> None:
    with pytest.raises(DTypeError, match="TG-E508"):
        packed(value, "x", {})
