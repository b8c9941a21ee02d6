"""MNIST, CIFAR, CelebA and LSUN, in tiny sets that are laid out as theirs."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import torch
from torchvision import datasets

from sparring import DataError
from sparring_images.images import Images

DRAW = np.random.default_rng(0)


def names(data: Images, split: str) -> list[str]:
    return [example.name for example in data.examples(split)]  # pyright: ignore[reportArgumentType]


def lay_out_mnist(root: Path) -> np.ndarray:
    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True)
    images = DRAW.integers(0, 256, (20, 28, 28), dtype=np.uint8)
    for part, count in (("train", 20), ("t10k", 6)):
        (raw / f"{part}-images-idx3-ubyte").write_bytes(struct.pack(">iiii", 0x803, count, 28, 28) + images[:count].tobytes())
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">ii", 0x801, count) + bytes(number % 10 for number in range(count)))
    return images


def lay_out_cifar(root: Path, kind: Any, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Their checksums are those of the real files, and give way."""
    folder = root / kind.base_folder
    folder.mkdir(parents=True)
    pixels = DRAW.integers(0, 256, (10, 3072), dtype=np.uint8)
    key = "labels" if kind is datasets.CIFAR10 else "fine_labels"
    for name, _ in kind.train_list + kind.test_list:
        (folder / name).write_bytes(pickle.dumps({"data": pixels, key: list(range(10))}))
    classes = [f"class {number}" for number in range(10)]
    (folder / kind.meta["filename"]).write_bytes(pickle.dumps({kind.meta["key"]: classes}))
    for files in ("train_list", "test_list"):
        monkeypatch.setattr(kind, files, [(name, None) for name, _ in getattr(kind, files)])
    monkeypatch.setattr(kind, "meta", kind.meta | {"md5": None})
    return pixels.reshape(10, 3, 32, 32)


def lay_out_celeba(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = root / "celeba"
    (folder / "img_align_celeba").mkdir(parents=True)
    files = [f"{number:06d}.jpg" for number in range(1, 7)]
    for number, name in enumerate(files):
        PIL.Image.new("RGB", (178, 218), (40 * number, 0, 0)).save(folder / "img_align_celeba" / name)
    (folder / "list_eval_partition.txt").write_text(
        "".join(f"{name} {split}\n" for name, split in zip(files, (0, 0, 0, 1, 2, 2), strict=True))
    )
    (folder / "identity_CelebA.txt").write_text("".join(f"{name} 1\n" for name in files))
    for kind in ("bbox", "landmarks_align", "attr"):
        table = "".join(f"{name}  1 -1\n" for name in files)
        (folder / f"list_{kind}_celeba.txt").write_text(f"{len(files)}\none other\n{table}")
    monkeypatch.setattr(datasets.CelebA, "file_list", [(one, None, name) for one, _, name in datasets.CelebA.file_list])


def lay_out_lsun(root: Path, categories: dict[str, int]) -> None:
    lmdb = pytest.importorskip("lmdb")
    for category, red in categories.items():
        for part, count in (("train", 8), ("val", 3)):
            with lmdb.open(str(root / f"{category}_{part}_lmdb")) as environment, environment.begin(write=True) as transaction:
                for number in range(count):
                    encoded = BytesIO()
                    PIL.Image.new("RGB", (20, 16), (red, number, 0)).save(encoded, format="PNG")
                    transaction.put(f"{category}{part}{number:032x}".encode(), encoded.getvalue())


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder in which nothing may be left."""
    folder = tmp_path / "working folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    yield folder
    assert list(folder.iterdir()) == []


def test_mnist_is_read_as_it_is(tmp_path: Path) -> None:
    pixels = lay_out_mnist(tmp_path)

    data = Images(set="mnist", root=tmp_path, image_size=28)

    assert data.facts() == {"image_size": 28, "channels": 1, "classes": 10}
    assert [len(names(data, split)) for split in ("train", "validation", "test")] == [18, 2, 6]
    for example in data.examples("train"):
        number = int(example.name.removeprefix("MNIST-train-"))
        assert example.label == number % 10
        torch.testing.assert_close(example.image, torch.from_numpy(pixels[number]).float()[None] / 127.5 - 1)


@pytest.mark.parametrize(("name", "kind", "training"), [("cifar10", datasets.CIFAR10, 50), ("cifar100", datasets.CIFAR100, 10)])
def test_cifar_is_read_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: Any, kind: Any, training: int) -> None:
    pixels = lay_out_cifar(tmp_path, kind, monkeypatch)

    data = Images(set=name, root=tmp_path)

    assert data.facts() == {"image_size": 32, "channels": 3, "classes": 10}
    assert [len(names(data, split)) for split in ("train", "validation", "test")] == [training * 9 // 10, training // 10, 10]
    for number, example in enumerate(data.examples("test")):
        assert example.conditions == {"class": f"class {number}"}
        torch.testing.assert_close(example.image, torch.from_numpy(pixels[number]).float() / 127.5 - 1)


def test_celeba_keeps_its_splits_and_has_no_classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out_celeba(tmp_path, monkeypatch)

    data = Images(set="celeba", root=tmp_path, image_size=64)

    assert data.facts() == {"image_size": 64, "channels": 3, "classes": 0}
    assert names(data, "train") == ["000001.jpg", "000002.jpg", "000003.jpg"]
    assert names(data, "validation") == ["000004.jpg"]
    assert names(data, "test") == ["000005.jpg", "000006.jpg"]
    assert abs(float(data.examples("test")[1].image[0].mean()) - (200 / 127.5 - 1)) < 0.02
    with pytest.raises(DataError, match=r"data\.only names 'Smiling': the classes are none"):
        Images(set="celeba", root=tmp_path, only=("Smiling",))


def test_lsun_has_the_categories_that_are_there(tmp_path: Path, elsewhere: Path) -> None:
    lay_out_lsun(tmp_path, {"bedroom": 51, "tower": 102})

    data = Images(set="lsun", root=tmp_path, image_size=8)

    assert data.facts() == {"image_size": 8, "channels": 3, "classes": 2}
    assert [len(names(data, split)) for split in ("train", "validation", "test")] == [14, 2, 6]
    for example in data.examples("test"):
        red = {"bedroom": -0.6, "tower": -0.2}[str(example.conditions["class"])]
        assert abs(float(example.image[0].mean()) - red) < 1e-6
    assert pickle.loads(pickle.dumps(data)).fingerprint() == data.fingerprint()


def test_lsun_is_confined_to_a_category(tmp_path: Path, elsewhere: Path) -> None:
    lay_out_lsun(tmp_path, {"bedroom": 51, "tower": 102})

    data = Images(set="lsun", root=tmp_path, only=("tower",))

    assert {example.conditions["class"] for example in data.examples("test")} == {"tower"}


def test_lsun_says_what_it_lacks(tmp_path: Path) -> None:
    lay_out_lsun(tmp_path, {"bedroom": 51})

    with pytest.raises(
        DataError, match=r"lacks 'tower_train_lmdb', 'tower_val_lmdb'; of the categories, it has bedroom: .*data\.only=\[…\]"
    ):
        Images(set="lsun", root=tmp_path, only=("tower", "bedroom"))
    with pytest.raises(DataError, match="'castle': the classes are 'bedroom', 'bridge'"):
        Images(set="lsun", root=tmp_path, only=("castle",))
    with pytest.raises(DataError, match="lacks every category"):
        Images(set="lsun", root=tmp_path / "none")


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    lay_out_lsun(tmp_path, {"bedroom": 51})
    (tmp_path / "bedroom_val_lmdb" / "data.mdb").write_bytes(b"no database" * 1000)

    with pytest.raises(DataError, match="bedroom_val_lmdb: the database is damaged"):
        Images(set="lsun", root=tmp_path)


@pytest.mark.parametrize(
    ("name", "kind", "place"),
    [
        ("mnist", "MNIST", "MNIST/raw"),
        ("cifar10", "CIFAR10", "cifar-10-batches-py"),
        ("cifar100", "CIFAR100", "cifar-100-python"),
        ("celeba", "CelebA", "celeba"),
    ],
)
def test_a_set_that_is_not_there_says_what_to_do(tmp_path: Path, name: Any, kind: str, place: str) -> None:
    with pytest.raises(DataError) as caught:
        Images(set=name, root=tmp_path)

    text = str(caught.value)
    assert text.startswith(f"{tmp_path}: {kind} is not there or damaged (Dataset not found")
    assert text.endswith(f"set data.root=PATH to the folder that holds '{place}', or say data.download=true.")


def test_damaged_files_of_mnist_and_cifar_are_refused(tmp_path: Path) -> None:
    lay_out_mnist(tmp_path)
    (tmp_path / "MNIST" / "raw" / "train-images-idx3-ubyte").write_bytes(b"no images")
    (tmp_path / "cifar-10-batches-py").mkdir()
    (tmp_path / "cifar-10-batches-py" / "data_batch_1").write_bytes(pickle.dumps("not what it should be"))

    for name in ("mnist", "cifar10"):
        with pytest.raises(DataError, match="is not there or damaged"):
            Images(set=name, root=tmp_path)


def test_a_failed_download_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.MNIST, "mirrors", ["http://127.0.0.1:9/"])

    with pytest.raises(DataError, match=r"MNIST could not be downloaded: Error downloading train-images-idx3-ubyte\.gz"):
        Images(set="mnist", root=tmp_path, download=True)
