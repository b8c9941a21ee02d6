"""A text encoder that someone else trained: a model of the library transformers, in a folder on this machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import torch
from einops import einsum, reduce
from jaxtyping import Float, Int
from torch import Tensor

from sparring import DataError
from sparring_captions.text_encoder import Embeddings, TextEncoder

CLIP = ("clip", "clip_text_model")
CLIP_WIDTH = 512  # where the folder does not say, as in transformers
WIDTHS = ("hidden_size", "d_model", "dim", "n_embd")  # what kinds of models call the width of a hidden state
BATCH = 32
# What an embedding depends on: settings, vocabulary, weights.
READ = frozenset({".json", ".txt", ".model", ".safetensors"})


class Reader(NamedTuple):
    """What the folder holds. Being no module, it is not among the encoder's own weights."""

    tokenizer: Any
    model: Any
    most: int


class HuggingFaceText(TextEncoder):
    """Embeddings by a pretrained model: CLIP's projected text embedding, or of another one the mean of its last hidden states.

    `folder` is one that transformers has written (config.json, tokenizer, weights in safetensors). Nothing is looked up on the network,
    nothing in the folder is run, and all of it is read when first needed. `max_tokens` of a caption are read, special ones included (None:
    as many as the model can). What sentence-transformers does after the mean (a dense layer, a norm) is not done.

    Raises `ValueError` if the folder is not such a one, and `DataError` where it turns out when it is read. Source: Radford et al. 2021
    (arXiv 2103.00020) for CLIP, Reimers and Gurevych 2019 (arXiv 1908.10084) for the mean.
    """

    kept: ClassVar[bool] = False

    def __init__(self, *, folder: Path, max_tokens: int | None = None) -> None:
        super().__init__()
        self.folder, self.max_tokens = folder, max_tokens
        self.config = _config(folder)
        self.clip = self.config.get("model_type") in CLIP
        self.width = _width(self.config, folder)
        positions = _of_text(self.config).get("max_position_embeddings")
        if max_tokens is not None and not 3 <= max_tokens <= (positions or max_tokens):
            raise ValueError(f"{folder} reads from 3 to {positions or 'any number of'} tokens, not {max_tokens}: change max_tokens")
        self._read: Reader | None = None
        self._identity = ""

    @torch.no_grad()
    def encode(self, captions: Sequence[str]) -> Embeddings:
        """As `TextEncoder.encode`: the model is in evaluation mode whatever this one's is."""
        embeddings = torch.empty(len(captions), self.width)
        for start in range(0, len(captions), BATCH):
            part = self._embed(list(captions[start : start + BATCH]))
            if part.shape[1] != self.width:
                raise DataError(
                    f"{self.folder}: config.json promises embeddings of {self.width} numbers, and the model gives {part.shape[1]}"
                )
            embeddings[start : start + BATCH] = part
        return embeddings

    def unread(self, caption: str) -> str:
        tokenizer, _, most = self._reader()
        pieces = tokenizer(caption, add_special_tokens=False, verbose=False)["input_ids"]
        seen = most - tokenizer.num_special_tokens_to_add()
        said = [f"only the first {seen:,} of {len(pieces):,} pieces of words are read"] if len(pieces) > seen else []
        unknown = pieces[:seen].count(tokenizer.unk_token_id)
        if unknown:
            said.append(f"{unknown:,} {'word is' if unknown == 1 else 'words are'} unknown to the encoder")
        return "; ".join(said)

    def refuses(self, caption: str) -> str:
        return "" if caption.strip() else "it is empty"

    def identity(self) -> str:
        if not self._identity:
            digest = hashlib.sha256(f"hugging-face-text {self.max_tokens}".encode())
            for path in sorted(self.folder.iterdir()):
                if path.suffix in READ:
                    with path.open("rb") as file:
                        digest.update(f"\n{path.name} ".encode() + hashlib.file_digest(file, "sha256").digest())
            self._identity = digest.hexdigest()[:16]
        return self._identity

    def _embed(self, captions: list[str]) -> Float[Tensor, "captions numbers"]:
        tokenizer, model, most = self._reader()
        read = tokenizer(captions, padding=True, truncation=True, max_length=most, return_tensors="pt")
        given = {"input_ids": read["input_ids"], "attention_mask": read["attention_mask"]}
        return model(**given).text_embeds if self.clip else masked_mean(model(**given).last_hidden_state, read["attention_mask"])

    def _reader(self) -> Reader:
        if self._read is None:
            self._read = _read(self.folder, self.config, self.max_tokens)
        return self._read


def masked_mean(states: Float[Tensor, "batch tokens width"], mask: Int[Tensor, "batch tokens"]) -> Float[Tensor, "batch width"]:
    """The mean of the states of real tokens, of which `mask` is 1."""
    total = einsum(states, mask.to(states.dtype), "batch tokens width, batch tokens -> batch width")
    return total / reduce(mask, "batch tokens -> batch 1", "sum")


def _config(folder: Path) -> Mapping[str, Any]:
    if not folder.is_dir():
        raise ValueError(f"{str(folder)!r} is no folder: download a model once ('hf download NAME --local-dir FOLDER') and give its folder")
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise ValueError(f"{str(folder)!r} has no readable config.json: give a folder that transformers has written") from None
    if not any(folder.glob("*.safetensors")):
        raise ValueError(f"{str(folder)!r} has no weights in safetensors, and others are not read: take a model that has them")
    return config


def _of_text(config: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**config, **(config.get("text_config") or {})}


def _width(config: Mapping[str, Any], folder: Path) -> int:
    kind = config.get("model_type")
    if kind in CLIP:
        return int(_of_text(config).get("projection_dim", CLIP_WIDTH))
    found = [config[name] for name in WIDTHS if isinstance(config.get(name), int)]
    if not found or "vision_config" in config:
        raise ValueError(
            f"{str(folder)!r} holds a model of kind {kind!r}, which gives no embedding of a text: take CLIP or a model of texts"
        )
    return found[0]


def _read(folder: Path, config: Mapping[str, Any], max_tokens: int | None) -> Reader:
    transformers: Any = import_module("transformers")  # here, since it takes seconds
    kind = transformers.AutoModelForTextEncoding if config.get("is_encoder_decoder") else transformers.AutoModel
    if config.get("model_type") in CLIP:
        kind = transformers.CLIPTextModelWithProjection
    safe = {"local_files_only": True, "trust_remote_code": False}
    try:
        with _quietly(transformers.utils.logging):
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **safe)
            model, loading = kind.from_pretrained(folder, use_safetensors=True, dtype=torch.float32, output_loading_info=True, **safe)
    except Exception as error:  # a folder from elsewhere may be anything, and tokenizers raise nothing narrower
        first, *_ = str(error).splitlines() or [type(error).__name__]
        raise DataError(f"{folder}: the text encoder cannot be read: {first}") from error
    # The pooler of some models is missing from their files, and not used here.
    missing = sorted(name for name in loading["missing_keys"] if "pooler" not in name)
    if missing:
        raise DataError(f"{folder}: weights are missing, {missing[0]!r} among them: download the model again")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    # A tokenizer that does not know its limit gives a huge number.
    limits = [max_tokens, tokenizer.model_max_length, _of_text(config).get("max_position_embeddings")]
    return Reader(tokenizer, model.eval(), min(limit for limit in limits if limit is not None))


@contextmanager
def _quietly(logging: Any) -> Iterator[None]:
    """Without the hundreds of lines about weights that are of CLIP's other half: what is missing is looked up afterwards."""
    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()
