"""Batches for a run: this process's rows of every global batch, drawn by keyed randomness and brought to the device ahead of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from sparring.data import Data
from sparring.errors import SparringError
from sparring.play.key import generator
from sparring.play.sampler import Positions, Stream

Batch = Mapping[str, Tensor]


class _Samples(Dataset[Any]):
    """Samples by stream position. A fault is returned, not raised, so that it crosses from a worker process as itself."""

    def __init__(self, data: Data, seed: int) -> None:
        self.data, self.seed, self.stream = data, seed, Stream(len(data), seed)

    def __getitem__(self, position: int) -> Mapping[str, Tensor] | SparringError:
        epoch, index = self.stream.at(position)
        try:
            return self.data.sample(index, generator(self.seed, "sample", epoch, index))
        except SparringError as fault:
            return fault


def _stack(samples: list[Mapping[str, Tensor] | SparringError]) -> Batch | SparringError:
    whole = [sample for sample in samples if isinstance(sample, Mapping)]
    if len(whole) < len(samples):
        return next(sample for sample in samples if isinstance(sample, SparringError))
    return {name: torch.stack([sample[name] for sample in whole]) for name in whole[0]}


def batches(
    data: Data, *, seed: int, batch_size: int, start: int, end: int, rank: int, world: int, workers: int, device: torch.device
) -> Iterator[Batch]:
    """This process's part of every global batch of the stream from sample `start` to `end`, on `device`.

    Raises the `DataError` of the first sample that cannot be read.
    """
    loader = DataLoader(
        _Samples(data, seed),
        batch_sampler=Positions(start=start, end=end, batch_size=batch_size, rank=rank, world=world),
        num_workers=workers,
        collate_fn=_stack,
        pin_memory=device.type == "cuda",
        prefetch_factor=4 if workers else None,
    )
    ahead: Batch | None = None
    for batch in loader:
        if isinstance(batch, SparringError):
            raise batch
        here = {name: field.to(device, non_blocking=True) for name, field in batch.items()}
        if ahead is not None:
            yield ahead
        ahead = here
    if ahead is not None:
        yield ahead
