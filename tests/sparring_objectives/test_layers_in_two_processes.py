"""Layers whose samples know of each other: two processes at half the batch compute what one does, gradients included."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from accelerate import debug_launcher
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from sparring_objectives.batch_norm import BatchNorm
from sparring_objectives.conditional_batch_norm import ConditionalBatchNorm
from sparring_objectives.minibatch_deviation import MinibatchDeviation
from sparring_objectives.minibatch_discrimination import MinibatchDiscrimination
from sparring_objectives.virtual_batch_norm import VirtualBatchNorm


class Referring(nn.Module):
    """Virtual batch norm with a reference that every process holds."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = VirtualBatchNorm(3, own="example")

    def forward(self, batch: Tensor) -> Tensor:
        reference = torch.linspace(-1, 2, 5 * 3 * 4).reshape(5, 3, 4)
        return self.norm(batch, self.norm(reference)[1])[0]


class Labelled(nn.Module):
    """Conditional batch norm, the label told by the sign of a sample's first number."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = ConditionalBatchNorm(3, classes=2)

    def forward(self, batch: Tensor) -> Tensor:
        return self.norm(batch, (batch[:, 0, 0] > 0).long())


class Compared(nn.Module):
    """Minibatch discrimination of the mean over positions."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = MinibatchDiscrimination(3, kernels=2)

    def forward(self, batch: Tensor) -> Tensor:
        return self.layer(batch.mean(2))


LAYERS: dict[str, Callable[[], nn.Module]] = {
    "batch": lambda: BatchNorm(3),
    "plain": lambda: BatchNorm(3, affine=False),
    "conditional": Labelled,
    "virtual": Referring,
    "discrimination": Compared,
    "deviation": lambda: MinibatchDeviation(group=2),
}


def _computed(batch: Tensor) -> dict[str, Tensor]:
    """What this process gets from its rows: outputs, buffers, and the gradients of a curved loss with regard to a gain of the input."""
    results = {}
    for name, make in LAYERS.items():
        torch.manual_seed(0)
        layer, gain = make(), torch.tensor([1.0, 0.5, 2.0], requires_grad=True)
        output = layer(batch * gain[:, None])
        value = output.sin().square().mean() + output[:, -1].mean()
        results[f"{name} output"] = output.detach()
        gradients = torch.autograd.grad(value, [gain, *layer.parameters()])
        results |= {f"{name} gradient {number}": gradient for number, gradient in enumerate(gradients)}
        results |= {f"{name} {key}": buffer.float() for key, buffer in layer.named_buffers()}
    return results


def _half(folder: str) -> None:
    torch.set_num_threads(1)
    rank = torch.distributed.get_rank()
    batch = load_file(Path(folder) / "batch.safetensors")["batch"]
    save_file(_computed(batch.chunk(2)[rank]), Path(folder) / f"{rank}.safetensors")


def test_two_processes_at_half_the_batch_compute_what_one_does(tmp_path: Path) -> None:
    batch = 1 + torch.randn(8, 3, 4, generator=torch.Generator().manual_seed(1))
    save_file({"batch": batch}, tmp_path / "batch.safetensors")

    debug_launcher(_half, args=(str(tmp_path),), num_processes=2)

    first, second = (load_file(tmp_path / f"{rank}.safetensors") for rank in range(2))
    for name, whole in _computed(batch).items():
        both = torch.cat([first[name], second[name]]) if "output" in name else (first[name] + second[name]) / 2
        torch.testing.assert_close(both, whole, atol=1e-5, rtol=1e-4, msg=lambda text, name=name: f"{name}: {text}")
