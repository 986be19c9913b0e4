"""Floor 2: recurrent layers and cells as functions, by PyTorch's names: directions, layers, and what goes in.

Everything becomes a packed batch: sequences of equal length are one whose steps are all of one size.

May import: floors 0–1, ``activation``, ``dropout``, ``elementwise``, ``join``, ``linalg``, ``recurrent``, ``reduce``,
``shape``.  Read next: ``attention.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..aliases import Shape
from ..core.tensor import Tensor
from ..errors import error
from .dropout import dropout as drop
from .elementwise import tanh
from .join import cat, cat_p
from .linalg import linear_p
from .parts import narrow
from .piecewise import relu
from .publish import published
from .recurrent import TENSORS, gru_p, gru_step, lstm_p, lstm_step, rnn_p
from .reduce import floating
from .shape import permute_p, reshape_p

GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}
"""How many vectors of the hidden size a step computes."""


@published(method=False)
def lstm(
    input: Any, hx: Any, params: Any, has_biases: Any, num_layers: Any, dropout: Any, train: Any, bidirectional: Any,
    batch_first: Any,
) -> tuple[Any, Any, Any]:  # fmt: skip
    """Run layers of long short-term memory over a batch of sequences.

    Parameters
    ----------
    input : Tensor of shape (T, B, D), or (B, T, D) with `batch_first`, floating
        The sequences.
    hx : pair of Tensors of shapes (L · directions, B, P) and (L · directions, B, H)
        The states h₀ and c₀ to begin with.
    params : sequence of Tensor
        For every layer and direction W_ih (4H, D), W_hh (4H, P), with `has_biases` b_ih and b_hh (4H,), and W_hr (P, H)
        where h is projected, that is where P is not H.
    has_biases : bool
        Whether there are biases.
    num_layers : int
        How many layers there are, each of which reads what the one before has given.
    dropout : float
        The probability with which a value between two layers is dropped.
    train : bool
        Whether it is.
    bidirectional : bool
        Whether each layer also reads the sequences from their ends.
    batch_first : bool
        Whether the batch comes before time.

    Returns
    -------
    output : Tensor of shape (T, B, directions · P), or (B, T, directions · P)
        h of the last layer at every step.
    h_n, c_n : Tensor of the shapes of `hx`
        The states of all layers after the last step.

    Raises
    ------
    ShapeError
        If shapes do not fit together, or the sequences have no elements.

    Notes
    -----
    A packed batch is given as in PyTorch, by position: ``lstm(data, batch_sizes, hx, params, has_biases, num_layers,
    dropout, train, bidirectional)``.  Hochreiter and Schmidhuber (1997), "Long short-term memory"; forget gates: Gers,
    Schmidhuber and Cummins (2000); projections: Sak, Senior and Beaufays (2014), eq. 1–7.
    """
    called = (input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first)
    output, (h_n, c_n) = run("lstm", called)
    return output, h_n, c_n


@published(method=False)
def gru(
    input: Any, hx: Any, params: Any, has_biases: Any, num_layers: Any, dropout: Any, train: Any, bidirectional: Any,
    batch_first: Any,
) -> tuple[Any, Any]:  # fmt: skip
    """Run layers of gated recurrent units; one state, and three gates instead of four, else as `lstm`.

    Notes
    -----
    Cho et al. (2014), "Learning phrase representations using RNN encoder–decoder"; as in PyTorch, r is multiplied to
    W_n h + b_n and not to h.
    """
    called = (input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first)
    output, (h_n,) = run("gru", called)
    return output, h_n


@published(method=False)
def rnn_tanh(
    input: Any, hx: Any, params: Any, has_biases: Any, num_layers: Any, dropout: Any, train: Any, bidirectional: Any,
    batch_first: Any,
) -> tuple[Any, Any]:  # fmt: skip
    """Run layers of h′ = tanh(W_ih x + b_ih + W_hh h + b_hh) (Elman 1990); one state, else as `lstm`."""
    called = (input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first)
    output, (h_n,) = run("rnn_tanh", called)
    return output, h_n


@published(method=False)
def rnn_relu(
    input: Any, hx: Any, params: Any, has_biases: Any, num_layers: Any, dropout: Any, train: Any, bidirectional: Any,
    batch_first: Any,
) -> tuple[Any, Any]:  # fmt: skip
    """Run layers of h′ = relu(W_ih x + b_ih + W_hh h + b_hh); one state, else as `lstm`."""
    called = (input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first)
    output, (h_n,) = run("rnn_relu", called)
    return output, h_n


def run(op: str, called: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """Sort out the two forms of a call, pack, and run all layers."""
    if isinstance(called[3], (list, tuple)):  # the parameters in fourth place: the form of a packed batch
        data, batch_sizes, hx, *options = called
        states = listed_states(op, hx)
        floating(op, data)
        return over_layers(op, data, tuple(batch_sizes.tolist()), states, *options)
    input, hx, *others, batch_first = called
    states = listed_states(op, hx)
    floating(op, input)
    if input.ndim != 3:
        raise error("ndim", op=op, expected="3", shape=input.shape)
    if batch_first:
        input = permute_p(input, dims=(1, 0, 2))
    times, batch, width = input.shape
    if not times:
        raise error("recurrent-steps", op=op, shape=input.shape)
    data = reshape_p(input, shape=(times * batch, width))
    output, final = over_layers(op, data, (batch,) * times, states, *others)
    output = reshape_p(output, shape=(times, batch, output.shape[1]))
    return (permute_p(output, dims=(1, 0, 2)) if batch_first else output), final


def listed_states(op: str, hx: Any) -> tuple[Any, ...]:
    """Return the states to begin with as a tuple: h, or of an LSTM h and c."""
    states = tuple(hx) if op == "lstm" and isinstance(hx, (tuple, list)) else (hx,)
    if len(states) != (2 if op == "lstm" else 1) or not all(isinstance(x, Tensor) for x in states):
        wanted = "a pair of Tensors (h_0, c_0)" if op == "lstm" else "a Tensor h_0"
        raise error("recurrent-state", op=op, expected=wanted, got=type(hx).__name__)
    return states


def over_layers(
    op: str, data: Any, batch_sizes: tuple[int, ...], states: tuple[Any, ...], params: Sequence[Any], has_biases: bool,
    num_layers: int, dropout: float, train: bool, bidirectional: bool,
) -> tuple[Any, tuple[Any, ...]]:  # fmt: skip
    """Run all layers over a packed batch, forwards and, if `bidirectional`, backwards; return the last states too."""
    directions = 2 if bidirectional else 1
    projected = op == "lstm" and states[0].shape[-1] != states[1].shape[-1]
    per = 2 + 2 * bool(has_biases) + projected
    if len(params) != num_layers * directions * per:
        raise error("recurrent-params", op=op, got=len(params), expected=num_layers * directions * per)
    batch = batch_sizes[0]
    for name, state in zip(("h_0", "c_0"), states, strict=False):
        shape = (num_layers * directions, batch, state.shape[-1] if state.ndim else 0)
        fitting(op, name, state, shape, data)
    final: list[list[Any]] = [[] for _ in states]
    for layer in range(num_layers):
        outputs = []
        for direction in range(directions):
            k = layer * directions + direction
            own = tuple(params[k * per : (k + 1) * per])
            begun = tuple(reshape_p(narrow(x, 0, k, 1), shape=x.shape[1:]) for x in states)
            walked = over_sequence(op, data, batch_sizes, begun, own, projected, reverse=bool(direction))
            outputs.append(walked[0])
            for found, state in zip(final, walked, strict=True):
                found.append(last_of_each(state, batch_sizes, reverse=bool(direction)))
        data = outputs[0] if directions == 1 else cat_p(*outputs, dim=1)
        if train and dropout and layer < num_layers - 1:
            data = drop(data, dropout)
    return data, tuple(cat([reshape_p(x, shape=(1, *x.shape)) for x in found]) for found in final)


def over_sequence(
    op: str, data: Any, batch_sizes: tuple[int, ...], states: tuple[Any, ...], params: tuple[Any, ...],
    projected: bool, *, reverse: bool,
) -> tuple[Any, ...]:  # fmt: skip
    """Run one layer in one direction; return h after each step, and of an LSTM c."""
    w_ih, w_hh, *others = params
    w_hr = others.pop() if projected else None
    b_ih, b_hh = others or (None, None)
    rows = GATES[op] * states[-1].shape[-1]
    fitting(op, "weight_ih", w_ih, (rows, data.shape[-1]), data)
    fitting(op, "weight_hh", w_hh, (rows, states[0].shape[-1]), data)
    for name, bias in (("bias_ih", b_ih), ("bias_hh", b_hh)):
        if bias is not None:
            fitting(op, name, bias, (rows,), data)
    if w_hr is not None:
        fitting(op, "weight_hr", w_hr, (states[0].shape[-1], states[1].shape[-1]), data)
    if op == "gru":
        x = linear_p(data, w_ih, b_ih)
        return (gru_p(x, states[0], w_hh, b_hh, batch_sizes=batch_sizes, reverse=reverse),)
    x = linear_p(data, w_ih, None if b_ih is None else b_ih + b_hh)
    if op == "lstm":
        h, c, _ = lstm_p(x, *states, w_hh, w_hr, batch_sizes=batch_sizes, reverse=reverse)
        return h, c
    kind = op.removeprefix("rnn_")
    return (rnn_p(x, states[0], w_hh, batch_sizes=batch_sizes, reverse=reverse, nonlinearity=kind),)


def fitting(op: str, name: str, x: Any, shape: Shape, data: Any) -> None:
    """Refuse a state or parameter of another shape or dtype than follow from the input."""
    if not isinstance(x, Tensor):
        raise error("not-a-tensor", op=op, kind=type(x).__name__)
    if x.shape != shape:
        raise error("parameter-shape", op=op, name=name, got=x.shape, expected=shape)
    if x.dtype != data.dtype:
        raise error("parameter-dtype", op=op, name=name, got=x.dtype, dtype=data.dtype)


def last_of_each(states: Any, batch_sizes: tuple[int, ...], *, reverse: bool) -> Any:
    """Return the state of each sequence after the step that it took last; going backwards, that is the first."""
    if reverse:
        return narrow(states, 0, 0, batch_sizes[0])
    ended = []  # the longest, which end last, come first in the batch
    end = states.shape[0]
    for n, further in zip(reversed(batch_sizes), (0, *reversed(batch_sizes[1:])), strict=True):
        if n > further:
            ended.append(narrow(states, 0, end - n + further, n - further))
        end -= n
    return cat_p(*ended, dim=0) if len(ended) > 1 else (ended or [narrow(states, 0, 0, 0)])[0]


# -- cells -----------------------------------------------------------------------------------------------


@published(method=False)
def lstm_cell(
    input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None
) -> tuple[Any, Any]:  # fmt: skip
    """Take one step of `lstm`.

    Parameters
    ----------
    input : Tensor of shape (B, D), floating
        The step's input.
    hx : pair of Tensors of shape (B, H)
        h and c.
    w_ih, w_hh : Tensors of shapes (4H, D) and (4H, H)
        The weights.
    b_ih, b_hh : Tensors of shape (4H,), optional
        The biases.

    Returns
    -------
    h, c : Tensors of shape (B, H)
    """
    h, c = listed_states("lstm", hx)
    of_x, of_h = contributions("lstm", input, (h, c), w_ih, w_hh, b_ih, b_hh)
    *_, c, h = lstm_step(TENSORS, of_x + of_h, c)
    return h, c


@published(method=False)
def gru_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """Take one step of `gru`; three gates, and one state (B, H), else as `lstm_cell`."""
    of_x, of_h = contributions("gru", input, (hx,), w_ih, w_hh, b_ih, b_hh)
    return gru_step(TENSORS, of_x, of_h, hx)[0]


@published(method=False)
def rnn_tanh_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """Return tanh(W_ih x + b_ih + W_hh h + b_hh); one gate, and one state (B, H), else as `lstm_cell`."""
    of_x, of_h = contributions("rnn_tanh", input, (hx,), w_ih, w_hh, b_ih, b_hh)
    return tanh(of_x + of_h)


@published(method=False)
def rnn_relu_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """Return relu(W_ih x + b_ih + W_hh h + b_hh); one gate, and one state (B, H), else as `lstm_cell`."""
    of_x, of_h = contributions("rnn_relu", input, (hx,), w_ih, w_hh, b_ih, b_hh)
    return relu(of_x + of_h)


def contributions(
    op: str, input: Any, states: tuple[Any, ...], w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any
) -> tuple[Any, Any]:
    """Return what the input and the state contribute to a step, after checking that all shapes fit."""
    floating(f"{op}_cell", input)
    if input.ndim != 2:
        raise error("ndim", op=f"{op}_cell", expected="2", shape=input.shape)
    if not isinstance(w_hh, Tensor):
        raise error("not-a-tensor", op=f"{op}_cell", kind=type(w_hh).__name__)
    size = w_hh.shape[-1]
    for name, state in zip(("h_0", "c_0"), states, strict=False):
        fitting(f"{op}_cell", name, state, (input.shape[0], size), input)
    fitting(f"{op}_cell", "weight_ih", w_ih, (GATES[op] * size, input.shape[1]), input)
    fitting(f"{op}_cell", "weight_hh", w_hh, (GATES[op] * size, size), input)
    for name, bias in (("bias_ih", b_ih), ("bias_hh", b_hh)):
        if bias is not None:
            fitting(f"{op}_cell", name, bias, (GATES[op] * size,), input)
    return linear_p(input, w_ih, b_ih), linear_p(states[0], w_hh, b_hh)
