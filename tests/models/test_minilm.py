"""The real all-MiniLM-L6-v2: embeddings and gradients are those of its authors' software, and of another BERT."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

import tinygrad_zh as tg
from tests.models.make_minilm_reference import SENTENCES, STRIDE, scalar_of
from tests.models.minilm import model_folder, reference
from tests.models.torch_bert import bert, pooled_mean
from tinygrad_zh.models import BertModel

pytestmark = pytest.mark.slow

EXPECTED, ABOUT = reference()
IDS, MASK = EXPECTED["input_ids"], EXPECTED["attention_mask"]


def test_the_reference_is_of_these_sentences() -> None:
    assert ABOUT["sentences"] == SENTENCES and set(ABOUT["versions"]) == {
        "sentence_transformers",
        "transformers",
        "torch",
    }


def test_the_model_asks_for_the_mean_of_length_one() -> None:
    pooling = json.loads((model_folder() / "1_Pooling" / "config.json").read_text())
    assert [name for name, on in pooling.items() if on is True] == ["pooling_mode_mean_tokens"]
    modules = json.loads((model_folder() / "modules.json").read_text())
    assert [module["type"].rpartition(".")[2] for module in modules] == ["Transformer", "Pooling", "Normalize"]


def test_tokens_are_those_of_the_reference() -> None:
    tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
    tokenizer.enable_padding()
    tokens = tokenizer.encode_batch(SENTENCES)
    np.testing.assert_array_equal([t.ids for t in tokens], IDS)
    np.testing.assert_array_equal([t.attention_mask for t in tokens], MASK)


def test_embeddings_are_those_of_sentence_transformers() -> None:
    model = BertModel.from_pretrained(model_folder())
    assert all(parameter.dtype == tg.float32 for parameter in model.parameters())
    with tg.no_grad():
        found = model.sentence_embedding(tg.tensor(IDS), tg.tensor(MASK))
    np.testing.assert_allclose(found.numpy(), EXPECTED["embeddings"], rtol=0, atol=1e-5)
    similar = found.numpy() @ found.numpy().T
    assert (
        similar[0, 1] > 0.6 and similar[2, 3] > 0.5 and np.abs(similar[:2, 2:]).max() < 0.2
    )  # and they mean something


def test_gradients_are_those_of_transformers_and_of_another_bert() -> None:
    """In float64: of every parameter, and of what the embeddings hand to the encoder."""
    model = BertModel.from_pretrained(model_folder()).double()
    kept: list[Any] = []
    hook = model.embeddings.register_forward_hook(lambda *call: kept.append(call[-1]) or call[-1].retain_grad())
    ids, mask = tg.tensor(IDS), tg.tensor(MASK)
    ours = model.sentence_embedding(ids, mask)
    hook.remove()
    scalar_of(ours).backward()

    state = {n: torch.tensor(t.numpy(), requires_grad=True) for n, t in model.state_dict().items()}
    given = torch.tensor(IDS), torch.tensor(MASK), torch.zeros(IDS.shape, dtype=torch.int64)
    start, x, _ = bert(state, *given, layers=6, heads=12, eps=1e-12)
    start.retain_grad()
    theirs = pooled_mean(x, given[1])
    scalar_of(theirs).backward()
    state["embeddings.word_embeddings.weight"].grad[0] = 0  # the padding's vector is not trained

    np.testing.assert_allclose(ours.numpy(force=True), theirs.detach().numpy(), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(scalar_of(ours).item(), EXPECTED["scalar"], rtol=1e-9)
    with tg.no_grad():
        np.testing.assert_allclose(model(ids, mask).pooler_output.numpy(), EXPECTED["pooler_output"], rtol=1e-9)
    np.testing.assert_allclose(kept[0].grad.numpy(), start.grad.numpy(), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(
        kept[0].grad.numpy(), EXPECTED["embeddings_grad"], rtol=1e-5, atol=1e-7
    )  # kept as float32
    recorded = 0
    for name, parameter in model.named_parameters():
        if name.startswith("pooler."):  # takes no part in the mean
            assert parameter.grad is None and f"grad.{name}" not in EXPECTED
            continue
        found = parameter.grad.numpy()
        np.testing.assert_allclose(found, state[name].grad.numpy(), rtol=1e-9, atol=1e-12, err_msg=name)
        norm, some = EXPECTED[f"grad.{name}"]
        np.testing.assert_allclose(np.linalg.norm(found), norm, rtol=1e-9, atol=1e-12, err_msg=name)
        np.testing.assert_allclose(found.ravel()[::STRIDE].sum(), some, rtol=1e-9, atol=1e-12, err_msg=name)
        recorded += 1
    assert recorded == sum(name.startswith("grad.") for name in EXPECTED) == 101
