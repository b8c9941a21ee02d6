"""What this plugin brings: losses, regularizers and views for any domain."""

from __future__ import annotations

from collections.abc import Iterable

from sparring import Component, hookimpl

_GAN = "Goodfellow et al. 2014, arXiv 1406.2661"
_IMPROVED = "Salimans et al. 2016, arXiv 1606.03498"
_RELATIVISTIC = "Jolicoeur-Martineau 2018, arXiv 1807.00734"
_CONVERGE = "Mescheder et al. 2018, arXiv 1801.04406"


@hookimpl
def sparring_components() -> Iterable[Component]:
    """Losses of contests, losses over named tensors, regularizers, and views of what is judged."""
    yield from _contest_losses()
    yield from _tensor_losses()
    yield from _regularizers()
    yield from _views()


def _contest_losses() -> Iterable[Component]:
    yield _loss("minimax", "adversarial:Minimax", "cross-entropy; the generator minimises log(1 - D(fake))", _GAN)
    yield _loss("non-saturating", "adversarial:NonSaturating", "cross-entropy; the generator maximises log D(fake)", _GAN)
    yield _loss(
        "lsgan",
        "adversarial:LeastSquares",
        "least squares on the scores: fake towards a, real towards b, the generator's fake towards c",
        "Mao et al. 2017, arXiv 1611.04076",
    )
    yield _loss(
        "wasserstein",
        "adversarial:Wasserstein",
        "difference of the mean scores, for a critic that a regularizer keeps Lipschitz",
        "Arjovsky et al. 2017, arXiv 1701.07875",
    )
    yield _loss("hinge", "adversarial:Hinge", "the discriminator stops at a margin of one", "Lim and Ye 2017, arXiv 1705.02894")
    yield _loss("rpgan", "relativistic:RelativisticPairing", "each real against a fake, each fake against a real", _RELATIVISTIC)
    yield _loss("ragan", "relativistic:RelativisticAverage", "each score against the mean score of the other side", _RELATIVISTIC)
    yield _loss(
        "began",
        "began:Equilibrium",
        "an autoencoder's errors, balanced by a controller",
        "Berthelot, Schumm, Metz 2017, arXiv 1703.10717",
    )


def _tensor_losses() -> Iterable[Component]:
    yield _loss("l1", "distances:L1", "mean absolute difference of two tensors")
    yield _loss("l2", "distances:L2", "mean squared difference of two tensors")
    yield _loss("cross-entropy", "distances:CrossEntropy", "of class logits and labels")
    yield _loss(
        "gaussian-kl",
        "distances:GaussianKL",
        "divergence of a Gaussian, given as mean and log deviation, from the standard one",
        "Kingma and Welling 2014, arXiv 1312.6114",
    )
    yield _loss("total-variation", "distances:TotalVariation", "mean absolute difference of neighbours", "Rudin, Osher, Fatemi 1992")
    yield _loss(
        "perceptual",
        "perceptual:Perceptual",
        "difference of two images in layers of VGG19, whose weights are a file",
        "Johnson, Alahi, Fei-Fei 2016, arXiv 1603.08155",
    )


def _regularizers() -> Iterable[Component]:
    yield _regularizer(
        "gradient-penalty",
        "gradient_penalty:GradientPenalty",
        "pulls the critic's slope towards one between real and fake samples",
        "Gulrajani et al. 2017, arXiv 1704.00028",
    )
    yield _regularizer("r1", "zero_centred_penalty:R1", "pulls the discriminator's slope to zero at real samples", _CONVERGE)
    yield _regularizer("r2", "zero_centred_penalty:R2", "pulls the discriminator's slope to zero at fake samples", _CONVERGE)
    yield _regularizer(
        "dragan",
        "dragan:Dragan",
        "pulls the discriminator's slope towards one around real samples",
        "Kodali et al. 2017, arXiv 1705.07215",
    )
    yield _regularizer(
        "weight-clipping",
        "weight_clipping:WeightClipping",
        "keeps a critic's weights within a bound",
        "Arjovsky et al. 2017, arXiv 1701.07875",
    )
    yield _regularizer(
        "consistency",
        "consistency:Consistency",
        "the same score for a sample and its augmentation",
        "Zhang et al. 2020, arXiv 1910.12027",
    )
    yield _regularizer(
        "feature-matching", "feature_matching:FeatureMatching", "the discriminator's mean features of fake like those of real", _IMPROVED
    )
    yield _regularizer(
        "historical-averaging", "historical_averaging:HistoricalAveraging", "parameters close to the average of their past", _IMPROVED
    )
    yield _regularizer(
        "lecam", "lecam:LeCam", "scores close to the moving average of the other side's", "Tseng et al. 2021, arXiv 2104.03310"
    )
    yield _regularizer(
        "spectral-norm", "spectral_norm:SpectralNorm", "layers of Lipschitz constant one", "Miyato et al. 2018, arXiv 1802.05957"
    )


def _views() -> Iterable[Component]:
    yield _view(
        "instance-noise",
        "instance_noise:InstanceNoise",
        "Gaussian noise on what is judged, fading",
        "Sønderby et al. 2017, arXiv 1610.04490",
    )
    yield _view(
        "diff-augment",
        "diff_augment:DiffAugment",
        "differentiable augmentation of what is judged",
        "Zhao et al. 2020, arXiv 2006.10738",
    )
    yield _view(
        "adaptive-augment",
        "adaptive_augment:AdaptiveAugment",
        "augmentation as strong as the discriminator overfits",
        "Karras et al. 2020, arXiv 2006.06676",
    )


def _loss(name: str, target: str, summary: str, source: str = "") -> Component:
    return Component(kind="loss", name=name, target=f"sparring_objectives.{target}", summary=summary, source=source)


def _regularizer(name: str, target: str, summary: str, source: str) -> Component:
    return Component(kind="regularizer", name=name, target=f"sparring_objectives.{target}", summary=summary, source=source)


def _view(name: str, target: str, summary: str, source: str) -> Component:
    return Component(kind="view", name=name, target=f"sparring_objectives.{target}", summary=summary, source=source)
