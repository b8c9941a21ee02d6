"""What a scene looks like to a network that was trained to tell: the judge of whether an image shows what its sentence says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from einops.layers.torch import Rearrange
from jaxtyping import Bool, Float, Int, UInt8
from torch import Tensor, nn
from torch.nn import functional as F

from sparring import Split, cache_file, keep_tensors, progress_bar, read_tensors
from sparring_captions.scene import ATTRIBUTES
from sparring_captions.scene_source import SceneDraws
from sparring_vision import hash_of_weights, to_pixels

WIDTH = 128
MOST_PIXELS_A_SIDE = 128
FIRST_GRID = 32  # the first convolution strides so far that all sizes from 32 on cost about the same
STEPS = 640
BATCH_SIZE = 128
SCENES = 8192  # drawn at a time
LOOKS = 2  # at each of them, on average
LEARNING_RATE = 2e-3
MOST_NOISE = 20.0  # in levels of 0..255: images that a generator drew are less clean than real ones, and what they show is judged
HELD_OUT_SCENES = 2000
SEED = 2016
EVERYTHING = "everything"
JUDGED = (*ATTRIBUTES, EVERYTHING)
PROCEDURE = "1"  # to be raised when anything about the scenes, the network or its training changes: older files are then no longer used


class Known(NamedTuple):
    """Scenes as pictures and as the values of their attributes."""

    images: UInt8[Tensor, "images channels height width"]
    attributes: Int[Tensor, "images attributes"]


class Accuracy(NamedTuple):
    """The share of real held-out scenes that the checker names rightly, in percent: of combinations seen in training, and of others."""

    seen: float
    held_out: float


class SceneChecker(nn.Module):
    """Four strided convolutions and two dense layers; images of more than 128 pixels a side are averaged down to 128.

    Called with images (batch, 3, size, size) of 0..255, it returns the last hidden layer (batch, 128) and logits (batch, 50), in which
    the values of all `ATTRIBUTES` lie side by side: `by_attribute` takes them apart.
    """

    def __init__(self, *, image_size: int) -> None:
        super().__init__()
        self.side = min(image_size, MOST_PIXELS_A_SIDE)
        stride = max(1, self.side // FIRST_GRID)
        last = -(-self.side // stride) // 8
        self.trunk = nn.Sequential(
            *_stage(3, 32, kernel_size=2 * stride + 1, stride=stride, padding=stride),
            *_stage(32, 64),
            *_stage(64, 96),
            *_stage(96, 128),
            Rearrange("batch channels height width -> batch (channels height width)"),
            nn.Linear(128 * last**2, WIDTH),
            nn.BatchNorm1d(WIDTH, affine=False),  # features of the size that Inception's have, which the kernel distance assumes
            nn.ReLU(),
        )
        self.heads = nn.Linear(WIDTH, sum(map(len, ATTRIBUTES.values())))

    def forward(self, images: UInt8[Tensor, "batch channels height width"]) -> tuple[Tensor, Tensor]:
        pixels = images.float() / 127.5 - 1
        if pixels.shape[-1] > self.side:
            pixels = F.adaptive_avg_pool2d(pixels, self.side)
        features = self.trunk(pixels)
        return features, self.heads(features)


def by_attribute(logits: Float[Tensor, "images values"]) -> Mapping[str, Tensor]:
    """The logits (images, values) of each attribute."""
    return dict(zip(ATTRIBUTES, logits.split([len(values) for values in ATTRIBUTES.values()], dim=1), strict=True))


def trained_checker(
    *, image_size: int, mixed: bool = True, steps: int = STEPS, scenes: int = SCENES, held_out: int = HELD_OUT_SCENES
) -> tuple[SceneChecker, Mapping[str, str]]:
    """The checker of scenes of this size, and what to say of it: the hash of its weights, and its accuracy on `held_out` real scenes.

    Trained once, in two to six minutes on one core, from a fixed seed and without touching the global generator; then read from the
    cache. It learns from scenes of its own, among them, if they are `mixed`, the combinations that no generator is shown. `steps` of
    training on `scenes` at a time are for whoever cannot wait.
    """
    network = _blank(image_size)
    path = checker_file(image_size=image_size, mixed=mixed, steps=steps, scenes=scenes, held_out=held_out)
    kept = read_tensors(path)
    if kept is None:
        with torch.inference_mode(False), torch.enable_grad():
            _train(network, mixed=mixed, steps=steps, scenes=scenes)
        weights = {name: part.contiguous() for name, part in network.state_dict().items()}
        kept = keep_tensors(path, weights, **_accuracies(network, _drawn("test", range(held_out), network.side, mixed=False)))
    network.load_state_dict(kept.tensors)
    return network.eval(), {
        "extractor": f"checker of scenes of {network.side} pixels, {WIDTH} features",
        "extractor weights": hash_of_weights(network),
        **{_entry(name): kept.notes[name] for name in JUDGED},
    }


def checker_file(*, image_size: int, mixed: bool = True, steps: int = STEPS, scenes: int = SCENES, held_out: int = HELD_OUT_SCENES) -> Path:
    """Where such a checker is kept; all images of 128 pixels or more have one in common."""
    side = min(image_size, MOST_PIXELS_A_SIDE)
    material = "all combinations" if mixed else "training combinations"
    return cache_file("scene-checkers", PROCEDURE, material, str(side), str(steps), str(scenes), str(held_out))


def accuracy_of(protocol: Mapping[str, str], name: str) -> Accuracy | None:
    """What `trained_checker` said of one attribute, or of `EVERYTHING` at once; None where another extractor is spoken of."""
    said = re.fullmatch(r"(\S+) % seen, (\S+) % held out", protocol.get(_entry(name), ""))
    return None if said is None else Accuracy(float(said[1]), float(said[2]))


def _entry(name: str) -> str:
    return f"extractor accuracy on {name}"


def _stage(inward: int, outward: int, *, kernel_size: int = 4, stride: int = 2, padding: int = 1) -> tuple[nn.Module, ...]:
    conv = nn.Conv2d(inward, outward, kernel_size, stride=stride, padding=padding, bias=False)
    return conv, nn.BatchNorm2d(outward), nn.ReLU()


def _blank(image_size: int) -> SceneChecker:
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(SEED)  # torch.manual_seed would seed the accelerators too
        return SceneChecker(image_size=image_size).to(memory_format=torch.channels_last)  # a quarter quicker on a CPU


def _drawn(split: Split, numbers: Sequence[int], side: int, *, mixed: bool) -> Known:
    draws = SceneDraws(split, seed=SEED, mixed=mixed)
    images = [to_pixels(torch.from_numpy(draws.picture(number, image_size=side))) for number in numbers]
    return Known(torch.stack(images), torch.tensor([list(draws.scene(number).attributes().values()) for number in numbers]))


def _train(network: SceneChecker, *, mixed: bool, steps: int, scenes: int) -> None:
    """Cross-entropy of all attributes under Adam, its rate falling linearly to zero.

    Batches are shifted by up to a 21st of the image, and each image gets normal noise of some strength up to `MOST_NOISE`.
    """
    draw = torch.Generator().manual_seed(SEED)
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    reach, per_draw = max(1, network.side // 21), max(1, LOOKS * scenes // BATCH_SIZE)
    network.train()
    known = None
    for step in progress_bar(iterable=range(steps), desc="training the checker of scenes that scores need", unit="step", leave=False):
        if known is None or step % per_draw == 0:
            first = step // per_draw * scenes
            known = _drawn("train", range(first, first + scenes), network.side, mixed=mixed)
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * (1 - step / steps)
        chosen = torch.randint(scenes, (BATCH_SIZE,), generator=draw)
        down, right = torch.randint(2 * reach + 1, (2,), generator=draw).tolist()
        padded = F.pad(known.images[chosen].float(), (reach,) * 4, mode="replicate")
        shifted = padded[..., down : down + network.side, right : right + network.side]
        strength = MOST_NOISE * torch.rand((BATCH_SIZE, 1, 1, 1), generator=draw)
        noisy = shifted + strength * torch.randn(shifted.shape, generator=draw)
        logits = by_attribute(network(noisy.round().clamp(0, 255).to(torch.uint8))[1])
        asked = zip(logits.values(), known.attributes[chosen].unbind(dim=1), strict=True)
        loss = torch.stack([F.cross_entropy(said, value) for said, value in asked]).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    network.eval()


@torch.no_grad()
def _accuracies(network: SceneChecker, known: Known) -> dict[str, str]:
    """For each attribute, and for all at once: how much is right of seen combinations (even numbers) and of held-out ones (odd)."""
    logits = torch.cat([network(images)[1] for images in known.images.split(250)])
    said = torch.stack([part.argmax(dim=1) for part in by_attribute(logits).values()], dim=1)
    right: Bool[Tensor, "images attributes"] = said == known.attributes
    everything = torch.cat([right, right.all(dim=1, keepdim=True)], dim=1).double()
    seen, held_out = (100 * everything[first::2].mean(dim=0) for first in (0, 1))
    return {name: f"{s:.2f} % seen, {h:.2f} % held out" for name, s, h in zip(JUDGED, seen.tolist(), held_out.tolist(), strict=True)}
