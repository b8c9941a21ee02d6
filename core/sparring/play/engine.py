"""The engine: plays the game step by step. The loop is a generator; whoever runs it is a plain `for`."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from sparring.errors import GameError
from sparring.play.batches import Batch
from sparring.play.collective import on_any, world_size
from sparring.play.ema import Average
from sparring.play.graph import Graph
from sparring.play.key import fold
from sparring.play.networks import Networks
from sparring.play.noise import Rows
from sparring.play.player import Seat
from sparring.play.progress import Progress
from sparring.play.round import Hand, Round
from sparring.play.verify import verify_gradients
from sparring.play.views import Views


@dataclass
class Step:
    """A step that has been played. `number` steps and `samples` training samples are behind."""

    number: int
    samples: int
    of: int
    metrics: Mapping[str, Tensor | float] = field(repr=False)

    def every(self, interval: int) -> bool:
        """Whether an interval of steps ends here; never for 0."""
        return interval > 0 and self.number % interval == 0

    @property
    def last(self) -> bool:
        return self.number >= self.of


@dataclass
class Engine:
    """Everything that a game is played with. `batch_size` is that of the global batch; `steps` is where the run ends."""

    accelerator: Accelerator
    graph: Graph
    networks: Networks
    seats: list[Seat]
    averages: Mapping[str, Average]
    seed: int
    batch_size: int
    steps: int
    accumulate: int = 1
    verify_every: int = 0
    views: Views = field(default_factory=lambda: Views({}))

    def __post_init__(self) -> None:
        with warnings.catch_warnings():  # Accelerate says `broadcast_buffers`, which torch 2.13 renamed.
            warnings.filterwarnings("ignore", message=".*broadcast_buffers", category=FutureWarning)
            self.prepared: dict[str, nn.Module] = {seat.name: self.accelerator.prepare_model(seat.player) for seat in self.seats}
        world, rank = world_size(), self.accelerator.process_index
        self._rows = self.batch_size // world
        self._first_row = rank * self._rows

    @property
    def batches_per_step(self) -> int:
        """How many fresh batches a step takes: one for each turn of the player that has most."""
        return max(seat.turns for seat in self.seats)

    @property
    def samples_per_step(self) -> int:
        return self.batch_size * self.batches_per_step

    def play(self, batches: Iterator[Batch], *, start: int = 0) -> Iterator[Step]:
        """Play from step `start` to the end; yields after each step, when the networks are between two steps and may be saved."""
        for number in range(start, self.steps):
            progress = Progress(number, number * self.samples_per_step, self.steps)
            metrics = self._step(progress, batches)
            for name, average in self.averages.items():
                average.update(self.networks[name], number)
            yield Step(number + 1, progress.samples + self.samples_per_step, self.steps, metrics)

    def _step(self, progress: Progress, batches: Iterator[Batch]) -> dict[str, Tensor | float]:
        """Players take their turns in order. Turns end together: who has one turn plays on the batch of the others' last one."""
        playing = [seat for seat in self.seats if seat.plays(progress.step)]
        dealt = [next(batches) for _ in range(self.batches_per_step)]
        first_batch = {seat.name: self.batches_per_step - seat.turns for seat in playing}
        hands: dict[int, Hand] = {}
        metrics: dict[str, Tensor | float] = {}
        for seat in playing:
            for number in range(first_batch[seat.name], self.batches_per_step):
                if self.accumulate == 1 and number not in hands:
                    waiting = {other.name: other.player.learns for other in playing if first_batch[other.name] <= number}
                    hands[number] = self._hand(dealt[number], progress, number, part=0, waiting=waiting)
                metrics |= self._turn(seat, progress, number, dealt[number], hands.get(number))
                for hand in hands.values():
                    hand.forget(self.graph, seat.player.learns)
            for hand in hands.values():
                hand.waiting.pop(seat.name, None)
        return {**metrics, **self.views.measure()}

    def _turn(self, seat: Seat, progress: Progress, number: int, batch: Batch, shared: Hand | None) -> dict[str, Tensor | float]:
        """All micro-batches of one turn, then its step. Alone, a batch is played on the hand that the players share."""
        prepared = self.prepared[seat.name]
        weights = {name: term.weight(progress.step) for name, term in seat.player.active_terms(progress.step).items()}
        sums: dict[str, Tensor] = {}
        measured: dict[str, Tensor] = {}
        real: list[Tensor] = []
        self._seed_layers(fold(self.seed, "turn", progress.step, seat.name, number, self._first_row))
        with self.networks.learning(seat.player.learns):
            for part in range(self.accumulate):
                hand = shared or self._hand(batch, progress, number, part=part, waiting={seat.name: seat.player.learns})
                last = part == self.accumulate - 1
                with nullcontext() if last else self.accelerator.no_sync(prepared):
                    values = prepared(Round(self.graph, self.networks, hand, seat.name, seat.player.learns))
                    total = torch.stack([value * weights[name] for name, value in values.items()]).sum()
                    self.accelerator.backward(total / self.accumulate)
                for name, value in values.items():
                    sums[name] = sums[name] + value.detach() if name in sums else value.detach()
                for name, value in seat.player.measured(progress.step).items():
                    measured[name] = measured[name] + value if name in measured else value
                real += seat.player.real_scores(progress.step)
        self.views.observe(real)
        norm = self._finish(seat, progress.step, sums)
        means = {f"{seat.name}/{name}": value / self.accumulate for name, value in (*sums.items(), *measured.items())}
        return {**means, f"{seat.name}/gradient-norm": norm, f"{seat.name}/lr": seat.optimizer.param_groups[0]["lr"]}

    def _seed_layers(self, seed: int) -> None:
        """For layers that draw by themselves, as dropout does; `torch.manual_seed` formats a stack trace for a GPU that is not there."""
        torch.default_generator.manual_seed(seed)
        if self.accelerator.device.type == "cuda":
            torch.cuda.manual_seed(seed)

    def _finish(self, seat: Seat, step: int, terms: Mapping[str, Tensor]) -> Tensor:
        """Clip, refuse what is not finite, and step: never on a gradient with NaN in it."""
        parameters = [p for group in seat.optimizer.param_groups for p in group["params"]]
        norm = torch.nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None])
        finite = torch.isfinite(torch.stack([norm, *terms.values()])).all()
        if on_any(not bool(finite))[0]:
            raise GameError(_not_finite(seat.name, step, norm, terms))
        if self.verify_every and step % self.verify_every == 0:
            verify_gradients(seat.player, self.networks)
        if seat.clip is not None:
            torch.nn.utils.clip_grads_with_norm_(parameters, seat.clip, norm)
        for group in seat.optimizer.param_groups:
            group["lr"] = seat.rate(step)
        seat.optimizer.step()
        seat.player.project(step)
        seat.optimizer.zero_grad(set_to_none=True)
        return norm

    def _hand(self, batch: Batch, progress: Progress, number: int, *, part: int, waiting: dict[str, frozenset[str]]) -> Hand:
        rows = self._rows // self.accumulate
        return Hand(
            fields={name: value.narrow(0, part * rows, rows) for name, value in batch.items()},
            progress=progress,
            rows=Rows(self._first_row + part * rows, rows, self.batch_size),
            key=(self.seed, "noise", progress.step, number),
            device=self.accelerator.device,
            waiting=waiting,
            mixed_precision=self.accelerator.mixed_precision == "bf16",
        )


def _not_finite(player: str, step: int, norm: Tensor, terms: Mapping[str, Tensor]) -> str:
    values = ", ".join(f"{name} = {float(value):.4g}" for name, value in (*terms.items(), ("gradient norm", norm)))
    guilty = next((f"term {name!r}" for name, value in terms.items() if not bool(torch.isfinite(value))), "the gradient")
    if guilty == "the gradient" and bool(torch.isfinite(norm)):
        guilty = "a value of another process"
    return f"step {step + 1}, player {player!r}: {guilty} is not finite ({values}); the weights were left as they were before this turn"
