"""Predictions of lesson 00, Start here."""

from kdlab.lessons.answers import Answers
from kdlab.widgets import Predict

answers = Answers("00_start_here")

never_saw_a_3 = answers.keep(
    "never_saw_a_3",
    Predict(
        "Both students are shown images of a 3 that are new to them. Who says “3” to most of them?",
        choices={
            "Neither": "That assumes that a network can name only what it was shown. It is true of "
            "labels: none of them ever said 3.",
            "The one on labels alone": "That assumes that clear facts teach more. But in all that "
            "the first student was told, nothing was ever a 3: so it learned never to say it.",
            "The one on soft targets": "That takes the ten numbers seriously: they can speak of a "
            "digit that is not in the image.",
            "Both": "That assumes that a 3 follows from the other nine digits, without a word "
            "about it. The second student had such words, the first one had none.",
        },
        explanation="What a 3 looks like came to the second student in small numbers. Of each "
        "image the teacher said how much of a 3 there was in it: a little in this 2, more in that "
        "8, nothing in this 1. The labels said only “a 2”, “an 8”, “a 1”.\n\n"
        "What was done, in full: both students began with the same weights, and saw the same 1,129 "
        "images in the same order. The soft targets were at a temperature of 8 (more on that "
        "below). As they learned, the first student reads 0 of the 55 test 3s, and the second one "
        "45. Then one number of the second student was changed, its bias of the 3: how much it "
        "believes in a 3 before it has seen anything. It was chosen without any label, and now "
        "this student reads 52. With the same change the first one would read 18, and it would "
        "call one in ten of the other digits a 3, too. Lesson 03 explains all of this.",
    ),
)

tallest = answers.keep(
    "tallest",
    Predict(
        "The temperature goes up from 1 to 10. What happens to the tallest bar?",
        choices={
            "It grows": "That assumes that a higher temperature makes a network more sure. It is "
            "the other way round: what is divided by a large number comes out small.",
            "It shrinks": "All logits move closer together, and so do the probabilities.",
            "It stays": "That assumes that the largest logit decides alone. The probabilities "
            "depend on how far apart the logits are, and dividing brings them together.",
        },
        explanation="The temperature divides the logits, so the differences between them become "
        "smaller. The tallest bar shrinks and the small ones rise. Now you can see what else the "
        "teacher sees in this 9: some of a 3.",
    ),
)

overtake = answers.keep(
    "overtake",
    Predict(
        "Is there a temperature above 1 at which two bars have changed their order?",
        choices={
            "Yes": "That assumes that a bar which rises can pass another one. But the larger of "
            "two logits stays the larger one when both are divided by the same number.",
            "No": "All logits are divided by the same number, and the larger of two stays larger.",
        },
        explanation="No bar ever passes another one. The temperature changes how sure the network "
        "sounds, and never what it says first, second or third.",
    ),
)
