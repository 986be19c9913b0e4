"""这首词是什么词牌？Transformer 编码器读一首宋词，从二十个词牌中认出它的词牌。

Which tune was this poem written to?  A Transformer encoder reads a poem of the Song dynasty and names one of twenty
tunes.  A tune prescribes how long each line is, so what counts is the order of characters and punctuation.

    python -m examples.transformer_chinese
    python -m examples.transformer_chinese --quick  # 几秒钟，少量数据 | seconds, on little data

三千首词中每六首留一首测试。对照：朴素贝叶斯，它只数字和标点的个数，不看顺序。
Every sixth of 3000 poems is for the test.  Compared with naive Bayes, which counts signs and does not see their order.

结果在 runs/transformer：权重、曲线、指标，以及认错的词 mistakes.txt。
The results in runs/transformer: weights, curves, numbers, and the poems that it got wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

import tinygrad_zh as tg
from examples import common
from examples.texts.song_ci import Poem, read_poems
from tinygrad_zh import nn, optim
from tinygrad_zh.data import DataLoader
from tinygrad_zh.data.text import CharTokenizer
from tinygrad_zh.nn.utils.rnn import pad_sequence
from tinygrad_zh.storage import atomic_write
from tinygrad_zh.train import fit, write_results

PADDING = 0  # CharTokenizer 的填充 | what CharTokenizer pads with
SHORT_TUNES = ("点绛唇", "卜算子", "好事近", "谒金门")


class Classifier(nn.Module):
    """字的向量，加上位置，经过编码器，取平均，得到每个词牌的分数。A score of each tune for a sequence of characters."""

    def __init__(self, characters: int, tunes: int, width: int = 64, heads: int = 4, layers: int = 2) -> None:
        super().__init__()
        self.embedding = nn.Embedding(characters, width, padding_idx=PADDING)
        self.positions = nn.LearnedPositions(width, max_len=160, batch_first=True)
        layer = nn.TransformerEncoderLayer(width, heads, 2 * width, dropout=0.1, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, norm=nn.LayerNorm(width), enable_nested_tensor=False)
        self.tunes = nn.Linear(width, tunes)

    def forward(self, tokens: Any, padding: Any) -> Any:
        x = self.positions(self.embedding(tokens))  # (B, T, D)
        x = self.encoder(x, src_key_padding_mask=padding)
        x = x.masked_fill(padding.unsqueeze(2), 0.0)
        mean = x.sum(1) / (~padding).sum(1, keepdim=True)  # (B, D)
        return self.tunes(mean)


def batches(poems: list[Poem], tokens: CharTokenizer, tunes: list[str], size: int, shuffle: bool) -> DataLoader:
    """长短不同的词，填充成一样长。Poems of different lengths, padded to one."""

    def collate(chosen: list[Poem]) -> dict[str, Any]:
        texts = [tg.tensor(tokens.encode(poem.text)) for poem in chosen]
        padded = pad_sequence(texts, batch_first=True, padding_value=PADDING)
        answers = tg.tensor([tunes.index(poem.tune) for poem in chosen])
        return {"tokens": padded, "padding": padded == PADDING, "tune": answers}

    return DataLoader(poems, batch_size=size, shuffle=shuffle, collate_fn=collate)


def forward(model: Any, batch: dict[str, Any]) -> tuple[Any, Any]:
    """模型的输出和正确答案。The model's outputs, and the right answers."""
    return model(batch["tokens"], batch["padding"]), batch["tune"]


def guesses(model: Any, loader: DataLoader, device: Any) -> Any:
    """模型认为是哪个词牌。Which tunes the model names."""
    model.eval()
    with tg.no_grad():
        parts = [model(batch["tokens"].to(device), batch["padding"].to(device)) for batch in loader]
        return tg.cat(parts).argmax(1).numpy(force=True)


def naive_bayes(train: list[Poem], test: list[Poem], tokens: CharTokenizer, tunes: list[str]) -> Any:
    """对照：log P(词牌) + Σ log P(字 | 词牌)。The baseline, with one added to each count."""

    def counts(poem: Poem) -> Any:
        return np.bincount(tokens.encode(poem.text), minlength=tokens.vocab_size)

    answers = np.array([tunes.index(poem.tune) for poem in train])
    seen = np.stack([counts(poem) for poem in train])
    signs = np.stack([seen[answers == i].sum(0) for i in range(len(tunes))]) + 1.0  # (tunes, signs)
    prior = np.bincount(answers, minlength=len(tunes)) / len(train)
    scores = np.stack([counts(poem) for poem in test]) @ np.log(signs / signs.sum(1, keepdims=True)).T
    return (scores + np.log(prior)).argmax(1)


def train(options: argparse.Namespace, device: Any) -> dict[str, Any]:
    """训练，并留下结果。Train, and leave the results."""
    poems = read_poems()
    if options.quick:
        poems = [poem for poem in poems if poem.tune in SHORT_TUNES][::2]
    train_poems, test_poems = [poem for i, poem in enumerate(poems) if i % 6], poems[::6]
    tunes = sorted({poem.tune for poem in poems})
    tokens = CharTokenizer.train([poem.text for poem in train_poems], min_count=2)
    loader = batches(train_poems, tokens, tunes, options.batch_size, shuffle=True)
    test_loader = batches(test_poems, tokens, tunes, 100, shuffle=False)

    model = Classifier(tokens.vocab_size, len(tunes)).to(device)
    optimizer = optim.AdamW(model.parameters(), lr=options.lr, weight_decay=0.01)
    steps = options.epochs * len(loader)
    history = fit(
        model,
        nn.CrossEntropyLoss(),
        optimizer,
        loader,
        epochs=options.epochs,
        validation=test_loader,
        forward=forward,
        clip_norm=1.0,
        scheduler=optim.lr_scheduler.OneCycleLR(optimizer, options.lr, total_steps=steps, cycle_momentum=False),
        scheduler_per="step",
        **common.checkpoints(options),
    )
    answers = np.array([tunes.index(poem.tune) for poem in test_poems])
    found = guesses(model, test_loader, device)
    measured = {
        "test_accuracy": float((found == answers).mean()),
        "naive_bayes_accuracy": float((naive_bayes(train_poems, test_poems, tokens, tunes) == answers).mean()),
        "commonest_tune_accuracy": float(np.bincount(answers).max() / len(answers)),
        "test_examples": len(test_poems),
    }
    facts = common.settings(options)
    write_results(options.out, model, history, measured=measured, settings=facts, device=device, title="Transformer")
    wrong = [(poem, tunes[i]) for poem, i in zip(test_poems, found, strict=True) if poem.tune != tunes[i]]
    with atomic_write(options.out / "mistakes.txt") as file:
        lines = [f"{poem.tune} → {named} · {poem.poet}\n  {poem.text}\n" for poem, named in wrong]
        file.write("".join(lines).encode())
    percent = {name: f"{value:.1%}" for name, value in measured.items() if name.endswith("accuracy")}
    common.say_results(options.out, "  ".join(f"{name} {value}" for name, value in percent.items()))
    return measured


def main(arguments: Sequence[str] | None = None) -> int:
    """读命令行，然后训练。Read the command line, and train."""
    parser = common.parser(__doc__, "transformer", batch_size=32, lr=0.005)
    return common.run(train, common.parsed(parser, arguments, epochs=10, quick_epochs=5))


if __name__ == "__main__":
    sys.exit(main())
