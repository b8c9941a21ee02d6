"""Our games as loops that one would write by hand: one generator forward, the discriminator frozen in the generator's turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from sparring import RecipeError
from sparring.play.game import Game
from sparring.play.key import generator as draws

Batches = Iterator[Mapping[str, Tensor]]


def steps_by_hand(game: Game, dealt: Batches) -> Callable[[], None]:
    """A function that plays one step of `game` on the next batch."""
    known = {"speech-enhancement": enhancement, "image-generation": generation}
    if game.recipe.task.name not in known:
        raise RecipeError(f"nobody has written the loop of {game.recipe.task.name!r} by hand; there are those of {', '.join(known)}")
    return known[game.recipe.task.name](game, dealt)


def generation(game: Game, dealt: Batches) -> Callable[[], None]:
    """Images from latents, with adversarial terms alone (DCGAN, LSGAN, …)."""
    generator: Any = game.networks["generator"]
    discriminator: Any = game.networks["discriminator"]
    judge, maker = (next(seat for seat in game.seats if seat.name == name) for name in ("discriminator", "generator"))
    judging: Any = judge.player.active_terms(0)["adversarial"].objective
    judged: Any = maker.player.active_terms(0)["adversarial"].objective

    def step() -> None:
        real = next(dealt)["real"]
        fake = generator(torch.randn(len(real), *generator.latent_shape, device=real.device))
        judge.optimizer.zero_grad()
        judging.discriminator(discriminator(real), discriminator(fake.detach())).backward()
        judge.optimizer.step()
        discriminator.requires_grad_(False)
        maker.optimizer.zero_grad()
        judged.generator(discriminator(fake), None).backward()
        maker.optimizer.step()
        discriminator.requires_grad_(True)
        for name, average in game.averages.items():
            average.update(game.networks[name], 0)

    return step


def enhancement(game: Game, dealt: Batches) -> Callable[[], None]:
    """Noisy speech to clean speech, with an adversarial term called so and losses over tensors."""
    generator: Any = game.networks["generator"]
    discriminator: Any = game.networks["discriminator"]
    seats = {seat.name: seat for seat in game.seats}
    judge, maker = seats["discriminator"], seats["generator"]
    terms: Any = maker.player.active_terms(0)
    adversarial: Any = judge.player.active_terms(0)["adversarial"].objective
    refers = discriminator.reference if hasattr(discriminator, "reference") else lambda clean, noisy: None
    chunk: int = game.data.sample(0, draws(0))["noisy"].shape[-1]
    shape: Any = generator.latent_shape(chunk) if hasattr(generator, "latent_shape") else None

    def score(signal: Tensor, noisy: Tensor, reference: Any) -> Tensor:
        return discriminator(signal, noisy) if reference is None else discriminator(signal, noisy, reference)

    def step() -> None:
        batch = next(dealt)
        noisy, clean = batch["noisy"], batch["clean"]
        enhanced = generator(noisy) if shape is None else generator(noisy, torch.randn(len(noisy), *shape, device=noisy.device))
        judge.optimizer.zero_grad()
        reference = refers(clean, noisy)
        loss = adversarial.discriminator(score(clean, noisy, reference), score(enhanced.detach(), noisy, reference))
        loss.backward()
        judge.optimizer.step()
        discriminator.requires_grad_(False)
        maker.optimizer.zero_grad()
        with torch.no_grad():
            reference = refers(clean, noisy)
        named = {"enhanced": enhanced, "clean": clean, "noisy": noisy}
        loss = terms["adversarial"].weight(0) * adversarial.generator(score(enhanced, noisy, reference), None)
        for name, term in terms.items():
            if name != "adversarial":
                loss = loss + term.weight(0) * term.objective(*(named[tensor] for tensor in term.of))
        loss.backward()
        maker.optimizer.step()
        discriminator.requires_grad_(True)
        for name, average in game.averages.items():
            average.update(game.networks[name], 0)

    return step
