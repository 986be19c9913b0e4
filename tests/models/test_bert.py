"""BertModel on small random models: an independent PyTorch BERT, Hugging Face's names and files, and bad input."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch

import tinygrad_zh as tg
from tests.double.strict import double_device
from tests.models.torch_bert import bert, pooled_mean
from tinygrad_zh.errors import ArgumentError, IndexingError, ShapeError, StorageError
from tinygrad_zh.models import BertConfig, BertModel
from tinygrad_zh.storage import load_file, save_file

SIZES: dict[str, Any] = {
    "vocab_size": 20, "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 10,
    "max_position_embeddings": 9, "layer_norm_eps": 1e-6,
}  # fmt: skip
CONFIG = BertConfig(**SIZES)
IDS = np.array([[3, 5, 19, 7, 2], [4, 4, 1, 0, 0], [6, 0, 0, 0, 0]])
MASK = (IDS != 0).astype(int)
TYPES = np.array([[0, 0, 1, 1, 1], [0, 1, 1, 0, 0], [1, 0, 0, 0, 0]])
ACTS = {
    "gelu": torch.nn.functional.gelu,
    "gelu_new": lambda x: torch.nn.functional.gelu(x, approximate="tanh"),
    "gelu_pytorch_tanh": lambda x: torch.nn.functional.gelu(x, approximate="tanh"),
    "relu": torch.relu,
    "silu": torch.nn.functional.silu,
}


def model_with_weights(config: BertConfig = CONFIG, **options: Any) -> BertModel:
    """A model in float64 whose every weight and bias counts."""
    model = BertModel(config, **options).double().eval()
    draw = np.random.default_rng(0)
    model.load_state_dict({n: draw.normal(scale=0.5, size=t.shape) for n, t in model.state_dict().items()})
    return model


def to_torch(model: Any) -> dict[str, Any]:
    return {n: torch.tensor(t.numpy(), requires_grad=True) for n, t in model.state_dict().items()}


def run_torch(state: Any, mask: Any = MASK, types: Any = TYPES, act: str = "gelu") -> Any:
    given = [torch.tensor(x) for x in (IDS, mask, types)]
    return bert(state, *given, layers=2, heads=3, eps=1e-6, act=ACTS[act])


def close(ours: Any, theirs: Any) -> None:
    np.testing.assert_allclose(ours.numpy(force=True), theirs.detach().numpy(), rtol=1e-9, atol=1e-12)


# --- values and gradients ---


@pytest.mark.parametrize("act", ACTS)
def test_values_are_those_of_an_independent_bert(act: str) -> None:
    model = model_with_weights(BertConfig(**SIZES, hidden_act=act))
    _, x, pooled = run_torch(to_torch(model), act=act)
    found = model(*map(tg.tensor, (IDS, MASK, TYPES)))
    here = MASK != 0  # what stands at a padding is looked at by nobody
    np.testing.assert_allclose(found.last_hidden_state.numpy(force=True)[here], x.detach().numpy()[here], rtol=1e-9)
    close(found.pooler_output, pooled)


def test_without_mask_and_types_all_tokens_count() -> None:
    model = model_with_weights()
    _, x, pooled = run_torch(to_torch(model), np.ones_like(IDS), np.zeros_like(IDS))
    found = model(tg.tensor(IDS))
    close(found.last_hidden_state, x)
    close(found.pooler_output, pooled)
    close(model.sentence_embedding(tg.tensor(IDS)), pooled_mean(x, torch.ones(IDS.shape)))


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8, np.bool_])
def test_gradients_of_the_sentence_embedding(dtype: Any) -> None:
    """Of all parameters, and of what the embeddings hand to the encoder."""
    model = model_with_weights(add_pooling_layer=False)
    kept: list[Any] = []
    model.embeddings.register_forward_hook(lambda *call: kept.append(call[-1]) or call[-1].retain_grad())
    ours = model.sentence_embedding(tg.tensor(IDS), tg.tensor(MASK.astype(dtype)))
    state = to_torch(model)
    start, x, _ = run_torch(state, types=np.zeros_like(IDS))
    start.retain_grad()
    theirs = pooled_mean(x, torch.tensor(MASK))
    close(ours, theirs)
    (ours**3).sum().backward()
    (theirs**3).sum().backward()
    close(kept[0].grad, start.grad)
    state["embeddings.word_embeddings.weight"].grad[0] = 0  # the padding's vector is not trained
    for name, parameter in model.named_parameters():
        close(parameter.grad, state[name].grad)


def test_padding_changes_nothing() -> None:
    model = model_with_weights()
    alone = model.sentence_embedding(tg.tensor(IDS[1:2, :3]))
    together = model.sentence_embedding(tg.tensor(IDS), tg.tensor(MASK))
    np.testing.assert_allclose(together.numpy(force=True)[1], alone.numpy(force=True)[0], rtol=1e-10)
    np.testing.assert_allclose((together * together).sum(1).numpy(force=True), 1, rtol=1e-12)


def test_a_sentence_of_nothing_but_padding_is_zero_and_not_nan() -> None:
    model = model_with_weights()
    found = model.sentence_embedding(tg.tensor(IDS), tg.tensor(MASK * np.array([[1], [0], [1]])))
    found.sum().backward()
    assert (found[1] == 0).all().item()
    assert all(np.isfinite(p.grad.numpy()).all() for p in model.parameters() if p.grad is not None)


def test_the_other_device_gives_the_same(tmp_path: Path) -> None:
    """On the strict double of CuPy: nothing assumes NumPy, and what is saved there can be loaded here."""
    model, found = model_with_weights(), []
    with double_device() as device:
        for where in ("cpu", device):
            model.to(where).zero_grad()
            embedding = model.sentence_embedding(tg.tensor(IDS).to(where), tg.tensor(MASK).to(where))
            assert str(embedding.device) == where
            (embedding**3).sum().backward()
            grads = [p.grad for p in model.parameters() if p.grad is not None]
            found.append([x.cpu().numpy(force=True) for x in (embedding, *grads)])
        save_file(model.state_dict(), tmp_path / "x")
        model.cpu()
    for here, there in zip(*found, strict=True):
        np.testing.assert_allclose(there, here, rtol=1e-9, atol=1e-12)
    saved = load_file(tmp_path / "x")
    assert all(np.array_equal(saved[name], t.numpy(force=True)) for name, t in model.state_dict().items())


def test_dropout_acts_in_training_only() -> None:
    config = BertConfig(**{**SIZES, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.5})
    model, ids = BertModel(config), tg.tensor(IDS)
    tg.manual_seed(0)
    a, b = (model(ids).last_hidden_state for _ in range(2))
    assert (a != b).any().item()
    model.eval()
    a, b = (model(ids).last_hidden_state for _ in range(2))
    assert (a == b).all().item()


def test_new_weights_start_as_asked() -> None:
    tg.manual_seed(0)
    model = BertModel(BertConfig(**{**SIZES, "vocab_size": 3000, "initializer_range": 0.1}))
    words = model.embeddings.word_embeddings.weight.numpy(force=True)
    assert (words[0] == 0).all() and abs(words[1:].std() - 0.1) < 2e-3
    dense = model.encoder.layer[0].intermediate.dense
    assert abs(dense.weight.numpy(force=True).std() - 0.1) < 0.03 and (dense.bias == 0).all().item()


# --- Hugging Face's names and files ---

NAMES = [
    *("embeddings.LayerNorm", "embeddings.position_embeddings", "embeddings.token_type_embeddings"),
    *("embeddings.word_embeddings", "encoder.layer.N.attention.self.query", "encoder.layer.N.attention.self.key"),
    *("encoder.layer.N.attention.self.value", "encoder.layer.N.attention.output.dense"),
    *("encoder.layer.N.attention.output.LayerNorm", "encoder.layer.N.intermediate.dense"),
    *("encoder.layer.N.output.dense", "encoder.layer.N.output.LayerNorm", "pooler.dense"),
]


def test_names_are_hugging_faces() -> None:
    names = {re.sub(r"layer\.\d+", "layer.N", name) for name in BertModel(CONFIG).state_dict()}
    biased = {f"{name}.bias" for name in NAMES if not name.endswith("_embeddings")}
    assert names == biased | {f"{name}.weight" for name in NAMES}


def save_folder(folder: Path, tensors: Any, **changes: Any) -> Path:
    save_file(tensors, folder / "model.safetensors")
    said = {"model_type": "bert", "architectures": ["BertModel"], "position_embedding_type": "absolute", **SIZES}
    (folder / "config.json").write_text(json.dumps(said | changes), encoding="utf-8")
    return folder


def test_a_folder_comes_back(tmp_path: Path) -> None:
    for pooler in (True, False):
        model = model_with_weights(add_pooling_layer=pooler)
        back = BertModel.from_pretrained(save_folder(tmp_path, model.state_dict())).double()
        assert back.config == CONFIG and not back.training and (back.pooler is None) is not pooler
        for name, tensor in model.state_dict().items():
            np.testing.assert_array_equal(back.state_dict()[name].numpy(), tensor.numpy().astype("f4"))


def test_names_of_early_files_and_of_models_with_heads(tmp_path: Path) -> None:
    model = model_with_weights()
    old = {
        "bert." + n.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): t
        for n, t in model.state_dict().items()
    }
    assert any("gamma" in name for name in old)
    extra = {"bert.embeddings.position_ids": np.arange(9)[None], "cls.predictions.bias": np.ones(20)}
    back = BertModel.from_pretrained(save_folder(tmp_path, {**old, **extra})).double()
    for name, tensor in model.state_dict().items():
        np.testing.assert_array_equal(back.state_dict()[name].numpy(), tensor.numpy().astype("f4"))


def test_bfloat16_and_shards_are_read(tmp_path: Path) -> None:
    model = model_with_weights()
    state = {name: torch.tensor(tensor.numpy()).bfloat16() for name, tensor in model.state_dict().items()}
    folder = save_folder(tmp_path, {})
    (folder / "model.safetensors").unlink()
    where = {name: f"model-{name.startswith('encoder')}.safetensors" for name in state}
    for shard in set(where.values()):
        safetensors.torch.save_file({name: state[name] for name in state if where[name] == shard}, folder / shard)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": where}))
    back = BertModel.from_pretrained(folder)
    for name, tensor in back.state_dict().items():
        np.testing.assert_array_equal(tensor.numpy(), state[name].float().numpy())


def test_another_models_weights_are_a_clear_error(tmp_path: Path) -> None:
    model = BertModel(BertConfig(**{**SIZES, "num_hidden_layers": 1}))
    with pytest.raises(StorageError, match=r"missing: encoder\.layer\.1") as caught:
        BertModel.from_pretrained(save_folder(tmp_path, model.state_dict()))
    assert caught.value.code == "TG-E606"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model_type": "roberta"}, "roberta"),
        ({"position_embedding_type": "relative_key"}, "relative_key"),
        ({"is_decoder": True}, "is_decoder"),
        ({"is_decoder": 0}, "is_decoder"),
        ({"add_cross_attention": True}, "add_cross_attention"),
        ({"pruned_heads": {"0": [1]}}, "pruned_heads"),
        ({"embedding_size": 128}, "embedding_size"),
        ({"quantization_config": {"bits": 4}}, "quantization_config"),
    ],
)
def test_a_configuration_that_is_not_computed_here_is_a_clear_error(
    changes: dict[str, Any], said: str, tmp_path: Path
) -> None:
    folder = save_folder(tmp_path, BertModel(CONFIG).state_dict(), **changes)
    with pytest.raises(StorageError, match=said) as caught:
        BertModel.from_pretrained(folder)
    assert caught.value.code == "TG-E588" and "config.json" in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{", "{}", '"bert"'])
def test_what_is_no_configuration_is_a_clear_error(text: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(StorageError) as caught:
        BertConfig.from_json(tmp_path / "config.json")
    assert caught.value.code == "TG-E588"
    with pytest.raises(StorageError) as caught:
        BertConfig.from_json(tmp_path / "nothing.json")
    assert caught.value.code == "TG-E503"


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden_size": 0},
        {"hidden_size": 12.0},
        {"hidden_size": True},
        {"num_attention_heads": 5},
        {"num_hidden_layers": -1},
        {"hidden_act": "swish2"},
        {"hidden_act": None},
        {"hidden_dropout_prob": 1.5},
        {"attention_probs_dropout_prob": "0.1"},
        {"layer_norm_eps": -1.0},
        {"initializer_range": float("nan")},
        {"pad_token_id": 20},
        {"pad_token_id": "0"},
    ],
    ids=str,
)
def test_an_option_out_of_range_is_a_clear_error(changes: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=next(iter(changes))):
        BertConfig(**{**SIZES, **changes})


# --- bad input ---


@pytest.mark.parametrize(
    "given",
    [
        {"input_ids": IDS[0]},
        {"input_ids": IDS.astype(float)},
        {"input_ids": IDS != 0},
        {"input_ids": np.ones((1, 10), int)},
        {"attention_mask": MASK[:, :4]},
        {"attention_mask": MASK.astype(float)},
        {"attention_mask": MASK[0]},
        {"token_type_ids": TYPES[:2]},
        {"token_type_ids": TYPES != 0},
    ],
    ids=lambda given: next(iter(given)),
)
def test_tokens_of_another_shape_or_dtype_are_a_clear_error(given: dict[str, Any]) -> None:
    tensors = {"input_ids": tg.tensor(IDS)} | {name: tg.tensor(x) for name, x in given.items()}
    with pytest.raises(ShapeError, match=next(iter(given))) as caught:
        BertModel(CONFIG)(**tensors)
    assert caught.value.code == "TG-E590"


def test_lists_are_a_clear_error() -> None:
    with pytest.raises(ShapeError, match="list"):
        BertModel(CONFIG)(IDS.tolist())


def test_a_token_that_is_not_in_the_vocabulary_is_a_clear_error() -> None:
    for ids, types in ((IDS + 1, TYPES), (IDS, TYPES + 1)):
        with pytest.raises(IndexingError):
            BertModel(CONFIG)(tg.tensor(ids), token_type_ids=tg.tensor(types))
