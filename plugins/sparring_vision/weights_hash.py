"""Which weights a score was measured with."""

from __future__ import annotations

from hashlib import sha256

from torch import nn


def hash_of_weights(network: nn.Module) -> str:
    """Sixteen hexadecimal digits that change with any weight of the network."""
    return sha256(b"".join(part.cpu().contiguous().numpy().tobytes() for part in network.state_dict().values())).hexdigest()[:16]
