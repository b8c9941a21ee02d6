"""A run from the recipe to the scorecard: everything that happens around the steps, in the order in which it happens."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from sparring.application import Application
from sparring.errors import GameError
from sparring.play.accelerator import accelerator_for, machines_of
from sparring.play.allocator import keep_memory
from sparring.play.collective import alone, forget_control, gather, on_any
from sparring.play.engine import Step
from sparring.play.game import build_game
from sparring.play.meter import Meter
from sparring.play.verify import verify_equal
from sparring.play.wiring import check_wiring, wiring_table
from sparring.plugins.registry import Plugins
from sparring.recipe.difference import difference
from sparring.recipe.recipe import Recipe
from sparring.runs.checkpoint import Checkpoints
from sparring.runs.display import Display
from sparring.runs.game_state import capture, restore
from sparring.runs.manifest import Manifest
from sparring.runs.run_folder import RunFolder
from sparring.runs.signals import StopSignals
from sparring.runs.trained import application_of, load
from sparring.scores.evaluation import better, judge, judges_of, protocol_of
from sparring.scores.scorecard import Scorecard


class Run:
    """One recipe being played in one folder, on this process of perhaps several. `folder` and `recipe` are for whoever watches."""

    def __init__(self, recipe: Recipe, plugins: Plugins, command: Sequence[str]) -> None:
        self.recipe, self.plugins = recipe, plugins
        self.folder = RunFolder(Path("runs") / recipe.run.name)
        self.accelerator = accelerator_for(recipe, self.folder.path)
        self.is_main = self.accelerator.is_main_process
        if self.accelerator.device.type == "cpu":
            keep_memory()
        self.judges = judges_of(recipe, plugins)
        self.game = build_game(recipe, plugins, self.accelerator.device)
        self.recipe = recipe = self.game.recipe
        self.checkpoints = Checkpoints(self.folder.checkpoints, keep=recipe.run.keep)
        if self.is_main:
            self.folder.create_or_open(recipe.dump(), self._manifest(command), difference)
        self.accelerator.wait_for_everyone()

    def _manifest(self, command: Sequence[str]) -> Manifest:
        return Manifest(
            seed=self.recipe.run.seed, fingerprint=self.game.data.fingerprint(), data=self.game.data.describe(), command=command,
            processes=self.accelerator.num_processes, plugins={plugin.name: plugin.version for plugin in self.plugins.loaded},
        )  # fmt: skip

    def play(self) -> bool:
        """Play to the end, from where the folder says that it was left. False if it was asked to stop before."""
        start = self._resume()
        self._introduce(start)
        self.judges.prepare(self.game.data)
        engine = self.game.engine(self.accelerator)
        display = Display(steps=engine.steps, start=start, samples_per_step=engine.samples_per_step, shown=self.is_main)
        if start < engine.steps:
            self.accelerator.init_trackers("tensorboard", init_kwargs={"tensorboard": {"purge_step": start}})
        meter = Meter()
        stream = self.game.batches(self.accelerator, start=start)
        saved_at = time.monotonic()
        try:
            with StopSignals() as signals:
                for step in engine.play(stream, start=start):
                    meter.add(step.metrics)
                    display.played(step.number)
                    if step.every(self.recipe.run.log_every) or step.last:
                        display.measured(self._log(step, meter))
                    if step.every(self.recipe.run.verify_every):
                        verify_equal(self.game.networks)
                    stopping, overdue = on_any(signals.raised is not None, self._is_overdue(saved_at))
                    best = self._validate(step, display) if step.every(self.recipe.evaluation.every) else None
                    if best is not None or step.every(self.recipe.run.save_every) or step.last or stopping or overdue:
                        self._save(step, best)
                        saved_at = time.monotonic()
                    if step.every(self.recipe.run.preview_every):
                        self._preview(step)
                    self._watch("sparring_step_played", step=step)
                    if stopping and not step.last:
                        display.say(f"Stopped at step {step.number} of {step.of}, and saved. The same command goes on from there.")
                        return False
        except GameError as error:
            raise GameError(f"{error}\n  {self._last_good()}") from None
        finally:
            display.close()
        return True

    def conclude(self) -> Scorecard | None:
        """Judge the finished run on the test examples, and leave something to look at and listen to."""
        best = self.checkpoints.best_known()
        step = self.game.steps if best is None else best.step
        answerer = load(self.folder.path, plugins=self.plugins, device=self.accelerator.device)
        card: Scorecard | None = None
        if self.judges.metrics:
            card = judge(
                answerer, self.folder.path.name, self.game.data, "test", self.judges,
                title=f"{self.folder.path.name} at step {step} on test: {self.game.data.describe()}",
                protocol=protocol_of(self.recipe, step, averaged=bool(self.game.averages)),
            )  # fmt: skip
        if self.is_main:
            if card is not None:
                print(card.table())
                print(f"Scorecard: {card.write(self.folder.scorecards / f'step-{step:08d}-test')}")
            examples = self.game.data.examples("test")
            for path in answerer.preview(examples, self.folder.samples / "test"):
                print(f"Sample: {path}")
            self._watch("sparring_evaluated", scorecard=card)
        self.accelerator.wait_for_everyone()
        return card

    def close(self) -> None:
        """Tell the watchers, close the trackers, and part from the other processes."""
        self._watch("sparring_run_ended")
        forget_control()
        self.accelerator.end_training()

    def _resume(self) -> int:
        """The step to start from; every process takes the checkpoint that the first one found good."""
        found = self.checkpoints.latest() if self.is_main else None
        step = gather(found.step if found is not None else 0)[0]
        if step:
            restore(self.game, found or self.checkpoints.at(step))
        if self.is_main:
            for line in self.checkpoints.set_aside:
                print(line)
            self.folder.truncate_metrics(step)
        return step

    def _introduce(self, start: int) -> None:
        if not self.is_main:
            return
        precision = "bf16" if self.accelerator.mixed_precision == "bf16" else "fp32"
        print(f"{self.recipe.name}: {self.folder.path}")
        print(self.game.data.describe())
        print(f"{machines_of(self.accelerator)}, {precision}, batch of {self.recipe.data.batch_size}, {self.game.steps} steps")
        if start:
            print(f"Resuming from step {start}.")
        else:
            print(wiring_table(check_wiring(self.game, self.accelerator.device)))
        for missing in self.judges.missing:
            print(f"Not measured: {missing}")
        self._watch("sparring_run_started")
        sys.stdout.flush()

    def _log(self, step: Step, meter: Meter) -> dict[str, float]:
        means = meter.read()
        if self.is_main:
            self.folder.append_metrics(step.number, {"samples": step.samples, **means})
        self.accelerator.log(means, step=step.number)
        return means

    def _validate(self, step: Step, display: Display) -> float | None:
        """Judge the validation examples by the one metric that chooses; the score, if it is the best so far."""
        metric = self.recipe.evaluation.best
        if metric is None:
            return None
        chooser = self.judges.only(metric)
        with self._application() as answerer:
            card = judge(answerer, "run", self.game.data, "validation", chooser, title="", protocol={})
        score = card.summary("run", metric).mean
        known = self.checkpoints.best_known() if self.is_main else None
        best = gather(better(score, known.score if known is not None else None, chooser.metrics[metric]))[0]
        display.say(f"step {step.number}: validation {metric} {score:.3f}{' (best so far)' if best else ''}")
        if self.is_main:
            self.folder.append_metrics(step.number, {f"validation/{metric}": score})
        self.accelerator.log({f"validation/{metric}": score}, step=step.number)
        return score if best else None

    def _last_good(self) -> str:
        good = self.checkpoints.steps()
        return f"the last good checkpoint is {self.checkpoints.folder / f'step-{good[-1]:08d}'}" if good else "there was no checkpoint yet"

    def _is_overdue(self, saved_at: float) -> bool:
        """Slow steps should not keep a run from being saved: the first process looks at the clock, and the others follow."""
        minutes = self.recipe.run.save_minutes
        return self.is_main and minutes > 0 and time.monotonic() - saved_at > 60 * minutes

    def _save(self, step: Step, best: float | None) -> None:
        if self.is_main:
            tensors, records = capture(self.game, step.number, step.samples)
            self.checkpoints.save(step.number, tensors, records, keep_as_best=best is not None, score=best)
        self.accelerator.wait_for_everyone()

    def _preview(self, step: Step) -> None:
        examples = self.game.data.examples("validation")
        if self.is_main and len(examples):
            with self._application() as answerer, alone():
                answerer.preview(examples, self.folder.samples / f"step-{step.number:08d}")

    @contextmanager
    def _application(self) -> Iterator[Application]:
        """The application on the networks as they are now."""
        with self.game.at_rest() as networks:
            statistics, label = self.game.data.statistics(), self.recipe.run.name
            yield application_of(self.recipe, self.plugins, networks, self.accelerator.device, statistics=statistics, label=label)

    def _watch(self, hook: str, **about: object) -> None:
        if self.is_main:
            self.plugins.watch(hook, run=self, **about)


def run(recipe: Recipe, plugins: Plugins, command: Sequence[str]) -> Path:
    """Play a recipe to the end and judge it; returns the run's folder. The same command resumes."""
    this = Run(recipe, plugins, command)
    with this.folder.claimed() if this.is_main else nullcontext():
        if this.play():
            this.conclude()
    this.close()
    return this.folder.path
