"""What core itself brings, through the same door as everyone: torch's optimizers, and schedules."""

from __future__ import annotations

from collections.abc import Iterator

from sparring.component import Component
from sparring.hooks import hookimpl

OPTIMIZERS = (
    ("adam", "Adam", "adaptive moments", "Kingma & Ba 2015"),
    ("adamw", "AdamW", "Adam with decoupled weight decay", "Loshchilov & Hutter 2019"),
    ("rmsprop", "RMSprop", "gradients divided by their running root mean square", "Tieleman & Hinton 2012"),
    ("sgd", "SGD", "stochastic gradient descent, with momentum if asked for", ""),
    ("adagrad", "Adagrad", "steps that shrink with the sum of squared gradients", "Duchi et al. 2011"),
    ("nadam", "NAdam", "Adam with Nesterov momentum", "Dozat 2016"),
    ("radam", "RAdam", "Adam with a rectified warm-up", "Liu et al. 2020"),
    ("adamax", "Adamax", "Adam in the infinity norm", "Kingma & Ba 2015"),
    ("adadelta", "Adadelta", "steps scaled by running averages of gradients and updates", "Zeiler 2012"),
)
SCHEDULES = (
    ("constant", "the same value at every step"),
    ("linear", "from one value to another in a straight line, then constant"),
    ("cosine", "from one value to another along half a cosine, then constant"),
    ("exponential", "a value multiplied by a constant factor at every step"),
)


class Builtin:
    """The plugin that is always there."""

    @hookimpl
    def sparring_components(self) -> Iterator[Component]:
        for name, target, summary, source in OPTIMIZERS:
            yield Component(kind="optimizer", name=name, target=f"torch.optim:{target}", summary=summary, source=source)
        for name, summary in SCHEDULES:
            yield Component(kind="schedule", name=name, target=f"sparring.play.schedule:{name}", summary=summary)
