"""Tokenisers: there and back for any text, merges as counting says, batches, files, and what is refused."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_zh as tg
from tinygrad_zh.data.text import BPETokenizer, CharTokenizer, PretrainedTokenizer, load_tokenizer
from tinygrad_zh.data.text.byte_pairs import FIRST_BYTE, FIRST_MERGE, WORDS
from tinygrad_zh.errors import ArgumentError, DataError, DTypeError, IndexingError, StorageError

POEM = ["床前明月光，疑是地上霜。", "举头望明月，低头思故乡。", "明月几时有？把酒问青天。"]
ENGLISH = ["low lower lowest, new newer newest; widest.", "the lowest of the new, 12 times 12_000"]
CHARACTERS = CharTokenizer.train(POEM)
PAIRS = BPETokenizer.train([*POEM, *ENGLISH, "aaaa aaa"], 330)
BOTH = [CHARACTERS, PAIRS]
ANY = st.text(st.characters(exclude_categories=()), max_size=60)
"""Any str at all, even halves of surrogate pairs."""


# --- characters ---


def test_characters_by_frequency_then_code_point() -> None:
    assert CharTokenizer.train(["baab", "c"]).characters == ["a", "b", "c"]
    assert CharTokenizer.train(["月月光"], min_count=2).characters == ["月"]
    assert CharTokenizer.train(["aabbbc"], max_size=6).characters == ["b", "a"]
    assert CHARACTERS.vocab_size == len(CHARACTERS) == 4 + len(set("".join(POEM)))


def test_what_is_not_known() -> None:
    ids = CHARACTERS.encode("明天", bos=True, eos=True)
    assert ids[0] == 2 and ids[-1] == 3 and CHARACTERS.decode(ids) == "明天"
    assert CHARACTERS.encode("猫") == [1]
    assert CHARACTERS.decode([2, 1, 0, 3]) == "" and CHARACTERS.decode([2, 1, 0, 3], skip_special=False) == (
        "<bos><unk><pad><eos>"
    )
    assert CHARACTERS.encode("<pad>") == [1] * 5  # in a text it is no special token


@given(ANY)
def test_characters_there_and_back(text: str) -> None:
    tokenizer = CharTokenizer.train([text, "x"])
    assert tokenizer.decode(tokenizer.encode(text, bos=True, eos=True)) == text
    assert len(tokenizer.encode(text)) == len(text)


# --- byte pairs ---


def by_counting(texts: list[str], wanted: int) -> list[tuple[int, int]]:
    """Learn merges as the definition says: count all pairs, merge the best, and again."""
    words = [[FIRST_BYTE + b for b in w.encode("utf-8", "surrogatepass")] for t in texts for w in WORDS.findall(t)]
    merges: list[tuple[int, int]] = []
    while len(merges) < wanted:
        counts = Counter(pair for word in words for pair in pairwise(word))
        if not counts or max(counts.values()) < 2:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        for word in words:
            i = 0
            while i < len(word) - 1:
                if (word[i], word[i + 1]) == best:
                    word[i : i + 2] = [FIRST_MERGE + len(merges)]
                i += 1
        merges.append(best)
    return merges


@given(st.lists(st.text("ab 月。", max_size=40), min_size=1, max_size=6))
@settings(max_examples=150)
def test_merges_are_those_of_counting_everything(texts: list[str]) -> None:
    assert BPETokenizer.train(texts, FIRST_MERGE + 25).merges == by_counting(texts, 25)


def test_merges_of_real_text_and_their_order() -> None:
    texts = [*POEM, *ENGLISH]
    assert PAIRS.merges == by_counting([*texts, "aaaa aaa"], 330 - FIRST_MERGE)
    shuffled = random.Random(0).sample([*texts, "aaaa aaa"], len(texts) + 1)
    assert BPETokenizer.train(shuffled, 330).merges == PAIRS.merges  # not even the order of the texts counts
    assert "明月".encode() in [PAIRS.token(i) for i in range(PAIRS.vocab_size)]
    assert PAIRS.encode("明月") == [next(i for i in range(330) if PAIRS.token(i) == "明月".encode())]


@given(ANY)
@settings(max_examples=300)
def test_byte_pairs_there_and_back(text: str) -> None:
    assert "".join(WORDS.findall(text)) == text
    ids = PAIRS.encode(text, bos=True, eos=True)
    assert PAIRS.decode(ids) == text
    assert b"".join(map(PAIRS.token, ids)) == text.encode("utf-8", "surrogatepass")


@given(st.text("alowernst月明 ", max_size=40))
def test_encoding_repeats_the_merges_of_training(text: str) -> None:
    """Merge by merge over the whole word, as training did."""
    expected: list[int] = []
    for word in WORDS.findall(text):
        tokens = [FIRST_BYTE + b for b in word.encode()]
        for made, pair in enumerate(PAIRS.merges, FIRST_MERGE):
            i = 0
            while i < len(tokens) - 1:
                if (tokens[i], tokens[i + 1]) == pair:
                    tokens[i : i + 2] = [made]
                i += 1
        expected += tokens
    assert PAIRS.encode(text) == expected


def test_no_token_reaches_beyond_a_word() -> None:
    tokenizer = BPETokenizer.train(["dog. dog! dog? " * 50, "月。月！" * 50], 400)
    for i in range(FIRST_MERGE, tokenizer.vocab_size):
        text = tokenizer.token(i).decode("utf-8", "ignore")
        assert len(WORDS.findall(text)) <= 1
    assert tokenizer.vocab_size < 400  # all that comes twice is merged


def test_parts_of_characters_are_shown_as_such() -> None:
    first = PAIRS.encode("猫")[:1]
    assert PAIRS.decode(first) == "\ufffd"
    assert PAIRS.decode([2, *PAIRS.encode("a"), 3], skip_special=False) == "<bos>a<eos>"


def test_a_long_word_does_not_take_for_ever() -> None:
    assert PAIRS.decode(PAIRS.encode("a" * 100_000)) == "a" * 100_000


# --- batches ---


@pytest.mark.parametrize("tokenizer", BOTH, ids=repr)
def test_batches_and_their_mask(tokenizer: Any) -> None:
    ids, mask = tokenizer.encode_batch(["明月", "", "明月几时有？"], bos=True, eos=True)
    rows = [tokenizer.encode(t, bos=True, eos=True) for t in ("明月", "", "明月几时有？")]
    assert ids.dtype == tg.int64 and mask.dtype == tg.bool and ids.shape == mask.shape == (3, max(map(len, rows)))
    for row, line, real in zip(rows, ids.tolist(), mask.tolist(), strict=True):
        assert line == row + [0] * (len(line) - len(row)) and real == [True] * len(row) + [False] * (
            len(line) - len(row)
        )
    assert tokenizer.decode_batch(ids) == ["明月", "", "明月几时有？"]
    assert tokenizer.encode_batch([""]).ids.shape == (1, 0)


@pytest.mark.parametrize("tokenizer", BOTH, ids=repr)
def test_longer_texts_are_cut(tokenizer: Any) -> None:
    whole = tokenizer.encode("举头望明月", bos=True, eos=True)
    cut = tokenizer.encode_batch(["举头望明月", "月"], bos=True, eos=True, max_length=4).ids.tolist()
    assert cut[0] == [*whole[:3], 3] and len(cut[1]) == 4
    assert tokenizer.encode_batch(["举头望明月"], max_length=2).ids.tolist() == [tokenizer.encode("举头望明月")[:2]]


# --- files ---


@pytest.mark.parametrize("tokenizer", BOTH, ids=repr)
def test_saved_and_loaded(tokenizer: Any, tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    tokenizer.save(path)
    for loaded in (type(tokenizer).load(path), load_tokenizer(path)):
        assert type(loaded) is type(tokenizer) and loaded.content() == tokenizer.content()
        assert loaded.encode(POEM[2]) == tokenizer.encode(POEM[2])
    assert [p.name for p in tmp_path.iterdir()] == ["tokens.json"]
    json.loads(path.read_text(encoding="utf-8"))


def test_any_character_can_be_saved(tmp_path: Path) -> None:
    characters = ["\ud800", "\x00", '"', "\\", "\u2028", "🐈", "月"]
    CharTokenizer(characters).save(tmp_path / "c.json")
    assert CharTokenizer.load(tmp_path / "c.json").characters == characters
    assert "月" in (tmp_path / "c.json").read_bytes().decode("utf-8", "surrogatepass")  # a person can read it


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[1]",
        b"[" * 100_000,
        b"{}",
        b'{"kind": "tinygrad_zh.CharTokenizer", "version": 2, "characters": []}',
        b'{"kind": "tinygrad_zh.CharTokenizer", "version": 1}',
        b'{"kind": "tinygrad_zh.CharTokenizer", "version": 1, "characters": ["ab"]}',
        b'{"kind": "tinygrad_zh.CharTokenizer", "version": 1, "characters": ["a", "a"]}',
        b'{"kind": "tinygrad_zh.CharTokenizer", "version": 1, "characters": 3}',
        b'{"kind": "tinygrad_zh.BPETokenizer", "version": 1, "merges": [[4, 260]]}',
        b'{"kind": "tinygrad_zh.BPETokenizer", "version": 1, "merges": [[4, 5], [4, 5]]}',
        b'{"kind": "tinygrad_zh.BPETokenizer", "version": 1, "merges": [[4, 5.0]]}',
        b'{"kind": "tinygrad_zh.BPETokenizer", "version": 1, "merges": [[0, 5]]}',
    ],
    ids=lambda content: content[-30:],
)
def test_damaged_files(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_bytes(content)
    kind = BPETokenizer if b"BPE" in content else CharTokenizer
    for load in (kind.load, load_tokenizer):
        with pytest.raises(StorageError, match=r"E972.*t\.json"):
            load(path)


def test_files_of_another_kind_or_none(tmp_path: Path) -> None:
    PAIRS.save(tmp_path / "t.json")
    with pytest.raises(StorageError, match=r"E972(.|\n)*CharTokenizer"):
        CharTokenizer.load(tmp_path / "t.json")
    for load in (CharTokenizer.load, load_tokenizer):
        with pytest.raises(DataError, match="E408"):
            load(tmp_path / "missing.json")
    with pytest.raises(StorageError):
        PAIRS.save(tmp_path / "no folder" / "t.json")


# --- real vocabularies ---


def word_piece(path: Path, padding: bool = True) -> Path:
    """Write a small tokenizer.json like BERT's, with the library itself."""
    import tokenizers
    from tokenizers import decoders, models, normalizers, pre_tokenizers, processors

    words = ["[PAD]" if padding else "[NONE]", "[UNK]", "[CLS]", "[SEP]", "the", "low", "##er", "##est", "明", "月"]
    made = tokenizers.Tokenizer(models.WordPiece({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    made.decoder = decoders.WordPiece()
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair=None, special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    made.add_special_tokens(["[UNK]", "[CLS]", "[SEP]", words[0]])
    if padding:
        made.enable_padding(length=128, pad_id=0)
    made.enable_truncation(6)
    made.save(str(path))
    return path


def test_a_real_vocabulary(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(word_piece(tmp_path / "tokenizer.json"))
    assert isinstance(tokenizer, PretrainedTokenizer) and len(tokenizer) == 10
    assert tokenizer.encode("the lowest 明月") == [2, 4, 5, 7, 8, 3]  # cut after six, as the file says
    assert tokenizer.encode("Lower", special=False) == [5, 6]
    assert tokenizer.decode(tg.tensor([2, 4, 5, 3])) == "the low"
    ids, mask = tokenizer.encode_batch(["the low", "the lowest lower 明月", "猫"])
    assert ids.tolist() == [[2, 4, 5, 3, 0, 0], [2, 4, 5, 7, 5, 3], [2, 1, 3, 0, 0, 0]]
    assert mask.sum(1).tolist() == [4, 6, 3]
    assert tokenizer.encode_batch(["the lowest lower"], max_length=4).ids.tolist() == [[2, 4, 5, 3]]
    assert len(tokenizer.encode("the the the the the the the")) == 6  # and afterwards again as before
    assert tokenizer.decode_batch(ids) == ["the low", "the lowest low", ""]


def test_a_vocabulary_without_padding(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(word_piece(tmp_path / "tokenizer.json", padding=False))
    assert isinstance(tokenizer, PretrainedTokenizer) and tokenizer.pad_id is None
    assert tokenizer.encode_batch(["the", "low"]).ids.shape == (2, 3)
    with pytest.raises(ArgumentError, match="E975"):
        tokenizer.encode_batch(["the", "the low"])
    tokenizer.pad_id = 3
    assert tokenizer.encode_batch(["the", "the low"]).ids[0].tolist() == [2, 4, 3, 3]


def test_without_the_library(tmp_path: Path) -> None:
    word_piece(tmp_path / "tokenizer.json")
    program = """
import sys
sys.modules["tokenizers"] = None
from tinygrad_zh.data.text import load_tokenizer
try:
    load_tokenizer(sys.argv[1])
except ImportError as problem:
    print(problem.code, "[text]" in str(problem))
"""
    command = [sys.executable, "-c", program, str(tmp_path / "tokenizer.json")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() == ["TG-E301", "True"]


# --- bad input ---


@pytest.mark.parametrize("tokenizer", [*BOTH, "real"], ids=repr)
def test_what_is_no_text_and_no_token(tokenizer: Any, tmp_path: Path) -> None:
    if tokenizer == "real":
        tokenizer = load_tokenizer(word_piece(tmp_path / "tokenizer.json"))
    for wrong in (b"a", None, 3, ["a"]):
        with pytest.raises(DTypeError, match="E974"):
            tokenizer.encode(wrong)
    for wrong in ("a text", None, [b"a"], [3]):
        with pytest.raises(DTypeError, match="E974"):
            tokenizer.encode_batch(wrong)
    with pytest.raises(ArgumentError, match="at least one"):
        tokenizer.encode_batch([])
    for wrong in (0, -1, 2.0, True):
        with pytest.raises(ArgumentError, match="max_length"):
            tokenizer.encode_batch(["a"], max_length=wrong)
    for wrong in (-1, tokenizer.vocab_size, 1.0, True, "a"):
        with pytest.raises(IndexingError, match="E973"):
            tokenizer.decode([wrong])


def test_training_that_cannot_be() -> None:
    for train in (CharTokenizer.train, lambda texts: BPETokenizer.train(texts, 300)):
        for wrong in ("one text", [b"a"], None):
            with pytest.raises(DTypeError, match="E974"):
                train(wrong)
        with pytest.raises(ArgumentError, match="at least one"):
            train([])
    for make in (
        lambda: BPETokenizer.train(["a"], 259),
        lambda: BPETokenizer.train(["a"], 300, min_count=0),
        lambda: CharTokenizer.train(["a"], max_size=3),
        lambda: CharTokenizer.train(["a"], min_count=0),
        lambda: CharTokenizer(["ab"]),
        lambda: CharTokenizer("aa"),
        lambda: BPETokenizer([(4, 260)]),
    ):
        with pytest.raises(ArgumentError):
            make()
    with pytest.raises(IndexingError, match="E973"):
        PAIRS.token(PAIRS.vocab_size)
