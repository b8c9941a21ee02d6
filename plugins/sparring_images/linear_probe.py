"""How well a linear classifier does on a representation when few examples have labels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int, Shaped
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.svm import LinearSVC

from sparring import RecipeError

PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
FOLDS = 5

Rows = Float[np.ndarray, "rows numbers"]
Classes = Int[np.ndarray, " rows"]


class LinearProbe:
    """A linear L2-SVM (squared hinge, one class against the rest), fitted to labelled rows.

    Numbers are standardised by the labelled rows and divided by the root of their count, so that rows of any length are about 1 long and
    the same values of C, in `PENALTIES`, fit all of them. `penalty` is the C that was best in a stratified cross-validation among the
    labelled rows, of 5 folds or as many as the rarest class has rows: no other label is looked at.

    Source: Radford, Metz, Chintala 2015, section 5.
    """

    def __init__(self, rows: Rows, labels: Classes) -> None:
        mean, deviation = rows.mean(0), rows.std(0)
        scale = np.where(deviation > 0, deviation, 1) * math.sqrt(rows.shape[1])
        scaled = (rows - mean) / scale
        # Rotated into the space that they span, which changes no inner product, a hundred rows have a hundred numbers each.
        axes = np.linalg.svd(scaled, full_matrices=False)[2]
        folds = StratifiedKFold(min(FOLDS, int(np.unique(labels, return_counts=True)[1].min())))
        svm = LinearSVC(dual=False)  # type: ignore[arg-type]
        search = GridSearchCV(svm, {"C": PENALTIES}, cv=folds).fit(scaled @ axes.T, labels)
        self.penalty = float(search.best_params_["C"])
        self._classes: np.ndarray = search.best_estimator_.classes_
        # From here on for rows as they are given.
        self._weights = search.best_estimator_.coef_ @ axes / scale
        self._bias = search.best_estimator_.intercept_ - self._weights @ mean

    def predict(self, rows: Rows) -> Classes:
        """The most likely class of each row."""
        scores = rows @ self._weights.T + self._bias
        return self._classes[(scores[:, 0] > 0).astype(int) if scores.shape[1] == 1 else scores.argmax(1)]


def draw_labelled(labels: Sequence[int], count: int, draw: np.random.Generator) -> Shaped[np.ndarray, " count"]:
    """Which `count` examples are to be labelled: random ones, as evenly from all classes as there are enough.

    Raises `RecipeError` if there are not so many, or fewer than two of a class.
    """
    classes = np.asarray(labels)
    if count > len(classes):
        raise RecipeError(f"labels: there are only {len(classes)} training examples, which is fewer than {count}: give a smaller number")
    order = draw.permutation(len(classes))
    turn = np.empty(len(classes), int)
    for one in np.unique(classes):
        mine = order[classes[order] == one]
        turn[mine] = np.arange(len(mine))
    chosen = order[np.argsort(turn[order], kind="stable")][:count]
    fewest = min(int((classes[chosen] == one).sum()) for one in np.unique(classes))
    if fewest < 2:
        raise RecipeError(
            f"labels: {count} leave a class with fewer than 2 examples, and one has to be tried on the other: "
            f"give at least {2 * len(np.unique(classes))}, of classes with two examples each"
        )
    return chosen
