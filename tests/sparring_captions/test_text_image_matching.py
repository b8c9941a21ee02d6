"""Images and captions in one space: the loss, the image's encoder, and a short game."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from accelerate import debug_launcher
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional as F

from sparring import GameError
from sparring_captions.attribute_naming import VALUES, AttributeNaming
from sparring_captions.char_cnn_rnn import CharCnnRnn
from sparring_captions.hugging_face_text import HuggingFaceText
from sparring_captions.image_encoder import ImageEncoder
from sparring_captions.joint_embedding import MismatchMargin, StructuredJointEmbedding
from sparring_captions.matching_task import TextImageMatching
from sparring_captions.scene_source import SceneDraws

LABELS = torch.tensor([[3], [7]])


def test_the_loss_counts_what_other_pairs_lack_of_the_margin_in_both_directions() -> None:
    images, texts = torch.tensor([[1.0, 0.0], [0.0, 2.0]]), torch.tensor([[2.25, 0.5], [1.5, 1.0]])

    loss = StructuredJointEmbedding()(images, texts, LABELS)

    # Inner products: [[2.25, 1.5], [1, 2]]. Captions for the two images lack 0.25 and 0, images for the two captions 0 and 0.5.
    torch.testing.assert_close(loss, torch.tensor((0.25 + 0.5) / 4))


def test_embeddings_of_nothing_lose_the_margin_twice_for_every_pair_of_two_labels() -> None:
    nothing, labels = torch.zeros(4, 3), torch.tensor([[0], [0], [1], [2]])

    loss = StructuredJointEmbedding()(nothing, nothing, labels)

    torch.testing.assert_close(loss, torch.tensor(2 * 10 / 16))


def test_pairs_of_one_label_are_never_pushed_apart() -> None:
    loss = StructuredJointEmbedding()(torch.randn(2, 3), torch.randn(2, 3), torch.tensor([[5], [5]]))

    assert loss == 0


def test_the_margin_of_two_scenes_is_the_number_of_things_in_which_they_differ() -> None:
    nothing, attributes = torch.zeros(3, 4), torch.tensor([[1, 2, 3], [1, 2, 4], [0, 0, 0]])

    loss = StructuredJointEmbedding()(nothing, nothing, attributes)

    # One and three and three things, each pair in both orders and both directions.
    torch.testing.assert_close(loss, torch.tensor(4 * (1 + 3 + 3) / 9))


def test_a_caption_that_fits_better_by_one_than_the_wrong_one_costs_nothing() -> None:
    image, text = torch.tensor([[2.0, 0.0], [2.0, 0.0]]), torch.tensor([[1.0, 5.0], [1.0, 5.0]])
    mismatched = torch.tensor([[0.5, -3.0], [0.75, 9.0]])

    loss = MismatchMargin()(image, text, mismatched)

    torch.testing.assert_close(loss, torch.tensor((0 + 0.5) / 2))


def test_the_scale_multiplies_the_inner_products() -> None:
    images, texts = torch.randn(5, 4), torch.randn(5, 4)
    labels = torch.arange(5)[:, None]

    scaled = StructuredJointEmbedding(scale=0.5)(images, texts, labels)

    torch.testing.assert_close(scaled, StructuredJointEmbedding()(images / 2, texts, labels))


def test_embeddings_of_two_widths_and_a_scale_of_nothing_are_refused() -> None:
    with pytest.raises(GameError, match="image embeddings of 4 and text embeddings of 3 numbers cannot be compared: give both encoders"):
        StructuredJointEmbedding()(torch.zeros(2, 4), torch.zeros(2, 3), LABELS)
    with pytest.raises(ValueError, match="a scale of 0 makes nothing fit better than anything else: take a positive number"):
        StructuredJointEmbedding(scale=0)


def _computed(rows: slice) -> dict[str, Tensor]:
    """The loss of these rows, and its gradient with regard to a gain of the texts."""
    images, texts = torch.randn(2, 8, 5, generator=torch.Generator().manual_seed(1))
    labels = torch.tensor([0, 800_001, 2, 2, 3, 800_001, 4, 5])[:, None]
    gain = torch.full((5,), 0.7, requires_grad=True)
    loss = StructuredJointEmbedding()(images[rows], texts[rows] * gain, labels[rows])
    return {"loss": loss.detach()[None], "gradient": torch.autograd.grad(loss, gain)[0]}


def _half(folder: str) -> None:
    torch.set_num_threads(1)
    rank = torch.distributed.get_rank()
    save_file(_computed(slice(4 * rank, 4 * rank + 4)), Path(folder) / f"{rank}.safetensors")


def test_two_processes_compare_the_pairs_of_the_whole_batch(tmp_path: Path) -> None:
    debug_launcher(_half, args=(str(tmp_path),), num_processes=2)

    first, second = (load_file(tmp_path / f"{rank}.safetensors") for rank in range(2))
    for name, whole in _computed(slice(None)).items():
        torch.testing.assert_close((first[name] + second[name]) / 2, whole)


def test_the_image_encoder_halves_down_to_four_with_channels_in_equal_steps() -> None:
    encoder = ImageEncoder(image_size=32, channels=1, width=10, stem=4)

    convolutions = 16 * (1 * 4 + 4 * 8 + 8 * 12)
    norms = 2 * (4 + 8 + 12)
    assert encoder(torch.randn(2, 1, 32, 32)).shape == (2, 10)
    assert sum(part.numel() for part in encoder.parameters()) == convolutions + norms + 12 * 16 * 10 + 10


def test_image_sizes_and_widths_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="take image_size 32 or 64, not 48"):
        ImageEncoder(image_size=48)
    with pytest.raises(ValueError, match="a stem of 0 and an embedding of 8 leave a layer empty"):
        ImageEncoder(stem=0, width=8)


def test_both_encoders_learn_which_colour_a_word_means() -> None:
    torch.manual_seed(0)
    task, loss = TextImageMatching(), StructuredJointEmbedding()
    texts, images = CharCnnRnn(characters=48, widths=(16, 16, 16), width=8), ImageEncoder(image_size=8, width=8, stem=8)
    optimizer = torch.optim.Adam([*texts.parameters(), *images.parameters()], lr=1e-2)
    characters = torch.stack([texts.tokens(caption) for caption in ("a red one", "a green one", "the blue one")])
    pictures = (2 * torch.eye(3) - 1)[:, :, None, None].expand(3, 3, 8, 8)

    for _ in range(30):
        seen = task.image_embedding(images, pictures + 0.1 * torch.randn_like(pictures))
        value = loss(seen, task.text_embedding(texts, characters), torch.arange(3)[:, None])
        optimizer.zero_grad()
        value.backward()
        optimizer.step()

    fit = task.image_embedding(images, pictures) @ texts.encode(["a red one", "a green one", "the blue one"]).T
    assert F.cross_entropy(fit, torch.arange(3)) < 0.6


def test_an_encoder_read_from_a_folder_is_told_that_it_cannot_learn(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert", "hidden_size": 8}')
    (tmp_path / "model.safetensors").touch()

    with pytest.raises(GameError, match="is read from a folder as it is, and learns nothing here: take 'char-cnn-rnn'"):
        TextImageMatching().text_embedding(HuggingFaceText(folder=tmp_path), torch.zeros(1, 48, dtype=torch.int64))


def test_an_embedding_that_names_every_attribute_costs_nothing_and_one_of_nothing_what_guessing_costs() -> None:
    labels = torch.tensor([list(SceneDraws("train").scene(number).attributes().values()) for number in range(4)])
    sure = torch.cat([100 * F.one_hot(value, count).float() for value, count in zip(labels.unbind(1), VALUES, strict=True)], dim=1)

    torch.testing.assert_close(AttributeNaming()(sure, labels), torch.tensor(0.0))
    torch.testing.assert_close(AttributeNaming()(0 * sure, labels), torch.tensor(VALUES).float().log().mean())


def test_only_scenes_have_attributes_to_name() -> None:
    with pytest.raises(
        GameError, match="naming attributes is for drawn scenes and embeddings of 50 numbers, not for 8 numbers and 1 labels"
    ):
        AttributeNaming()(torch.zeros(2, 8), LABELS)
