"""RNN, GRU and LSTM: layers that read sequences step by step and carry a state along.

May import: floors 0–2, ``module``, ``options``, ``parameter``, ``init``, ``utils/rnn``.  Read next: ``cells.py``.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

from ..core.tensor import Tensor
from ..errors import error
from ..ops.publish import public
from . import init
from .module import Module
from .options import SWITCH
from .parameter import Parameter
from .utils.rnn import PackedSequence

GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}


class RNNBase(Module):
    """What RNN, GRU and LSTM share.

    Parameters
    ----------
    mode : {"LSTM", "GRU", "RNN_TANH", "RNN_RELU"}
        What a step computes.
    input_size, hidden_size : int
        Widths of the input D and of the state H.
    num_layers : int
        How many layers stand on top of one another.
    bias : bool
        Whether there are biases.
    batch_first : bool
        Whether batches come as (B, T, D) and not as (T, B, D); the states stay (layers, B, H).
    dropout : float
        The probability with which, in training, a value between two layers is dropped.
    bidirectional : bool
        Whether each layer also reads the sequences from their ends.
    proj_size : int
        If not 0, h is projected to this width; of LSTM alone.
    device, dtype : optional
        Of the parameters.
    """

    def __init__(
        self, mode: str, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
        batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False, proj_size: int = 0,
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        op = type(self).__name__
        if mode not in GATES:
            raise error("argument", op=op, argument="mode", expected=f"one of {', '.join(GATES)}", got=mode)
        for name, size, least in (
            ("input_size", input_size, 0), ("hidden_size", hidden_size, 1), ("num_layers", num_layers, 1),
            ("proj_size", proj_size, 0),
        ):  # fmt: skip
            if isinstance(size, bool) or not isinstance(size, int) or size < least:
                raise error("argument", op=op, argument=name, expected=f"an int ≥ {least}", got=size)
        for name, switch in {"bias": bias, "batch_first": batch_first, "bidirectional": bidirectional}.items():
            if not SWITCH.holds(switch):
                raise error("argument", op=op, argument=name, expected=SWITCH.expected, got=switch)
        if proj_size >= hidden_size or (proj_size and mode != "LSTM"):
            expected = "a width below hidden_size, of an LSTM"
            raise error("argument", op=op, argument="proj_size", expected=expected, got=proj_size)
        if isinstance(dropout, bool) or not isinstance(dropout, (int, float)) or not 0 <= dropout <= 1:
            raise error("probability", op=op, got=dropout)
        if dropout and num_layers == 1:
            warnings.warn(f"{op}: dropout stands between layers; with num_layers=1 there is none", stacklevel=3)
        self.mode, self.input_size, self.hidden_size, self.num_layers = mode, input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, float(dropout)
        self.bidirectional, self.proj_size = bidirectional, proj_size
        self._names: list[list[str]] = []  # of the parameters of each layer and direction
        rows, width = GATES[mode] * hidden_size, proj_size or hidden_size
        directions = ("", "_reverse") if bidirectional else ("",)
        for layer in range(num_layers):
            read = width * len(directions) if layer else input_size
            shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, read), "weight_hh": (rows, width)}
            if bias:
                shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
            if proj_size:
                shapes["weight_hr"] = (proj_size, hidden_size)
            for direction in directions:
                self._names.append([f"{name}_l{layer}{direction}" for name in shapes])
                for name, shape in zip(self._names[-1], shapes.values(), strict=True):
                    setattr(self, name, Parameter(public["empty"](shape, device=device, dtype=dtype)))
        self.reset_parameters()

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._names]

    def reset_parameters(self) -> None:
        """Draw all parameters anew, uniform in ±1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def flatten_parameters(self) -> None:
        """Do nothing: in PyTorch it lays the parameters out for cuDNN, and programs call it."""

    def forward(self, input: Any, hx: Any = None) -> Any:
        """Read a batch of sequences, a packed one, or a single sequence (T, D).

        Parameters
        ----------
        input : Tensor of shape (T, B, D), (B, T, D) with `batch_first`, or (T, D); or PackedSequence
            The sequences.
        hx : Tensor of shape (layers · directions, B, H), or of an LSTM a pair, optional
            The states to begin with, 0 by default; of a single sequence without B.

        Returns
        -------
        output : Tensor or PackedSequence
            h of the last layer at each step, both directions side by side.
        h_n : Tensor of the shape of `hx`
            h of all layers after the last step; of an LSTM the pair (h_n, c_n).
        """
        if isinstance(input, PackedSequence):
            return self._read_packed(input, hx)
        if not isinstance(input, Tensor):
            raise error("not-a-tensor", op=type(self).__name__, kind=type(input).__name__)
        if input.ndim not in (2, 3):
            raise error("ndim", op=type(self).__name__, expected="2 or 3", shape=input.shape)
        self._check_width(input)
        single = input.ndim == 2
        states = self._states(hx, input, 1 if single else input.shape[0 if self.batch_first else 1], single)
        if single:
            input = public["unsqueeze"](input, 0 if self.batch_first else 1)
        output, *final = self._run(input, states, self.batch_first)
        if single:
            output = public["squeeze"](output, 0 if self.batch_first else 1)
            final = [public["squeeze"](x, 1) for x in final]
        return output, tuple(final) if self.mode == "LSTM" else final[0]

    def _read_packed(self, input: PackedSequence, hx: Any) -> Any:
        """Read a packed batch; states come and go in the order in which the sequences were given."""
        data, batch_sizes, order, back = input
        self._check_width(data)
        states = self._states(hx, data, int(batch_sizes[0]), False)
        states = states if order is None or hx is None else [public["index_select"](x, 1, order) for x in states]
        output, *final = self._run(data, states, batch_sizes)
        final = final if back is None else [public["index_select"](x, 1, back) for x in final]
        packed = PackedSequence(output, batch_sizes, order, back)
        return packed, tuple(final) if self.mode == "LSTM" else final[0]

    def _run(self, input: Any, states: list[Any], how: Any) -> Any:
        """Call the function of this kind; `how` is whether the batch comes first, or the sizes of a packed one."""
        hx = tuple(states) if self.mode == "LSTM" else states[0]
        parameters = [parameter for own in self.all_weights for parameter in own]
        options = (parameters, self.bias, self.num_layers, self.dropout, self.training, self.bidirectional)
        function = public[self.mode.lower()]
        return function(input, how, hx, *options) if isinstance(how, Tensor) else function(input, hx, *options, how)

    def _check_width(self, data: Any) -> None:
        if data.shape[-1] != self.input_size:
            expected = (*data.shape[:-1], self.input_size)
            raise error("parameter-shape", op=type(self).__name__, name="input", got=data.shape, expected=expected)

    def _states(self, hx: Any, data: Any, batch: int, single: bool) -> list[Any]:
        """Return the states to begin with, after checking their shapes; zeros if none are given."""
        op, count = type(self).__name__, self.num_layers * (2 if self.bidirectional else 1)
        widths = (self.proj_size or self.hidden_size, self.hidden_size)[: 2 if self.mode == "LSTM" else 1]
        if hx is None:
            zeros = public["zeros"]
            return [zeros((count, batch, width), dtype=data.dtype, device=data.device) for width in widths]
        given = list(hx) if self.mode == "LSTM" and isinstance(hx, (tuple, list)) else [hx]
        if len(given) != len(widths) or not all(isinstance(x, Tensor) for x in given):
            wanted = "a pair of Tensors (h_0, c_0)" if self.mode == "LSTM" else "a Tensor h_0"
            raise error("recurrent-state", op=op, expected=wanted, got=type(hx).__name__)
        for name, x, width in zip(("h_0", "c_0"), given, widths, strict=False):
            expected = (count, width) if single else (count, batch, width)
            if x.shape != expected:
                raise error("parameter-shape", op=op, name=name, got=x.shape, expected=expected)
        return [public["unsqueeze"](x, 1) for x in given] if single else given

    def extra_repr(self) -> str:
        """Return the sizes, and the options that are not the default."""
        options = {
            "proj_size": (self.proj_size, 0), "num_layers": (self.num_layers, 1), "bias": (self.bias, True),
            "batch_first": (self.batch_first, False), "dropout": (self.dropout, 0.0),
            "bidirectional": (self.bidirectional, False),
        }  # fmt: skip
        chosen = [f"{name}={value}" for name, (value, usual) in options.items() if value != usual]
        return ", ".join([str(self.input_size), str(self.hidden_size), *chosen])


class RNN(RNNBase):
    """h′ = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu; see `RNNBase`.

    Parameters
    ----------
    nonlinearity : {"tanh", "relu"}
        What is applied to the sum.

    Notes
    -----
    Elman (1990), "Finding structure in time".

    Examples
    --------
    >>> output, h_n = RNN(3, 5)(ones(7, 2, 3))
    >>> output.shape, h_n.shape
    ((7, 2, 5), (1, 2, 5))
    """

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, nonlinearity: str = "tanh", bias: bool = True,
        batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False, device: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        check_nonlinearity("RNN", nonlinearity)
        super().__init__(
            f"RNN_{nonlinearity.upper()}", input_size, hidden_size, num_layers, bias, batch_first, dropout,
            bidirectional, device=device, dtype=dtype,
        )  # fmt: skip
        self.nonlinearity = nonlinearity


def check_nonlinearity(op: str, nonlinearity: Any) -> None:
    """Refuse what is neither tanh nor relu."""
    if nonlinearity not in ("tanh", "relu"):
        raise error("argument", op=op, argument="nonlinearity", expected="'tanh' or 'relu'", got=nonlinearity)


class GRU(RNNBase):
    """Gated recurrent units: r = σ(…), z = σ(…), n = tanh(x_n + r ⊙ (W_n h + b_n)), h′ = (1 − z) ⊙ n + z ⊙ h.

    The arguments are those of `RNNBase`, without `mode` and `proj_size`.

    Notes
    -----
    Cho et al. (2014), "Learning phrase representations using RNN encoder–decoder"; as in PyTorch, r is multiplied to
    W_n h + b_n and not to h.
    """

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True, batch_first: bool = False,
        dropout: float = 0.0, bidirectional: bool = False, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            "GRU", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
            device=device, dtype=dtype,
        )  # fmt: skip


class LSTM(RNNBase):
    """Long short-term memory: i, f, o = σ(…), u = tanh(…), c′ = f ⊙ c + i ⊙ u, h′ = o ⊙ tanh(c′).

    The arguments are those of `RNNBase`, without `mode`.

    Notes
    -----
    Hochreiter and Schmidhuber (1997), "Long short-term memory"; forget gates: Gers, Schmidhuber and Cummins (2000);
    projections: Sak, Senior and Beaufays (2014).

    Examples
    --------
    >>> output, (h_n, c_n) = LSTM(3, 5, bidirectional=True)(ones(7, 2, 3))
    >>> output.shape, h_n.shape
    ((7, 2, 10), (2, 2, 5))
    """

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True, batch_first: bool = False,
        dropout: float = 0.0, bidirectional: bool = False, proj_size: int = 0, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            "LSTM", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size,
            device=device, dtype=dtype,
        )  # fmt: skip
