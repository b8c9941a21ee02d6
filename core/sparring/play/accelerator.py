"""The machines that a run plays on: one process or several, found out through Accelerate, and refused where results would go wrong."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from accelerate import Accelerator, DistributedDataParallelKwargs, PartialState
from accelerate.utils import DistributedType

from sparring.errors import GameError, RecipeError
from sparring.play.launcher import processes_asked, use_cores
from sparring.recipe.recipe import Recipe

SUPPORTED = (DistributedType.NO, DistributedType.MULTI_CPU, DistributedType.MULTI_GPU)
WHY_NOT = {
    DistributedType.DEEPSPEED: "DeepSpeed wants one model and one loss, and the players of a game share theirs",
    DistributedType.FSDP: "FSDP shards one model with one optimizer, and the players of a game reach through each other's networks",
    DistributedType.MEGATRON_LM: "Megatron-LM brings its own models",
    DistributedType.XLA: "nothing here was ever run on XLA devices",
}


def accelerator_for(recipe: Recipe, project: Path | None = None) -> Accelerator:
    """An Accelerator as this engine needs it. Raises `GameError` when other machines came up than were asked for."""
    try:
        accelerator = Accelerator(
            cpu=_only_cpu(),
            mixed_precision={"fp32": "no", "bf16": "bf16", None: None}[recipe.run.precision],
            step_scheduler_with_optimizer=False,
            log_with=None if project is None else "tensorboard",
            project_dir=None if project is None else str(project),
            kwargs_handlers=[DistributedDataParallelKwargs(broadcast_buffers=False)],
        )
    except ValueError as error:
        raise GameError(f"Accelerate refuses this machine: {error}") from error
    if accelerator.distributed_type not in SUPPORTED:
        reason = WHY_NOT.get(accelerator.distributed_type, "only data-parallel training is")
        raise GameError(f"{accelerator.distributed_type.value} is not supported: {reason}")
    if accelerator.mixed_precision not in ("no", "bf16"):
        raise GameError(f"precision {accelerator.mixed_precision} is not supported: use bf16, which needs no loss scaling")
    _require_processes(accelerator.num_processes, recipe)
    _use_cores(accelerator.num_processes, accelerator.device)
    return accelerator


def machines_of(accelerator: Accelerator) -> str:
    """What the run plays on, in words: "2 cuda processes", "1 cpu process of 8 threads"."""
    count, device = accelerator.num_processes, accelerator.device.type
    processes = f"{count} {device} process{'es' if count > 1 else ''}"
    if device != "cpu":
        return processes
    threads = torch.get_num_threads()
    return f"{processes} of {threads} thread{'s' if threads > 1 else ''}{' each' if count > 1 else ''}"


def this_device() -> torch.device:
    """The device of this process, which under a launcher joins the others."""
    state = PartialState(cpu=_only_cpu())
    assert state.device is not None
    _use_cores(state.num_processes, state.device)
    return state.device


def _only_cpu() -> bool:
    """Said to Accelerate, or else several processes without a GPU would be as many runs."""
    return not (torch.cuda.is_available() or torch.backends.mps.is_available())


def _use_cores(processes: int, device: torch.device) -> None:
    """Several processes share the cores as their launcher says, and beside a GPU one thread is enough."""
    if processes == 1 and device.type == "cpu":
        use_cores()


def _require_processes(came_up: int, recipe: Recipe) -> None:
    launcher = int(os.environ.get("WORLD_SIZE", "1"))
    asked = {"the recipe (run.processes)": recipe.run.processes, "the launcher": launcher if launcher > 1 else processes_asked()}
    for who, number in asked.items():
        if number is not None and number != came_up:
            raise GameError(
                f"{who} asks for {number} processes, but {came_up} came up\n"
                "  several CPU processes: torchrun --standalone --nproc-per-node 2 tools/run.py RECIPE\n"
                "  ('accelerate launch --cpu --num_processes 2' starts a single one)"
            )
    share = came_up * recipe.run.accumulate
    if recipe.data.batch_size % share:
        parts = f"{came_up} processes of {recipe.run.accumulate} micro-batches each"
        message = f"a batch of {recipe.data.batch_size} cannot be shared by {parts}"
        hint = f"use a multiple of {share}: batch_size is that of all processes together"
        raise RecipeError([recipe.problem("data.batch_size", message, hint)])
