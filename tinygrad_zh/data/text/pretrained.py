"""The tokenisers of real models: a ``tokenizer.json`` of Hugging Face's, by their library ``tokenizers``.

May import: floor 0, ``byte_pairs``, ``characters``, ``tokenizer``.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable
from typing import Any

from ...errors import error
from .byte_pairs import BPETokenizer
from .characters import CharTokenizer
from .tokenizer import Padded, Tokenizer, check_count, padded, read_json, text_list

PADDING = ("[PAD]", "<pad>", "<|padding|>", "<|endoftext|>")
"""What padding is called in well-known vocabularies, where the file does not say which token it is."""


class PretrainedTokenizer:
    """A tokeniser of a real model; `load_tokenizer` makes one.

    Attributes
    ----------
    tokenizer : tokenizers.Tokenizer
        The library's object, for all that is not here.
    pad_id : int or None
        The token for padding, if there is one.
    """

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        said = None if tokenizer.padding is None else tokenizer.padding["pad_id"]
        named = [i for i in map(tokenizer.token_to_id, PADDING) if i is not None]
        self.pad_id: int | None = said if said is not None else named[0] if named else None
        tokenizer.no_padding()  # here batches are padded to the longest text, and one text not at all

    @property
    def vocab_size(self) -> int:
        """How many tokens there are."""
        return int(self.tokenizer.get_vocab_size())

    def __len__(self) -> int:
        return self.vocab_size

    def __repr__(self) -> str:
        return f"PretrainedTokenizer(vocab_size={self.vocab_size})"

    def encode(self, text: str, *, special: bool = True) -> list[int]:
        """Return the tokens of a text.

        Parameters
        ----------
        text : str
        special : bool
            Whether to add the model's special tokens, such as ``[CLS]`` and ``[SEP]``.
        """
        if not isinstance(text, str):
            raise error("token-text", op="encode", found=type(text).__name__)
        return list(self.tokenizer.encode(text, add_special_tokens=special).ids)

    def decode(self, ids: Any, *, skip_special: bool = True) -> str:
        """Return the text of tokens, as far as the model's vocabulary remembers it.

        Raises
        ------
        IndexingError
            If there is no such token.
        """
        listed = ids.tolist() if hasattr(ids, "tolist") else list(ids)
        for i in listed:
            if isinstance(i, bool) or not isinstance(i, int) or not 0 <= i < self.vocab_size:
                raise error("token-id", op="decode", found=i, last=self.vocab_size - 1)
        return str(self.tokenizer.decode(listed, skip_special_tokens=skip_special))

    def encode_batch(self, texts: Iterable[str], *, special: bool = True, max_length: int | None = None) -> Padded:
        """Return the tokens of several texts, with padding at the end of the shorter ones.

        Parameters
        ----------
        texts : iterable of str
        special : bool
            Whether to add the model's special tokens.
        max_length : int, optional
            Cut longer texts, so that the special tokens still fit in; by default as the file says.

        Raises
        ------
        ArgumentError
            If there are no texts, or no token is known to be the padding.
        """
        listed = text_list("encode_batch", texts)
        before = self.tokenizer.truncation
        if max_length is not None:
            check_count(
                "encode_batch", "max_length", max_length, 1 + special * self.tokenizer.num_special_tokens_to_add(False)
            )
            self.tokenizer.enable_truncation(max_length)
        try:
            rows = [found.ids for found in self.tokenizer.encode_batch(listed, add_special_tokens=special)]
        finally:
            if max_length is not None and before is None:
                self.tokenizer.no_truncation()
            elif max_length is not None:
                self.tokenizer.enable_truncation(**before)
        if self.pad_id is None and len({len(row) for row in rows}) > 1:
            raise error("tokenizer-no-padding")
        return padded(rows, self.pad_id or 0)

    def decode_batch(self, rows: Iterable[Any], *, skip_special: bool = True) -> list[str]:
        """Return the texts of several rows of tokens."""
        return [self.decode(row, skip_special=skip_special) for row in rows]


def load_tokenizer(path: str | os.PathLike[str]) -> Tokenizer | PretrainedTokenizer:
    """Read a tokeniser from a file: one of this package's, or a ``tokenizer.json`` of Hugging Face's.

    Parameters
    ----------
    path : path-like

    Raises
    ------
    MissingPackageError
        If it is a ``tokenizer.json``, and ``tokenizers`` is not installed.
    DataError
        If the file cannot be read.
    StorageError
        If it is no tokeniser's.
    """
    content = read_json(path)
    for ours in (CharTokenizer, BPETokenizer):
        if content.get("kind") == ours.kind:
            return ours.load(path)
    try:
        library = importlib.import_module("tokenizers")
    except ImportError as problem:
        raise error("missing-package", package="tokenizers", purpose="load_tokenizer", extra="text") from problem
    try:
        return PretrainedTokenizer(library.Tokenizer.from_file(os.fspath(path)))
    except Exception as problem:  # the library raises plain Exception
        raise error("tokenizer-file", path=os.fspath(path), reason=problem, expected="tokenizer.json") from problem
