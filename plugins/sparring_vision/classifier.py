"""A small classifier trained on the data themselves: features and classes for scores that need no download."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from einops.layers.torch import Rearrange
from jaxtyping import Int
from torch import Tensor, nn
from torch.nn import functional as F

from sparring import Data, DataError, Example, cache_file, keep_tensors, progress_bar, read_tensors
from sparring_vision.real_images import Pixels, carried, classes_of, identity, quantised
from sparring_vision.weights_hash import hash_of_weights

WIDTH = 64
MOST_PIXELS_A_SIDE = 32
MOST_BYTES = 2**28  # of training images in memory
BATCH_SIZE = 128
MOST_STEPS = 1000
MOST_EPOCHS = 100
LEARNING_RATE = 2e-3
SEED = 0
ROTATIONS = 4
PROCEDURE = "1"  # to be raised when anything about the network or its training changes: older files are then no longer used


class Labelled(NamedTuple):
    """Images and the classes that they are of."""

    images: Pixels
    labels: Int[Tensor, " images"]


class Classifier(nn.Module):
    """Three convolutions and two dense layers; images of more than 32 pixels a side are averaged down to 32.

    Called with images (batch, channels, size, size) of 0..255, it returns the last hidden layer (batch, 64) and logits (batch, classes).
    """

    def __init__(self, *, channels: int, classes: int, image_size: int) -> None:
        super().__init__()
        self.side = min(image_size, MOST_PIXELS_A_SIDE)
        last = -(-self.side // 8)
        self.trunk = nn.Sequential(
            *_stage(channels, 32, kernel_size=5),
            *_stage(32, 64, kernel_size=3),
            *_stage(64, 64, kernel_size=3),
            Rearrange("batch channels height width -> batch (channels height width)"),
            nn.Linear(64 * last**2, WIDTH),
            nn.BatchNorm1d(WIDTH, affine=False),  # features of the size that Inception's have, which the kernel distance assumes
            nn.ReLU(),
        )
        self.head = nn.Linear(WIDTH, classes)

    def forward(self, images: Pixels) -> tuple[Tensor, Tensor]:
        pixels = images.float() / 127.5 - 1
        if pixels.shape[-1] > self.side:
            pixels = F.adaptive_avg_pool2d(pixels, self.side)
        features = self.trunk(pixels)
        return features, self.head(features)


def trained_classifier(data: Data) -> tuple[Classifier, Mapping[str, str]]:
    """The classifier of these data, and what to say of it: the hash of its weights, and its accuracy on the test images.

    Trained once, in under a minute on one core, from a fixed seed and without touching the global generator; then read from the cache.
    Where the data have no classes, it learns to tell by which of four right angles an image was turned (Gidaris et al. 2018).
    """
    facts, classes = data.facts(), classes_of(data)
    sizes = {"channels": facts["channels"], "classes": classes or ROTATIONS, "image_size": facts["image_size"]}
    network = _blank(**sizes)
    path = cache_file("classifiers", PROCEDURE, identity(data))
    kept = read_tensors(path)
    if kept is None:
        with torch.inference_mode(False), torch.enable_grad():
            _train(network, _sample(data.examples("train"), labelled=classes > 0), image_size=facts["image_size"])
        accuracy = _accuracy(network, _sample(data.examples("test"), labelled=classes > 0))
        kept = keep_tensors(path, network.state_dict(), accuracy=f"{accuracy:.4f}")
    network.load_state_dict(kept.tensors)
    return network.eval(), {
        "extractor": f"classifier of {f'{classes} classes' if classes else 'rotations'} trained on these data, {WIDTH} features",
        "extractor weights": hash_of_weights(network),
        "extractor accuracy on test": kept.notes["accuracy"],
    }


def _stage(inward: int, outward: int, *, kernel_size: int) -> tuple[nn.Module, ...]:
    conv = nn.Conv2d(inward, outward, kernel_size, stride=2, padding=kernel_size // 2, bias=False)
    return conv, nn.BatchNorm2d(outward), nn.ReLU()


def _blank(*, channels: int, classes: int, image_size: int) -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(SEED)  # torch.manual_seed would seed the accelerators too
        return Classifier(channels=channels, classes=classes, image_size=image_size)


def _sample(examples: Sequence[Example], *, labelled: bool) -> Labelled:
    """All examples, or as many as fit, evenly spread; without labels, each of them turned by every right angle."""
    if not len(examples):
        raise DataError("there are no training or no test images, and the classifier of the scores needs both")
    most = max(1, MOST_BYTES // (carried(examples[0], "image").numel() * (1 if labelled else ROTATIONS)))
    numbers = torch.linspace(0, len(examples) - 1, min(most, len(examples))).round().long().tolist()
    chosen = [examples[number] for number in numbers]
    images = torch.cat([quantised([carried(example, "image")]) for example in chosen])
    if labelled:
        return Labelled(images, torch.tensor([carried(example, "label") for example in chosen]))
    turned = [torch.rot90(images, turns, (2, 3)) for turns in range(ROTATIONS)]
    return Labelled(torch.cat(turned), torch.arange(ROTATIONS).repeat_interleave(len(images)))


def _train(network: Classifier, known: Labelled, *, image_size: int) -> None:
    """Cross-entropy under Adam, its rate falling linearly to zero; every batch is shifted by up to a fourteenth of the image."""
    draw = torch.Generator().manual_seed(SEED)
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    reach = max(1, image_size // 14)
    steps = min(MOST_STEPS, -(-MOST_EPOCHS * len(known.images) // BATCH_SIZE))
    network.train()
    for step in progress_bar(iterable=range(steps), desc="training the classifier that scores need", unit="step", leave=False):
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * (1 - step / steps)
        chosen = torch.randint(len(known.images), (BATCH_SIZE,), generator=draw)
        down, right = torch.randint(2 * reach + 1, (2,), generator=draw).tolist()
        padded = F.pad(known.images[chosen].float(), (reach,) * 4, mode="replicate")
        shifted = padded[..., down : down + image_size, right : right + image_size].to(torch.uint8)
        loss = F.cross_entropy(network(shifted)[1], known.labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    network.eval()


@torch.no_grad()
def _accuracy(network: Classifier, known: Labelled) -> float:
    pairs = zip(known.images.split(1000), known.labels.split(1000), strict=True)
    return sum(int((network(images)[1].argmax(dim=1) == labels).sum()) for images, labels in pairs) / len(known.labels)
