"""BERT: a Transformer that reads a whole sentence at once, from both sides.

Read it from bottom to top: a `BertModel` is embeddings, then the same layer over and over, then a pooler.  The
attributes bear Hugging Face's names (``encoder.layer.0.attention.self.query``), so that its files load by name.
Devlin et al. (2019), "BERT: Pre-training of Deep Bidirectional Transformers".

May import: floors 0–3, ``nn``, ``storage``, ``bert_files``.  Shapes: B sentences, T tokens, H heads, D features.
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple, Self

from ..core.tensor import Tensor
from ..errors import error
from ..nn import Dropout, Embedding, LayerNorm, Linear, Module, ModuleList, init
from ..nn import functional as F
from ..ops.publish import public
from .bert_files import ACTIVATIONS, BertConfig, read_weights


class Embeddings(Module):
    """Which token, where in the sentence, in which of two sentences: three vectors, added and normalised."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.word_embeddings = Embedding(config.vocab_size, width, padding_idx=config.pad_token_id)
        self.position_embeddings = Embedding(config.max_position_embeddings, width)
        self.token_type_embeddings = Embedding(config.type_vocab_size, width)
        self.LayerNorm = LayerNorm(width, eps=config.layer_norm_eps)
        self.dropout = Dropout(config.hidden_dropout_prob)

    def forward(self, ids: Tensor, types: Tensor) -> Any:
        """Map tokens (B, T) to vectors (B, T, D)."""
        places = public["arange"](ids.shape[1], device=ids.device)
        x = self.word_embeddings(ids) + self.token_type_embeddings(types) + self.position_embeddings(places)
        return self.dropout(self.LayerNorm(x))


class SelfAttention(Module):
    """Every token asks all tokens, and takes a mean of their values, in each head in another way."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.heads, self.dropout_p = config.num_attention_heads, config.attention_probs_dropout_prob
        self.query, self.key, self.value = Linear(width, width), Linear(width, width), Linear(width, width)

    def forward(self, x: Any, mask: Any) -> Any:
        """Map (B, T, D) to (B, T, D); `mask` (B, 1, 1, T) says who may be looked at."""
        B, T, D = x.shape
        split = (B, T, self.heads, D // self.heads)
        q, k, v = (layer(x).reshape(split).transpose(1, 2) for layer in (self.query, self.key, self.value))
        dropout_p = self.dropout_p if self.training else 0.0
        mean = F.scaled_dot_product_attention(q, k, v, mask, dropout_p)  # (B, H, T, D / H)
        return mean.transpose(1, 2).reshape(B, T, D)


class AddAndNorm(Module):
    """What ends both halves of a layer: a linear map, added to what came in, and normalised."""

    def __init__(self, config: BertConfig, width: int) -> None:
        super().__init__()
        self.dense = Linear(width, config.hidden_size)
        self.LayerNorm = LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = Dropout(config.hidden_dropout_prob)

    def forward(self, x: Any, before: Any) -> Any:
        """Map (B, T, `width`), and `before` (B, T, D), to (B, T, D)."""
        return self.LayerNorm(self.dropout(self.dense(x)) + before)


class Attention(Module):
    """The first half of a layer: tokens exchange what they know."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.self = SelfAttention(config)
        self.output = AddAndNorm(config, config.hidden_size)

    def forward(self, x: Any, mask: Any) -> Any:
        """Map (B, T, D) to (B, T, D)."""
        return self.output(self.self(x, mask), x)


class Intermediate(Module):
    """The wide middle of the small MLP that is the second half of a layer."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.dense = Linear(config.hidden_size, config.intermediate_size)
        self.activation = ACTIVATIONS[config.hidden_act]

    def forward(self, x: Any) -> Any:
        """Map (B, T, D) to (B, T, intermediate_size)."""
        return self.activation(self.dense(x))


class Layer(Module):
    """Attention between the tokens, then an MLP at every token."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.attention = Attention(config)
        self.intermediate = Intermediate(config)
        self.output = AddAndNorm(config, config.intermediate_size)

    def forward(self, x: Any, mask: Any) -> Any:
        """Map (B, T, D) to (B, T, D)."""
        x = self.attention(x, mask)
        return self.output(self.intermediate(x), x)


class Encoder(Module):
    """The layers, one after another."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.layer = ModuleList([Layer(config) for _ in range(config.num_hidden_layers)])

    def forward(self, x: Any, mask: Any) -> Any:
        """Map (B, T, D) to (B, T, D)."""
        for layer in self.layer:
            x = layer(x, mask)
        return x


class Pooler(Module):
    """One more linear map of the first token, trained to stand for the sentence."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.dense = Linear(config.hidden_size, config.hidden_size)

    def forward(self, x: Any) -> Any:
        """Map (B, T, D) to (B, D)."""
        return self.dense(x[:, 0]).tanh()


class BertOutput(NamedTuple):
    """What a `BertModel` returns: a vector for every token (B, T, D), and the pooler's (B, D), if there is one."""

    last_hidden_state: Tensor
    pooler_output: Tensor | None


class BertModel(Module):
    """A BERT encoder, with Hugging Face's names.

    Parameters
    ----------
    config : BertConfig
        The sizes.
    add_pooling_layer : bool
        Whether there is a pooler.

    Notes
    -----
    Linear maps and embeddings start normal with standard deviation ``config.initializer_range``, biases at 0.

    Examples
    --------
    >>> from tinygrad_zh.models import BertConfig, BertModel
    >>> small = BertConfig(vocab_size=100, hidden_size=8, num_hidden_layers=2, num_attention_heads=2)
    >>> model = BertModel(small).eval()
    >>> model(tensor([[5, 6, 7]])).last_hidden_state.shape
    (1, 3, 8)
    """

    def __init__(self, config: BertConfig, add_pooling_layer: bool = True) -> None:
        super().__init__()
        self.config = config
        self.embeddings = Embeddings(config)
        self.encoder = Encoder(config)
        self.pooler = Pooler(config) if add_pooling_layer else None
        for part in self.modules():
            if isinstance(part, Linear):
                init.normal_(part.weight, std=config.initializer_range)
                if part.bias is not None:
                    init.zeros_(part.bias)
            elif isinstance(part, Embedding):
                part.weight.detach().mul_(config.initializer_range)  # drawn with standard deviation 1; padding stays 0

    @classmethod
    def from_pretrained(cls, folder: str | os.PathLike[str]) -> Self:
        """Build the model in a folder and load its weights; it is in evaluation mode.

        Parameters
        ----------
        folder : str or path-like
            With ``config.json`` and ``model.safetensors`` or its shards; nothing is downloaded.

        Raises
        ------
        StorageError
            If a file is missing or damaged, if the configuration asks for what is not computed here, or if the weights
            are those of another model.

        Notes
        -----
        Of a model with a head (``BertForMaskedLM``, say) the part below the head is loaded.
        """
        config = BertConfig.from_json(os.path.join(folder, "config.json"))
        weights = read_weights(folder)
        model = cls(config, add_pooling_layer="pooler.dense.weight" in weights)
        model.load_state_dict(weights)
        return model.eval()

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor | None = None, token_type_ids: Tensor | None = None
    ) -> BertOutput:
        """Read sentences.

        Parameters
        ----------
        input_ids : Tensor of shape (B, T), integer
            The tokens' numbers in the vocabulary.
        attention_mask : Tensor of shape (B, T), integer or bool, optional
            1 for a token, 0 for padding; by default there is none.
        token_type_ids : Tensor of shape (B, T), integer, optional
            For pairs of sentences: 0 in the first, 1 in the second; by default all 0.

        Raises
        ------
        ShapeError
            If a shape or dtype is another, or a sentence is longer than ``config.max_position_embeddings``.
        IndexingError
            If a number is not in the vocabulary.
        """
        self._check("input_ids", input_ids, None)
        if attention_mask is not None:
            self._check("attention_mask", attention_mask, input_ids.shape)
        if token_type_ids is not None:
            self._check("token_type_ids", token_type_ids, input_ids.shape)
        mask = None if attention_mask is None else (attention_mask != 0)[:, None, None, :]
        x = self.embeddings(input_ids, input_ids * 0 if token_type_ids is None else token_type_ids)
        x = self.encoder(x, mask)
        return BertOutput(x, None if self.pooler is None else self.pooler(x))

    def sentence_embedding(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Any:
        """Return a vector of length 1 for every sentence: the mean over its tokens, normalised.

        Parameters
        ----------
        input_ids, attention_mask : Tensor of shape (B, T)
            As for `forward`.

        Returns
        -------
        Tensor of shape (B, D)
            The dot product of two of them is the cosine of their angle: near 1 for sentences that mean the same.

        Notes
        -----
        Reimers and Gurevych (2019), "Sentence-BERT".  Only models that were trained so give vectors that mean much.
        """
        x = self(input_ids, attention_mask).last_hidden_state
        if attention_mask is None:
            return F.normalize(x.mean(1), dim=-1)
        here = (attention_mask != 0)[:, :, None].to(x.dtype)  # (B, T, 1)
        return F.normalize((x * here).sum(1) / here.sum(1).clamp(min=1e-9), dim=-1)

    def _check(self, name: str, given: Any, wanted: Any) -> None:
        """Refuse what is no batch of integers of the wanted shape."""
        is_tensor, longest = isinstance(given, Tensor), self.config.max_position_embeddings
        kinds = "iub" if name == "attention_mask" else "iu"
        fits = is_tensor and given.ndim == 2 and given.shape[1] <= longest and given.dtype.kind in kinds
        if not fits or wanted not in (None, given.shape):
            raise error(
                "token-ids", model="BertModel", name=name, wanted=wanted or "(B, T)", longest=longest,
                shape=given.shape if is_tensor else "–", dtype=given.dtype if is_tensor else type(given).__name__,
            )  # fmt: skip
