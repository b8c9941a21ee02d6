"""Images of texts by a trained run, whichever of the tasks it was trained for."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from sparring import Example, Trained
from sparring_captions.task import WITHIN, Condition, Image, Text
from sparring_vision import Picture, draw_latents, truncate

# What an image is drawn by besides its text: (seed, number), say. One key and one text are one image, whatever is drawn beside it.
Key = tuple[int | str, ...]


class Painter:
    """From keys and embeddings to images.

    A run with a network `first_generator` paints in two stages, one with `conditioning` draws a condition around the text, and the
    generator of any other takes latent and text. The conditions' noise is drawn by the key too, and in a second stage's run the first
    stage draws what the first stage's run drew.
    """

    def __init__(self, trained: Trained) -> None:
        self.trained = trained

    @property
    def text_width(self) -> int:
        """Of the embeddings that the run's networks take."""
        networks = self.trained.networks
        for name in ("first_conditioning", "conditioning"):
            if name in networks:
                return int(networks[name].text_width)  # type: ignore[arg-type]
        return int(networks["generator"].text_width)  # type: ignore[arg-type]

    def images(
        self, keys: Sequence[Key], texts: Float[Tensor, "images text"], *, truncation: float | None = None, batch_size: int = 64
    ) -> Float[Tensor, "images channels height width"]:
        """An image for each key and the text in the same row, in [-1, 1], on the CPU.

        `truncation` keeps the latents within ± that value, and the conditions' noise too, which never goes beyond ± 2 deviations.
        """
        made: list[Tensor] = []
        with torch.no_grad():
            for start in range(0, len(keys), batch_size):
                rows = slice(start, start + batch_size)
                made.append(self._paint(keys[rows], texts[rows].to(self.trained.device), truncation).float().clamp(-1, 1).cpu())
        return torch.cat(made)

    def answers(self, examples: Sequence[Example]) -> list[Picture]:
        """One image for each held-out example, of its text, drawn by its name and `draw`."""
        keys: list[Key] = [held_out(example.name, example.draw) for example in examples]
        texts = torch.stack([example.text for example in examples])  # type: ignore[attr-defined]
        return list(self.images(keys, texts))

    def _paint(self, keys: Sequence[Key], text: Text, truncation: float | None) -> Image:
        networks = self.trained.networks
        second = "first_generator" in networks
        if not second and "conditioning" not in networks:
            return self._draw(networks["generator"], text, keys, truncation)
        condition = self._condition(networks["first_conditioning" if second else "conditioning"], text, keys, "first stage", truncation)
        image = self._draw(networks["first_generator" if second else "generator"], condition, keys, truncation)
        if not second:
            return image
        return networks["generator"](image, self._condition(networks["conditioning"], text, keys, "second stage", truncation))

    def _draw(self, generator: nn.Module, said: Tensor, keys: Sequence[Key], truncation: float | None) -> Image:
        latents = draw_latents(keys, tuple(generator.latent_shape))  # type: ignore[arg-type]
        return generator((latents if truncation is None else truncate(latents, truncation)).to(said.device), said)

    def _condition(self, conditioning: nn.Module, text: Text, keys: Sequence[Key], stage: str, truncation: float | None) -> Condition:
        """mean + deviation · ε, as in training."""
        mean, log_deviation = conditioning(text)
        noise = draw_latents([(*key, stage) for key in keys], mean.shape[1:])
        return mean + log_deviation.exp() * truncate(noise, min(WITHIN, truncation or WITHIN)).to(mean)


def held_out(name: str, draw: int) -> Key:
    """The key of a held-out example's answer."""
    return ("held out", name, draw)
