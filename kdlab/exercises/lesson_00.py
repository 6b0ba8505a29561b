"""Exercises of lesson 00, Start here."""

from kdlab.exercises.exercise import Exercise, convert, expect
from kdlab.predictions.lesson_00 import answers
from kdlab.soft_targets import softmax
from kdlab.teachers import pretrained_teacher

_EXAMPLE = 431  # the test image of lessons 00 and 02


def _judge_temperature(answer):
    temperature = convert(answer, float, "Give one number, the temperature you found.")
    expect(temperature > 0, "A temperature is above 0.")
    logits = pretrained_teacher("digits").test_logits[_EXAMPLE]
    top = softmax(logits, temperature).max()
    expect(top <= 0.5, f"At T = {temperature:g} the tallest bar still stands at {top:.0%}: go up.")
    expect(
        top >= 0.3, f"At T = {temperature:g} the tallest bar is down to {top:.0%}: that is too far."
    )


temperature = Exercise(
    "0.1",
    _judge_temperature,
    hints=[
        "A higher temperature lowers the tallest bar. Which way do you have to go?",
        "Drag the slider until the tallest bar lies between the lines for 0.3 and 0.5.",
    ],
    solution="answer = 6.0",
    praise="The same logits, another temperature: the order of the bars never changes.",
    answers=answers,
)


def _judge_role(answer):
    role = str(answer).strip().lower()
    expect(role in ("teacher", "student"), 'Answer "teacher" or "student".')
    expect(
        role == "student",
        "The teacher is the large model, and it is good already. Which one do you want to use?",
    )


role = Exercise(
    "0.2",
    _judge_role,
    hints=["One of the two runs on your phone in the end."],
    solution='answer = "student"',
    praise="The teacher is only a means: the small student is what you keep.",
    answers=answers,
)
