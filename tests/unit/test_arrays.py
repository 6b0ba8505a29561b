"""What comes in as examples and labels: taken where it has one meaning, else the cure is said."""

import numpy as np
import pytest
from scipy import sparse

from kdlab import Dataset, _checks, accuracy, load_dataset, soft_loss_gradient, softmax

X = np.arange(24, dtype=np.float32).reshape(3, 8)
WORDS = np.array(["cat", "dog", "cat"])


class Tensor:
    """Like one of PyTorch on a GPU: NumPy gets at its numbers only after these two steps."""

    def __init__(self, values, *, here=False):
        self.values, self.here = np.asarray(values), here

    def detach(self):
        return self

    def cpu(self):
        return Tensor(self.values, here=True)

    def __array__(self, dtype=None, copy=None):
        if not self.here:
            raise TypeError("can't convert a cuda tensor to NumPy")
        return self.values.astype(dtype or self.values.dtype)


class Loader:
    """Like a DataLoader: a length and a loop, and no place for an index."""

    def __len__(self):
        return 1

    def __iter__(self):
        return iter([(X, [0, 1, 0])])


class Sequence:
    """Like a Keras PyDataset: a length and an index."""

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return X, [0, 1, 0]


# ---- examples -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [X.tolist(), X.astype(int), X.astype(object), sparse.csr_matrix(X), Tensor(X),
     np.ma.masked_array(X, False), tuple(map(tuple, X))],
    ids=["lists", "integers", "objects", "sparse", "tensor", "masked nowhere", "tuples"],
)  # fmt: skip
def test_rows_of_numbers_are_taken(value):
    rows = _checks.examples(value)
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(rows, X)


@pytest.mark.parametrize(
    ("given", "shape", "taken"),
    [
        ((3, 8, 8), (8, 8, 1), (3, 8, 8, 1)),
        ((3, 8, 8, 1), (8, 8), (3, 8, 8)),
        ((3, 20), (20, 1), (3, 20, 1)),
        ((3, 20), (None,), (3, 20)),
        ((3, 20), (None, 1), (3, 20, 1)),
        ((3, 8, 8, 3), (None, None, 3), (3, 8, 8, 3)),
        ((3, 1), (1,), (3, 1)),
    ],
)
def test_an_axis_of_one_is_added_or_taken_away_where_the_model_asks(given, shape, taken):
    x = np.random.default_rng(0).normal(size=given).astype(np.float32)
    result = _checks.examples(x, shape=shape)
    assert result.shape == taken
    np.testing.assert_array_equal(result.ravel(), x.ravel())


@pytest.mark.parametrize(
    ("value", "shape", "said"),
    [
        (np.zeros((3, 64)), (8, 8, 1), r"images of .*, got \(64,\): .*reshape\(-1, 8, 8, 1\)"),
        (np.zeros((3, 8, 8)), (64,), r"got \(8, 8\): .*reshape\(-1, 64\)"),
        (np.zeros((3, 3, 9, 8)), (9, 8, 3), r"np\.moveaxis\(x, 1, -1\)"),
        (np.zeros((3, 9, 8, 3)), (8, 8, 3), "build the model for this one"),
        (np.zeros((3, 9)), (8,), r"examples of shape \(8,\), got \(9,\)"),
        (np.zeros((8, 8, 1)), (8, 8, 1), r"a single example: x\[None\]"),
        (np.zeros(5), None, r"one row per example, got shape \(5,\): x\[:, None\]"),
        ([[1, 2], [3]], None, "rows of different lengths: pad them, keras.utils.pad_sequences"),
        (np.array([[1, 2], [3]], object), None, "rows of different lengths: pad them"),
        ([np.zeros((8, 8, 1)), np.zeros((9, 8, 1))], None, "images of different sizes: resize"),
        (["a cat", "a dog"], None, "text such as 'a cat'.*from_table.*TextVectorization"),
        ("photos/", None, "text such as 'photos/': .*from_folder"),
        ([["a"], ["b"]], None, "text such as 'a'.*StringLookup"),
        ([[2**24 + 1]], None, r"up to 16,777,216, got 16777217: number ids anew"),
        (np.array([[2**63]], np.uint64) + np.uint64(1), None, "float32 can tell apart"),
        ([[np.nan]], None, "be finite, got 1 NaN"),
        (np.ma.masked_array(X, X > 3), None, "be finite, got 20 NaN"),
        ({"a": [1]}, None, r"an array of numbers, got \{'a': \[1\]\}"),
        (None, None, "an array of numbers, got None"),
        (load_dataset("digits", n_train=2, n_test=1), None, "pass its x_train"),
        (np.empty((0, 8)), None, "not be empty"),
        (Loader(), None, r"a Loader, which hands out batches: x, y = kdlab\.collect\(batches\)"),
        (Sequence(), None, r"a Sequence, .*kdlab\.collect"),
        ((row for row in X), None, r"a generator, .*kdlab\.collect"),
    ],
)  # fmt: skip
def test_what_has_two_meanings_is_refused_with_the_way_out(value, shape, said):
    with pytest.raises(ValueError, match=f"^x must .*{said}"):
        _checks.examples(value, shape=shape)


@pytest.mark.parametrize("largest", [2**24, 2**30, 2**63])
def test_whole_numbers_that_float32_holds_exactly_are_taken(largest):
    x = np.array([[largest]], np.uint64)
    assert _checks.examples(x).astype(np.float64)[0, 0] == largest


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((3, 8, 8), r"images\[\.\.\., None\].*images\[None\]"),
        ((3, 64), "reshape"),
        ((3,), r"got shape \(3,\)$"),
    ],
)
def test_what_is_drawn_must_be_pictures(shape, said):
    with pytest.raises(ValueError, match=f"^images must have 4 dimensions.*{said}"):
        _checks.images(np.zeros(shape), "images")


@pytest.mark.parametrize(
    ("values", "said"),
    [([0, 255], ": divide by 255"), ([-1, 1], "low and high"), ([0, 300], "low and high")],
)
def test_pictures_outside_of_0_to_1_are_refused_with_the_way_in(values, said):
    x = np.resize(np.float32(values), (2, 2, 2, 1))
    with pytest.raises(ValueError, match=rf"x must lie in \[0, 1\], got values from .*{said}"):
        _checks.from_0_to_1(x, "x")


# ---- labels -------------------------------------------------------------------------------------

Y = np.array([2, 0, 1, 2])
ONE_HOT = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]])


@pytest.mark.parametrize(
    "value",
    [Y, Y.tolist(), Y.astype(np.uint8), Y.astype(float), Y.astype(object), Y[:, None],
     Y[:, None].astype(float), ONE_HOT, ONE_HOT.astype(bool), ONE_HOT.astype(np.float32),
     ONE_HOT.tolist(), sparse.csr_matrix(ONE_HOT), Tensor(Y), [np.int64(i) for i in Y]],
    ids=["numbers", "list", "bytes", "floats", "objects", "column", "column of floats", "one-hot",
         "one-hot booleans", "one-hot floats", "one-hot lists", "sparse one-hot", "tensor",
         "list of NumPy numbers"],
)  # fmt: skip
def test_labels_are_taken_in_every_form_with_one_meaning(value):
    labels = _checks.labels(value, 3, n=4)
    assert labels.dtype == np.int32
    np.testing.assert_array_equal(labels, [2, 0, 1, 2])
    logits = np.eye(3)[[2, 0, 1, 1]]  # three of four right
    assert accuracy(9 * logits, value) == 0.75


def test_true_and_false_name_two_classes():
    np.testing.assert_array_equal(_checks.labels([True, False], 2), [1, 0])
    with pytest.raises(ValueError, match="True and False, which name 2 classes and not 3"):
        _checks.labels([True, False, True], 3)


@pytest.mark.parametrize(
    ("value", "n_classes", "said"),
    [
        (WORDS, 2, r"words such as 'cat': names, y = np\.unique.*return_inverse.*from_arrays"),
        ([b"cat", b"dog"], 2, "words such as "),
        (["0", "1"], 2, r"text such as '0': \.astype\(int\)"),
        (["cat", None], 2, "words and missing ones: leave these rows out"),
        ([1, 2, 3], 3, "lie in 0 to 2, got values from 1 to 3: .* subtract 1"),
        ([0, -1, 1, -1], 3, r"-1 stands for 'unknown' \(2 times here\).*distill with y=None"),
        ([-1, 1], 2, r"\(y \+ 1\) // 2"),
        ([0, 7], 3, "lie in 0 to 2, got values from 0 to 7, where there are 3 classes"),
        ([0, 1e300], 3, "lie in 0 to 2"),
        ([0.5, 1], 3, r"not whole, such as 0\.5\. .*np\.digitize"),
        ([0, np.nan], 3, "1 NaN or infinite of 2: leave these rows out"),
        ([0, None], 3, "1 NaN or infinite of 2"),
        (np.ma.masked_array([0, 1], [False, True]), 3, "1 NaN or infinite of 2"),
        (np.full((2, 3), 1 / 3), 3, r"probabilities, soft targets: distill .*np\.log\(p\)"),
        ([[3.0, -1, 0], [0, 1, 9]], 3, r"scores\.argmax\(axis=1\)"),
        ([[1, 1, 0], [0, 1, 0]], 3, "2 ones in row 0: each example must have one class"),
        ([[1, 0, 0], [0, 0, 0]], 3, "0 ones in row 1"),
        ([[1, 0], [0, 1]], 3, r"shape \(2, 2\): .* one-hot rows \(n, 3\)"),
        ([[0, 1, 2, 1]], 3, r"shape \(1, 4\)"),
        (None, 3, "None: it is distill that can learn without labels"),
        ([[0], [1, 2]], 3, r"got \[\[0\], \[1, 2\]\]"),
        ([1j], 3, "1-D array of whole class numbers"),
        ([10**400], 3, "1-D array of whole class numbers"),
        (Loader(), 3, r"kdlab\.collect"),
    ],
)
def test_labels_that_could_mean_something_else_are_refused_with_the_cure(value, n_classes, said):
    with pytest.raises(ValueError, match=f"^labels must .*{said}"):
        _checks.labels(value, n_classes)


@pytest.mark.parametrize(
    ("value", "classes"),
    [(Y, 3), (Y[:, None], 3), (ONE_HOT, 3), (np.eye(4)[:2], 4), (Y.astype(float), 3), (WORDS, 0),
     (None, 0), ([], 0), ([0, np.inf], 0)],
)  # fmt: skip
def test_labels_say_how_many_classes_there_are(value, classes):
    assert _checks.classes_in(value) == classes


# ---- class names --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [["cat", "dog", "eel"], {1: "dog", 0: "cat", 2: "eel"}, {"0": "cat", "2": "eel", "1": "dog"},
     {"eel": 2, "cat": 0, "dog": 1}, np.array(["cat", "dog", "eel"])],
    ids=["list", "by number", "by number, of JSON", "numbers by name, of Keras", "array"],
)  # fmt: skip
def test_names_are_taken_in_the_order_of_the_class_numbers(names):
    x = np.zeros((3, 4))
    assert Dataset(x, [0, 1, 2], x, [0, 1, 2], names, "pets").class_names == ("cat", "dog", "eel")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("cats", r"must be a list of names, got the text 'cats': \['cats'\] .* list\('cats'\)"),
        ({1: "cat", 2: "dog"}, "must number its texts from 0 to 1 where it is a dict"),
        ({"cat": 1, "dog": 1}, "must number its texts from 0 to 1"),
        (3, "must be a list of texts, got 3"),
    ],
)
def test_names_without_a_sure_order_are_refused(names, said):
    x = np.zeros((2, 4))
    with pytest.raises(ValueError, match=f"^class_names {said}"):
        Dataset(x, [0, 1], x, [0, 1], names, "pets")


def test_one_number_in_place_of_an_array_is_called_so():
    for arguments in ((4.0, [1.0, 2.0]), (4, 1)):
        with pytest.raises(ValueError, match="got one number, 4: are the arguments in the right"):
            softmax(*arguments)
    with pytest.raises(ValueError, match="student_logits must be an array, got None"):
        soft_loss_gradient(None, [1.0, 2.0], 4)
