"""Predictions of lesson 01, Train a teacher."""

from kdlab.lessons.answers import Answers
from kdlab.widgets import Predict

answers = Answers("01_train_a_teacher")

errors = answers.keep(
    "errors",
    Predict(
        "After 30 epochs, how many of the 540 test images will the teacher get wrong?",
        between=(0, 540),
        unit="images",
        too_low="This guess assumes that every digit can be read. Some of these are hard to read "
        "for a person, too.",
        too_high="This guess assumes that 8x8 pixels are too few, or that a network with so many "
        "parameters only memorises the images. But what it learned holds for new images, too.",
        explanation="In six trainings with six seeds we saw 6 to 11 of 540: 98 or 99 % are right. "
        "Many of the others are hard to read for a person, too, as you will see below.\n\n"
        "So the teacher did not only memorise its training images, though it has enough "
        "parameters for that.",
    ),
)

unsure = answers.keep(
    "unsure",
    Predict(
        "Of the eight test images on which the teacher is least sure, how many does it still read "
        "right?",
        between=(0, 8),
        step=1,
        unit="images",
        too_low="This guess assumes that unsure means wrong. An unsure answer is right less often "
        "than a sure one, but often enough.",
        too_high="This guess assumes that the teacher is only too careful. But where it is least "
        "sure, some of its answers are wrong.",
        explanation="In six trainings with six seeds we saw 3 to 5 of the eight. Where the first "
        "guess is wrong, the second is nearly always right. Where the first is right, the second "
        "is often a digit that the image also looks like. The label says nothing about that. The "
        "student will learn it from the teacher.",
    ),
)

nearly_an_8 = answers.keep(
    "nearly_an_8",
    Predict(
        "Take the twelve test images that look most like an 8 to the teacher, but are no 8. Which "
        "digit is most often among them?",
        choices={
            "0": "A 0 is round like an 8, but its middle is empty. On 8x8 pixels that is easy to "
            "see.",
            "1": "Some of these writers draw a thick 1, with a head and a foot: on 8x8 pixels it "
            "looks like a slim 8.",
            "2": "A 2 has curves, but no closed loop at the bottom.",
            "3": "In print a 3 looks like an 8 with two gaps. It is often among the twelve, and "
            "with another seed it may come first.",
            "4": "Some 4s are among the twelve, those whose top is nearly closed.",
            "5": "A 5 has the lower curve of an 8, but it is open on the other side at the top.",
            "6": "A 6 has one loop of the 8. The teacher tells them apart more easily than you may "
            "think.",
            "7": "A 7 has no loop at all.",
            "9": "A 9 has one loop of the 8. The teacher tells them apart more easily than you may "
            "think.",
        },
        explanation="In four of six trainings with six seeds it was the 1, in one the 3, and once "
        "two digits were equal. Which digits look alike depends on these writers and on 8x8 "
        "pixels, not on how digits are printed. Nobody told the teacher: no label says it.",
    ),
)
