"""RNNCell, GRUCell and LSTMCell: single steps of recurrent layers, for loops of one's own.

May import: floors 0–2, ``module``, ``parameter``, ``init``, ``recurrent``.  Read next: ``attention.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..core.tensor import Tensor
from ..errors import error
from ..ops.publish import public
from . import init
from .module import Module
from .parameter import Parameter
from .recurrent import check_nonlinearity


class RNNCellBase(Module):
    """What the cells share.

    Parameters
    ----------
    input_size, hidden_size : int
        Widths of the input D and of the state H.
    bias : bool
        Whether there are biases.
    num_chunks : int
        How many vectors of width H a step computes.
    device, dtype : optional
        Of the parameters.
    """

    weight_ih: Parameter
    weight_hh: Parameter
    bias_ih: Parameter | None
    bias_hh: Parameter | None

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        for name, size in (("input_size", input_size), ("hidden_size", hidden_size)):
            if isinstance(size, bool) or not isinstance(size, int) or size < 0:
                raise error("argument", op=type(self).__name__, argument=name, expected="an int ≥ 0", got=size)
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = num_chunks * hidden_size
        for name, shape in (("weight_ih", (rows, input_size)), ("weight_hh", (rows, hidden_size))):
            setattr(self, name, Parameter(public["empty"](shape, device=device, dtype=dtype)))
        for name in ("bias_ih", "bias_hh"):
            made = Parameter(public["empty"]((rows,), device=device, dtype=dtype)) if bias else None
            self.register_parameter(name, made)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all parameters anew, uniform in ±1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size else 0.0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def step(self, function: str, input: Any, states: tuple[Any, ...] | None, count: int = 1) -> tuple[Any, ...]:
        """Take a step with the function of this kind, for a batch (B, D) or a single input (D,)."""
        op = type(self).__name__
        if not isinstance(input, Tensor):
            raise error("not-a-tensor", op=op, kind=type(input).__name__)
        if input.ndim not in (1, 2):
            raise error("ndim", op=op, expected="1 or 2", shape=input.shape)
        if input.shape[-1] != self.input_size:
            expected = (*input.shape[:-1], self.input_size)
            raise error("parameter-shape", op=op, name="input", got=input.shape, expected=expected)
        shape = (*input.shape[:-1], self.hidden_size)
        if states is None:
            states = (public["zeros"](shape, dtype=input.dtype, device=input.device),) * count
        for name, x in zip(("h_0", "c_0"), states, strict=False):
            if not isinstance(x, Tensor):
                raise error("recurrent-state", op=op, expected=f"{count} Tensor(s)", got=type(x).__name__)
            if x.shape != shape:
                raise error("parameter-shape", op=op, name=name, got=x.shape, expected=shape)
        single = input.ndim == 1
        input, *states = (public["unsqueeze"](x, 0) for x in (input, *states)) if single else (input, *states)  # type: ignore[assignment]
        hx = tuple(states) if count == 2 else states[0]
        found = public[function](input, hx, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        results = found if isinstance(found, tuple) else (found,)
        return tuple(public["squeeze"](x, 0) for x in results) if single else results

    def extra_repr(self) -> str:
        """Return the sizes, and the options that are not the default."""
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")


class RNNCell(RNNCellBase):
    """tanh(W_ih x + b_ih + W_hh h + b_hh), or relu.

    Parameters
    ----------
    input_size, hidden_size, bias, device, dtype
        As of `RNNCellBase`.
    nonlinearity : {"tanh", "relu"}
        What is applied to the sum.
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh", device: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        check_nonlinearity("RNNCell", nonlinearity)
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Any, hx: Any = None) -> Any:
        """Return h′ of an input (B, D) or (D,) and the state `hx`, by default 0."""
        return self.step(f"rnn_{self.nonlinearity}_cell", input, None if hx is None else (hx,))[0]

    def extra_repr(self) -> str:
        """Return the sizes, and the options that are not the default."""
        other = "" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}"
        return super().extra_repr() + other


class GRUCell(RNNCellBase):
    """One step of `GRU`; the arguments are those of `RNNCellBase`."""

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Any, hx: Any = None) -> Any:
        """Return h′ of an input (B, D) or (D,) and the state `hx`, by default 0."""
        return self.step("gru_cell", input, None if hx is None else (hx,))[0]


class LSTMCell(RNNCellBase):
    """One step of `LSTM`; the arguments are those of `RNNCellBase`."""

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        """Return (h′, c′) of an input (B, D) or (D,) and the states `hx` = (h, c), by default 0."""
        if hx is not None and not (isinstance(hx, (tuple, list)) and len(hx) == 2):
            raise error("recurrent-state", op="LSTMCell", expected="a pair of Tensors (h, c)", got=type(hx).__name__)
        h, c = self.step("lstm_cell", input, None if hx is None else tuple(hx), 2)
        return h, c
