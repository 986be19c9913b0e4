r"""Byte pair encoding: frequent sequences of bytes become tokens.

A text is UTF-8: every character, of whatever script, is a sequence of the 256 bytes, so that nothing is unknown.  To
begin with each byte is a token (a Chinese character is three).  Training looks for the two neighbours that come
together most often, makes them one token, and does so again and again (``train_pairs.py``).  Encoding does the same
merges in the same order.

Source: Sennrich, Haddow and Birch (2016), "Neural machine translation of rare words with subword units"; on bytes:
Radford et al. (2019), "Language models are unsupervised multitask learners", section 2.2.

May import: floor 0, ``tokenizer``, ``train_pairs``.  Read next: ``train_pairs.py``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from ...errors import error
from .tokenizer import SPECIAL, Tokenizer, check_count, text_list
from .train_pairs import Pair, learn_merges, merged

FIRST_BYTE = len(SPECIAL)
FIRST_MERGE = FIRST_BYTE + 256
KEPT_WORDS = 1 << 16
"""How many words' tokens are remembered."""
WORDS = re.compile(r" ?[^\W\d_]+| ?\d+| ?(?:[^\w\s]|_)+|\s+")
"""Letters, digits, signs or spaces, the first three with one space before them.  No token reaches beyond such a word,
or else "dog." and "dog!" would become tokens beside "dog".  Together they are the whole text."""


class BPETokenizer(Tokenizer):
    """A tokeniser of byte sequences, learnt from texts by `train`.

    Parameters
    ----------
    merges : sequence of (int, int)
        Which two tokens make the next one.  Tokens 0 to 3 are special, 4 to 259 the bytes; the first merge makes 260.

    Raises
    ------
    ArgumentError
        If a merge names a token that is not there yet, or is there twice.

    Examples
    --------
    >>> tokenizer = data.text.BPETokenizer.train(["low lower lowest"], vocab_size=263)
    >>> [tokenizer.token(i) for i in tokenizer.encode("lower")]
    [b'low', b'e', b'r']
    >>> tokenizer.decode(tokenizer.encode("猫 cat 🐈"))
    '猫 cat 🐈'
    """

    kind = "tinygrad_zh.BPETokenizer"

    def __init__(self, merges: Sequence[Pair]) -> None:
        self.merges: list[Pair] = []
        self._tokens = [b""] * FIRST_BYTE + [bytes([b]) for b in range(256)]
        self._made: dict[Pair, int] = {}
        for merge in merges:
            pair = merge_of(merge, len(self._tokens))
            if pair is None or pair in self._made:
                expected = f"two tokens from {FIRST_BYTE} to {len(self._tokens) - 1}, and each merge once"
                raise error("argument", op="BPETokenizer", argument="merges", expected=expected, got=merge)
            self._made[pair] = len(self._tokens)
            self._tokens.append(self._tokens[pair[0]] + self._tokens[pair[1]])
            self.merges.append(pair)
        self._known: dict[str, list[int]] = {}  # words that have been encoded before

    @classmethod
    def train(cls, texts: Iterable[str], vocab_size: int, *, min_count: int = 2) -> BPETokenizer:
        """Learn merges from texts.

        Parameters
        ----------
        texts : iterable of str
        vocab_size : int
            How many tokens there shall be; at least 260: 4 special tokens and 256 bytes.
        min_count : int
            Stop before, where no pair comes so often.

        Notes
        -----
        Of pairs that come equally often the one with the smaller first token is merged, then the one with the smaller
        second: so the result depends on the texts alone, not even on their order.  The words themselves are kept
        whole in Chinese, where no spaces part them: a token may be several characters, never across a sign.
        """
        check_count("BPETokenizer.train", "vocab_size", vocab_size, FIRST_MERGE)
        check_count("BPETokenizer.train", "min_count", min_count)
        counts = Counter(word for text in text_list("BPETokenizer.train", texts) for word in WORDS.findall(text))
        words = [(bytes_of(word), count) for word, count in counts.items()]
        return cls(learn_merges(words, FIRST_MERGE, vocab_size - FIRST_MERGE, min_count))

    @property
    def vocab_size(self) -> int:
        """How many tokens there are, special ones and bytes included."""
        return len(self._tokens)

    def token(self, id: int) -> bytes:
        """Return the bytes of a token; none for special ones.

        Raises
        ------
        IndexingError
            If there is no such token.
        """
        if isinstance(id, bool) or not isinstance(id, int) or not 0 <= id < self.vocab_size:
            raise error("token-id", op="token", found=id, last=self.vocab_size - 1)
        return self._tokens[id]

    def pieces(self, text: str) -> list[int]:
        """Return the tokens of a text, word by word."""
        found: list[int] = []
        for word in WORDS.findall(text):
            tokens = self._known.get(word)  # not asked twice: a worker in another thread may clear it in between
            if tokens is None:
                if len(self._known) >= KEPT_WORDS:
                    self._known.clear()
                tokens = self._known[word] = self.merge(bytes_of(word))
            found += tokens
        return found

    def merge(self, tokens: list[int]) -> list[int]:
        """Merge neighbours in the order in which the merges were learnt, as long as there are any."""
        never = self.vocab_size
        while len(tokens) > 1:
            first = min(pairwise(tokens), key=lambda pair: self._made.get(pair, never))
            if first not in self._made:
                break
            tokens = merged(tokens, first, self._made[first])
        return tokens

    def text_of(self, ids: list[int], skip_special: bool) -> str:
        """Return the text; bytes that are no UTF-8, such as a part of a character, are shown as �."""
        shown = [b""] * FIRST_BYTE if skip_special else [name.encode() for name in SPECIAL]
        together = b"".join(shown[i] if i < FIRST_BYTE else self._tokens[i] for i in ids)
        try:
            return together.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return together.decode("utf-8", "replace")

    def content(self) -> dict[str, Any]:
        """Return the merges."""
        return {"merges": self.merges}

    @classmethod
    def restored(cls, content: dict[str, Any]) -> BPETokenizer:
        """Return the tokeniser with these merges."""
        return cls(content["merges"])


def bytes_of(word: str) -> list[int]:
    """Return the tokens of a word's bytes."""
    return [FIRST_BYTE + b for b in word.encode("utf-8", "surrogatepass")]


def merge_of(merge: Any, count: int) -> Pair | None:
    """Return two tokens as a pair; None if they are not two of the bytes and merges among `count` tokens."""
    right = isinstance(merge, (tuple, list)) and len(merge) == 2
    if not right or not all(type(i) is int and FIRST_BYTE <= i < count for i in merge):
        return None
    return merge[0], merge[1]
