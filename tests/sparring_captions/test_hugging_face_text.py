"""Text encoders that others trained: read from a folder, and never from anywhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from sparring import DataError
from sparring_captions.hugging_face_text import HuggingFaceText, masked_mean

SENTENCE = "a small red circle above a large blue square on sand"


def folder_with(path: Path, **config: Any) -> Path:
    path.mkdir()
    (path / "config.json").write_text(json.dumps(config))
    save_file({"weight": torch.zeros(1)}, path / "model.safetensors")
    return path


def tiny_clip(path: Path) -> Path:
    """A CLIP text model of a few thousand random weights whose pieces of words are single letters."""
    transformers: Any = pytest.importorskip("transformers")
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    path.mkdir()
    (path / "vocab.json").write_text(json.dumps({piece: number for number, piece in enumerate(pieces)}))
    (path / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = transformers.CLIPTokenizerFast(str(path / "vocab.json"), str(path / "merges.txt"), model_max_length=16)
    tokenizer.save_pretrained(path)
    config = transformers.CLIPTextConfig(
        vocab_size=len(pieces), hidden_size=16, intermediate_size=16, projection_dim=12, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=16, bos_token_id=52, eos_token_id=53, pad_token_id=53,
    )  # fmt: skip
    transformers.CLIPTextModelWithProjection(config).save_pretrained(path)
    return path


@pytest.mark.slow
def test_clip_is_read_from_its_folder_when_first_needed_and_gives_projected_embeddings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    transformers: Any = pytest.importorskip("transformers")
    folder = tiny_clip(tmp_path / "clip")
    encoder = HuggingFaceText(folder=folder).train()
    capsys.readouterr()

    embeddings = encoder.encode(["red", "blue ring", SENTENCE])

    assert capsys.readouterr() == ("", "")
    network = transformers.CLIPTextModelWithProjection.from_pretrained(folder).eval()
    spelled = torch.tensor([[52, 17, 4, 29, 53]])
    assert embeddings.shape == (3, encoder.width)
    assert encoder.width == 12
    assert not embeddings.requires_grad
    torch.testing.assert_close(embeddings[:1], network(input_ids=spelled).text_embeds.detach())
    torch.testing.assert_close(encoder.encode(["red"]), embeddings[:1])
    assert encoder.encode([]).shape == (0, 12)
    assert not encoder.kept
    assert not encoder.state_dict()
    assert encoder.unread("red") == ""
    assert encoder.unread(SENTENCE) == "only the first 14 of 42 pieces of words are read"
    assert HuggingFaceText(folder=folder, max_tokens=8).unread("blue ring") == "only the first 6 of 8 pieces of words are read"
    assert encoder.refuses(" ") == "it is empty"
    assert HuggingFaceText(folder=folder).identity() == encoder.identity()
    assert HuggingFaceText(folder=folder, max_tokens=8).identity() != encoder.identity()


def test_the_mean_leaves_out_what_is_only_padding() -> None:
    states = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [100.0, 100.0]]])

    mean = masked_mean(states, torch.tensor([[1, 1, 0]]))

    torch.testing.assert_close(mean, torch.tensor([[2.0, 3.0]]))


def test_the_width_is_known_before_the_model_is_read(tmp_path: Path) -> None:
    clip = folder_with(tmp_path / "clip", model_type="clip", text_config={"projection_dim": 96})
    bert = folder_with(tmp_path / "bert", model_type="bert", hidden_size=48)

    assert HuggingFaceText(folder=clip).width == 96
    assert HuggingFaceText(folder=bert).width == 48


def test_a_changed_file_in_the_folder_is_another_encoder(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "bert", model_type="bert", hidden_size=48)
    before = HuggingFaceText(folder=folder).identity()

    save_file({"weight": torch.ones(1)}, folder / "model.safetensors")

    assert HuggingFaceText(folder=folder).identity() != before


def test_folders_that_are_no_text_encoder_are_refused_in_words(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    pickled = folder_with(tmp_path / "pickled", model_type="bert", hidden_size=48)
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    images = folder_with(tmp_path / "images", model_type="vit", hidden_size=48, vision_config={})
    short = folder_with(tmp_path / "short", model_type="bert", hidden_size=48, max_position_embeddings=16)

    with pytest.raises(ValueError, match=r"is no folder: download a model once \('hf download NAME --local-dir FOLDER'\)"):
        HuggingFaceText(folder=tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"has no readable config.json: give a folder that transformers has written"):
        HuggingFaceText(folder=empty)
    with pytest.raises(ValueError, match="has no weights in safetensors, and others are not read"):
        HuggingFaceText(folder=pickled)
    with pytest.raises(ValueError, match="a model of kind 'vit', which gives no embedding of a text"):
        HuggingFaceText(folder=images)
    with pytest.raises(ValueError, match="reads from 3 to 16 tokens, not 17: change max_tokens"):
        HuggingFaceText(folder=short, max_tokens=17)


@pytest.mark.slow
def test_a_folder_that_turns_out_to_be_no_model_is_named_when_it_is_read(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    folder = tiny_clip(tmp_path / "clip")
    (folder / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:400])
    wordless = tiny_clip(tmp_path / "wordless")
    (wordless / "tokenizer.json").write_text("{")
    headless = tiny_clip(tmp_path / "headless")
    weights = load_file(headless / "model.safetensors")
    save_file(
        {name: part for name, part in weights.items() if name != "text_projection.weight"}, headless / "model.safetensors", {"format": "pt"}
    )

    with pytest.raises(DataError, match=r"clip: the text encoder cannot be read: "):
        HuggingFaceText(folder=folder).encode(["red"])
    with pytest.raises(DataError, match=r"wordless: the text encoder cannot be read: "):
        HuggingFaceText(folder=wordless).encode(["red"])
    with pytest.raises(DataError, match=r"headless: weights are missing, 'text_projection.weight' among them: download the model again"):
        HuggingFaceText(folder=headless).encode(["red"])
