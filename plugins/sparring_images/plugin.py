"""What this plugin brings to a recipe."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sparring import Component, hookimpl

GAN = "Goodfellow et al. 2014, arXiv 1406.2661"
DCGAN = "Radford, Metz, Chintala 2015, arXiv 1511.06434"
CGAN = "Mirza and Osindero 2014, arXiv 1411.1784"
WGAN_GP = "Gulrajani et al. 2017, arXiv 1704.00028"
SNGAN = "Miyato et al. 2018, arXiv 1802.05957; Miyato and Koyama 2018, arXiv 1802.05637"
ACGAN = "Odena, Olah, Shlens 2016, arXiv 1610.09585"
BEGAN = "Berthelot, Schumm, Metz 2017, arXiv 1703.10717"
R3GAN = "Huang et al. 2024, arXiv 2501.05441"

NETWORKS = (
    ("mlp-generator", "mlp:Generator", "three layers without convolutions, of the first GAN", GAN),
    ("mlp-discriminator", "mlp:Discriminator", "maxout layers with dropout, of the first GAN", GAN),
    ("dcgan-generator", "dcgan:Generator", "transposed convolutions with batch norm, 4x4 or 5x5", DCGAN),
    ("dcgan-discriminator", "dcgan:Discriminator", "strided convolutions with batch norm, layer norm or none", DCGAN),
    ("cdcgan-generator", "conditional_dcgan:Generator", "a small DCGAN with the label beside every layer", f"{CGAN}; {DCGAN}"),
    ("cdcgan-discriminator", "conditional_dcgan:Discriminator", "its judge, with the label beside every layer", f"{CGAN}; {DCGAN}"),
    ("wgan-gp-generator", "wgan_gp:Generator", "residual blocks with batch norm", WGAN_GP),
    ("wgan-gp-critic", "wgan_gp:Critic", "residual blocks without batch statistics", WGAN_GP),
    ("sngan-generator", "sngan:Generator", "residual blocks with batch norm, conditional if asked for", SNGAN),
    ("sngan-discriminator", "sngan:Discriminator", "residual blocks with spectral norm; projection of the label if asked for", SNGAN),
    ("acgan-discriminator", "acgan:Discriminator", "convolutions with a class head beside the score", ACGAN),
    ("began-generator", "began:Generator", "a decoder of ELU convolutions and nearest upsampling", BEGAN),
    ("began-discriminator", "began:Discriminator", "an autoencoder: the score is the loss of reconstruction", BEGAN),
    ("r3gan-generator", "r3gan:Generator", "residual blocks of grouped convolutions, without normalization", R3GAN),
    ("r3gan-discriminator", "r3gan:Discriminator", "the generator's mirror image", R3GAN),
)


@hookimpl
def sparring_components() -> Iterable[Component]:
    pictures: dict[str, Any] = {"requires": ("PIL", "matplotlib"), "extra": "images"}
    yield Component(
        kind="task",
        name="image-generation",
        target="sparring_images.task:ImageGeneration",
        summary="images out of a latent",
        source=GAN,
    )
    yield Component(
        kind="task",
        name="class-conditional-image-generation",
        target="sparring_images.task:ClassConditionalGeneration",
        summary="images of a class that is asked for",
        source=CGAN,
    )
    yield Component(
        kind="data",
        name="images",
        target="sparring_images.images:Images",
        summary="square images with their classes: scikit-learn's digits, a folder, or a data set of the literature",
        requires=("PIL", "sklearn", "torchvision"),
        extra="images",
    )
    for name, target, summary, source in NETWORKS:
        yield Component(kind="network", name=name, target=f"sparring_images.{target}", summary=summary, source=source)
    yield Component(
        kind="application",
        name="generate",
        target="sparring_images.generate:Generate",
        summary="draws images, of a class where there are classes",
        **pictures,
    )
    yield Component(
        kind="application",
        name="interpolate",
        target="sparring_images.interpolate:Interpolate",
        summary="walks from latent to latent",
        source=DCGAN,
        **pictures,
    )
    yield Component(
        kind="application",
        name="arithmetic",
        target="sparring_images.arithmetic:Arithmetic",
        summary="adds and subtracts mean latents of chosen samples",
        source=DCGAN,
        **pictures,
    )
    yield Component(
        kind="application",
        name="represent",
        target="sparring_images.represent:Represent",
        summary="what the discriminator has learned: a linear classifier on its activations",
        source=DCGAN,
        requires=("PIL", "matplotlib", "sklearn"),
        extra="images",
    )
