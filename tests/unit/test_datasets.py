"""Where the data sets come from, what they are, and what is said when they cannot be had."""

import gzip
import os
import pickle
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from traps import Trap

from kdlab import Dataset, find_dataset, load_dataset
from kdlab.datasets import loading

SHAPES = {"mnist": (28, 28), "fashion_mnist": (28, 28), "cifar10": (32, 32, 3)}


def arrays(name, n=20, seed=0):
    """Small, and compressible as real images are."""
    rng = np.random.default_rng(seed)
    column = (-1, 1) if name == "cifar10" else (-1,)

    def images(n):
        x = rng.integers(256, size=(n, *SHAPES[name]), dtype=np.uint8)
        return np.where(rng.random(x.shape) < 0.1, x, 0).astype(np.uint8)

    return {
        "x_train": images(n),
        "y_train": (np.arange(n, dtype=np.uint8) % 10).reshape(column),
        "x_test": images(n // 2),
        "y_test": (np.arange(n // 2, dtype=np.uint8) % 10).reshape(column),
    }


@pytest.fixture(autouse=True)
def given_data_dir(monkeypatch):
    """What the machine sets, taken away so that no test meets it by chance."""
    given = os.environ.get("KDLAB_DATA_DIR") or None
    monkeypatch.delenv("KDLAB_DATA_DIR", raising=False)
    return given


@pytest.fixture
def folder(tmp_path):
    for name in SHAPES:
        np.savez_compressed(tmp_path / f"{name}.npz", **arrays(name))
    return tmp_path


@pytest.fixture
def no_debian(monkeypatch, tmp_path):
    monkeypatch.setattr(loading, "_DEBIAN_FASHION_MNIST", tmp_path / "absent")


def debian_package(folder):
    """The four IDX files, as Debian's package has them."""
    folder.mkdir()
    data = arrays("fashion_mnist", seed=7)
    for part, stem in (("train", "train"), ("test", "t10k")):
        x, y = data[f"x_{part}"], data[f"y_{part}"]
        header = np.array([2051, len(x), 28, 28], ">i4").tobytes()
        with gzip.open(folder / f"{stem}-images-idx3-ubyte.gz", "wb") as file:
            file.write(header + x.tobytes())
        with gzip.open(folder / f"{stem}-labels-idx1-ubyte.gz", "wb") as file:
            file.write(np.array([2049, len(y)], ">i4").tobytes() + y.tobytes())
    return data


def require_laws(data):
    for x, y in ((data.x_train, data.y_train), (data.x_test, data.y_test)):
        assert x.dtype == np.float32 and y.dtype == np.int32
        assert x.shape[1:] == data.image_shape and len(x) == len(y)
        assert x.min() == 0 and x.max() == 1
        np.testing.assert_array_equal(np.unique(y), range(10))
    assert data.n_classes == len(data.class_names) == 10


# ---- the real data ------------------------------------------------------------------------------


def test_digits_are_the_documented_split(digits):
    """All that depends on it would change: the shipped teacher, and every recorded figure."""
    require_laws(digits)
    images, labels = load_digits(return_X_y=True)
    split = train_test_split(
        images.reshape(-1, 8, 8, 1) / 16, labels, test_size=540, stratify=labels, random_state=0
    )
    for name, part in zip(("x_train", "x_test", "y_train", "y_test"), split, strict=True):
        np.testing.assert_array_equal(getattr(digits, name), part)
    assert digits.checksum == ("14a7d8228c8493a095290087cf52a6a919d5100420187e3847fdd00817039a55")


# These two take what `load_dataset` finds or downloads. Without files and network they fail.


def test_real_mnist_is_whole(given_data_dir):
    data = load_dataset("mnist", given_data_dir)
    require_laws(data)
    assert data.x_train.shape == (60_000, 28, 28, 1) and data.x_test.shape == (10_000, 28, 28, 1)
    assert data.y_train[:5].tolist() == [5, 0, 4, 1, 9] and data.y_test[:3].tolist() == [7, 2, 1]
    assert np.bincount(data.y_test).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip


def test_real_fashion_mnist_is_whole(given_data_dir):
    data = load_dataset("fashion_mnist", given_data_dir)
    require_laws(data)
    raw, source = loading.find_local("fashion_mnist", given_data_dir)
    assert loading._digest(raw) == loading._FASHION_MNIST and data.source == source
    assert data.x_train.shape == (60_000, 28, 28, 1) and data.x_test.shape == (10_000, 28, 28, 1)
    assert (np.bincount(data.y_train) == 6000).all() and (np.bincount(data.y_test) == 1000).all()
    assert [data.class_names[i] for i in data.y_train[:3]] == ["ankle boot", "T-shirt", "T-shirt"]


# ---- the order of places ------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHAPES)
def test_npz_in_data_dir_is_read_as_it_is(folder, name):
    data, raw = load_dataset(name, data_dir=folder), arrays(name)
    assert data.source == str(folder / f"{name}.npz")
    assert data.image_shape == (*SHAPES[name], 1)[:3]
    np.testing.assert_array_equal(data.x_train.reshape(raw["x_train"].shape) * 255, raw["x_train"])
    np.testing.assert_array_equal(data.y_test, raw["y_test"].ravel())  # cifar10's is a column


def test_data_dir_comes_before_the_environment_before_debian(folder, monkeypatch, tmp_path):
    debian_package(tmp_path / "debian")
    monkeypatch.setattr(loading, "_DEBIAN_FASHION_MNIST", tmp_path / "debian")
    assert load_dataset("fashion_mnist").source == str(tmp_path / "debian")
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(folder / "fashion_mnist.npz", other)
    monkeypatch.setenv("KDLAB_DATA_DIR", str(other))
    assert load_dataset("fashion_mnist").source == str(other / "fashion_mnist.npz")
    source = load_dataset("fashion_mnist", folder).source
    assert source == str(folder / "fashion_mnist.npz")


def test_a_folder_without_the_file_leaves_the_places_after_it(monkeypatch, tmp_path):
    raw = debian_package(tmp_path / "debian")
    monkeypatch.setattr(loading, "_DEBIAN_FASHION_MNIST", tmp_path / "debian")
    data = load_dataset("fashion_mnist", tmp_path)
    assert data.source == str(tmp_path / "debian")
    np.testing.assert_array_equal(data.x_train[..., 0] * 255, raw["x_train"])
    np.testing.assert_array_equal(data.y_test, raw["y_test"])


def test_a_home_folder_is_expanded(folder, monkeypatch):
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(folder.parent))
    assert load_dataset("mnist", f"~/{folder.name}").source == str(folder / "mnist.npz")


@pytest.mark.parametrize("name", SHAPES)
def test_what_needs_no_download_is_known(name, folder, monkeypatch, no_debian, tmp_path):
    def answer(name, data_dir=None):
        return arrays(name, seed=5)

    monkeypatch.setattr(loading, "_from_keras", answer)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    assert loading.find_local(name) is None  # and did not ask Keras
    cached = tmp_path / "keras" / "datasets" / loading._IN_KERAS_CACHE[name]
    cached.parent.mkdir(parents=True)
    cached.touch()
    found, source = loading.find_local(name)
    assert source == "keras.datasets" and (found["x_test"] == answer(name)["x_test"]).all()
    found, source = loading.find_local(name, folder)
    assert source == str(folder / f"{name}.npz")


@pytest.mark.parametrize("name", SHAPES)
def test_whether_it_is_here_is_said_in_one_line(name, folder, monkeypatch, no_debian, tmp_path):
    monkeypatch.setattr(loading, "_from_keras", None)  # nothing is downloaded
    monkeypatch.setattr(loading, "_read_npz", None)  # nothing is read
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("KDLAB_DATA_DIR", raising=False)
    assert find_dataset("digits") == "✓ digits is on this machine."
    assert find_dataset(name, folder) == f"✓ {name} is on this machine."
    missing = find_dataset(name)
    assert missing.startswith(f"✗ {name} is not on this machine.") and "\n" not in missing
    for way_out in ("downloads it", f"{name}.npz", "KDLAB_DATA_DIR"):
        assert way_out in missing
    empty = tmp_path / "empty"
    empty.mkdir()
    assert f"put {name}.npz into {empty}, which data_dir names" in find_dataset(name, empty)
    monkeypatch.setenv("KDLAB_DATA_DIR", str(tmp_path / "gone"))
    assert find_dataset(name).startswith("✗ KDLAB_DATA_DIR must name an existing folder")


def test_keras_comes_last(monkeypatch, no_debian):
    from kdlab._tensorflow import keras

    raw = arrays("fashion_mnist")
    answer = ((raw["x_train"], raw["y_train"]), (raw["x_test"], raw["y_test"]))
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", lambda: answer)
    with pytest.raises(ValueError, match=r"fashion_mnist .* is damaged.*delete the folder"):
        load_dataset("fashion_mnist")  # these are not its images
    monkeypatch.setattr(loading, "_FASHION_MNIST", loading._digest(raw))
    data = load_dataset("fashion_mnist")
    assert data.source == "keras.datasets"
    np.testing.assert_array_equal(data.x_test[..., 0] * 255, raw["x_test"])


# ---- a part of it -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*SHAPES, "digits"])
def test_the_first_images_are_enough_for_some(folder, name):
    whole = load_dataset(name, folder)
    part = load_dataset(name, folder, n_train=7, n_test=3)
    assert (len(part.x_train), len(part.y_train), len(part.x_test), len(part.y_test)) == (
        7,
        7,
        3,
        3,
    )
    np.testing.assert_array_equal(part.x_train, whole.x_train[:7])
    np.testing.assert_array_equal(part.y_test, whole.y_test[:3])
    assert len(load_dataset(name, folder, n_test=3).x_train) == len(whole.x_train)


@pytest.mark.parametrize("n", [0, -3, 2.5, "7", True])
def test_a_part_is_a_whole_number_of_images(n):
    with pytest.raises(ValueError, match="n_test must be a whole number of at least 1"):
        load_dataset("digits", n_test=n)


def test_more_images_than_there_are_cannot_be_had(folder):
    with pytest.raises(ValueError, match=r"n_train must be at most 1,257, .* got 1,258"):
        load_dataset("digits", n_train=1258)
    with pytest.raises(ValueError, match="n_test must be at most 10"):
        load_dataset("cifar10", folder, n_test=11)


# ---- what cannot be had -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Digits", "svhn", "", None, 3, ["digits"]])
def test_an_unknown_name_is_answered_with_the_known_ones(name):
    with pytest.raises(ValueError, match="name must be one of digits, mnist") as caught:
        load_dataset(name)
    assert repr(name) in str(caught.value)


def test_a_folder_that_does_not_exist_is_named_with_who_named_it(monkeypatch, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^data_dir must name an existing folder.*nowhere"):
        load_dataset("mnist", tmp_path / "nowhere")
    monkeypatch.setenv("KDLAB_DATA_DIR", str(tmp_path / "gone"))
    with pytest.raises(FileNotFoundError, match=r"^KDLAB_DATA_DIR must name an.*gone"):
        load_dataset("mnist")
    assert load_dataset("digits").name == "digits"  # needs no folder


@pytest.mark.parametrize("name", SHAPES)
def test_a_failed_download_says_what_to_do(name, monkeypatch, no_debian):
    from kdlab._tensorflow import keras

    def fail():
        raise Exception("URL fetch failure on https://example.org: no route")

    monkeypatch.setattr(getattr(keras.datasets, name), "load_data", fail)
    with pytest.raises(FileNotFoundError) as caught:
        load_dataset(name)
    for word in (name, "no route", f"{name}.npz", "data_dir", "KDLAB_DATA_DIR", "digits"):
        assert word in str(caught.value)
    assert ("dataset-fashion-mnist" in str(caught.value)) == (name == "fashion_mnist")


@pytest.fixture(params=["nobody answers", "a proxy refuses"])
def broken_network(request):
    """The address of a proxy through which nothing can be fetched."""
    if request.param == "nobody answers":
        yield "http://127.0.0.1:9"  # the port of 'discard': no server there
        return

    class Refuses(BaseHTTPRequestHandler):
        def do_CONNECT(self):
            self.send_error(407, "Proxy Authentication Required")

        do_GET = do_CONNECT

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Refuses) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_without_a_network_keras_itself_leads_to_that_advice(broken_network, python, tmp_path):
    kept = tmp_path / "datasets" / "other.npz"
    kept.parent.mkdir()
    kept.write_bytes(b"what was there before")
    done = python(
        "import kdlab\n"
        "for name in ('mnist', 'cifar10'):\n"
        "    try:\n"
        "        kdlab.load_dataset(name)\n"
        "    except FileNotFoundError as error:\n"
        "        print(error)\n",
        KERAS_HOME=str(tmp_path), https_proxy=broken_network, http_proxy=broken_network,
        no_proxy="",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stdout.splitlines() if "KDLAB_DATA_DIR" in line]
    for name, line in zip(("mnist", "cifar10"), said, strict=True):
        assert line.startswith(f"{name} was not found on this machine")
        if broken_network != "http://127.0.0.1:9":
            assert "407" in line, "it says what the proxy said"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept.read_bytes() == b"what was there before"
    assert [path for path in files if path.stat().st_size and path.suffix != ".json"] == [kept]


# ---- damaged files ------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99])
def test_a_truncated_file_is_named(folder, share):
    path = folder / "mnist.npz"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ValueError, match="truncated or damaged") as caught:
        load_dataset("mnist", folder)
    assert str(path) in str(caught.value)


def test_a_flipped_byte_anywhere_is_found_or_harmless(folder):
    path = folder / "mnist.npz"
    whole, before = path.read_bytes(), load_dataset("mnist", folder).checksum
    for position in np.linspace(0, len(whole) - 1, 150).astype(int):
        damaged = bytearray(whole)
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        try:
            assert load_dataset("mnist", folder).checksum == before
        except ValueError as error:
            assert str(path) in str(error)


def save_list(path):
    np.save(path.with_suffix(".npy"), np.arange(3))
    path.with_suffix(".npy").rename(path)


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_text("<html>404</html>", "utf-8"),
        save_list,  # one array in place of an archive
        lambda path: path.write_bytes(pickle.dumps({"x_train": 1})),
    ],
    ids=["html", "npy", "pickle"],
)
def test_something_else_in_place_of_the_file_is_named(folder, write):
    path = folder / "mnist.npz"
    path.unlink()
    write(path)
    with pytest.raises(ValueError, match=r"mnist\.npz"):
        load_dataset("mnist", folder)


def test_a_pickled_array_is_refused_and_never_unpickled(folder):
    objects = np.empty(2, object)
    objects[:] = Trap(folder / "trace")
    np.savez(folder / "mnist.npz", **{**arrays("mnist"), "x_train": objects})
    with pytest.raises(ValueError, match=r"mnist\.npz.*allow_pickle"):
        load_dataset("mnist", folder)
    assert not (folder / "trace").exists()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"x_train": None}, "must hold x_train, y_train, x_test and y_test"),
        ({"y_test": None}, "must hold x_train, y_train, x_test and y_test"),
        ({"x_train": np.zeros((20, 28, 27), np.uint8)}, r"x_train in .*\(28, 28\), got uint8"),
        ({"x_test": np.full((10, 28, 28), 1.5)}, "x_test in .* must hold uint8 .*, got float64"),
        ({"x_test": np.zeros((0, 28, 28), np.uint8)}, "x_test in .*"),
        ({"x_test": np.uint8(3)}, "x_test in .*"),
        ({"y_train": np.arange(19, dtype=np.uint8) % 10}, "y_train must hold one label per ex.*20"),
        ({"y_train": np.full(20, 10, np.uint8)}, "y_train must lie in 0 to 9"),
        ({"y_train": np.full(20, 0.5)}, "y_train must be a 1-D array of whole class numbers"),
    ],
)
def test_a_file_that_holds_something_else_is_named(folder, change, named):
    content = {k: v for k, v in {**arrays("mnist"), **change}.items() if v is not None}
    np.savez(folder / "mnist.npz", **content)
    with pytest.raises(ValueError, match=named):
        load_dataset("mnist", folder)


@pytest.mark.parametrize("damage", ["missing", "truncated", "flipped", "other"])
def test_a_damaged_debian_package_is_named_with_the_cure(monkeypatch, tmp_path, damage):
    debian_package(tmp_path / "debian")
    monkeypatch.setattr(loading, "_DEBIAN_FASHION_MNIST", tmp_path / "debian")
    path = tmp_path / "debian/t10k-images-idx3-ubyte.gz"
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "truncated":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage == "flipped":
        middle = len(whole) // 2
        path.write_bytes(whole[:middle] + b"\xff\x00\xff\x00\xff" + whole[middle + 5 :])
    else:
        path.write_bytes(gzip.compress(b"hello"))
    with pytest.raises(ValueError, match="apt-get install --reinstall dataset-fashion-mnist"):
        load_dataset("fashion_mnist")


# ---- Dataset ------------------------------------------------------------------------------------


def small(**changes):
    x, y = np.zeros((4, 3, 3, 1), np.float32), np.array([0, 1, 1, 0])
    return Dataset(**{"x_train": x, "y_train": y, "x_test": x, "y_test": y,
                      "class_names": ("a", "b"), "name": "mine", **changes})  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"x_train": np.full((4, 3, 3, 1), 1.5)}, r"x_train must lie in \[0, 1\]"),
        ({"x_test": np.full((4, 3, 3, 1), -0.5)}, r"x_test must lie in \[0, 1\]"),
        ({"x_train": np.zeros((4, 2, 3, 3, 1))}, "x_train must hold pictures .* or rows .*Reshape"),
        ({"x_train": np.zeros(4)}, "x_train must hold one row per example"),
        ({"x_train": np.full((4, 3, 3, 1), np.nan)}, "x_train must be finite"),
        ({"x_test": np.zeros((4, 3, 2, 1))}, r"x_test must hold images of shape \(3, 3, 1\)"),
        ({"y_train": [0, 1, 2, 0]}, "y_train must lie in 0 to 1"),
        ({"y_test": [0, 1]}, "y_test must hold one label per example, 4, got 2"),
    ],
)
def test_a_data_set_whose_parts_do_not_fit_is_refused(changes, named):
    with pytest.raises(ValueError, match=named):
        small(**changes)


def test_the_checksum_changes_with_any_image_or_label():
    x = np.zeros((4, 3, 3, 1), np.float32)
    x[3, 2, 2] = 1 / 255
    changed = [small(), small(x_train=x), small(x_test=x), small(y_train=[1, 1, 1, 0]),
               small(y_test=[0, 1, 1, 1])]  # fmt: skip
    assert len({data.checksum for data in changed}) == 5
    assert small().checksum == small(name="other").checksum
