"""The graph of a game as Mermaid text, which Markdown viewers draw."""

from __future__ import annotations

from collections.abc import Sequence

from sparring.play.graph import Graph
from sparring.play.player import Seat


def mermaid(graph: Graph, seats: Sequence[Seat]) -> str:
    """Batch fields are rounded, networks hexagons in the name of the player that learns them, tensors boxes, contests rhombs."""
    owners = {network: seat.name for seat in seats for network in seat.player.learns}
    lines = ["flowchart LR"]
    lines += [f"  {name}([{name}])" for name in sorted(graph.fields)]
    lines += [f'  {name}{{{{"{name}<br>{_learner(owners.get(name))}"}}}}' for name in sorted(graph.networks)]
    lines += [f"  {name}[{name}]" for name in graph.methods]
    lines += [f"  {need} --> {name}" for name, needs in graph.needs.items() for need in needs if need not in ("noise", "progress")]
    for number, contest in enumerate(graph.contests):
        lines.append(f'  contest{number}{{"{contest.judged[0]}<br>or<br>{contest.judged[1]}?"}}')
        lines += [f"  {score} -.-> contest{number}" for score in (contest.real, contest.fake, *contest.decoys, *contest.extras)]
    return "\n".join(lines)


def _learner(player: str | None) -> str:
    return f"learned by {player}" if player else "frozen"
