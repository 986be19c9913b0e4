"""What is said where no GPU can be used: CuPy absent, no driver, no device."""

from __future__ import annotations

import sys
import types

import pytest

import tinygrad_zh as tg
from tinygrad_zh.errors import DeviceError


class CUDARuntimeError(RuntimeError):
    """As CuPy raises it."""


def cupy_that_answers(answer: object) -> types.SimpleNamespace:
    """Return a stand-in for CuPy whose runtime counts devices, or fails to."""

    def count() -> int:
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, int)
        return answer

    runtime = types.SimpleNamespace(getDeviceCount=count, CUDARuntimeError=CUDARuntimeError)
    return types.SimpleNamespace(cuda=types.SimpleNamespace(runtime=runtime))


@pytest.mark.parametrize(
    ("cupy", "reason"),
    [
        (None, "CuPy"),
        (cupy_that_answers(CUDARuntimeError("cudaErrorInsufficientDriver")), "cudaErrorInsufficientDriver"),
        (cupy_that_answers(0), "no device"),
    ],
    ids=["no CuPy", "no driver", "no device"],
)
def test_why_there_is_no_gpu(monkeypatch: pytest.MonkeyPatch, cupy: object, reason: str) -> None:
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    assert not tg.cuda.is_available()
    assert reason in str(tg.cuda.why_not())
    with pytest.raises(DeviceError, match=reason):
        tg.zeros(2, device="cuda")
    with pytest.raises(DeviceError, match=reason):
        tg.zeros(2).cuda()
