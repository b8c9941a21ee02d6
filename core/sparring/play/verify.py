"""Checks for developers: cheap enough for tests, and each catches something that otherwise goes wrong in silence."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from torch import nn

from sparring.errors import GameError
from sparring.play.collective import equal_everywhere
from sparring.play.networks import Networks
from sparring.play.player import Player


def verify_gradients(player: Player, networks: Networks) -> None:
    """Every parameter that the player learns has a gradient, and nothing outside of the player has one."""
    missed = [name for name, parameter in player.trained_parameters().items() if parameter.grad is None]
    if missed:
        raise GameError(f"player {player.name!r} learns parameters that none of its terms reaches: {_some(missed)}")
    leaked = [
        f"{name}.{path}"
        for name, network in networks.items()
        if name not in player.learns
        for path, parameter in network.named_parameters()
        if parameter.grad is not None and parameter.grad.any()
    ]
    if leaked:
        raise GameError(f"gradients of player {player.name!r} reached parameters of its opponents: {_some(leaked)}")


def verify_equal(networks: Mapping[str, nn.Module]) -> None:
    """All processes hold the same parameters, bit for bit."""
    for name, network in networks.items():
        digest = hashlib.blake2b(digest_size=6)
        for parameter in network.parameters():
            digest.update(parameter.detach().cpu().contiguous().numpy().tobytes())
        if not equal_everywhere(int.from_bytes(digest.digest(), "little")):
            raise GameError(f"the parameters of network {name!r} differ between processes")


def _some(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
