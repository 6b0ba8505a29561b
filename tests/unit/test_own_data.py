"""The ways in for data of one's own: folders of images, tables, arrays, batches."""

import csv
import itertools
import os
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import kdlab
from kdlab import Dataset, collect
from kdlab.datasets.split import stratified

RNG = np.random.default_rng(0)


# ---- the split ----------------------------------------------------------------------------------


def test_a_split_is_stratified_disjoint_and_whole():
    y = np.repeat([0, 1, 2], [50, 10, 3])
    train, test = stratified(y, "abc", 0.2, 0)
    assert sorted([*train, *test]) == list(range(63))
    assert np.bincount(y[test]).tolist() == [10, 2, 1]
    assert np.bincount(y[train]).tolist() == [40, 8, 2]
    assert len(set(y[train][:20])) > 1, "the classes must not come one after the other"


def test_a_seed_decides_the_split():
    y = np.repeat([0, 1], 20)
    same, again, other = (stratified(y, "ab", 0.25, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(same[1], again[1])
    assert set(same[1]) != set(other[1])


@pytest.mark.parametrize(("test", "parts"), [(0.01, [1, 1]), (0.5, [2, 2]), (0.99, [3, 3])])
def test_each_class_is_in_both_parts(test, parts):
    y = np.repeat([0, 1], 4)
    assert np.bincount(y[stratified(y, "ab", test, 0)[1]]).tolist() == parts


@pytest.mark.parametrize(
    ("y", "arguments", "said"),
    [
        ([0, 0, 1], {}, r"at least 2 examples of every class, .* got \{'b': 1\}"),
        ([0, 0, 0], {}, r"at least 2 examples of every class, .* got \{'b': 0\}"),
        ([0, 0, 1, 1], {"test": 0}, "test must be a share between 0 and 1, such as 0.2"),
        ([0, 0, 1, 1], {"test": 20}, "test must be a share .* got 20"),
        ([0, 0, 1, 1], {"seed": -1}, "seed must be a whole number"),
    ],
)
def test_a_split_that_cannot_be_is_refused(y, arguments, said):
    with pytest.raises(ValueError, match=said):
        stratified(np.array(y), ["a", "b"], **{"test": 0.2, "seed": 0, **arguments})


# ---- folders ------------------------------------------------------------------------------------


def save(path: Path, pixels, **how):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(pixels, np.uint8)).save(path, **how)


@pytest.fixture
def pets(tmp_path):
    """Ten images of cats, which are dark, and five of dogs, which are bright."""
    for kind, level, n in (("cats", 40, 10), ("dogs", 200, 5)):
        for i in range(n):
            save(tmp_path / f"pets/{kind}/{i}.png", np.full((20, 30, 3), level + i))
    return tmp_path / "pets"


def test_class_folders_become_a_data_set(pets):
    data = Dataset.from_folder(pets, size=(4, 6))
    assert repr(data) == ("<Dataset pets: 12 training and 3 test images of 4x6x3, 2 classes>")
    assert data.class_names == ("cats", "dogs") and data.source == str(pets)
    # A test image of each class and its share: 2 of 10, 1 of 5.
    assert np.bincount(data.y_test).tolist() == [2, 1]
    for x, y in ((data.x_train, data.y_train), (data.x_test, data.y_test)):
        np.testing.assert_array_equal(x.mean(axis=(1, 2, 3)) > 0.5, y == 1)
    levels = {round(255 * float(image[0, 0, 0])) for image in (*data.x_train, *data.x_test)}
    assert levels == {*range(40, 50), *range(200, 205)}, "each image once, its bytes as they were"


def test_the_same_files_give_the_same_split_whatever_the_file_system(pets, monkeypatch):
    first = Dataset.from_folder(pets, size=4)
    for way in ("iterdir", "rglob"):
        listed = getattr(Path, way)
        monkeypatch.setattr(
            Path, way, lambda self, *a, listed=listed: iter(sorted(listed(self, *a), reverse=True))
        )
    assert Dataset.from_folder(pets, size=4).checksum == first.checksum
    assert Dataset.from_folder(pets, size=4, seed=1).checksum != first.checksum


def test_images_are_turned_upright_as_the_camera_noted(tmp_path):
    pixels = np.zeros((10, 20, 3), np.uint8)
    pixels[:, :10] = 255  # bright on the left
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn by 90 degrees, so that left is on top
    for kind, i in itertools.product("ab", range(2)):
        save(tmp_path / f"{kind}/{i}.jpg", pixels, exif=exif, quality=95)
    image = Dataset.from_folder(tmp_path, size=(20, 10)).x_train[0, ..., 0]
    assert image[:9].min() > 0.9 and image[11:].max() < 0.1


@pytest.mark.parametrize(
    ("mode", "pixels", "grey"),
    [
        ("RGBA", np.dstack([np.zeros((4, 4, 3)), np.zeros((4, 4))]), [1, 1, 1]),  # transparent
        ("LA", np.dstack([np.full((4, 4), 51), np.full((4, 4), 255)]), [0.2] * 3),
        ("L", np.full((4, 4), 51), [0.2] * 3),
        ("RGB", np.full((4, 4, 3), [255, 0, 51]), [1, 0, 0.2]),
    ],
)
def test_pixels_of_every_mode_become_red_green_and_blue(tmp_path, mode, pixels, grey):
    for kind, i in itertools.product("ab", range(2)):
        save(tmp_path / f"{kind}/{i}.png", pixels)
    with Image.open(tmp_path / "a/0.png") as file:
        assert file.mode == mode
    data = Dataset.from_folder(tmp_path, size=4)
    np.testing.assert_allclose(data.x_test[0, 0, 0], grey, atol=1e-6)


def test_sixteen_bits_are_scaled_and_not_cut_off(tmp_path):
    for kind, i in itertools.product("ab", range(2)):
        (tmp_path / kind).mkdir(exist_ok=True)
        Image.fromarray(np.full((4, 4), 257 * 51, np.uint16)).save(tmp_path / f"{kind}/{i}.png")
    assert Dataset.from_folder(tmp_path, size=4, grey=True).x_train[0, 0, 0] == np.float32(0.2)


def test_grey_images_have_one_channel(pets):
    data = Dataset.from_folder(pets, size=4, grey=True)
    assert data.image_shape == (4, 4, 1)


def test_digits_in_files_are_the_digits(tmp_path, digits):
    """Read back they are what they were, to the last bit, and so is their checksum."""
    x, y = np.rint(digits.x_test * 255).astype(np.uint8), digits.y_test
    for i, (image, label) in enumerate(zip(x, y, strict=True)):
        save(tmp_path / f"{label}/{i:03}.png", image[..., 0])
    data = Dataset.from_folder(tmp_path, size=8, grey=True)
    assert data.class_names == tuple("0123456789")
    read = {image.tobytes(): label for image, label in zip(
        (*data.x_train, *data.x_test), (*data.y_train, *data.y_test), strict=True)}  # fmt: skip
    wanted = {np.divide(image, 255, dtype=np.float32).tobytes(): label
              for image, label in zip(x, y, strict=True)}  # fmt: skip
    assert read == wanted


def test_files_that_cannot_be_read_are_left_out_and_named_once(pets):
    (pets / "cats/broken.jpg").write_bytes(b"no image")
    whole = (pets / "dogs/0.png").read_bytes()
    (pets / "dogs/cut.png").write_bytes(whole[: len(whole) // 2])
    (pets / "dogs/phone.heic").write_bytes(b"ftypheic")
    with pytest.warns(UserWarning) as warned:
        data = Dataset.from_folder(pets, size=4)
    [message] = [str(w.message) for w in warned]
    assert message.startswith("3 image(s) cannot be read and are left out")
    assert all(name in message for name in ("broken.jpg", "cut.png", "phone.heic"))
    assert warned[0].filename == __file__
    assert len(data.x_train) + len(data.x_test) == 15


def test_what_a_system_or_a_person_left_there_is_no_image(pets):
    (pets / ".ipynb_checkpoints").mkdir()
    (pets / "__MACOSX/cats").mkdir(parents=True)
    for name in ("cats/._0.png", "cats/.DS_Store", "dogs/Thumbs.db", "dogs/labels.csv", "read.me"):
        (pets / name).write_bytes(b"?")
    with warnings.catch_warnings(action="error"):
        assert len(Dataset.from_folder(pets, size=4).x_train) == 12


def test_images_may_lie_deeper(pets):
    (pets / "cats/tabby").mkdir()
    (pets / "cats/0.png").rename(pets / "cats/tabby/0.png")
    assert len(Dataset.from_folder(pets, size=4).x_train) == 12


@pytest.mark.parametrize("names", [("train", "test"), ("Training", "val"), ("train", "validation")])
def test_a_folder_that_is_divided_already_stays_so(tmp_path, capsys, names):
    for part, n in zip(names, (3, 1), strict=True):
        for kind, i in itertools.product(("cats", "dogs"), range(n)):
            save(tmp_path / part / kind / f"{i}.png", np.full((4, 4), 10 * n))
    data = Dataset.from_folder(tmp_path, size=4)
    assert (len(data.x_train), len(data.x_test)) == (6, 2)
    assert (data.x_test == np.float32(10 / 255)).all()
    said = capsys.readouterr().out
    assert said == (
        f"The split is that of the folder: {names[0]} to learn from, {names[1]} to test.\n"
    )


def test_of_three_parts_the_one_that_is_not_used_is_named(tmp_path, capsys):
    for part, kind in itertools.product(("train", "val", "test"), "ab"):
        save(tmp_path / part / kind / "0.png", np.zeros((4, 4)))
    assert len(Dataset.from_folder(tmp_path, size=4).x_test) == 2
    assert "train to learn from, test to test. Not used: val.\n" in capsys.readouterr().out


def test_classes_called_train_and_test_are_classes(tmp_path):
    for kind, i in itertools.product(("train", "test"), range(2)):
        save(tmp_path / kind / f"{i}.png", np.zeros((4, 4)))
    assert Dataset.from_folder(tmp_path, size=4).class_names == ("test", "train")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([], "a folder of images for each class, .* got none"),
        (["1.jpg", "2.jpg"], r"got none in .*: put \d.jpg and the others into a folder for each"),
        (["cats/1.png", "cats/2.png"], "at least 2, .* got cats"),
        (["data/cats/1.png", "data/dogs/1.png"], "got data in .*: are the classes in .*data'"),
        (["cats/1.png", "cats/2.png", "dogs/note.txt"], r"got none in dogs .*\.jpg.*are read"),
        (["cats/1.png", "cats/2.png", "dogs/1.png"], r"at least 2 examples .*\{'dogs': 1\}"),
        (["train/a/1.png", "train/b/1.png", "test/a/1.png", "test/c/1.png"],
         "same classes in train and in test, got b, c in one of them only"),
    ],
)  # fmt: skip
def test_a_folder_without_its_classes_is_refused_with_the_way_out(tmp_path, files, said):
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("png"):
            save(tmp_path / name, np.zeros((4, 4)))
        else:
            (tmp_path / name).write_bytes(b"?")
    with pytest.raises(ValueError, match=said):
        Dataset.from_folder(tmp_path)


def test_a_class_of_which_nothing_can_be_read_is_named(tmp_path):
    for part, kind in itertools.product(("train", "test"), "ab"):
        save(tmp_path / part / kind / "0.png", np.zeros((4, 4)))
    (tmp_path / "test/b/0.png").write_bytes(b"?")
    with (
        pytest.warns(UserWarning, match="cannot be read"),
        pytest.raises(ValueError, match="in each class folder, got none in b of test"),
    ):
        Dataset.from_folder(tmp_path)


def test_a_folder_that_is_none_is_named(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"path must be an existing folder, got .*nowhere'$"
    ):
        Dataset.from_folder(tmp_path / "nowhere")
    (tmp_path / "pets.zip").touch()
    with pytest.raises(FileNotFoundError, match="unpack it first"):
        Dataset.from_folder(tmp_path / "pets.zip")


@pytest.mark.parametrize(
    "arguments",
    [{"size": 0}, {"size": (8, 8, 3)}, {"size": "32"}, {"size": 10**6}, {"grey": 1},
     {"test": 2}, {"seed": "a"}, {"name": 3}, {"path": 3}],
    ids=str,
)  # fmt: skip
def test_an_argument_of_from_folder_that_cannot_be_is_named(pets, arguments):
    with pytest.raises(ValueError, match=f"^{next(iter(arguments))} must"):
        Dataset.from_folder(**{"path": pets, **arguments})


# ---- tables -------------------------------------------------------------------------------------


@pytest.fixture
def write(tmp_path):
    def write(text, name="pets.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_text(text, encoding)
        return path

    return write


ROWS = 'weight,fur,id,kind\n4.5,long,1,cat\n"30",short,2,dog\n3.5,long,3,cat\n28,none,4,dog\n'


def test_a_csv_becomes_rows_scaled_on_the_training_part_alone(write):
    with open(write(""), "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["a", "flat", "word", "kind"])
        a = RNG.normal(5, 3, size=50)
        kinds = np.where(RNG.random(50) < 0.4, "yes", "no")
        table.writerows([[f"{v:.6f}", 7, "xyz"[i % 3], kinds[i]] for i, v in enumerate(a)])
    data = Dataset.from_table(file.name, label="kind")
    assert data.class_names == ("no", "yes") and data.name == "pets"
    # By hand: which rows are for training says the split; the numbers follow from these alone.
    train, test = stratified((kinds == "yes").astype(int), data.class_names, 0.2, 0)
    a = a.round(6)
    for x, rows in ((data.x_train, train), (data.x_test, test)):
        np.testing.assert_allclose(x[:, 0], (a[rows] - a[train].mean()) / a[train].std(), rtol=1e-5)
        assert (x[:, 1] == 0).all(), "a constant column"
        np.testing.assert_array_equal(x[:, 2:], np.eye(3)[rows % 3])
    np.testing.assert_array_equal(data.y_test, kinds[test] == "yes")


def test_a_word_that_only_the_test_has_is_no_feature(write):
    rows = "".join(f"{'rare' if i == 7 else 'often'},{'ab'[i % 2]}\n" for i in range(20))
    path = write("word,kind\n" + rows)
    for seed in range(20):
        data = Dataset.from_table(path, label="kind", seed=seed)
        if 7 in stratified(np.arange(20) % 2, "ab", 0.2, seed)[1]:
            break
    assert data.example_shape == (1,) and data.x_test.sum() == len(data.x_test) - 1


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        (ROWS.replace(",", ";"), (4,)),
        (ROWS.replace(",", "\t").replace('"', ""), (4,)),
        (ROWS.replace(",", ", "), (4,)),
        ("\ufeff" + ROWS, (4,)),
        (ROWS.replace("\n", "\r\n") + "\r\n\r\n", (4,)),
        ("weight;kind\n4,5;cat\n3,5;cat\n28,25;dog\n30;dog\n", (1,)),
    ],
    ids=["semicolons", "tabs", "spaces", "byte order mark", "Windows", "decimal comma"],
)
def test_csv_files_of_every_country_are_read(write, text, shape):
    # Of weight, fur and id: two numbers, and the words of the training part, which vary.
    data = Dataset.from_table(write(text * 1), label="kind", test=0.5)
    assert data.class_names == ("cat", "dog")
    assert data.example_shape[0] in (shape[0], shape[0] - 1)


def test_columns_are_dropped_and_row_numbers_are_no_feature(write):
    text = ",weight,id,kind\n" + "".join(
        f"{i},{i % 7},{i * 3},{'ab'[i // 10]}\n" for i in range(20)
    )
    assert Dataset.from_table(write(text), label="kind", drop=["id"]).example_shape == (1,)
    assert Dataset.from_table(write(text), label="kind", drop="id").example_shape == (1,)
    text = text.replace("\n0,", "\n5,")  # no longer the numbers of the rows
    assert Dataset.from_table(write(text), label="kind", drop="id").example_shape == (2,)


def test_numbers_as_labels_are_named_and_ordered_as_numbers(write):
    path = write("a,kind\n" + "1,10\n2,2\n" * 4)
    assert Dataset.from_table(path, label="kind").class_names == ("2", "10")


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        (ROWS, {"label": "kin"}, "label must name a column .* weight, fur, id, kind, .* 'kind'"),
        (ROWS, {"label": ["kind"]}, "label must name a column"),
        (ROWS, {"drop": ["wieght"]}, "drop must name a column .* did you mean 'weight'"),
        (ROWS, {"drop": 3}, "drop must name a column"),
        (ROWS.replace("3.5", ""), {}, r"no missing or infinite values, got some in 'weight' \(1\)"),
        (ROWS.replace("3.5", "NA").replace("28", "?"), {}, r"'weight' \(2\).*dropna.*drop="),
        (ROWS.replace("3.5", "inf"), {}, r"infinite values, got some in 'weight' \(1\)"),
        (ROWS.replace(",3,cat", ",3,"), {}, r"got some in 'kind' \(1\)"),
        (ROWS.replace("3.5", "heavy"), {}, r"'4.5' and 'heavy' in 'weight'.*drop=\['weight'\]"),
        (ROWS.replace(",3,cat", ",3"), {}, "4 values in each row, .* got 3 in row 4"),
        (ROWS, {"label": "weight"}, "label, the column 'weight', must name classes, .* 4.5"),
        ("1,2\n3,4\n", {"label": "1"}, "name its columns in the first line, got numbers"),
        ("a,kind\n", {}, "a line of names and rows below it"),
        ("", {}, "a line of names and rows below it"),
        ("a,a,kind\n1,2,x\n", {}, "columns of different names, got several 'a'"),
        ("kind\nx\ny\n", {}, "table must have columns besides 'kind'"),
        ("a,kind\n" + "".join(f"t{i},{i % 2}\n" for i in range(99)), {},
         r"got 79 different texts in column 'a': leave it out by drop=\['a'\]"),
        ("a,kind\n1,x\n2,x\n3,y\n", {}, r"at least 2 examples of every class, .* got \{'y': 1\}"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_is_refused_with_the_way_out(write, text, arguments, said):
    with pytest.raises(ValueError, match=said):
        Dataset.from_table(write(text), **{"label": "kind", **arguments})


def test_a_table_that_is_no_file_is_named(write, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"table must be an existing file, got .*nowhere"):
        Dataset.from_table(tmp_path / "nowhere.csv", label="kind")
    with pytest.raises(
        ValueError, match="table must be a data frame of pandas or the path of a CSV"
    ):
        Dataset.from_table(np.eye(3), label=0)
    with pytest.raises(ValueError, match=r"CSV file in UTF-8, .*encoding='cp1252'"):
        Dataset.from_table(write("name,kind\nZoë,cat\n", encoding="cp1252"), label="kind")


# ---- arrays -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("y", "names", "numbers"),
    [
        (["b", "a", "b", "a"], ("a", "b"), [1, 0, 1, 0]),
        ([10, 2, 10, 2], ("2", "10"), [1, 0, 1, 0]),
        ([-1, 1, 1, -1], ("-1", "1"), [0, 1, 1, 0]),
        ([1.0, 2.0, 2.0, 1.0], ("1", "2"), [0, 1, 1, 0]),
        ([True, False, True, False], ("False", "True"), [1, 0, 1, 0]),
        ([[1, 0], [0, 1], [1, 0], [0, 1]], ("0", "1"), [0, 1, 0, 1]),
        ([["b"], ["a"], ["b"], ["a"]], ("a", "b"), [1, 0, 1, 0]),
        (np.array(["b", "a", "b", "a"], object), ("a", "b"), [1, 0, 1, 0]),
        ([b"b", b"a", b"b", b"a"], ("a", "b"), [1, 0, 1, 0]),
    ],
)
def test_each_value_among_the_labels_is_a_class(y, names, numbers):
    x = np.arange(4.0)[:, None]
    data = Dataset.from_arrays(x, y, test=0.5)
    assert data.class_names == names and data.name == "arrays"
    found = dict(zip((*data.x_train[:, 0], *data.x_test[:, 0]), (*data.y_train, *data.y_test),
                     strict=True))  # fmt: skip
    assert [found[i] for i in range(4)] == numbers


def test_names_may_be_given_for_numbers_and_the_order_of_words():
    x = np.eye(4)
    assert Dataset.from_arrays(x, [1, 0, 1, 0], class_names={1: "one", 0: "zero"}).class_names == (
        "zero", "one",
    )  # fmt: skip
    data = Dataset.from_arrays(x, ["b", "a", "b", "a"], class_names=["b", "a"])
    assert data.class_names == ("b", "a")
    assert (data.x_train[data.y_train == 0][:, 1::2] == 0).all()  # rows 0 and 2 are 'b'


def test_a_given_test_part_is_kept_and_may_lack_a_class():
    data = Dataset.from_arrays(
        np.eye(4), ["b", "a", "b", "c"], x_test=np.ones((2, 4)), y_test=["c", "a"]
    )
    assert data.class_names == ("a", "b", "c") and data.y_test.tolist() == [2, 0]
    np.testing.assert_array_equal(data.x_train, np.eye(4))


def test_bytes_are_divided_by_255_in_pictures_alone():
    x = RNG.integers(256, size=(20, 6, 6), dtype=np.uint8)
    y = [0, 1] * 10
    data = Dataset.from_arrays(x, y, x_test=x, y_test=y)
    assert data.image_shape == (6, 6, 1)
    np.testing.assert_array_equal(data.x_train[..., 0], np.divide(x, 255, dtype=np.float32))
    np.testing.assert_array_equal(
        Dataset.from_arrays(x > 99, y, x_test=x > 99, y_test=y).x_test[..., 0], x > 99
    )
    rows = x.reshape(20, 36)
    np.testing.assert_array_equal(Dataset.from_arrays(rows, y, x_test=rows, y_test=y).x_test, rows)


def test_rows_are_scaled_where_asked_by_the_training_part():
    x, y = RNG.normal(50, 9, size=(40, 3)), [0, 1] * 20
    plain, scaled = (Dataset.from_arrays(x, y, scale=scale) for scale in (False, True))
    mean, deviation = plain.x_train.mean(axis=0), plain.x_train.std(axis=0)
    np.testing.assert_allclose(scaled.x_test, (plain.x_test - mean) / deviation, atol=1e-4)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"x": np.eye(3)}, "x and y must describe the same examples, got 3 and 4"),
        ({"x": RNG.uniform(0, 255, (4, 3, 3, 1))}, r"x_train must lie in \[0, 1\].*divide by 255"),
        ({"y": [0.5, 1, 0, 1]}, r"y must name classes, .* not whole, such as 0.5: np\.digitize"),
        ({"y": ["a", "b", None, "a"]}, "y must hold a label for each example, got 1 missing"),
        (
            {"y": np.array(["a", 1, "a", 1], object)},
            "y must hold words alone or numbers alone, got values such as 'a'",
        ),
        ({"y": None}, "y must be the labels of x"),
        ({"y": (i for i in range(4))}, r"y must be an array, .*kdlab\.collect"),
        ({"y": ["a", "b", "a", "b"], "class_names": ["a", "c"]}, r"none for \['b'\]"),
        ({"class_names": "ab"}, "class_names must be a list of names, got the text 'ab'"),
        ({"x_test": np.eye(4)}, "y_test must be given with the other"),
        ({"y_test": [0, 1]}, "x_test must be given with the other"),
        ({"x_test": np.eye(4), "y_test": ["a"] * 4}, "must both be words or both numbers"),
        ({"x_test": np.eye(4), "y_test": [0]}, "x_test and y_test must describe the same"),
        ({"x_test": np.eye(3), "y_test": [0] * 3}, r"x_test must hold .* \(4,\), got \(3,\)"),
        ({"scale": 1}, "scale must be True or False"),
        ({"x": np.zeros((4, 3, 3)), "scale": True}, "scale must be False for pictures"),
        ({"name": ""}, "name must be a text"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_with_the_way_out(changes, said):
    with pytest.raises(ValueError, match=said):
        Dataset.from_arrays(**{"x": np.eye(4), "y": [0, 1, 0, 1], **changes})


# ---- Dataset of rows ----------------------------------------------------------------------------


def rows(**changes):
    x, y = np.arange(12, dtype=float).reshape(4, 3) - 5, [0, 1, 1, 0]
    return Dataset(**{"x_train": x, "y_train": y, "x_test": x, "y_test": y,
                      "class_names": ("a", "b"), "name": "cards", **changes})  # fmt: skip


def test_rows_of_any_numbers_are_a_data_set():
    data = rows()
    assert repr(data) == "<Dataset cards: 4 training and 4 test rows of 3 numbers, 2 classes>"
    assert data.example_shape == (3,) and data.x_train.dtype == np.float32
    assert not hasattr(data, "image_shape")
    with pytest.raises(AttributeError, match=r"holds no pictures: dataset\.example_shape"):
        data.image_shape  # noqa: B018


def test_the_checksum_of_rows_knows_every_bit():
    x = rows().x_train.copy()
    x[2, 1] = np.nextafter(x[2, 1], 9, dtype=np.float32)
    changed = [rows(), rows(x_train=x), rows(x_test=x), rows(y_test=[0, 1, 1, 1])]
    assert len({data.checksum for data in changed}) == 4


def test_pictures_without_a_channel_axis_get_one():
    x = RNG.random((4, 5, 6))
    data = rows(x_train=x, x_test=x)
    assert data.image_shape == data.example_shape == (5, 6, 1)


def test_models_for_rows_are_dense_and_others_are_refused():
    data = rows()
    for model in (
        kdlab.build_teacher(data),
        kdlab.build_student(data),
        kdlab.build_teacher(data, "mlp"),
    ):
        assert model.input_shape == (None, 3) and model.output_shape == (None, 2)
    for build, architecture in (
        (kdlab.build_teacher, "cnn"),
        (kdlab.build_teacher, "resnet"),
        (kdlab.build_teacher, "resnet50"),
        (kdlab.build_student, "cnn"),
    ):
        with pytest.raises(
            ValueError, match=f"architecture must be 'mlp' for rows, .*'{architecture}'"
        ):
            build(data, architecture=architecture)


def test_a_teacher_of_rows_is_stored_and_built_again(tmp_path):
    data = rows()
    teacher = kdlab.build_teacher(data)
    stored = kdlab.save_teacher(tmp_path / "t.npz", teacher, data)
    assert len(set(stored.images.tolist())) == 4, "each row is told from the others"
    again = kdlab.load_teacher(tmp_path / "t.npz", data).build(data)
    np.testing.assert_array_equal(
        kdlab.predict_logits(again, data.x_test), kdlab.predict_logits(teacher, data.x_test)
    )


# ---- batches ------------------------------------------------------------------------------------


class Endless:
    """Like a Keras iterator, and like tf.data that repeats: a loop over it never ends."""

    def __init__(self, cardinality=None):
        if cardinality is not None:
            self.cardinality = lambda: cardinality

    def __iter__(self):
        return itertools.repeat((np.ones((4, 2)), np.zeros(4)))


class Indexed(Endless):
    def __len__(self):
        return 3

    def __getitem__(self, i):
        return np.full((2, 2), i), [i, i]


def test_examples_and_labels_stay_together():
    rng = np.random.default_rng(1)

    class Shuffled:
        def __iter__(self):
            for order in rng.permutation(12).reshape(3, 4):
                yield order[:, None] * 1.5, order

    x, y = collect(Shuffled())
    np.testing.assert_array_equal(x[:, 0], y * 1.5)
    assert sorted(y) == list(range(12))


def test_what_has_a_length_and_an_index_ends_by_its_length():
    assert collect(Indexed())[1].tolist() == [0, 0, 1, 1, 2, 2]


def test_single_examples_and_batches_without_labels_are_collected():
    x, y = collect([(np.full((3, 3), i), "cat") for i in range(5)])
    assert x.shape == (5, 3, 3) and y.tolist() == ["cat"] * 5
    for batches in ([np.ones((2, 3))] * 2, [(np.ones((2, 3)),)] * 2):
        x, y = collect(iter(batches))
        assert x.shape == (4, 3) and y is None


def test_a_limit_ends_what_has_no_end():
    for batches in (Endless(), Endless(-1), itertools.cycle([(np.ones((4, 2)), np.zeros(4))])):
        x, y = collect(batches, limit=10)
        assert x.shape == (10, 2) and y.shape == (10,)


@pytest.mark.parametrize(
    ("batches", "said"),
    [
        (Endless(-1), r"come to an end, .* leave \.repeat\(\) out, or say by limit="),
        (itertools.repeat((np.ones((4, 2)), np.zeros(4))), "come to an end"),
        (Endless(), "come to an end, got .* so far: say by limit="),
        ([], "at least one example, got none"),
        ([{"image": 1, "label": 2}], r"got dicts of image, label: collect\(\(batch\['image'\]"),
        ([(1, 2, 3)], r"pairs \(x, y\), got 3 parts each"),
        ([(np.ones((2, 3)), [0]), ], "one label per example"),
        ([(np.ones((2, 3)), [0, 1]), (np.ones((2, 4)), [0, 1])], "one shape, got .* resize images"),
        ([(np.ones((2, 3)), [0, 1]), np.ones((2, 3))], "all have labels or all have none"),
        ([((np.ones((2, 3)), np.ones((2, 4))), [0, 1])], "join several inputs into one"),
        ([({"a": [1]}, [0])], "arrays of examples of one shape, got dict"),
        (np.ones((2, 3)), "arrays, which need no collecting"),
        ((np.ones((2, 3)), np.ones(2)), "arrays, which need no collecting"),
        (rows(), "take its x_train"),
        ("photos", r"be a tf\.data\.Dataset, a DataLoader"),
        (None, r"be a tf\.data\.Dataset"),
        (3, "be a"),
    ],
    ids=lambda it: it if isinstance(it, str) else type(it).__name__,
)  # fmt: skip
def test_batches_that_cannot_be_collected_are_refused_with_the_way_out(batches, said, monkeypatch):
    monkeypatch.setattr("kdlab.datasets.batches._MOST_BYTES", 1e4)
    with pytest.raises(ValueError, match=f"batches must .*{said}"):
        collect(batches)


def test_batches_of_tensorflow_and_keras_are_collected():
    from kdlab._tensorflow import keras, tf

    x, y = RNG.random((10, 3)).astype(np.float32), np.arange(10)
    batches = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(10, seed=0)
    for source in (batches, batches.batch(4), batches.batch(4).repeat(1)):
        a, b = collect(source)
        np.testing.assert_array_equal(a, x[b])
        assert sorted(b) == list(range(10))
    with pytest.raises(ValueError, match="come to an end"):
        collect(batches.batch(4).repeat())

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, i):
            return x[5 * i : 5 * i + 5], y[5 * i : 5 * i + 5]

    np.testing.assert_array_equal(collect(Batches(workers=1))[0], x)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(10)])
    for source in (batches.batch(4), Batches(workers=1)):
        for call in (lambda s: kdlab.train(model, s), lambda s: kdlab.predict_logits(model, s),
                     lambda s: kdlab.distill(model, s, y[:, None])):  # fmt: skip
            with pytest.raises(ValueError, match=r"x must be an array, .*kdlab\.collect"):
                call(source)
    with pytest.raises(ValueError, match=r"validation_data must be a pair .*kdlab\.collect"):
        kdlab.train(model, x, y, validation_data=batches.batch(4))


def test_what_is_missing_beside_the_examples_is_named():
    from kdlab._tensorflow import keras

    model = kdlab.build_student(rows())
    with pytest.raises(ValueError, match=r"^y must be .*, got None: it is distill that can learn"):
        kdlab.train(model, rows().x_train)
    inputs = [keras.Input((2,)), keras.Input((3,))]
    two = keras.Model(inputs, keras.layers.Dense(2)(keras.layers.Concatenate()(inputs)))
    with pytest.raises(ValueError, match=r"model must have one input, got .* with 2: join what"):
        kdlab.predict_logits(two, np.zeros((4, 5)))


# ---- and it learns ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cards():
    """Twenty numbers a row, two classes, as far as noise allows."""
    rng = np.random.default_rng(0)
    centre = rng.normal(size=20)
    x = rng.normal(size=(2000, 20))
    y = (x @ centre + rng.normal(size=2000) > 0).astype(int)[:, None]
    return Dataset(x[:1500], y[:1500], x[1500:], y[1500:], ("no", "yes"), "cards")


def right(model, data):
    return kdlab.accuracy(kdlab.predict_logits(model, data.x_test), data.y_test)


def test_rows_are_learned_distilled_and_trained_in_cohorts(cards):
    """The best linear rule is right on nine of ten: the teacher and its students get there."""
    x, y = cards.x_train, cards.y_train
    weights = np.linalg.lstsq(x, 2.0 * y - 1, rcond=None)[0]  # of least squares: no network
    best = ((cards.x_test @ weights > 0) == cards.y_test).mean()
    teacher = kdlab.build_teacher(cards)
    kdlab.train(teacher, x, y, epochs=5)
    assert right(teacher, cards) > best - 0.03
    logits = kdlab.predict_logits(teacher, x)
    student = kdlab.build_student(cards, 8)
    kdlab.distill(student, x, logits, y[:, None], epochs=10, learning_rate=3e-3)
    assert right(student, cards) > best - 0.03
    cohort = kdlab.train_cohort(
        (x, np.eye(2)[y], cards.x_test, cards.y_test[:, None]), logits,
        alphas=[0, 0.9], seeds=range(3), steps=300,
    )  # fmt: skip
    assert cohort.test_accuracy.min() > best - 0.04
    same = kdlab.train_cohort(cards, logits, alphas=[0, 0.9], seeds=range(3), steps=300)
    np.testing.assert_array_equal(cohort.test_logits, same.test_logits)


def test_tokens_are_learned():
    """The class is whether token 7 occurs: certain from the tokens, and never from their sum."""
    from kdlab._tensorflow import keras

    rng = np.random.default_rng(0)
    tokens = rng.integers(8, 50, size=(600, 12))
    y = np.arange(600) % 2
    tokens[y == 1, rng.integers(0, 12, size=300)] = 7
    data = Dataset.from_arrays(tokens, y, name="sentences")

    def model():
        keras.utils.set_random_seed(0)
        return keras.Sequential([
            keras.Input((12,), dtype="int32"), keras.layers.Embedding(50, 8),
            keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(2),
        ])  # fmt: skip

    teacher, student = model(), model()
    kdlab.train(teacher, data.x_train, data.y_train, epochs=30, learning_rate=0.02)
    assert right(teacher, data) > 0.95
    logits = kdlab.predict_logits(teacher, data.x_train)
    kdlab.distill(student, data.x_train, logits, epochs=30, learning_rate=0.02)
    assert right(student, data) > 0.95


def test_a_shuffled_folder_is_learned_from_one_pass(tmp_path, digits, teacher):
    """Images from one pass and logits from another left students at 18 %: `collect` is one pass."""
    from kdlab._tensorflow import keras

    for i, (image, label) in enumerate(zip(digits.x_train, digits.y_train, strict=True)):
        save(tmp_path / f"{label}/{i}.png", np.rint(image[..., 0] * 255))
    folders = keras.utils.image_dataset_from_directory(
        tmp_path, image_size=(8, 8), color_mode="grayscale", batch_size=64, verbose=False
    )
    x, y = collect(folders)
    x = x / 255
    network = teacher.build(digits)
    logits = kdlab.predict_logits(network, x)
    assert kdlab.accuracy(logits, y) > 0.99
    student = kdlab.build_student(digits)
    kdlab.distill(student, x, logits, y, epochs=30, learning_rate=3e-3)
    assert right(student, digits) > 0.93


@pytest.fixture(scope="module")
def photographs():
    """Bright pictures of 48x48 in colour, of which a stripe tells the class; made, not taken."""
    rng = np.random.default_rng(0)
    y = np.arange(600) % 3
    x = rng.uniform(0.3, 0.7, size=(600, 48, 48, 3)).astype(np.float32)
    for i, label in enumerate(y):
        x[i, 16 * label : 16 * label + 16, :, label] += 0.25
    return Dataset.from_arrays(x, y, name="stripes")


def test_a_dense_student_of_photographs_does_not_stay_at_chance(photographs):
    """Without the mean taken out, all of its units die: it answers the same whatever it sees."""
    student = kdlab.build_student(photographs)
    kdlab.train(student, photographs.x_train, photographs.y_train, epochs=8)
    assert right(student, photographs) > 0.9


def test_a_cohort_of_photographs_sees_and_says_so_of_the_images_as_they_are(photographs):
    cohort = kdlab.train_cohort(photographs, alphas=[0], seeds=range(2), steps=200, curves=True)
    assert cohort.test_accuracy.min() > 0.9 and cohort.test_curve[:, -1].min() > 0.9
    np.testing.assert_array_equal(cohort.predict_logits(photographs.x_test), cohort.test_logits)
    # The first layer's bias carries the mean: by hand, the same logits from the images as they are.
    (k1, b1, k2, b2), x = (w[0] for w in cohort.weights), photographs.x_test.reshape(120, -1)
    logits = np.maximum(x @ k1 + b1, 0) @ k2 + b2
    np.testing.assert_allclose(cohort.test_logits[0], logits, atol=1e-3)


def test_students_that_died_are_counted(digits):
    settings = dict(alphas=[0], seeds=range(2), steps=100)
    with pytest.warns(UserWarning, match=r"2 of 2 students answer the same .* Lower learning_rate"):
        dead = kdlab.train_cohort(digits, learning_rate=1, **settings)
    assert (np.ptp(dead.test_logits, axis=1) == 0).all()
    with warnings.catch_warnings(action="error"):
        kdlab.train_cohort(digits, **settings)


def test_the_data_of_the_lessons_is_not_centred(digits):
    from kdlab.datasets.centre import mean_to_take_out

    assert mean_to_take_out(digits.x_train) == 0
    if os.environ.get("KDLAB_DATA_DIR"):
        assert mean_to_take_out(kdlab.load_dataset("mnist", n_train=2000).x_train) == 0


# ---- slips that a shape does not show -----------------------------------------------------------


def test_channels_that_stand_first_are_told_to_go_last():
    x = RNG.random((12, 3, 16, 16))
    with pytest.raises(ValueError, match=r"channels first.*np\.moveaxis\(x, 1, -1\)"):
        Dataset.from_arrays(x, np.arange(12) % 3)
    assert Dataset.from_arrays(np.moveaxis(x, 1, -1), np.arange(12) % 3).image_shape == (16, 16, 3)


def test_a_pair_in_place_of_two_arrays_is_told_how():
    with pytest.raises(ValueError, match=r"y must be the labels .*collect"):
        Dataset.from_arrays((np.zeros((4, 2)), [0, 1, 0, 1]))


@pytest.mark.parametrize("call", ["train", "distill"])
@pytest.mark.parametrize("top", [1, 255])
def test_images_of_bytes_are_noticed_where_nothing_scales_them(digits, call, top):
    x, y, z = (
        top * digits.x_train[:64],
        digits.y_train[:64],
        np.eye(10)[digits.y_train[:64]] * 9 - 4,
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        student = kdlab.build_student(digits)
        if call == "train":
            kdlab.train(student, x, y, epochs=1)
        else:
            kdlab.distill(student, x, z, y, epochs=1)
    assert len([w for w in caught if "Divide them by 255" in str(w.message)]) == (top == 255)


def test_a_network_that_scales_images_itself_is_given_bytes_in_silence(digits):
    from kdlab._tensorflow import keras

    layers = [keras.Input((8, 8, 1)), keras.layers.Rescaling(1 / 255), keras.layers.Flatten()]
    model = keras.Sequential([*layers, keras.layers.Dense(10)])
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        kdlab.train(model, 255 * digits.x_train[:64], digits.y_train[:64], epochs=1)
