"""The text encoder of scenes that comes with the plugin, trained by recipes/text-encoder-small.yaml."""

from __future__ import annotations

from pathlib import Path

import torch
from jaxtyping import Float, Int
from safetensors.torch import load_file
from torch import Tensor

from sparring_captions.char_cnn_rnn import CharCnnRnn
from sparring_captions.scene_attributes import SceneAttributes

WEIGHTS = Path(__file__).parent / "scene_text_encoder.safetensors"
CHARACTERS = 128  # no sentence about a scene is longer
# What it was trained to give are logits of values, about so large.
LOGITS = 8.0


class SceneTextEncoder(CharCnnRnn):
    """A small char-CNN-RNN that knows the sentences about scenes: embeddings of 50 numbers of about unit size."""

    def __init__(self) -> None:
        with torch.random.fork_rng(devices=[]):  # nothing is left of what is drawn here
            super().__init__(characters=CHARACTERS, widths=(96, 128, 128), width=SceneAttributes.width)
        self.load_state_dict(load_file(WEIGHTS))
        self.eval()

    def forward(self, characters: Int[Tensor, "batch characters"]) -> Float[Tensor, "batch width"]:
        return super().forward(characters) / LOGITS
