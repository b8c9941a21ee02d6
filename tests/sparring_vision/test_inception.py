"""Inception from a safetensors file, with random weights: what the published network would be given and give."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
from toy_images import ToyImages

from sparring import DataError
from sparring_vision.extractor import extractor_for
from sparring_vision.fid import Fid
from sparring_vision.inception import Inception, inception_from

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = Inception()
    weights = {name.removeprefix("trunk."): tensor for name, tensor in network.state_dict().items()}
    path = tmp_path_factory.mktemp("weights") / "inception.pth"
    torch.save(weights, path)
    return path


@pytest.fixture(scope="module")
def weights(pth: Path) -> Path:
    path = pth.with_suffix(".safetensors")
    subprocess.run([sys.executable, ROOT / "tools" / "to_safetensors.py", pth, path], check=True, capture_output=True)
    return path


@pytest.fixture(scope="module")
def images() -> Tensor:
    return torch.randint(256, (2, 3, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def test_features_and_logits_are_those_of_torch_fidelity(pth: Path, weights: Path, images: Tensor) -> None:
    theirs = FeatureExtractorInceptionV3("inception", ["2048", "logits_unbiased"], feature_extractor_weights_path=str(pth))(images)
    network, _ = inception_from(weights, resize="tensorflow")

    with torch.no_grad():
        ours = network(images)

    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize(("name", "filter"), [("pil-bilinear", Image.Resampling.BILINEAR), ("pil-bicubic", Image.Resampling.BICUBIC)])
@pytest.mark.parametrize("size", [32, 400])
def test_a_resize_like_pillows_is_pillows(name: str, filter: Image.Resampling, size: int) -> None:
    images = torch.randint(256, (1, 3, size, size), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    planes = [Image.fromarray(plane.numpy().astype(np.float32)).resize((299, 299), filter) for plane in images[0]]
    theirs = torch.stack([torch.from_numpy(np.array(plane)) for plane in planes])[None]

    ours = Inception(resize=name).prepared(images)  # type: ignore[arg-type]

    expected = theirs / 127.5 - 1 if name == "pil-bilinear" else (theirs - 128) / 128
    torch.testing.assert_close(ours, expected, atol=1e-4, rtol=0)


def test_grey_images_are_given_three_equal_channels() -> None:
    grey = torch.randint(256, (1, 1, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))

    prepared = Inception().prepared(grey)

    assert prepared.shape == (1, 3, 299, 299)
    assert torch.equal(prepared[:, 0], prepared[:, 2])


def test_a_metric_with_inception_says_so_in_its_protocol(weights: Path) -> None:
    data = ToyImages(labelled=False)
    metric = Fid(extractor="inception", weights=weights)
    metric.prepare(data)

    rows = metric.remember([data.image("test", index) for index in range(3)], data.examples("test")[:3], data)

    said = extractor_for(data, "inception", weights=weights).protocol()
    assert rows.shape == (3, 2048)
    assert said["extractor"] == "Inception 2015-12-05, 2048 features"
    assert said["resize"] == "tensorflow, to 299"
    assert len(said["extractor weights"]) == 16


def test_weights_of_something_else_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    path = tmp_path / "other.safetensors"
    save_file({"weight": torch.zeros(2)}, path)

    with pytest.raises(DataError, match="holds other weights than those of Inception 2015-12-05"):
        inception_from(path, resize="tensorflow")


def test_a_file_that_would_run_code_is_not_converted(tmp_path: Path) -> None:
    torch.save({"weight": Path("x")}, tmp_path / "other.pth")

    done = subprocess.run([sys.executable, ROOT / "tools" / "to_safetensors.py", tmp_path / "other.pth"], capture_output=True, text=True)

    assert done.returncode == 1
    assert "not converted" in done.stderr
    assert not (tmp_path / "other.safetensors").exists()
