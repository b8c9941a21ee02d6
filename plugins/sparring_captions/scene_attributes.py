"""The image's half of the joint embedding of scenes: what a classifier is sure of."""

from __future__ import annotations

from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from sparring_captions.scene import ATTRIBUTES
from sparring_captions.scene_checker import by_attribute, trained_checker
from sparring_vision import to_pixels

# How far apart two values of an attribute are that the classifier is sure of; the hinge of the loss has a margin of 1.
SURE = 4.0


class SceneAttributes(nn.Module):
    """The probability of every value of every attribute of a scene, times 4: embeddings of 50 numbers that learn nothing.

    They come from a classifier of the kind that judges generators, trained once on training combinations only (`mixed`: on all), as the
    image features of Reed et al. 2016 (arXiv 1605.05395) come from a GoogLeNet trained on ImageNet. Being probabilities of named things,
    they mean the same on every machine.
    """

    width: ClassVar[int] = sum(map(len, ATTRIBUTES.values()))

    def __init__(self, *, image_size: int = 64, mixed: bool = False) -> None:
        super().__init__()
        self.image_size = image_size
        self.classifier = trained_checker(image_size=image_size, mixed=mixed)[0]

    def forward(self, image: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch values"]:
        """Of images in [-1, 1]."""
        logits = by_attribute(self.classifier(to_pixels(image))[1])
        return SURE * torch.cat([part.softmax(dim=1) for part in logits.values()], dim=1)
