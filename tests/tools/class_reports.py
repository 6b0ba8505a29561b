"""Reports as a learner may hand them in, made without a lesson: for the tests of the class view."""

from __future__ import annotations

import json
import random
from pathlib import Path

# A question of each kind that a prediction can have.
PREDICTIONS = {
    "number": {"question": "Of 540 images, how many will be wrong?", "kind": "number",
               "between": [0, 540], "step": 1, "unit": "images"},
    "choice": {"question": "Which digit comes second?", "kind": "choice",
               "options": ["the 3", "the 5", "the 7"]},
    "order": {"question": "Which arm is best?", "kind": "order",
              "items": ["hard", "smoothed", "distilled"]},
    "bars": {"question": "How tall are the bars?", "kind": "bars", "names": ["0", "1", "2"]},
    "curve": {"question": "How does it go with T?", "kind": "curve", "x": ["1", "2", "4", "8"],
              "between": [0, 100], "unit": "%", "xlabel": "T", "ylabel": "accuracy"},
}  # fmt: skip
TRUTHS = {
    "number": [10.0, 7.0, 12.0], "choice": "the 3", "order": ["distilled", "hard", "smoothed"],
    "bars": [0.6, 0.3, 0.1], "curve": [[80.0, 78.0, 82.0], 85.0, 90.0, 88.0],
}  # fmt: skip
QUIZ = {"question": "What does T do to the tallest bar?", "options": ["grows", "shrinks", "stays"],
        "right": "shrinks"}  # fmt: skip
REPLIES = ["Divide the logits by T, not the probabilities.", "That is 0.{} too much.",
           "Your code stopped: NameError."]  # fmt: skip


def report(number: int, **changes) -> dict:
    """The report of learner `number`, who guesses by lot."""
    rng = random.Random(number)
    guesses = {
        "number": float(rng.randrange(5, 60)), "choice": rng.choice(["the 3", "the 5", "the 7"]),
        "order": rng.sample(["hard", "smoothed", "distilled"], 3),
        "bars": [0.5, 0.2 + 0.1 * (number % 3), 0.3 - 0.1 * (number % 3)],
        "curve": [float(rng.randrange(101)) for _ in range(4)],
    }  # fmt: skip
    predictions = [
        {"key": kind, "place": place, **asked, "guess": guesses[kind], "before": guesses[kind],
         "truth": TRUTHS[kind], "said": {}}
        for place, (kind, asked) in enumerate(PREDICTIONS.items(), 1)
    ]  # fmt: skip
    wrong = [{"reply": reply.format(number), "times": 1} for reply in REPLIES[: number % 4]]
    return {
        "format": "kdlab report", "version": 1, "kdlab": "0.1.0", "lesson": "02_soft_targets",
        "title": "02 · Soft targets", "name": "", "made": "2026-11-27T10:00:00+00:00",
        "learner": f"{number:032x}", "share": False, "predictions": predictions,
        "quizzes": [{"key": "quiz", "place": 6, **QUIZ, "first": rng.choice(QUIZ["options"]),
                     "chosen": "shrinks"}],
        "exercises": [{"key": "2.1", "place": 7, "question": "Write the softmax.",
                       "attempts": len(wrong) + 1, "right": True, "ever_right": True,
                       "at_once": not wrong, "hints": number % 3, "of_hints": 2,
                       "solution": number % 5 == 0, "wrong": wrong}],
        "drawings": [{"key": "pad", "place": 8, "done": number % 2 == 0}],
        **changes,
    }  # fmt: skip


def write(path: Path, data) -> Path:
    """A report, or any text, as a file; its folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return path
