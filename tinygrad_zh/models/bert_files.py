"""What comes with a BERT in Hugging Face's layout: ``config.json``, and the names of its weights over the years.

A configuration is read strictly: an option that would change the numbers and is not computed here is an error.

May import: floors 0–3, ``nn``, ``storage``.  Read next: ``bert.py``.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ..errors import error
from ..nn import functional as F
from ..storage import load_folder, strip_prefix

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "gelu": F.gelu,
    "gelu_new": functools.partial(F.gelu, approximate="tanh"),
    "gelu_pytorch_tanh": functools.partial(F.gelu, approximate="tanh"),
    "relu": F.relu,
    "silu": F.silu,
}

FIXED: dict[str, Any] = {
    "model_type": "bert", "position_embedding_type": "absolute", "is_decoder": False, "add_cross_attention": False,
    "is_encoder_decoder": False, "pruned_heads": {}, "output_attentions": False, "output_hidden_states": False,
}  # fmt: skip
"""Options that may be named, but have one value here."""

WITHOUT_EFFECT = {
    # where the file comes from
    "_name_or_path", "architectures", "transformers_version", "dtype", "torch_dtype", "torchscript", "return_dict",
    # what a head above does
    "id2label", "label2id", "num_labels", "problem_type", "finetuning_task", "classifier_dropout",
    "tie_word_embeddings", "bos_token_id", "eos_token_id", "cls_token_id", "sep_token_id",
    # how memory is spent
    "use_cache", "gradient_checkpointing", "chunk_size_feed_forward",
    # what Google's BERT wrote and nobody reads
    "directionality", "pooler_fc_size", "pooler_num_attention_heads", "pooler_num_fc_layers", "pooler_size_per_head",
    "pooler_type",
}  # fmt: skip
"""Options that do not change what the encoder computes."""


@dataclass(frozen=True)
class BertConfig:
    """The sizes of a `BertModel`; the defaults are those of BERT-base, as in Hugging Face's.

    Parameters
    ----------
    vocab_size : int
        How many tokens there are.
    hidden_size : int
        The width D.
    num_hidden_layers, num_attention_heads : int
        How many layers; how many heads, which divide the width.
    intermediate_size : int
        The width inside the MLPs.
    hidden_act : {"gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "silu"}
        The activation inside the MLPs.
    hidden_dropout_prob, attention_probs_dropout_prob : float
        The probabilities of dropout.
    max_position_embeddings : int
        How many tokens a sentence may have.
    type_vocab_size : int
        How many kinds of sentences are told apart.
    initializer_range : float
        The standard deviation of new weights.
    layer_norm_eps : float
        Added to the variance in normalisations.
    pad_token_id : int or None
        The token that stands for nothing; its vector is not trained.

    Raises
    ------
    ArgumentError
        If an option is of another type or out of range.
    """

    vocab_size: int = 30522
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    hidden_act: str = "gelu"
    hidden_dropout_prob: float = 0.1
    attention_probs_dropout_prob: float = 0.1
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-12
    pad_token_id: int | None = 0

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            self._check(field.name, getattr(self, field.name))
        if self.hidden_size % self.num_attention_heads:
            self._refuse("num_attention_heads", f"a divisor of hidden_size={self.hidden_size}")

    def _check(self, name: str, value: Any) -> None:
        """Refuse a value that no model can have."""
        if name == "hidden_act":
            if not isinstance(value, str) or value not in ACTIVATIONS:
                self._refuse(name, " | ".join(ACTIVATIONS))
        elif name == "pad_token_id":
            if value is not None and (type(value) is not int or not 0 <= value < self.vocab_size):
                self._refuse(name, f"0 … {self.vocab_size - 1} | None")
        elif name.endswith("_prob"):
            if type(value) not in (int, float) or not 0 <= value <= 1:
                self._refuse(name, "0 … 1")
        elif name in ("initializer_range", "layer_norm_eps"):
            if type(value) not in (int, float) or not 0 <= value < float("inf"):
                self._refuse(name, "≥ 0")
        elif type(value) is not int or value < 1:
            self._refuse(name, "int ≥ 1")

    def _refuse(self, name: str, expected: str) -> None:
        raise error("argument", op="BertConfig", argument=name, expected=expected, got=getattr(self, name))

    @classmethod
    def from_json(cls, path: str | os.PathLike[str]) -> Self:
        """Read a ``config.json``.

        Raises
        ------
        StorageError
            If the file is missing or no JSON object, or if an option is unknown or asks for what is not computed here.
        ArgumentError
            If an option is out of range.
        """
        where = os.fspath(path)
        try:
            with open(path, encoding="utf-8") as file:
                said = json.load(file)
        except OSError as failed:
            raise error("file-read", path=where, reason=failed.strerror or str(failed)) from failed
        except (ValueError, RecursionError) as failed:
            raise error("model-config", path=where, model="Bert", reason=str(failed)) from failed
        if not isinstance(said, dict) or "model_type" not in said:
            raise error("model-config", path=where, model="Bert", reason="model_type?")
        own = {field.name for field in dataclasses.fields(cls)}
        for name, value in said.items():
            # bool == int in Python, and 0 is not False in a configuration
            if name in FIXED and (value != FIXED[name] or type(value) is not type(FIXED[name])):
                raise error("model-config", path=where, model="Bert", reason=f"{name}={value!r} ≠ {FIXED[name]!r}")
            if name not in FIXED and name not in WITHOUT_EFFECT and name not in own:
                raise error("model-config", path=where, model="Bert", reason=f"{name}={value!r}?")
        return cls(**{name: said[name] for name in own & said.keys()})


def read_weights(folder: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read a folder's weights under today's names of the encoder.

    Notes
    -----
    A model with a head has its encoder under ``bert.``; early files call a normalisation's weight and bias ``gamma``
    and ``beta``, and hold ``position_ids``, which is 0, 1, 2, … and no weight.
    """
    weights = load_folder(folder, widen_bfloat16=True)
    if any(name.startswith("bert.") for name in weights):
        weights = strip_prefix({name: value for name, value in weights.items() if name.startswith("bert.")}, "bert.")
    for old, new in (("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias")):
        weights = {name.replace(old, new): value for name, value in weights.items()}
    weights.pop("embeddings.position_ids", None)
    return weights
