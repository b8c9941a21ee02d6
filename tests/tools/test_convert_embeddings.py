"""Published embeddings come out of pickles and Torch 7 files as they went in, and nothing that such a file says is ever run."""

from __future__ import annotations

import io
import os
import pickle
import struct
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from sparring import DataError

TOOLS = Path(__file__).parents[2] / "tools"
with pytest.MonkeyPatch.context() as here:
    here.syspath_prepend(TOOLS)
    convert = import_module("convert_embeddings").convert
    read_pickle = import_module("published_pickle").read_pickle
    read_torch7 = import_module("torch7").read_torch7
NAMES = ["001.Auk/Auk_0001_12", "001.Auk/Auk_0002_34", "002.Owl/Owl_0001_56"]
RANDOM = np.random.default_rng(0)
EMBEDDINGS = RANDOM.standard_normal((3, 2, 300)).astype(np.float32)


class Python2(pickle._Pickler):  # type: ignore[name-defined]
    """Writes strings as Python 2 did, and NumPy's names as NumPy 1 did."""

    write: Any
    memoize: Any

    def save_string(self, value: str | bytes) -> None:
        data = value.encode() if isinstance(value, str) else value
        if not self.bin:
            self.write(b"S" + repr(data)[1:].encode() + b"\n")
        else:
            self.write((b"U" + bytes([len(data)]) if len(data) < 256 else b"T" + struct.pack("<i", len(data))) + data)
        self.memoize(value)

    dispatch = {**pickle._Pickler.dispatch, str: save_string, bytes: save_string}  # type: ignore[attr-defined]  # noqa: RUF012


def python2(value: object, protocol: int) -> bytes:
    file = io.BytesIO()
    Python2(file, protocol).dump(value)
    return file.getvalue().replace(b"numpy._core", b"numpy.core")


class Hostile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return os.system, (f"touch {self.path}",)


def stackgan(folder: Path, embeddings: bytes, names: bytes = python2(NAMES, 0)) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "filenames.pickle").write_bytes(names)
    path = folder / "char-CNN-RNN-embeddings.pickle"
    path.write_bytes(embeddings)
    return path


class Torch7:
    """Writes what Lua's torch.save writes."""

    def __init__(self) -> None:
        self.data, self.objects = b"", 0

    def string(self, text: str) -> None:
        self.data += struct.pack("<i", len(text)) + text.encode()

    def object(self, kind: int) -> None:
        self.objects += 1
        self.data += struct.pack("<ii", kind, self.objects)

    def torch(self, name: str) -> None:
        self.object(4)
        self.string("V 1")
        self.string(f"torch.{name}")

    def storage(self, kind: str, numbers: np.ndarray) -> None:
        self.torch(f"{kind}Storage")
        self.data += struct.pack("<q", numbers.size) + numbers.tobytes()

    def value(self, value: object) -> Torch7:
        match value:
            case None:
                self.data += struct.pack("<i", 0)
            case bool():
                self.data += struct.pack("<ii", 5, value)
            case float():
                self.data += struct.pack("<id", 1, value)
            case str():
                self.data += struct.pack("<i", 2)
                self.string(value)
            case dict():
                self.object(3)
                self.data += struct.pack("<i", len(value))
                for key, one in value.items():
                    self.value(key).value(one)
            case np.ndarray():
                kind = {"f4": "Float", "f8": "Double", "u1": "Byte", "i8": "Long"}[value.dtype.str[1:]]
                strides = [stride // value.itemsize for stride in value.strides]
                self.tensor(kind, value.shape, strides, 1)
                self.storage(kind, np.ravel(value, order="K"))
        return self

    def tensor(self, kind: str, sizes: tuple[int, ...], strides: list[int], start: int) -> Torch7:
        self.torch(f"{kind}Tensor")
        self.data += struct.pack(f"<i{2 * len(sizes) + 1}q", len(sizes), *sizes, *strides, start)
        return self


def torch7(value: object) -> bytes:
    return Torch7().value(value).data


def reed(folder: Path) -> Path:
    """One table an image, as in cub_icml."""
    for name, embeddings in zip(NAMES, EMBEDDINGS, strict=True):
        characters = np.ones((201, 2), np.uint8)
        path = folder / f"{name}.t7"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(torch7({"img": f"{name}.jpg", "char": characters, "txt": embeddings, "word": np.ones((30, 2), np.int64)}))
    return folder


@pytest.mark.parametrize("protocol", [0, 1, 2])
@pytest.mark.parametrize("listed", [True, False])
def test_what_python_2_pickled_comes_out_bit_for_bit(protocol: int, listed: bool, tmp_path: Path) -> None:
    path = stackgan(tmp_path, python2(list(EMBEDDINGS) if listed else EMBEDDINGS, protocol), python2(NAMES, protocol))

    convert([path], tmp_path / "out" / "embeddings.safetensors")

    written = load_file(tmp_path / "out" / "embeddings.safetensors")
    assert sorted(written) == NAMES
    assert all((written[name] == one).all() and written[name].dtype == np.float32 for name, one in zip(NAMES, EMBEDDINGS, strict=True))


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("kind", ["<f4", ">f8", "<f2"])
def test_what_python_3_pickles_comes_out_whatever_the_order_of_bytes_and_axes(protocol: int, kind: str, tmp_path: Path) -> None:
    arrays = [np.asfortranarray(one.astype(kind)) for one in EMBEDDINGS]
    path = stackgan(tmp_path, pickle.dumps(arrays, protocol), pickle.dumps([f"{name}.jpg" for name in NAMES], protocol))

    found = convert([path], tmp_path / "embeddings.safetensors")

    assert list(found) == NAMES
    assert all((found[name] == one).all() for name, one in zip(NAMES, arrays, strict=True))


def test_numbers_strings_lists_and_tuples_are_read_and_an_array_held_twice_stays_one() -> None:
    value = [None, True, False, 7, 300, -5, 1 << 40, -(1 << 40), 0.5, "ü\n", b"\x00'\xff\\", b"", (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)]

    for protocol in range(5):
        assert read_pickle(pickle.dumps([value, value], protocol)) == [value, value]


def test_a_tree_of_torch_7_files_becomes_one_file(tmp_path: Path) -> None:
    found = convert([reed(tmp_path / "cub_icml")], tmp_path / "embeddings.safetensors")

    assert sorted(found) == NAMES
    assert all((found[name] == one).all() for name, one in zip(NAMES, EMBEDDINGS, strict=True))


def test_a_tensor_alone_is_of_the_image_that_folder_and_file_are_called_after(tmp_path: Path) -> None:
    path = tmp_path / "001.Auk" / "Auk_0001_12.t7"
    path.parent.mkdir()
    path.write_bytes(torch7(np.asfortranarray(EMBEDDINGS[0], dtype="<f8")))

    found = convert([path], tmp_path / "embeddings.safetensors")

    assert list(found) == [NAMES[0]]
    assert (found[NAMES[0]] == EMBEDDINGS[0]).all()


def test_the_images_of_a_class_are_those_that_the_names_put_into_its_folder(tmp_path: Path) -> None:
    (tmp_path / "001.Auk.t7").write_bytes(torch7(EMBEDDINGS[:2].transpose(0, 2, 1)))
    (tmp_path / "names.txt").write_text("\n".join(f"{name}.jpg" for name in NAMES))

    found = convert([tmp_path / "001.Auk.t7"], tmp_path / "embeddings.safetensors", filenames=tmp_path / "names.txt")

    assert list(found) == NAMES[:2]
    assert (found[NAMES[1]] == EMBEDDINGS[1]).all()


def test_a_table_may_hold_itself_and_a_tensor_twice() -> None:
    writer = Torch7()
    writer.object(3)
    writer.data += struct.pack("<i", 3)
    writer.value("self")
    writer.data += struct.pack("<ii", 3, 1)
    writer.value("first").value(EMBEDDINGS[0]).value("again")
    writer.data += struct.pack("<ii", 4, 2)

    table = read_torch7(writer.data)

    assert isinstance(table, dict)
    assert table["self"] is table
    assert table["again"] is table["first"]


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_pickle_that_would_run_a_program_is_refused_by_name_and_not_run(protocol: int, tmp_path: Path) -> None:
    path = stackgan(tmp_path, pickle.dumps([Hostile(tmp_path / "run")], protocol))

    with pytest.raises(DataError) as refused:
        convert([path], tmp_path / "embeddings.safetensors")

    called = f"{os.system.__module__}.system"
    assert str(refused.value) == (
        f"{path}: it asks for {called!r}, which lists of arrays do not need and which could run anything: it is not read."
    )
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / "embeddings.safetensors").exists()


PICKLES = [
    (b"", "it ends in the middle: get it again."),
    (b"abc", "it is damaged, or no pickle: get it again."),
    (b"\x00\x01", "it is no pickle."),
    (python2(list(EMBEDDINGS), 2)[:-400], "it ends in the middle: get it again."),
    (b"T\xff\xff\xff\x7fabc.", "it ends in the middle: get it again."),
    (b"0" * 10, "it holds 'POP', which lists of arrays do not need: it is not read."),
    (pickle.dumps({"a": 1}), "it holds 'EMPTY_DICT', which lists of arrays do not need: it is not read."),
    (b"(ios\nsystem\n.", "it holds 'INST', which lists of arrays do not need: it is not read."),
    (
        pickle.dumps([EMBEDDINGS], 5),
        "it asks for 'numpy._core.numeric._frombuffer', which lists of arrays do not need and which could run anything",
    ),
    (python2([np.arange(3)], 2), "it holds an array of 'i8': embeddings are 'f2', 'f4' or 'f8'."),
    (pickle.dumps([np.array([{}])], 2), "it holds an array of 'O8': embeddings are 'f2', 'f4' or 'f8'."),
    (python2([EMBEDDINGS[0]], 0).replace(b"I300\n", b"I900\n"), "it holds an array whose 2,400 bytes do not fit the shape that it claims."),
    (python2([EMBEDDINGS] * 2, 0), "it has the embeddings of 2 images, but 3 images are named."),
    (pickle.dumps(7), "it is no list of arrays: StackGAN's is called char-CNN-RNN-embeddings.pickle."),
    (pickle.dumps([b"a"] * 3), f"what it has for {NAMES[0]!r} is no array of floating-point numbers."),
    (python2([np.array([[1, 2]], "f4")] * 2 + [np.array([[3]], "f4")], 2), f"an embedding of {NAMES[2]!r} has 1 numbers, but 2 in "),
    (python2([np.array([[np.nan]], "f4")] * 3, 2), f"an embedding of {NAMES[0]!r} is not finite: the file is damaged."),
    (python2([np.array([[1e300]], "f8")] * 3, 2), f"an embedding of {NAMES[0]!r} is not finite: the file is damaged."),
    (python2([np.zeros((1, 1, 1), "f4")] * 3, 2), f"what it has for {NAMES[0]!r} is (1, 1, 1) of float32, not (captions, width)"),
    (python2([np.zeros((1, 1024), "f4")] * 3, 2), "it claims to hold more numbers than fit into it."),
    (b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nNNtR.", "it is no list of arrays: StackGAN's is called"),
    (b"cnumpy\ndtype\n(cnumpy\nndarray\ntR.", "it calls something that is no array, no type of numbers and no bytes: it is not read."),
    (b"]q\x00(h\x00h\x00h\x00e.", f"what it has for {NAMES[0]!r} is no array of floating-point numbers."),
]


@pytest.mark.parametrize(("data", "sentence"), PICKLES, ids=[sentence[:40] for _, sentence in PICKLES])
def test_a_bad_pickle_is_one_sentence(data: bytes, sentence: str, tmp_path: Path) -> None:
    path = stackgan(tmp_path, data)

    with pytest.raises(DataError) as refused:
        convert([path], tmp_path / "embeddings.safetensors")

    assert str(refused.value).startswith(f"{path}: {sentence}")
    assert "\n" not in str(refused.value)


def test_no_end_of_a_file_that_is_missing_goes_unnoticed() -> None:
    for data, read in ((python2(list(EMBEDDINGS[:, :, :3]), 0), read_pickle), (torch7({"txt": EMBEDDINGS[0, :, :3]}), read_torch7)):
        for end in range(len(data) - (read is read_pickle)):
            with pytest.raises(ValueError, match=r"it ends in the middle|it is damaged, or no pickle"):
                read(data[:end])


def test_a_file_that_goes_on_for_ever_is_stopped() -> None:
    with pytest.raises(ValueError, match=r"it has more than 100 instructions: no published file of embeddings is so long\."):
        read_pickle(b"]" * 101, most_steps=100)
    with pytest.raises(ValueError, match=r"it has more than 100 objects: no published file of embeddings has so many\."):
        read_torch7(torch7({float(number): True for number in range(100)}), most_objects=100)


def deep(tables: int) -> dict:
    return {"a": deep(tables - 1)} if tables else {}


TORCHES = [
    (b"", "it ends in the middle, or is no binary file of Torch 7: get it again."),
    (b"4\n1\n3\nV 1\n17\n", "it is no binary file of Torch 7: in Lua, torch.save(path, object) writes one."),
    (struct.pack("<i", 6), "it holds a function, which embeddings do not need and which could run anything: it is not read."),
    (struct.pack("<ii", 8, 1), "it holds a function, which embeddings do not need and which could run anything: it is not read."),
    (struct.pack("<iii3si9s", 4, 1, 3, b"V 1", 9, b"nn.Linear"), "it holds a 'nn.Linear', which embeddings do not need: it is not read."),
    (struct.pack("<iii5s", 4, 1, 5, b"V 100"), "its objects are of version 'V 100', but 'V 1' is the one that can be read"),
    (struct.pack("<ii2s", 2, 2, b"\xff\xff"), "it has a string that is no text, at byte 8."),
    (struct.pack("<ii", 2, -1), "it ends in the middle, or is no binary file of Torch 7: get it again."),
    (struct.pack("<iii", 3, 1, 1) + struct.pack("<ii", 5, 1), "it has a table with a key that is neither a number nor text."),
    (torch7(deep(40)), "its tables are more than 32 deep: no published file of embeddings is."),
    (torch7("a string"), "it is neither a table with 'img' and 'txt' nor a tensor of two or three axes."),
    (torch7({"img": "a.jpg"}), "it has no image's name as 'img' and no tensor as 'txt', as the files of an image have."),
    (torch7({"img": "../a.jpg", "txt": EMBEDDINGS[0]}), "'../a.jpg' is no name of an image below the folder of images."),
    (torch7({"img": "/a.jpg", "txt": EMBEDDINGS[0]}), "'/a.jpg' is no name of an image below the folder of images."),
    (torch7({"img": "__metadata__", "txt": EMBEDDINGS[0]}), "'__metadata__' is no name of an image below the folder of images."),
    (torch7({"img": "a.jpg", "txt": np.ones((201, 2), np.uint8)}), "what it has for 'a' is (201, 2) of uint8, not (captions, width)"),
    (torch7(np.zeros((2, 201, 3))), "it has the embeddings of 2 images of a class, and --filenames FILE has to name them."),
    (Torch7().tensor("Float", (9,) * 9, [1] * 9, 1).data, "it holds a tensor of 9 axes: it is damaged."),
]
REACHING = [((1 << 40, 4), [0, 1], 1), ((2, 4), [4, 1], 2), ((2, 4), [-4, 1], 5), ((2, 4), [4, 1], 0), ((-2, 4), [4, 1], 1)]


@pytest.mark.parametrize(("data", "sentence"), TORCHES, ids=[sentence[:40] for _, sentence in TORCHES])
def test_a_bad_torch_7_file_is_one_sentence(data: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "one.t7"
    path.write_bytes(data)

    with pytest.raises(DataError) as refused:
        convert([path], tmp_path / "embeddings.safetensors")

    assert str(refused.value).startswith(f"{path}: {sentence}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("sizes", "strides", "start"), REACHING)
def test_a_tensor_stays_within_its_storage(sizes: tuple[int, ...], strides: list[int], start: int) -> None:
    writer = Torch7().tensor("Float", sizes, strides, start)
    writer.storage("Float", np.zeros(8, np.float32))

    with pytest.raises(ValueError, match=r"it holds a 'torch.FloatTensor' that reaches beyond its own numbers: it is damaged\."):
        read_torch7(writer.data)


def test_a_tensor_has_a_storage_of_its_own_kind() -> None:
    writer = Torch7().tensor("Float", (2, 4), [4, 1], 1)
    writer.storage("Double", np.zeros(8))

    with pytest.raises(ValueError, match="reaches beyond its own numbers"):
        read_torch7(writer.data)


def test_characters_are_not_taken_for_embeddings(tmp_path: Path) -> None:
    (tmp_path / "001.Auk.t7").write_bytes(torch7(np.full((2, 201, 10), 7.0)))
    (tmp_path / "names.txt").write_text("\n".join(NAMES))

    with pytest.raises(DataError, match="all its numbers are whole: these are characters of captions, not embeddings"):
        convert([tmp_path / "001.Auk.t7"], tmp_path / "embeddings.safetensors", filenames=tmp_path / "names.txt")


def test_an_image_is_given_once_and_names_are_of_one_pickle(tmp_path: Path) -> None:
    one, two = (stackgan(tmp_path / name, python2(list(EMBEDDINGS), 2)) for name in ("train", "test"))
    output = tmp_path / "embeddings.safetensors"

    with pytest.raises(DataError) as twice:
        convert([tmp_path], output)
    with pytest.raises(DataError, match="--filenames is for one pickle, and there are more"):
        convert([one, two], output, filenames=tmp_path / "train" / "filenames.pickle")
    with pytest.raises(DataError, match="it is of one image, which it says itself: --filenames is for pickles and for tensors of a class"):
        convert([reed(tmp_path / "cub_icml")], output, filenames=tmp_path / "train" / "filenames.pickle")

    assert str(twice.value) == f"{one}: the image {NAMES[0]!r} has embeddings already, from {two}: give each image once."


def test_the_command_writes_in_one_step_or_says_why_not_with_status_2(tmp_path: Path) -> None:
    output = tmp_path / "CUB" / "embeddings.safetensors"

    def run(*arguments: object) -> tuple[int, str, str]:
        done = subprocess.run([sys.executable, TOOLS / "convert_embeddings.py", *map(str, arguments)], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    assert run(reed(tmp_path / "cub_icml"), "--output", output) == (0, f"{output}: 3 images, 6 captions, 300 numbers each\n", "")
    before = output.read_bytes()
    bad = stackgan(tmp_path / "birds", b"cos\nsystem\n(S'true'\ntR.")
    status, out, error = run(tmp_path / "cub_icml", bad, "--output", output)

    assert (status, out, error.count("\n")) == (2, "", 1)
    assert error.startswith(f"{bad}: it asks for 'os.system'")
    assert output.read_bytes() == before
    assert [path.name for path in output.parent.iterdir()] == [output.name]


def test_files_that_are_none_are_named(tmp_path: Path) -> None:
    lone = tmp_path / "lone.pickle"
    lone.write_bytes(python2(list(EMBEDDINGS), 2))
    big = tmp_path / "big.t7"
    with big.open("wb") as file:
        file.truncate(9 << 30)
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.csv").touch()
    refusals = {
        lone: "there is no filenames.pickle beside it: say whose captions these are with --filenames FILE.",
        big: "it is bigger than 8 GiB: no published file of embeddings is.",
        tmp_path / "empty": "there is no .t7 file and no char-CNN-RNN-embeddings.pickle in it.",
        tmp_path / "a.csv": "it ends neither in .pickle nor in .t7: give a published file, or a folder of them.",
        tmp_path / "none": "there is no such file or folder.",
    }

    for path, sentence in refusals.items():
        with pytest.raises(DataError) as refused:
            convert([path], tmp_path / "embeddings.safetensors")
        assert str(refused.value) == f"{path}: {sentence}"
    with pytest.raises(DataError, match=r"the output is a file that ends in \.safetensors"):
        convert([lone], tmp_path / "embeddings")
