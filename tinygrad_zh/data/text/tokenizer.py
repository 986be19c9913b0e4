"""What all tokenisers share: special tokens, batches with padding, and the file.

May import: floors 0–2, ``storage``.  Read next: ``characters.py``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, TypeVar

import numpy as np

from ...core.tensor import Tensor
from ...errors import error
from ...ops.publish import public
from ...storage import atomic_write

SPECIAL = ("<pad>", "<unk>", "<bos>", "<eos>")
"""Padding, an unknown character, the beginning and the end of a text: tokens 0 to 3."""
PAD, UNK, BOS, EOS = range(4)
VERSION = 1
Kind = TypeVar("Kind", bound="Tokenizer")


class Padded(NamedTuple):
    """Texts of a batch.

    Attributes
    ----------
    ids : Tensor of shape (B, T), int64
        The tokens, and padding up to the longest text.
    mask : Tensor of shape (B, T), bool
        True where there is a token; the ``key_padding_mask`` of attention layers is ``~mask``.
    """

    ids: Tensor
    mask: Tensor


class Tokenizer:
    """Base class of tokenisers; a subclass defines `vocab_size`, `pieces`, `text_of`, `content` and `restored`.

    Attributes
    ----------
    pad_id, unk_id, bos_id, eos_id : int
        The special tokens.
    """

    kind: ClassVar[str]
    """What the file says it is."""
    pad_id, unk_id, bos_id, eos_id = PAD, UNK, BOS, EOS

    @property
    def vocab_size(self) -> int:
        """How many tokens there are, special ones included."""
        raise NotImplementedError

    def pieces(self, text: str) -> list[int]:
        """Return the tokens of a text, without special ones."""
        raise NotImplementedError

    def text_of(self, ids: list[int], skip_special: bool) -> str:
        """Return the text of tokens that exist."""
        raise NotImplementedError

    def content(self) -> dict[str, Any]:
        """Return what the file holds."""
        raise NotImplementedError

    @classmethod
    def restored(cls: type[Kind], content: dict[str, Any]) -> Kind:
        """Return the tokeniser of a file's content; a ValueError where it makes no sense."""
        raise NotImplementedError

    def __len__(self) -> int:
        return self.vocab_size

    def __repr__(self) -> str:
        return f"{type(self).__name__}(vocab_size={self.vocab_size})"

    # -- there and back --------------------------------------------------------------------------------

    def encode(self, text: str, *, bos: bool = False, eos: bool = False) -> list[int]:
        """Return the tokens of a text.

        Parameters
        ----------
        text : str
            Special tokens written in it are ordinary characters.
        bos, eos : bool
            Whether to put ``<bos>`` before and ``<eos>`` after it.

        Raises
        ------
        DTypeError
            If it is no str.
        """
        if not isinstance(text, str):
            raise error("token-text", op="encode", found=type(text).__name__)
        return [*([self.bos_id] if bos else []), *self.pieces(text), *([self.eos_id] if eos else [])]

    def decode(self, ids: Any, *, skip_special: bool = True) -> str:
        """Return the text of tokens.

        Parameters
        ----------
        ids : sequence of int, or Tensor of shape (T,)
        skip_special : bool
            Leave out special tokens; else they are written as ``<pad>`` and so on.

        Raises
        ------
        IndexingError
            If there is no such token.
        """
        listed = ids.tolist() if hasattr(ids, "tolist") else list(ids)
        for i in listed:
            if isinstance(i, bool) or not isinstance(i, int) or not 0 <= i < self.vocab_size:
                raise error("token-id", op="decode", found=i, last=self.vocab_size - 1)
        return self.text_of(listed, skip_special)

    def encode_batch(
        self, texts: Iterable[str], *, bos: bool = False, eos: bool = False, max_length: int | None = None
    ) -> Padded:
        """Return the tokens of several texts, with padding at the end of the shorter ones.

        Parameters
        ----------
        texts : iterable of str
        bos, eos : bool
            As for `encode`.
        max_length : int, optional
            Cut longer texts after so many tokens; an ``<eos>`` keeps the last place.

        Raises
        ------
        ArgumentError
            If there are no texts, or `max_length` is too small for a token.
        """
        listed = text_list("encode_batch", texts)
        if max_length is not None:
            check_count("encode_batch", "max_length", max_length, 1 + bos + eos)
        rows = []
        for text in listed:
            row = self.encode(text, bos=bos, eos=eos)
            if max_length is not None and len(row) > max_length:
                row = row[: max_length - 1] + row[-1:] if eos else row[:max_length]
            rows.append(row)
        return padded(rows, self.pad_id)

    def decode_batch(self, rows: Iterable[Any], *, skip_special: bool = True) -> list[str]:
        """Return the texts of several rows of tokens."""
        return [self.decode(row, skip_special=skip_special) for row in rows]

    # -- the file --------------------------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a JSON file, atomically.

        Raises
        ------
        StorageError
            If it cannot be written; an older file is untouched.
        """
        content = {"kind": self.kind, "version": VERSION, **self.content()}
        with atomic_write(path) as file:
            # A str may hold half of a surrogate pair, which strict UTF-8 cannot.
            file.write(json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass"))

    @classmethod
    def load(cls: type[Kind], path: str | os.PathLike[str]) -> Kind:
        """Read what `save` wrote.

        Raises
        ------
        DataError
            If the file cannot be read.
        StorageError
            If it is damaged, or of another kind.
        """
        content = read_json(path)
        if content.get("kind") != cls.kind or content.get("version") != VERSION:
            reason = f"kind {content.get('kind')!r}, version {content.get('version')!r}"
            raise error("tokenizer-file", path=os.fspath(path), reason=reason, expected=cls.kind)
        try:
            return cls.restored(content)
        except (ValueError, TypeError, KeyError) as problem:
            raise error("tokenizer-file", path=os.fspath(path), reason=problem, expected=cls.kind) from problem


def read_json(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the object in a JSON file."""
    try:
        content = json.loads(Path(path).read_bytes().decode("utf-8", "surrogatepass"))
    except OSError as failed:
        raise error("data-read", path=os.fspath(path), reason=failed.strerror or str(failed)) from failed
    except (ValueError, RecursionError) as problem:
        raise error("tokenizer-file", path=os.fspath(path), reason=problem, expected="JSON") from problem
    if not isinstance(content, dict):
        raise error("tokenizer-file", path=os.fspath(path), reason="no JSON object", expected="JSON")
    return content


def text_list(op: str, texts: Iterable[str]) -> list[str]:
    """Return texts as a list; a str is one text, and no list of its characters."""
    if isinstance(texts, str) or not isinstance(texts, Iterable):
        raise error("token-text", op=op, found=f"a single {type(texts).__name__}")
    listed = list(texts)
    if not listed:
        raise error("argument", op=op, argument="texts", expected="at least one text", got=listed)
    for text in listed:
        if not isinstance(text, str):
            raise error("token-text", op=op, found=type(text).__name__)
    return listed


def check_count(op: str, name: str, value: Any, least: int = 1) -> None:
    """Refuse what is no whole number, or too small."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise error("argument", op=op, argument=name, expected=f"an int ≥ {least}", got=value)


def padded(rows: Sequence[Sequence[int]], pad_id: int) -> Padded:
    """Return rows of different lengths as one array, and where they are filled."""
    lengths = np.array([len(row) for row in rows])
    mask = np.arange(max(lengths)) < lengths[:, None]
    ids = np.full(mask.shape, pad_id, dtype=np.int64)
    ids[mask] = [i for row in rows for i in row]
    return Padded(public["tensor"](ids), public["tensor"](mask))
