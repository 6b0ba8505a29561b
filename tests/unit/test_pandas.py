"""Tables and series of pandas, where kdlab is handed some; it never imports pandas itself."""

import numpy as np
import pandas as pd
import pytest

import kdlab
from kdlab import Dataset, _checks

Y = pd.Series([1, 0, 1, 0], index=[7, 3, 3, 0])  # an index says nothing about classes


@pytest.mark.parametrize(
    "labels",
    [Y, Y.astype("category"), Y.astype("Int64"), Y.astype(float), Y.to_frame(), Y == 1,
     pd.get_dummies(Y), pd.get_dummies(Y, dtype=int), pd.Index(Y)],
    ids=["series", "category", "nullable", "floats", "column", "booleans", "dummies", "numbers",
         "index"],
)  # fmt: skip
def test_labels_are_taken_in_every_form_of_pandas(labels):
    np.testing.assert_array_equal(_checks.labels(labels, 2, n=4), [1, 0, 1, 0])


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (pd.Series(["cat", "dog"]), r"words such as 'cat': .*np\.unique"),
        (pd.Series(["cat", "dog"], dtype="category"), "words such as 'cat'"),
        (pd.Series([0, None], dtype="Int64"), "1 NaN or infinite of 2: leave these rows out"),
        (pd.Series(["cat", pd.NA], dtype="string"), "words and missing ones"),
        (pd.to_datetime(pd.Series(["2020-01-01"])), "1-D array of whole class numbers"),
    ],
)
def test_labels_of_pandas_that_are_no_class_numbers_are_refused(labels, said):
    with pytest.raises(ValueError, match=f"labels must .*{said}"):
        _checks.labels(labels, 2)


def test_a_frame_of_numbers_is_rows():
    frame = pd.DataFrame({"a": [1.5, 2], "b": pd.array([3, 4], dtype="Int64"), "c": [True, False]})
    np.testing.assert_array_equal(_checks.examples(frame), [[1.5, 3, 1], [2, 4, 0]])
    series = kdlab.Dataset.from_arrays(frame.loc[[0, 0, 1, 1]], pd.Series(list("xyxy")), test=0.5)
    assert series.example_shape == (3,)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (["red", "blue"], r"other values in column 'b', such as 'red': drop .*from_table"),
        ([1, None], "1 missing values in column 'b'.*dropna.*fillna"),
        (pd.to_datetime(["2020-01-01", "2021-01-01"]), "other values in column 'b'"),
    ],
)
def test_a_column_that_is_no_numbers_is_named(column, said):
    with pytest.raises(ValueError, match=f"x must .*{said}"):
        _checks.examples(pd.DataFrame({"a": [1, 2], "b": column}))


def test_a_frame_and_its_file_are_the_same_data_set(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "weight": rng.normal(20, 9, size=60),
            "legs": rng.integers(2, 5, size=60),
            "fur": np.array(["long", "short", "curly"])[rng.integers(3, size=60)],
            "kind": np.array(["cat", "dog"])[np.arange(60) % 2],
        }
    )
    frame.to_csv(tmp_path / "pets.csv")  # with the numbers of the rows in a column without a name
    of_file = Dataset.from_table(tmp_path / "pets.csv", label="kind")
    for table in (
        frame,
        frame.astype({"fur": "category", "legs": "Int64"}),
        frame.set_index("fur", drop=False),
    ):
        of_frame = Dataset.from_table(table, label="kind")
        assert of_frame.checksum == of_file.checksum
        assert of_frame.class_names == of_file.class_names == ("cat", "dog")
        assert (of_frame.name, of_frame.source) == ("table", "memory")


def test_columns_of_a_frame_that_are_of_no_use_are_named():
    frame = pd.DataFrame({"a": [1, 2] * 4, "when": pd.Timestamp("2020-01-01"), 0: list("xy") * 4})
    with pytest.raises(ValueError, match=r"got values such as .*2020.* in column 'when'.*drop="):
        Dataset.from_table(frame, label=0)
    assert Dataset.from_table(frame, label=0, drop=["when"]).class_names == ("x", "y")
    frame.loc[3, "a"] = None
    with pytest.raises(ValueError, match=r"missing or infinite values, got some in 'a' \(1\)"):
        Dataset.from_table(frame, label=0, drop=["when"])


def test_one_hot_columns_name_the_classes():
    frame = pd.get_dummies(pd.Series(["dog", "cat"] * 3))
    data = Dataset.from_arrays(np.eye(6), frame)
    assert data.class_names == ("cat", "dog")


def test_a_table_is_learned_from_as_it_is(digits):
    """Pixels in columns, as many courses have them; the label in the first."""
    frame = pd.DataFrame(digits.x_train.reshape(-1, 64))
    labels = pd.Series(digits.y_train, name="label")
    student = kdlab.build_student(Dataset.from_arrays(frame, labels))
    kdlab.train(student, frame, labels, epochs=30, learning_rate=3e-3)
    logits = kdlab.predict_logits(student, digits.x_test.reshape(-1, 64))
    assert kdlab.accuracy(logits, pd.Series(digits.y_test).astype("category")) > 0.93


def test_labels_whose_rows_are_in_another_order_are_noticed():
    frame = pd.DataFrame({"a": np.arange(12.0), "b": np.arange(12.0) % 5})
    labels = pd.Series(np.arange(12) % 2)
    assert len(kdlab.Dataset.from_arrays(frame, labels).x_train) == 10
    with pytest.raises(ValueError, match=r"y\.loc\[x\.index\]"):
        kdlab.Dataset.from_arrays(frame, labels.sample(frac=1, random_state=0))
