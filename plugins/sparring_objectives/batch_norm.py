"""Batch normalization whose statistics are those of the global batch, for inputs of any number of positions."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from sparring import global_mean, world_size


class BatchNorm(_BatchNorm):
    """Normalizes the channels of `(batch, channels, ...)` over the batch and all positions (Ioffe and Szegedy 2015).

    Parameters, buffers and, in one process, results are those of `torch.nn.BatchNorm1d` and `2d`. In several processes, training
    takes the moments of all of them, so that two processes equal one: `torch.nn.SyncBatchNorm` is for GPUs alone and differentiates
    only once.
    """

    def _check_input_dim(self, input: Tensor) -> None:
        if input.ndim < 2:
            raise ValueError(f"batch norm takes (batch, channels, ...), not {tuple(input.shape)}")

    def forward(self, input: Tensor) -> Tensor:
        if not self.training or world_size() == 1:
            return super().forward(input)
        self._check_input_dim(input)
        others = [0, *range(2, input.ndim)]
        variance, mean = torch.var_mean(input.float(), dim=others, correction=0)
        mean, mean_square = global_mean(torch.stack([mean, variance + mean.square()]))
        variance = (mean_square - mean.square()).clamp(min=0)
        self._remember(mean, variance, samples=input.numel() // input.shape[1] * world_size())
        scale = torch.rsqrt(variance + self.eps)
        shift = -mean * scale
        if self.affine:
            scale, shift = self.weight * scale, self.weight * shift + self.bias
        per_channel = (-1, *[1] * (input.ndim - 2))
        return torch.addcmul(shift.view(per_channel).to(input.dtype), input, scale.view(per_channel).to(input.dtype))

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor, *, samples: int) -> None:
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked.add_(1)
        share = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance * (samples / (samples - 1)), share)
