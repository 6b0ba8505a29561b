"""Exercises of lesson 00, Start here."""

import re

from kdlab.exercises.exercise import Exercise, expect
from kdlab.exercises.replies import one_number, one_text
from kdlab.predictions.lesson_00 import answers
from kdlab.soft_targets import softmax
from kdlab.teachers import pretrained_teacher

_EXAMPLE = 431  # the test image of this lesson


def _judge_temperature(answer):
    expect(
        not hasattr(answer, "temperature"),
        "That is the whole explorer. Give its number: `explorer.temperature`.",
    )
    temperature = one_number(answer, "Give one number, the temperature that you found.")
    expect(temperature > 0, "A temperature is above 0.")
    logits = pretrained_teacher("digits").test_logits[_EXAMPLE]
    top = softmax(logits, temperature).max()
    # From 0.3 to 0.5, or from 30 to 50 in percent: what was asked of the bar, not of T.
    height = (
        " (0.3 to 0.5 is how tall the bar should be. Did you give that for the temperature?)"
        if 0.3 <= temperature <= 0.5 or 30 <= temperature < 50
        else ""
    )
    at = f"At T = {temperature:g} the tallest bar is {top:.2f}"
    expect(top <= 0.5, f"{at}, which is too tall: take a higher T.{height}")
    expect(top >= 0.3, f"{at}, which is too small: take a lower T.{height}")


temperature = Exercise(
    "0.1",
    _judge_temperature,
    hints=[
        "Drag, and watch the tallest bar. Which way do you have to go?",
        "Each bar has its number at the right. Drag until that of the tallest bar lies between "
        "0.3 and 0.5, and read T at the top.",
    ],
    solution="answer = 6.0",
    praise="The same logits, another temperature: the order of the bars never changes.",
    answers=answers,
)


_AROUND = {"a", "and", "my", "the", "our", "network", "model"}


def _judge_role(answer):
    answer = one_text(answer, 'Answer with one word in quotes, "teacher" or "student".')
    words = set(re.findall(r"[a-z]+", answer.lower())) - _AROUND
    expect(
        words not in ({"teacher", "student"}, {"both"}, {"none"}, {"neither"}),
        "One of the two is not used any more after the training. Which one do you use?",
    )
    expect(
        len(words) == 1 or not words & {"teacher", "student"},
        'Answer with one word only, "teacher" or "student".',
    )
    expect(
        words in ({"teacher"}, {"student"}),
        'Call it what *The cast* calls it, in one word: "teacher" or "student".',
    )
    expect(
        words == {"student"},
        "The teacher is good already, but too large or too slow to use. Which of the two is small "
        "enough?",
    )


role = Exercise(
    "0.2",
    _judge_role,
    hints=[
        "Read in *The cast* what each of the two is like.",
        "One of the two is small enough for your phone.",
    ],
    solution='answer = "student"',
    praise="The teacher is only a means: the small student is what you keep.",
    answers=answers,
)
