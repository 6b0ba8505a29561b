"""What `train_cohort` returns. It needs NumPy only."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from numbers import Real

import numpy as np

from kdlab._exact import dense_logits
from kdlab.cohort.settings import check_left_out, effective_temperature, flatten
from kdlab.metrics import Interval, confidence_interval, paired_difference
from kdlab.storage import write_atomically


@dataclass(frozen=True, eq=False, repr=False)
class CohortResult:
    """The students of a cohort, one entry each in every array.

    Attributes:
        temperature, alpha, n_images, seed: the settings `(students,)`.
        left_out: the classes kept from each student, a tuple per student.
        test_logits: `(students, n_test, classes)`, float32.
        test_accuracy: shares in [0, 1], `(students,)`.
        steps: the step at which each stretch of training ends, `(stretches,)`.
        loss: the mean training loss of each stretch, `(students, stretches)`.
        test_curve: the test accuracy after each stretch, `(students, stretches)`; with no stretches
            if `curves` was not asked for.
        weights: kernel and bias of each layer, with the students along the leading axis.
        y_test: the test labels `(n_test,)`.
        training: what all students share: layer sizes, steps, batch size, learning rate.
        versions: of TensorFlow and Keras, which trained them, by name.

    Example:
        >>> from kdlab import load_dataset, pretrained_teacher, train_cohort
        >>> data, teacher = load_dataset("digits"), pretrained_teacher("digits")
        >>> cohort = train_cohort(
        ...     data, teacher.train_logits, alphas=[0, 1], n_images=[50], seeds=range(3), steps=300)
        >>> cohort.interval(alpha=1).n
        3
        >>> cohort.difference(dict(alpha=1), dict(alpha=0)).mean > 0
        True
        >>> [row["alpha"] for row in cohort.summary()]
        [0.0, 1.0]
        >>> cohort.predict_logits(data.x_test[:5]).shape
        (6, 5, 10)
        >>> len(json.loads(cohort.to_json())["students"])
        6
    """

    temperature: np.ndarray
    alpha: np.ndarray
    n_images: np.ndarray
    seed: np.ndarray
    left_out: tuple[tuple[int, ...], ...]
    test_logits: np.ndarray
    test_accuracy: np.ndarray
    steps: np.ndarray
    loss: np.ndarray
    test_curve: np.ndarray
    weights: list[np.ndarray]
    y_test: np.ndarray
    training: dict
    versions: dict[str, str]

    def __len__(self) -> int:
        return len(self.seed)

    def __repr__(self) -> str:
        layers = "-".join(map(str, self.training["layers"]))
        return f"<CohortResult: {len(self)} students {layers}, {self.training['steps']:,} steps>"

    def select(self, **settings) -> CohortResult:
        """The students with the given settings.

        Args:
            **settings: any of `temperature`, `alpha`, `n_images`, `seed`, `left_out`: a value each.

        Returns:
            A `CohortResult` of those students, in the same order.

        Raises:
            ValueError: a setting is unknown, or no student has these settings.

        Example:
            >>> from kdlab import load_dataset, train_cohort
            >>> cohort = train_cohort(load_dataset(), alphas=[0], n_images=[50], seeds=[0, 1],
            ...                       steps=10)
            >>> len(cohort.select(seed=1))
            1
        """
        chosen = np.ones(len(self), bool)
        for name, value in settings.items():
            if name == "left_out":
                wanted = check_left_out(value, self.training["layers"][-1])
                chosen &= np.array([classes == wanted for classes in self.left_out])
            elif name in ("temperature", "alpha", "n_images", "seed"):
                if not isinstance(value, Real):
                    raise ValueError(f"{name} must be one number, got {value!r}")
                column = getattr(self, name)
                whole = name in ("n_images", "seed")  # close is not the same there
                chosen &= column == value if whole else np.isclose(column, value)
            else:
                raise ValueError(
                    f"settings must be among temperature, alpha, n_images, seed and left_out, "
                    f"got {name!r}"
                )
        if not chosen.any():
            raise ValueError(f"no student of this cohort has {settings}")
        return self._take(np.flatnonzero(chosen))

    def interval(self, confidence: float = 0.95, **settings) -> Interval:
        """Mean test accuracy over the students with the given settings, with its interval.

        Args:
            confidence: as in `confidence_interval`.
            **settings: as in `select`, naming one student per seed.

        Raises:
            ValueError: the settings name several students of one seed (they would count as if
                they were independent), or only one seed.
        """
        return confidence_interval(self._one_per_seed(settings).test_accuracy, confidence)

    def difference(self, a: dict, b: dict, confidence: float = 0.95) -> Interval:
        """How much more accurate the students `a` are than the students `b`, paired by seed.

        Args:
            a, b: settings, as in `select`, each naming one student per seed.
            confidence: as in `confidence_interval`.

        Raises:
            ValueError: the two do not have one student for each of the same seeds.
        """
        first, second = self._one_per_seed(a), self._one_per_seed(b)
        if not np.array_equal(first.seed, second.seed):
            raise ValueError(
                f"a and b must name one student for each of the same seeds, "
                f"got seeds {first.seed.tolist()} and {second.seed.tolist()}"
            )
        return paired_difference(first.test_accuracy, second.test_accuracy, confidence)

    def summary(self, confidence: float = 0.95) -> list[dict]:
        """One row per setting: its settings, and `accuracy`, the `Interval` over its seeds.

        Raises:
            ValueError: a setting has only one seed, so that nothing is known of the spread.
        """
        names = ("n_images", "left_out", "alpha", "temperature")
        columns = (self.n_images.tolist(), self.left_out, self.alpha.tolist(),
                   self.temperature.tolist())  # fmt: skip
        cells: dict[tuple, list[int]] = {}
        for i, setting in enumerate(zip(*columns, strict=True)):
            cells.setdefault(setting, []).append(i)
        return [
            {
                **dict(zip(names, setting, strict=True)),
                "accuracy": confidence_interval(self.test_accuracy[rows], confidence),
            }
            for setting, rows in cells.items()
        ]

    def predict_logits(self, images) -> np.ndarray:
        """Every student's logits on some images.

        Args:
            images: `(n, ...)`, shaped as those the cohort was trained on.

        Returns:
            float32 `(students, n, classes)`, each row the same bit for bit on any machine and
            whichever images and students come with it.

        Raises:
            ValueError: the images do not have as many pixels as the students have inputs.
        """
        return dense_logits(self.weights, flatten(images, "images", self.training["layers"][0]))

    def to_json(self, path=None) -> str:
        """The settings and accuracies as JSON; also written to `path` if that is given.

        Logits and weights are left out: they follow from the settings, the data and the teacher.
        """
        students = [
            {
                "temperature": float(self.temperature[i]),
                "alpha": float(self.alpha[i]),
                "n_images": int(self.n_images[i]),
                "left_out": list(self.left_out[i]),
                "seed": int(self.seed[i]),
                "test_accuracy": float(self.test_accuracy[i]),
            }
            for i in range(len(self))
        ]
        content = {"training": self.training, "versions": self.versions, "students": students}
        text = json.dumps(content, indent=1)
        if path is not None:
            write_atomically(path, lambda file: file.write(text.encode()))
        return text

    def _one_per_seed(self, settings: dict) -> CohortResult:
        """The students with the given settings, of which each seed must have one."""
        students = self.select(**settings)
        # Where alpha is 0 one student is listed under every temperature: it counts once.
        temperature = map(effective_temperature, students.alpha, students.temperature)
        keys = zip(students.seed, students.n_images, students.left_out, students.alpha, temperature,
                   strict=True)  # fmt: skip
        rows = {key: i for i, key in enumerate(keys)}
        if len(rows) > len(set(students.seed.tolist())):
            raise ValueError(
                f"the settings must name one student per seed, got {len(rows)} students for "
                f"{len(set(students.seed.tolist()))} seeds with {settings}"
            )
        return students._take(list(rows.values()))

    def _take(self, rows) -> CohortResult:
        """The students at these positions."""
        shared = ("training", "versions", "y_test", "steps")
        return replace(
            self,
            left_out=tuple(self.left_out[i] for i in rows),
            weights=[w[rows] for w in self.weights],
            **{
                f.name: getattr(self, f.name)[rows]
                for f in fields(self)
                if f.name not in (*shared, "left_out", "weights")
            },
        )
