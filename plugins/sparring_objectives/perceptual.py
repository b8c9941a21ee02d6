"""Distance of two images as a network trained to name objects sees them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import torch
from einops import repeat
from jaxtyping import Float
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from torch.nn.functional import l1_loss, mse_loss

from sparring import Loss

Image = Float[Tensor, "batch channels height width"]

BLOCKS = ((2, 64), (2, 128), (4, 256), (4, 512), (4, 512))  # convolutions and their width
DIFFERENCES = {"mean-square": mse_loss, "mean-absolute": l1_loss}
WAY_OUT = "to make it: safetensors.torch.save_file(torchvision.models.vgg19(weights='DEFAULT').state_dict(), PATH)"


class Perceptual(Loss):
    """The difference of two images' features in layers of VGG19, a mean over each layer, added up (Johnson et al. 2016).

    Images are in [-1, 1], of one channel or three. `weights` is a safetensors file with torchvision's state dict of VGG19; nothing is
    downloaded. `layers` are named as in the paper: `relu5_4` is the fourth convolution after the fourth pooling, with its activation
    (SRGAN's VGG54; `relu2_2` is VGG22), `conv5_4` the same before it (ESRGAN). SRGAN divides features by 12.75 (Ledig et al.
    2017, eq. 5 and section 3.2): with `mean-square` that is a weight of 0.00615. Raises `ValueError` for a file or a layer that is
    not there.
    """

    def __init__(
        self, *, weights: Path, layers: tuple[str, ...] = ("relu5_4",), difference: Literal["mean-square", "mean-absolute"] = "mean-square"
    ) -> None:
        super().__init__()
        self.difference = DIFFERENCES[difference]
        # In a tuple it is not part of the player: not learned, not in its checkpoints, not sent between processes.
        self._judge = (Vgg19(weights, layers),)

    def forward(self, output: Image, target: Image) -> Float[Tensor, ""]:
        judge = self._judge[0].to(output.device)
        return torch.stack([self.difference(seen, wanted) for seen, wanted in zip(judge(output), judge(target), strict=True)]).sum()


class Vgg19(nn.Module):
    """The frozen convolutional half of VGG19 (Simonyan and Zisserman 2015, table 1, E), up to the deepest of `layers`.

    Gives the activations of `layers`, in the network's order, each (batch, width, height / 2^pools, width / 2^pools).
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, weights: Path, layers: Sequence[str]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1))  # ImageNet's, of values in [0, 1]
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1))
        with torch.device("meta"):  # no values yet: drawing some would move torch's generator
            stages = _stages()
        if not layers:
            raise ValueError(f"layers is empty; choose from {', '.join(stages)}")
        for name in layers:
            if name not in stages:
                raise ValueError(f"VGG19 has no layer {name!r}; choose from {', '.join(stages)}")
        self.layers = frozenset(layers)
        depth = 1 + max(list(stages).index(name) for name in layers)
        self.stages = nn.Sequential(OrderedDict(list(stages.items())[:depth]))
        self.stages.load_state_dict(_read(weights, self.stages), assign=True)
        self.requires_grad_(False)

    def forward(self, image: Image) -> list[Tensor]:
        if image.shape[1] == 1:
            image = repeat(image, "batch 1 height width -> batch rgb height width", rgb=3)
        seen, kept = ((image.float() + 1) / 2 - self.mean) / self.deviation, []
        for name, stage in self.stages.named_children():
            seen = stage(seen)
            if name in self.layers:
                kept.append(seen)
        return kept


def _stages() -> OrderedDict[str, nn.Module]:
    """In torchvision's order, in which the place of a layer is its number in the state dict."""
    stages, channels = OrderedDict[str, nn.Module](), 3
    for block, (convolutions, width) in enumerate(BLOCKS, start=1):
        for number in range(1, convolutions + 1):
            stages[f"conv{block}_{number}"] = nn.Conv2d(channels, width, 3, padding=1)
            stages[f"relu{block}_{number}"] = nn.ReLU()
            channels = width
        stages[f"pool{block}"] = nn.MaxPool2d(2)
    return stages


def _read(weights: Path, stages: nn.Sequential) -> dict[str, Tensor]:
    """The tensors of the file that the stages need, under their names. Raises `ValueError` with what is wrong and how to make one."""
    place = {name: number for number, (name, _) in enumerate(stages.named_children())}
    found = {}
    try:
        with safe_open(weights, framework="pt") as stored:
            for key, wanted in stages.state_dict().items():
                name, _, kind = key.partition(".")
                source = f"features.{place[name]}.{kind}"
                found[key] = stored.get_tensor(source).float()
                if found[key].shape != wanted.shape:
                    raise ValueError(f"{str(weights)!r} is not a VGG19: {source!r} has shape {tuple(found[key].shape)}; {WAY_OUT}")
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{str(weights)!r} cannot be read as the weights of VGG19 ({error}); {WAY_OUT}") from error
    return found
