"""Text as numbers: tokenisers, from one character a token to the vocabularies of real models.

    tokenizer = text.CharTokenizer.train(lines)              # or BPETokenizer.train(lines, vocab_size=2000)
    ids, mask = tokenizer.encode_batch(["你好", "再见！"])     # of shape (B, T); the mask is False at padding
    tokenizer.decode(ids[0])

May import: floors 0–2, ``storage``.
Read next: ``tokenizer.py``, ``characters.py``, ``byte_pairs.py``, ``train_pairs.py``, then ``pretrained.py``.
"""

from __future__ import annotations

from .byte_pairs import BPETokenizer
from .characters import CharTokenizer
from .pretrained import PretrainedTokenizer, load_tokenizer
from .tokenizer import Padded, Tokenizer

__all__ = ["BPETokenizer", "CharTokenizer", "Padded", "PretrainedTokenizer", "Tokenizer", "load_tokenizer"]
