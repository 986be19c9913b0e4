"""Transformer: layers of attention and a small MLP, stacked to an encoder and a decoder.

In masks of bools True means: do not look; numbers are added to the scores.

May import: floors 0–2, ``module``, ``containers``, ``linear``, ``dropout``, ``normalisation``, ``attention``,
``functional``, ``init``.  Read next: ``positions.py``.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

from ..core.tensor import Tensor
from ..errors import error
from ..ops.publish import public
from . import functional as F
from . import init
from .attention import MultiheadAttention
from .containers import ModuleList
from .dropout import Dropout
from .linear import Linear
from .module import Module
from .normalisation import LayerNorm

Activation = str | Callable[[Any], Any]


def activation_of(op: str, activation: Any) -> Any:
    """Return the function that a name stands for, or the function that was given."""
    functions = {"relu": F.relu, "gelu": F.gelu}
    if isinstance(activation, str) and activation in functions:
        return functions[activation]
    if not callable(activation):
        raise error("activation-name", op=op, got=activation)
    return activation


class TransformerEncoderLayer(Module):
    """Self-attention, then an MLP at every place; each is added to what came in, and normalised.

    Parameters
    ----------
    d_model, nhead : int
        The width E, and the number of heads, which divides it.
    dim_feedforward : int
        The width inside the MLP.
    dropout : float
        The probability of all dropouts.
    activation : {"relu", "gelu"} or callable
        Inside the MLP.
    layer_norm_eps : float
        Of the normalisations.
    batch_first : bool
        Whether batches come as (B, T, E) and not as (T, B, E).
    norm_first : bool
        Whether to normalise before attention and MLP and not after the sums.
    bias : bool
        Whether linear layers and normalisations have biases.
    device, dtype : optional
        Of the parameters.

    Notes
    -----
    Vaswani et al. (2017), "Attention is all you need", section 3.1.  With `norm_first`: Xiong et al. (2020), "On layer
    normalization in the Transformer architecture".
    """

    def __init__(
        self, d_model: int, nhead: int, dim_feedforward: int = 2048, dropout: float = 0.1,
        activation: Activation = F.relu, layer_norm_eps: float = 1e-5, batch_first: bool = False,
        norm_first: bool = False, bias: bool = True, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        made: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        self.self_attn = MultiheadAttention(d_model, nhead, dropout=dropout, batch_first=batch_first, **made)
        self.linear1 = Linear(d_model, dim_feedforward, **made)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, **made)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, eps=layer_norm_eps, **made)
        self.norm2 = LayerNorm(d_model, eps=layer_norm_eps, **made)
        self.dropout1, self.dropout2 = Dropout(dropout), Dropout(dropout)
        self.activation = activation_of("TransformerEncoderLayer", activation)

    def forward(self, src: Any, src_mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool = False) -> Any:
        """Map (T, B, E) to (T, B, E).

        Parameters
        ----------
        src : Tensor of shape (T, B, E), (B, T, E) with `batch_first`, or (T, E)
            The sequences.
        src_mask : Tensor of shape (T, T) or (B · H, T, T), optional
            Who may not look where.
        src_key_padding_mask : Tensor of shape (B, T), optional
            Which places are padding.
        is_causal : bool
            A hint that `src_mask` is the causal mask.
        """
        if self.norm_first:
            src = src + self._attend(self.norm1(src), src_mask, src_key_padding_mask, is_causal)
            return src + self._feed(self.norm2(src))
        src = self.norm1(src + self._attend(src, src_mask, src_key_padding_mask, is_causal))
        return self.norm2(src + self._feed(src))

    def _attend(self, x: Any, mask: Any, padding: Any, is_causal: bool) -> Any:
        found, _ = self.self_attn(x, x, x, padding, need_weights=False, attn_mask=mask, is_causal=is_causal)
        return self.dropout1(found)

    def _feed(self, x: Any) -> Any:
        return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))


class TransformerDecoderLayer(Module):
    """Self-attention, attention to what the encoder has made, then an MLP; see `TransformerEncoderLayer`."""

    def __init__(
        self, d_model: int, nhead: int, dim_feedforward: int = 2048, dropout: float = 0.1,
        activation: Activation = F.relu, layer_norm_eps: float = 1e-5, batch_first: bool = False,
        norm_first: bool = False, bias: bool = True, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        made: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        self.self_attn = MultiheadAttention(d_model, nhead, dropout=dropout, batch_first=batch_first, **made)
        self.multihead_attn = MultiheadAttention(d_model, nhead, dropout=dropout, batch_first=batch_first, **made)
        self.linear1 = Linear(d_model, dim_feedforward, **made)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, **made)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, eps=layer_norm_eps, **made)
        self.norm2 = LayerNorm(d_model, eps=layer_norm_eps, **made)
        self.norm3 = LayerNorm(d_model, eps=layer_norm_eps, **made)
        self.dropout1, self.dropout2, self.dropout3 = Dropout(dropout), Dropout(dropout), Dropout(dropout)
        self.activation = activation_of("TransformerDecoderLayer", activation)

    def forward(
        self, tgt: Any, memory: Any, tgt_mask: Any = None, memory_mask: Any = None, tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None, tgt_is_causal: bool = False, memory_is_causal: bool = False,
    ) -> Any:  # fmt: skip
        """Map `tgt` (T, B, E) to (T, B, E), looking at `memory` (S, B, E); for masks see the encoder's layer."""
        own = (tgt_mask, tgt_key_padding_mask, tgt_is_causal)
        other = (memory_mask, memory_key_padding_mask, memory_is_causal)
        if self.norm_first:
            tgt = tgt + self._attend(self.norm1(tgt), *own)
            tgt = tgt + self._look(self.norm2(tgt), memory, *other)
            return tgt + self._feed(self.norm3(tgt))
        tgt = self.norm1(tgt + self._attend(tgt, *own))
        tgt = self.norm2(tgt + self._look(tgt, memory, *other))
        return self.norm3(tgt + self._feed(tgt))

    def _attend(self, x: Any, mask: Any, padding: Any, is_causal: bool) -> Any:
        found, _ = self.self_attn(x, x, x, padding, need_weights=False, attn_mask=mask, is_causal=is_causal)
        return self.dropout1(found)

    def _look(self, x: Any, memory: Any, mask: Any, padding: Any, is_causal: bool) -> Any:
        attend = self.multihead_attn
        found, _ = attend(x, memory, memory, padding, need_weights=False, attn_mask=mask, is_causal=is_causal)
        return self.dropout2(found)

    def _feed(self, x: Any) -> Any:
        return self.dropout3(self.linear2(self.dropout(self.activation(self.linear1(x)))))


def copies(op: str, layer: Any, count: Any) -> ModuleList:
    """Return `count` copies of a layer, with parameters of their own that start alike."""
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise error("argument", op=op, argument="num_layers", expected="an int ≥ 0", got=count)
    return ModuleList([copy.deepcopy(layer) for _ in range(count)])


class TransformerEncoder(Module):
    """A stack of encoder layers.

    Parameters
    ----------
    encoder_layer : Module
        It is copied; all copies start alike.
    num_layers : int
        How many copies.
    norm : Module, optional
        Applied to what the last layer gives.
    enable_nested_tensor : bool
        There are no nested tensors here, so nothing but False.
    """

    def __init__(
        self, encoder_layer: Module, num_layers: int, norm: Module | None = None, enable_nested_tensor: bool = False
    ) -> None:
        super().__init__()
        if enable_nested_tensor:
            name, expected = "enable_nested_tensor", "False; there are no nested tensors"
            raise error("argument", op="TransformerEncoder", argument=name, expected=expected, got=True)
        self.layers = copies("TransformerEncoder", encoder_layer, num_layers)
        self.num_layers, self.norm = num_layers, norm

    def forward(
        self, src: Any, mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool | None = None
    ) -> Any:
        """Apply one layer after the other; the arguments are those of a layer."""
        for layer in self.layers:
            src = layer(
                src, src_mask=mask, src_key_padding_mask=src_key_padding_mask, is_causal=bool(is_causal)
            )  # fmt: skip
        return src if self.norm is None else self.norm(src)


class TransformerDecoder(Module):
    """A stack of decoder layers; see `TransformerEncoder`."""

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers = copies("TransformerDecoder", decoder_layer, num_layers)
        self.num_layers, self.norm = num_layers, norm

    def forward(
        self, tgt: Any, memory: Any, tgt_mask: Any = None, memory_mask: Any = None, tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None, tgt_is_causal: bool | None = None, memory_is_causal: bool = False,
    ) -> Any:  # fmt: skip
        """Apply one layer after the other; the arguments are those of a layer."""
        for layer in self.layers:
            tgt = layer(
                tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask, tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask, tgt_is_causal=bool(tgt_is_causal),
                memory_is_causal=memory_is_causal,
            )  # fmt: skip
        return tgt if self.norm is None else self.norm(tgt)


class Transformer(Module):
    """An encoder that reads `src`, and a decoder that writes what follows `tgt`.

    Parameters
    ----------
    d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias
        As of `TransformerEncoderLayer`.
    num_encoder_layers, num_decoder_layers : int
        How many layers there are.
    custom_encoder, custom_decoder : Module, optional
        Taken in place of those made here.
    device, dtype : optional
        Of the parameters.

    Notes
    -----
    All matrices start uniform by Xavier's rule.

    Examples
    --------
    >>> model = Transformer(16, 4, 1, 1, 32)
    >>> mask = Transformer.generate_square_subsequent_mask(3)
    >>> model(ones(5, 2, 16), ones(3, 2, 16), tgt_mask=mask).shape
    (3, 2, 16)
    """

    def __init__(
        self, d_model: int = 512, nhead: int = 8, num_encoder_layers: int = 6, num_decoder_layers: int = 6,
        dim_feedforward: int = 2048, dropout: float = 0.1, activation: Activation = F.relu,
        custom_encoder: Any = None, custom_decoder: Any = None, layer_norm_eps: float = 1e-5,
        batch_first: bool = False, norm_first: bool = False, bias: bool = True, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        made: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        options = (dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first)
        if custom_encoder is None:
            layer = TransformerEncoderLayer(d_model, nhead, *options, **made)
            norm = LayerNorm(d_model, eps=layer_norm_eps, **made)
            custom_encoder = TransformerEncoder(layer, num_encoder_layers, norm)
        if custom_decoder is None:
            written = TransformerDecoderLayer(d_model, nhead, *options, **made)
            norm = LayerNorm(d_model, eps=layer_norm_eps, **made)
            custom_decoder = TransformerDecoder(written, num_decoder_layers, norm)
        self.encoder, self.decoder = custom_encoder, custom_decoder
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)

    def forward(
        self, src: Any, tgt: Any, src_mask: Any = None, tgt_mask: Any = None, memory_mask: Any = None,
        src_key_padding_mask: Any = None, tgt_key_padding_mask: Any = None, memory_key_padding_mask: Any = None,
        src_is_causal: bool | None = None, tgt_is_causal: bool | None = None, memory_is_causal: bool = False,
    ) -> Any:  # fmt: skip
        """Encode `src` (S, B, E) and decode `tgt` (T, B, E) to (T, B, E).

        Parameters
        ----------
        src, tgt : Tensor
            Sequences; with `batch_first` B comes first, and a single one may come without B.
        src_mask, tgt_mask, memory_mask : Tensor of shapes (S, S), (T, T), (T, S), optional
            Who may not look where; also (B · H, …).
        src_key_padding_mask, tgt_key_padding_mask, memory_key_padding_mask : Tensor of shapes (B, S), (B, T), (B, S)
            Which places are padding.
        src_is_causal, tgt_is_causal, memory_is_causal : bool
            Hints that these masks are causal.
        """
        for name, x in (("src", src), ("tgt", tgt)):
            if not isinstance(x, Tensor):
                raise error("not-a-tensor", op="Transformer", kind=type(x).__name__)
            if x.ndim not in (2, 3) or x.shape[-1] != self.d_model:
                expected = f"(T, B, {self.d_model}) or (T, {self.d_model})"
                raise error("parameter-shape", op="Transformer", name=name, got=x.shape, expected=expected)
        place = 0 if self.batch_first else 1
        if src.ndim != tgt.ndim or (src.ndim == 3 and src.shape[place] != tgt.shape[place]):
            expected = f"as many sequences as src {src.shape}"
            raise error("parameter-shape", op="Transformer", name="tgt", got=tgt.shape, expected=expected)
        memory = self.encoder(
            src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal
        )  # fmt: skip
        return self.decoder(
            tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask, tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask, tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )  # fmt: skip

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Any:
        """Return the causal mask (sz, sz): −∞ above the diagonal, else 0."""
        return public["triu"](public["full"]((sz, sz), -math.inf, device=device, dtype=dtype), 1)
