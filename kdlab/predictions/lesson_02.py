"""Predictions of lesson 02, Soft targets."""

from kdlab.datasets import load_dataset
from kdlab.lessons.answers import Answers
from kdlab.widgets import Predict

answers = Answers("02_soft_targets")

_digits = load_dataset("digits")
EXAMPLE = 512  # the test image of this lesson
FOUR = [507, 452, 316, 103]  # test images: three that look odd, and one that does not

bars = answers.keep(
    "bars",
    Predict(
        "At T = 4, how tall will each of the teacher's bars be for this image?",
        bars=_digits.class_names,
        image=_digits.x_test[EXAMPLE],
        alt="Test image 512, an 8 in 8x8 grey pixels.",
        typical="If nearly everything is on the 8 in your guess, it assumes that a logit which is "
        "larger by 5 stays much larger. But divided by 4 it is larger by little more than 1, and "
        "e to the power of 1.2 is 3.4: the 8 is only about three times as likely as the next "
        "digit.",
        explanation="The ten logits keep their order, so the bars do too: the 8 first, the 9 "
        "second, the 7 third. At T = 1 the 9 and the 7 were there already, but too small to see.",
    ),
)

PLACES = ["the first", "the second", "the third", "the fourth"]
least_sure = answers.keep(
    "least_sure",
    Predict(
        "Of which of these four images is the teacher least sure, at T = 1?",
        choices={
            "the first": "This guess assumes that the teacher finds hard what a person finds "
            "hard. The first is an odd 4 to us.",
            "the second": "This guess assumes that the teacher finds hard what a person finds "
            "hard. The second is a smudged 8 to us.",
            "the third": "The third is a clear 6 to most people. You asked what a network may "
            "confuse it with.",
            "the fourth": "This guess assumes that an open loop is what confuses the teacher. "
            "The fourth is a 9 that is hardly closed.",
        },
        explanation="It is the 6: the teacher gives about a third to the 1. It is sure of the "
        "other three images, although some look odd to us. What is hard for a network is not "
        "always hard for a person, and the other way round. So look at the probabilities, not at "
        "the image.",
    ),
)

_CLOSE_TO_8 = {
    "0": "A 0 is round like an 8, but has no crossing in the middle. The teacher looks there.",
    "1": "On 8x8 pixels a narrow 8 is little more than one thick line, and so is a 1.",
    "3": "A 3 is the right half of an 8. This guess looks at the outline, as people do.",
    "6": "A 6 shares the lower loop, and gets nearly as much as the first.",
    "9": "A 9 shares the upper loop, and was second for image 512. One image is not the average.",
}
like_8 = answers.keep(
    "like_8",
    Predict(
        "Averaged over all test images of an 8: which other digit gets the most?",
        choices=_CLOSE_TO_8,
        explanation="There is no clear winner: 1, 9, 6 and 3 get about the same. Many digits look "
        "a little like an 8.",
    ),
)

like_7 = answers.keep(
    "like_7",
    Predict(
        "And averaged over all test images of a 7?",
        choices={
            "1": "This guess thinks of a 7 without the bar across. But its wide top can be seen on "
            "8x8 pixels, and a 1 has none.",
            "2": "A 2 has the same top and the same slope, but also a foot.",
            "3": "A 3 and a 7 share the top and the stroke to the lower right.",
            "4": "Some of these 7s have a bar across, as the 4 has.",
            "9": "A 9 ends like a 7, but its loop is closed.",
        },
        explanation="The 3 and the 4 get about the same. A 3 has the top of a 7 and its stroke to "
        "the lower right. And some of these 7s have a bar across, as the 4 has.\n\n"
        "No label says any of this. The teacher found it in the images.",
    ),
)

effective = answers.keep(
    "effective",
    Predict(
        "How many effective classes does a test image have on average, at each temperature?",
        curve=[0.5, 1, 2, 4, 8, 16, 32],
        between=(1, 10),
        unit="classes",
        xlabel="temperature T",
        ylabel="on average",
        typical="If your curve is a straight line, it assumes that every step of T has the same "
        "effect. If it rises early, it assumes that a little of T is enough. But a logit that is "
        "larger by ten hides all other digits until T is about as large as that difference.",
        explanation="At T = 1 the soft targets are almost a label. At T = 32 the ten bars look "
        "equally tall. The curve rises between the two: there the temperature is about as large "
        "as the differences between the logits.",
    ),
)

probabilities = answers.keep(
    "probabilities",
    Predict(
        "How tall is the tallest bar, if the softmax with T = 4 gets the teacher's probabilities "
        "and not its logits?",
        between=(0, 100),
        step=1,
        unit="%",
        scale=100,
        too_high="This guess assumes that a probability of 0.99 stays much larger than the others. "
        "But it is larger by less than 1, and after the division by 4 by less than a quarter.",
        too_low="Ten bars that are all equal have 10 % each, and the tallest has at least that.",
        explanation="Probabilities lie between 0 and 1. Divided by 4 they differ by at most a "
        "quarter, and e to the power of 0.25 is about 1.28. So the tallest bar is at most 1.28 "
        "times as tall as the others, whatever the teacher knew.",
    ),
)

_factors = {
    "It stays about the same.": "This guess assumes that q - p grows as fast as 1/T falls. But "
    "both shrink.",
    "It shrinks, but by a factor below 32.": "This guess assumes that q - p grows with T. But at "
    "a high temperature all bars of q and p are about equal, so q and p come closer.",
    "It shrinks by a factor of about 32.": "This guess reads the 1/T in the formula, and assumes "
    "that q - p does not change. But q and p depend on T, too.",
    "It shrinks by a factor far above 32.": "You saw that T is in the formula twice: as 1/T, and "
    "in q and p.",
}
gradient = answers.keep(
    "gradient",
    Predict(
        "From T = 1 to T = 32: what happens to the size of this gradient?",
        choices=_factors,
        explanation="The formula shows one division by T. The other is hidden in q and p: each "
        "is a softmax of logits that were divided by T, so they come closer to each other.",
    ),
)


def at_factor(factor: float) -> str:
    """The option of `gradient` that holds; `factor` is the size at T = 1 over that at T = 32."""
    return list(_factors)[sum(factor > most for most in (1.1, 28, 36))]


vanishes = answers.keep(
    "vanishes",
    Predict(
        "T² is switched off, and T goes from 1 to 20. Whose pull on the student becomes smaller?",
        choices={
            "The teacher's.": "The teacher's pull comes from the soft loss, the only part that "
            "contains T.",
            "The label's.": "This guess assumes that the teacher becomes stronger and the label "
            "weaker. But the hard loss is computed at T = 1: T does not change it.",
            "Both.": "This guess assumes that T acts on the whole loss. But the hard loss is "
            "computed at T = 1: T does not change it.",
            "Neither.": "This guess assumes that alpha alone decides how much each of them counts. "
            "Without T², the temperature decides it as well.",
        },
        explanation="Without T², a higher temperature switches the teacher off, step by step. No "
        "error says so: the loss still falls, but the student learns from the label alone.\n\n"
        "The pull of the label never changes with T. And at T = 1 the two pulls have nearly the "
        "same direction, because this teacher is nearly as sure as the label.",
    ),
)


def becomes_smaller(teacher, label) -> str:
    """The option of `vanishes` that holds, given both pulls at T = 1 and at T = 20."""
    options = {
        (True, False): "The teacher's.",
        (False, True): "The label's.",
        (True, True): "Both.",
        (False, False): "Neither.",
    }
    return options[teacher[1] < teacher[0], label[1] < label[0]]


alpha = answers.keep(
    "alpha",
    Predict(
        "At T = 4, with T²: up to which alpha does the label win, so that the sum of both pulls "
        "raises the 8 most?",
        between=(0, 1),
        step=0.01,
        image=_digits.x_test[85],
        alt="Test image 85, an 8 that the teacher takes for a 1.",
        too_low="A guess of about 0.5 assumes that the teacher pulls against the 8 as hard as the "
        "label pulls for it. But the teacher gives the 8 its second-tallest bar: it pulls for "
        "the 8, too.",
        too_high="This guess assumes that a label wins whenever it counts at all. But the "
        "teacher's pull is multiplied by T², so it is the stronger one long before alpha is 1.",
        explanation="Where this teacher is wrong, it is not completely wrong: in all seven of its "
        "wrong answers, the right digit has the second-tallest bar. So the label wins up to a "
        "high alpha.\n\n"
        "At alpha = 0 a student learns from labels alone, at alpha = 1 from the teacher alone. "
        "These lessons use 0.9. At 0.9, the teacher wins on this image.",
    ),
)
