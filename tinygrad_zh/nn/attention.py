"""MultiheadAttention: every head looks for something else.

May import: floors 0–2, ``module``, ``options``, ``parameter``, ``init``, ``functional``, ``linear``.
Read next: ``transformer.py``.
"""

from __future__ import annotations

from typing import Any

from ..core.tensor import Tensor
from ..errors import error
from ..ops.publish import public
from . import functional as F
from . import init
from .linear import Linear
from .module import Module
from .options import SWITCH
from .parameter import Parameter


class MultiheadAttention(Module):
    """Attention with several heads, each with its own projections of queries, keys and values.

    Parameters
    ----------
    embed_dim, num_heads : int
        The width E, and the number H of heads, which divides it.
    dropout : float
        The probability with which, in training, a weight is dropped.
    bias : bool
        Whether the projections have biases.
    add_bias_kv : bool
        Whether there is one more key and value that are learnt.
    add_zero_attn : bool
        Whether there is one more key and value of zeros.
    kdim, vdim : int, optional
        Widths of keys and values; E by default.
    batch_first : bool
        Whether batches come as (B, T, E) and not as (T, B, E).
    device, dtype : optional
        Of the parameters.

    Notes
    -----
    Vaswani et al. (2017), "Attention is all you need", section 3.2.2.  The projections in start uniform by Xavier's
    rule, biases at 0.

    Examples
    --------
    >>> x = ones(5, 2, 8)
    >>> output, weights = MultiheadAttention(8, 4)(x, x, x)
    >>> output.shape, weights.shape
    ((5, 2, 8), (2, 5, 5))
    """

    in_proj_weight: Parameter | None
    q_proj_weight: Parameter | None
    k_proj_weight: Parameter | None
    v_proj_weight: Parameter | None
    in_proj_bias: Parameter | None
    bias_k: Parameter | None
    bias_v: Parameter | None

    def __init__(
        self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True, add_bias_kv: bool = False,
        add_zero_attn: bool = False, kdim: int | None = None, vdim: int | None = None, batch_first: bool = False,
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        sizes = (embed_dim, num_heads)
        if any(isinstance(n, bool) or not isinstance(n, int) or n < 1 for n in sizes) or embed_dim % num_heads:
            raise error("embed-heads", op="MultiheadAttention", width=embed_dim, heads=num_heads)
        if isinstance(dropout, bool) or not isinstance(dropout, (int, float)) or not 0 <= dropout <= 1:
            raise error("probability", op="MultiheadAttention", got=dropout)
        switches = {"add_bias_kv": add_bias_kv, "add_zero_attn": add_zero_attn, "batch_first": batch_first}
        for name, switch in switches.items():
            if not SWITCH.holds(switch):
                raise error("argument", op="MultiheadAttention", argument=name, expected=SWITCH.expected, got=switch)
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.kdim, self.vdim = embed_dim if kdim is None else kdim, embed_dim if vdim is None else vdim
        self.dropout, self.add_zero_attn, self.batch_first = dropout, add_zero_attn, batch_first
        self.separate = self.kdim != embed_dim or self.vdim != embed_dim

        def blank(*shape: int) -> Parameter:
            return Parameter(public["empty"](shape, device=device, dtype=dtype))

        self.register_parameter("q_proj_weight", blank(embed_dim, embed_dim) if self.separate else None)
        self.register_parameter("k_proj_weight", blank(embed_dim, self.kdim) if self.separate else None)
        self.register_parameter("v_proj_weight", blank(embed_dim, self.vdim) if self.separate else None)
        self.register_parameter("in_proj_weight", None if self.separate else blank(3 * embed_dim, embed_dim))
        self.register_parameter("in_proj_bias", blank(3 * embed_dim) if bias else None)
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, device=device, dtype=dtype)
        self.register_parameter("bias_k", blank(1, 1, embed_dim) if add_bias_kv else None)
        self.register_parameter("bias_v", blank(1, 1, embed_dim) if add_bias_kv else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the projections in anew, and set the biases to 0."""
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None and self.out_proj.bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        if self.bias_k is not None and self.bias_v is not None:
            init.xavier_normal_(self.bias_k)
            init.xavier_normal_(self.bias_v)

    def forward(
        self, query: Any, key: Any, value: Any, key_padding_mask: Any = None, need_weights: bool = True,
        attn_mask: Any = None, average_attn_weights: bool = True, is_causal: bool = False,
    ) -> tuple[Any, Any]:  # fmt: skip
        """Look up `query` (L, B, E) among `key` (S, B, ·) and `value`; with `batch_first` B comes first.

        Returns
        -------
        output : Tensor of the shape of `query`
        weights : Tensor of shape (B, L, S) or, if not averaged, (B, H, L, S); None unless `need_weights`

        Notes
        -----
        The arguments are explained in ``F.multi_head_attention_forward``.  In masks of bools True means: not.
        """
        turned = self.batch_first and isinstance(query, Tensor) and query.ndim == 3
        if turned:
            for x in (key, value):
                if not isinstance(x, Tensor):
                    raise error("not-a-tensor", op="MultiheadAttention", kind=type(x).__name__)
            if key.ndim != 3 or value.ndim != 3:
                raise error(
                    "attention-inputs", op="MultiheadAttention", query=query.shape, key=key.shape, value=value.shape,
                    of_query="(B, L, E)", of_key="(B, S, ·)", of_value="(B, S, ·)",
                )  # fmt: skip
            same = (key is query, value is key)  # so that these are projected in one matmul
            query = public["transpose"](query, 0, 1)
            key = query if same[0] else public["transpose"](key, 0, 1)
            value = key if same[1] else public["transpose"](value, 0, 1)
        output, weights = F.multi_head_attention_forward(
            query, key, value, self.embed_dim, self.num_heads, self.in_proj_weight, self.in_proj_bias, self.bias_k,
            self.bias_v, self.add_zero_attn, self.dropout, self.out_proj.weight, self.out_proj.bias, self.training,
            key_padding_mask, need_weights, attn_mask, self.separate, self.q_proj_weight, self.k_proj_weight,
            self.v_proj_weight, average_attn_weights=average_attn_weights, is_causal=is_causal,
        )  # fmt: skip
        return public["transpose"](output, 0, 1) if turned else output, weights
