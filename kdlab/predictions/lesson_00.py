"""Predictions of lesson 00, Start here."""

from kdlab.lessons.answers import Answers
from kdlab.widgets import Predict

answers = Answers("00_start_here")

never_saw_a_3 = answers.keep(
    "never_saw_a_3",
    Predict(
        "Both students are shown images of a 3 that are new to them. Who says “3” to most of them?",
        choices={
            "Neither": "This guess assumes that a network can name only what it was shown. That is "
            "true of labels: none of them ever said 3.",
            "The one on labels alone": "This guess assumes that clear facts teach more. But no "
            "label of the first student was ever a 3, so it learned never to say 3.",
            "The one on soft targets": "You saw what the ten numbers can do: they also tell of a "
            "digit that is not in the image.",
            "Both": "This guess assumes that a student can find out what a 3 is from the other "
            "nine digits, although nobody tells it. The second student was told, the first was "
            "not.",
        },
        explanation="The second student learned from small numbers what a 3 looks like. For each "
        "image the teacher said how much of a 3 it sees in it: a little in this 2, more in that "
        "8, nothing in this 1. The labels said only “a 2”, “an 8”, “a 1”.\n\n"
        "What was done, in detail: both students began with the same weights, and saw the same "
        "1,129 images in the same order. The soft targets were at a temperature of 8 (more on that "
        "below). Then one number of the second student was changed, its bias of the 3: how much it "
        "believes in a 3 before it has seen anything. This bias was chosen without labels. How "
        "many 3s does this student read without that change? And the first student, if it gets "
        "the same change? Lesson 03 asks you.",
    ),
)

tallest = answers.keep(
    "tallest",
    Predict(
        "The temperature goes up from 1 to 10. What happens to the tallest bar?",
        choices={
            "It grows": "This guess assumes that a higher temperature makes a network surer. It is "
            "the other way round: what is divided by a large number becomes small.",
            "It shrinks": "All logits move closer together, and so do the probabilities.",
            "It stays": "This guess assumes that only the largest logit matters. The probabilities "
            "depend on how far apart the logits are, and dividing brings them together.",
        },
        explanation="The temperature divides the logits, so the differences between them become "
        "smaller. The tallest bar shrinks and the small ones rise. Now you can see what else the "
        "teacher sees in this 9: a little of a 3.",
    ),
)

overtake = answers.keep(
    "overtake",
    Predict(
        "Is there a temperature above 1 at which two bars have changed their order?",
        choices={
            "Yes": "This guess assumes that a bar which rises can pass another one. But the "
            "larger of two logits stays the larger one when both are divided by the same number.",
            "No": "All logits are divided by the same number, and the larger of two stays larger.",
        },
        explanation="No bar ever passes another one. The temperature changes how sure the network "
        "sounds, and never what it says first, second or third.",
    ),
)
