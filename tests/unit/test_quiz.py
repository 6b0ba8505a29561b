import json

import pytest
from older import sends_without_kernel

from kdlab import Quiz
from kdlab.exercises import lesson_02, lesson_03, lesson_04
from tests.tools.widget_examples import HOSTILE

QUIZZES = [
    (f"{lesson.__name__[-2:]} {name}", quiz)
    for lesson in (lesson_02, lesson_03, lesson_04)
    for name, quiz in vars(lesson).items()
    if isinstance(quiz, Quiz)
]


@pytest.fixture
def quiz():
    options = {"two": "It is even.", "three": "It is odd.", "four": "So is two."}
    return Quiz("Which of these is odd?", options, "three")


def shown(quiz):
    data, _ = quiz._repr_mimebundle_()
    return data["text/plain"], data["text/html"]


def test_not_attempted_yet_is_a_state_of_its_own(quiz):
    assert quiz.chosen is None
    assert quiz.state() == {"chosen": None}
    assert repr(quiz) == "<Quiz 'Which of these is odd?', chosen=None>"
    assert all("Not attempted yet." in text for text in shown(quiz))


@pytest.mark.parametrize(
    ("option", "reply"), [("two", "✗ Not yet. It is even."), ("three", "✓ Right. It is odd.")]
)
def test_each_option_has_its_reply(quiz, option, reply):
    quiz.chosen = option
    assert quiz.state() == {"chosen": option}
    assert all(f"Answered: {option} {reply}" in text for text in shown(quiz))
    quiz.chosen = None
    assert all("Answered" not in text for text in shown(quiz))


def test_the_page_can_set_what_python_reads(quiz):
    sent = []
    quiz._send = lambda message, buffers=None: sent.append(message)
    quiz.set_state({"chosen": "four"})
    assert quiz.chosen == "four"
    assert not sent


@sends_without_kernel
def test_the_page_hears_what_python_sets(quiz):
    sent = []
    quiz._send = lambda message, buffers=None: sent.append(message)
    quiz.chosen = "two"
    assert [message["state"] for message in sent] == [{"chosen": "two"}]


def test_the_answer_is_part_of_what_a_notebook_saves(quiz):
    quiz.chosen = "two"
    assert quiz.get_state()["chosen"] == "two"


def test_a_plain_viewer_reads_no_answer_unasked(quiz):
    text, html = shown(quiz)
    assert all(option in text for option in ("two", "three", "four"))
    assert "even" not in text
    answers = "<details><summary>two</summary>✗ Not yet. It is even.</details>"
    assert answers in html
    outside = html.replace(answers, "")
    assert "even" not in outside
    assert html.count("<details>") == 3


def test_texts_stay_text():
    texts = Quiz(HOSTILE, {HOSTILE: HOSTILE, "else": HOSTILE}, HOSTILE, chosen=HOSTILE)
    assert HOSTILE not in shown(texts)[1]
    assert HOSTILE in json.dumps(texts._data)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"question": " "}, "question must be a text that is not empty, got ' '"),
        ({"question": 3}, "question must be a text that is not empty, got 3"),
        ({"options": {"two": "Even."}}, "options must be a dict of two or more .* got {'two'"),
        ({"options": ["two", "three"]}, "options must be a dict of two or more .* got .*two"),
        ({"options": {"two": "Even.", "": "Odd."}}, "an option must be a text .* got ''"),
        ({"options": {"two": "Even.", 3: "Odd."}}, "an option must be a text .* got 3"),
        ({"options": {"two": "", "three": "Odd."}}, "the feedback for 'two' must be a text"),
        ({"options": {"two": None, "three": "Odd."}}, "the feedback for 'two' must be .* got None"),
        ({"right": "five"}, "right must be one of the options, 'two', 'three', got 'five'"),
        ({"right": ["two"]}, r"right must be one of the options, .* got \['two'\]"),
        ({"right": None}, "right must be one of the options, .* got None"),
        ({"chosen": "five"}, "chosen must be one of the options, 'two', 'three', or None, got 'f"),
        ({"chosen": 0}, "chosen must be one of the options, .* got 0"),
    ],
)
def test_bad_arguments_are_named(bad, message):
    good = {"question": "Odd?", "options": {"two": "Even.", "three": "Odd."}, "right": "three"}
    with pytest.raises(ValueError, match=f"^{message}"):
        Quiz(**{**good, **bad})


def test_a_bad_answer_set_later_changes_nothing(quiz):
    quiz.chosen = "two"
    with pytest.raises(ValueError, match="chosen must be one of"):
        quiz.chosen = "five"
    assert quiz.chosen == "two"


# ---- The lessons' questions ---------------------------------------------------------------------


def test_lessons_02_to_04_have_one_or_two_questions_each():
    lessons = [name[:2] for name, _ in QUIZZES]
    assert all(1 <= lessons.count(lesson) <= 2 for lesson in ("02", "03", "04"))


@pytest.mark.parametrize("quiz", [quiz for _, quiz in QUIZZES], ids=[name for name, _ in QUIZZES])
def test_a_question_of_a_lesson(quiz):
    data = quiz._data
    options, replies = data["options"], data["replies"]
    assert data["question"].endswith("?")
    assert len(set(options)) == len(options) in (3, 4)
    assert [reply.startswith("✓ Right. ") for reply in replies].count(True) == 1
    assert replies[options.index(data["right"])].startswith("✓ Right. ")
    # What is said is said to that option alone, and is a reason.
    assert len(set(replies)) == len(replies)
    assert min(map(len, replies)) > 60
    assert quiz.chosen is None
