"""What this plugin brings to a recipe."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sparring import Component, hookimpl

GAN_INT_CLS = "Reed et al. 2016, arXiv 1605.05396"
STACKGAN = "Zhang et al. 2017, arXiv 1612.03242"
ENCODER = "Reed et al. 2016, arXiv 1605.05395"
R_PRECISION = "Xu et al. 2018, arXiv 1711.10485"

TASKS = (
    (
        "text-conditional-image-generation",
        "task:TextConditionalGeneration",
        "images of what a text says: GAN-CLS, GAN-INT, both",
        GAN_INT_CLS,
    ),
    ("stackgan-first-stage", "task:FirstStage", "small images of a condition drawn around the text", STACKGAN),
    ("stackgan-second-stage", "task:SecondStage", "images four times larger, on top of a first stage's run", STACKGAN),
    ("text-image-matching", "matching_task:TextImageMatching", "images and captions as embeddings of one space", ENCODER),
)
NETWORKS = (
    ("gan-int-cls-generator", "gan_int_cls:Generator", "a latent and a text to an image, by transposed convolutions", GAN_INT_CLS),
    ("gan-int-cls-discriminator", "gan_int_cls:Discriminator", "judges an image beside a text", GAN_INT_CLS),
    ("conditioning-augmentation", "conditioning_augmentation:ConditioningAugmentation", "a text to a Gaussian of conditions", STACKGAN),
    ("stackgan-first-generator", "stackgan_first:Generator", "a latent and a condition to a small image", STACKGAN),
    ("stackgan-first-discriminator", "stackgan_first:Discriminator", "judges a small image beside a text", STACKGAN),
    ("stackgan-second-generator", "stackgan_second:Generator", "a small image and a condition to one four times larger", STACKGAN),
    ("stackgan-second-discriminator", "stackgan_second:Discriminator", "judges a large image beside a text", STACKGAN),
    ("char-cnn-rnn", "char_cnn_rnn:CharCnnRnn", "a text encoder that reads characters", ENCODER),
    ("image-encoder", "image_encoder:ImageEncoder", "convolutions to an embedding, beside a text encoder", ENCODER),
)
DATA = (
    (
        "captioned-images",
        "captioned_images:CaptionedImages",
        "images with embedded captions: scenes, a folder, CUB, Oxford-102, COCO",
    ),
    ("image-caption-pairs", "caption_pairs:ImageCaptionPairs", "the same images with the characters of a caption, for text encoders"),
)
METRICS = (
    ("colour-match", "attribute_match:ColourMatch", "% of a scene's objects that have the colour that the caption names"),
    ("shape-match", "attribute_match:ShapeMatch", "% of a scene's objects that have the shape that the caption names"),
    ("size-match", "attribute_match:SizeMatch", "% of a scene's objects that have the size that the caption names"),
    ("place-match", "attribute_match:PlaceMatch", "% of scenes whose objects are where the caption says"),
    ("background-match", "attribute_match:BackgroundMatch", "% of scenes on the background that the caption names"),
    ("caption-match", "attribute_match:CaptionMatch", "% of scenes in which everything is as the caption says"),
)
BASELINES = (
    ("own-images", "captions_baselines:OwnImages", "the real image of each caption: the ceiling"),
    ("mismatched-images", "captions_baselines:MismatchedImages", "a real image of another caption: chance"),
    ("upsampled-first-stage", "captions_baselines:UpsampledFirstStage", "a first stage's images, four times larger by interpolation"),
)


@hookimpl
def sparring_components() -> Iterable[Component]:
    pictures: dict[str, Any] = {"requires": ("PIL", "torchvision"), "extra": "captions"}
    for name, target, summary, source in TASKS:
        yield Component(kind="task", name=name, target=f"sparring_captions.{target}", summary=summary, source=source)
    for name, target, summary, source in NETWORKS:
        yield Component(kind="network", name=name, target=f"sparring_captions.{target}", summary=summary, source=source)
    yield Component(
        kind="network",
        name="scene-text-encoder",
        target="sparring_captions.scene_text_encoder:SceneTextEncoder",
        summary="a small char-CNN-RNN that has learned sentences about scenes",
        source=ENCODER,
    )
    yield Component(
        kind="network",
        name="scene-attributes",
        target="sparring_captions.scene_attributes:SceneAttributes",
        summary="the image's counterpart: what a classifier of scenes is sure of",
        source=ENCODER,
    )
    yield Component(
        kind="network",
        name="hugging-face-text",
        target="sparring_captions.hugging_face_text:HuggingFaceText",
        summary="a text encoder of Hugging Face's transformers (CLIP, say) in a local folder",
        source="Radford et al. 2021, arXiv 2103.00020",
        requires=("transformers",),
        extra="clip",
    )
    yield Component(
        kind="loss",
        name="structured-joint-embedding",
        target="sparring_captions.joint_embedding:StructuredJointEmbedding",
        summary="captions nearer to their images than to others, by a margin",
        source=ENCODER,
    )
    yield Component(
        kind="loss",
        name="mismatch-margin",
        target="sparring_captions.joint_embedding:MismatchMargin",
        summary="a caption nearer to its image than a certain wrong one, by a margin",
        source=ENCODER,
    )
    yield Component(
        kind="loss",
        name="attribute-naming",
        target="sparring_captions.attribute_naming:AttributeNaming",
        summary="an embedding of a sentence names the attributes of its scene",
    )
    for name, target, summary in DATA:
        yield Component(kind="data", name=name, target=f"sparring_captions.{target}", summary=summary, source=ENCODER, **pictures)
    for name, target, summary in METRICS:
        yield Component(kind="metric", name=name, target=f"sparring_captions.{target}", summary=summary)
    yield Component(
        kind="metric",
        name="retrieval-precision",
        target="sparring_captions.retrieval:RetrievalPrecision",
        summary="% of images whose own caption is the nearest of 100",
        source=R_PRECISION,
    )
    for name, target, summary in BASELINES:
        yield Component(kind="baseline", name=name, target=f"sparring_captions.{target}", summary=summary)
    yield Component(
        kind="application",
        name="draw",
        target="sparring_captions.draw:Draw",
        summary="draws what captions say",
        source=GAN_INT_CLS,
        **pictures,
    )
    yield Component(
        kind="application",
        name="interpolate-sentences",
        target="sparring_captions.interpolate_sentences:InterpolateSentences",
        summary="walks from sentence to sentence",
        source=GAN_INT_CLS,
        **pictures,
    )
    yield Component(
        kind="application",
        name="disentangle",
        target="sparring_captions.disentangle:Disentangle",
        summary="a grid of captions and styles: what comes from the text, and what from the latent",
        source=GAN_INT_CLS,
        **pictures,
    )
    yield Component(
        kind="application",
        name="encode-captions",
        target="sparring_captions.encode_captions:EncodeCaptions",
        summary="embeddings of the captions in text files",
        source=ENCODER,
    )
