"""Predictions of lesson 03, Distil a student."""

from kdlab.lessons.answers import Answers
from kdlab.widgets import Predict

answers = Answers("03_distill_a_student")

taught = answers.keep(
    "taught",
    Predict(
        "By how many points will the taught student be better than the one alone?",
        between=(-20, 20),
        step=1,
        unit="points",
        scale=100,
        too_low="This guess assumes that soft targets say little that a label does not. With so "
        "few labels, every hint counts.",
        too_high="This guess assumes that a good teacher can replace most of the labels. It spoke "
        "about 50 images only.",
        explanation="There is a difference. But is it the teaching? With other initial weights "
        "and another 50 images, each of the two numbers would move by some points. Most tutorials "
        "stop here. This lesson does not.",
    ),
)

order = answers.keep(
    "order",
    Predict(
        "With 50 images: which students read the test images best? Put the best first.",
        order=["hard labels", "smoothed labels", "distilled"],
        typical="Smoothed labels in second place, or in the first: that assumes that softness by "
        "itself helps. Hard labels in the first: that assumes that the truth is the best teacher.",
        explanation="Softness is not the reason: smoothed labels are as soft for every image, say "
        "nothing about which digits look alike, and do worse than hard labels here.",
    ),
)

gain = answers.keep(
    "gain",
    Predict(
        "How many points does distillation gain over hard labels, for each number of images?",
        curve=["50", "100", "300", "1,257"],
        between=(-10, 20),
        unit="points",
        scale=100,
        xlabel="images",
        ylabel="gain over hard labels",
        typical="A level curve assumes that a teacher helps as much however many labels there "
        "are; a rising one, that more images let it teach more. But each label makes what the "
        "teacher adds less new.",
        explanation="With few images the gain is large, and its interval is far from 0. With all "
        "of them it is gone. That result belongs in the picture, too.",
    ),
)

digit = answers.keep(
    "digit",
    Predict(
        "Which digit gains most from the teacher, with 50 images?",
        choices=[str(k) for k in range(10)],
        explanation="The 0 gains little: nearly all of them were read before. But look at the "
        "intervals of the others: several digits gain about as much as the first. Which of them "
        "comes first is then partly luck, and would be another one with other seeds. Be careful "
        "with the best of ten.",
    ),
)

speed = answers.keep(
    "speed",
    Predict(
        "The student has 125 times fewer parameters. How many times as fast does it read an image?",
        between=(0, 125),
        step=1,
        unit="times",
        too_low="This guess assumes that size has nothing to do with time. A part of the time "
        "does go into the multiplications.",
        too_high="This guess assumes that the time goes into the multiplications. For so small "
        "networks, most of it is the call itself.",
        explanation="Most of the time is a fixed cost, the same for every network: TensorFlow "
        "takes the image, starts the computation and hands back the result. For a student this "
        "small, the computing is hardly more than that.\n\n"
        "If many images come at once, they share the fixed cost: for 2,160 images in one call we "
        "measured 0.025 ms for each with the teacher, and 0.0002 ms with the student. And in "
        "memory the student is always 125 times smaller.",
    ),
)

_kl = {
    "KL rises.": "This guess assumes that more differences between the two can be seen at a high "
    "temperature. But all bars become level, those of the teacher and those of the student.",
    "KL stays the same.": "This guess takes KL for a property of the two networks. It compares "
    "their bars, and T changes the bars.",
    "KL falls, and the two agree on more images.": "This guess reads a small KL as agreement. But "
    "the order of the bars never changes with T, so each first answer stays what it was.",
    "KL falls, and the two agree on as many images as before.": "You saw that a small KL can come "
    "from level bars alone.",
}
KL = tuple(_kl)
kl = answers.keep(
    "kl",
    Predict(
        "T goes from 1 to 32. What happens to KL, and to the number of images on which student "
        "and teacher agree?",
        choices=_kl,
        explanation="At high temperatures the bars of all networks are level, so KL goes to 0 for "
        "any two of them. It is the shrinking gradient of lesson 02 once more, and the reason for "
        "T² in the loss. Compare two values of KL at the same T only.",
    ),
)

no_labels = answers.keep(
    "no_labels",
    Predict(
        "What share of the test images will a student read that got all 1,257 images and no label?",
        between=(0, 100),
        step=1,
        unit="%",
        scale=100,
        too_low="This guess assumes that a student needs at least some labels. The teacher's "
        "answers can stand in for them.",
        too_high="No student of this size is that good, not even with every label.",
        explanation="With 50 labels it was about 80 %, with all 1,257 about 97 %: so no label at "
        "all is as good as every label. But somebody did label those 1,257 images: for the "
        "teacher.",
    ),
)

temperature = answers.keep(
    "temperature",
    Predict(
        "100 images, soft targets alone: what share of the test images do students read that were "
        "taught at each temperature?",
        curve=[1, 2, 4, 8, 32],
        between=(70, 100),
        unit="%",
        scale=100,
        xlabel="temperature T",
        ylabel="test images read",
        typical="A hill assumes that a temperature can be too high: at T = 32 the bars look level "
        "to you. But the student does not look: T² makes the small differences as large as "
        "before.",
        explanation="At T = 1 this teacher's targets are almost labels, and the student gains "
        "little. From 4 on, T hardly matters. What is left of the differences at T = 32 is enough, "
        "because T² multiplies it.\n\n"
        "That is so for this teacher, this student and 100 images. It is no law: measure before "
        "you use it elsewhere.",
    ),
)

never_seen = answers.keep(
    "never_seen",
    Predict(
        "What share of the test 3s do students name a 3 that never saw one, taught at each "
        "temperature?",
        curve=[1, 2, 4, 8, 20],
        between=(0, 100),
        unit="%",
        scale=100,
        xlabel="temperature T",
        ylabel="test 3s that are named a 3",
        typical="A curve close to 0 everywhere assumes that nobody can know what was never shown. "
        "A high one at T = 1 assumes that a share of less than 0.01 in the targets is enough.",
        explanation="At T = 1 hardly any, from T = 4 on most of them. What a 3 looks like came to "
        "the student in the soft targets of other digits: how much of a 3 the teacher sees in "
        "each of them.",
    ),
)

my_three = answers.keep(
    "my_three",
    Predict(
        "Will this student read the 3 that you draw?",
        choices={
            "Yes.": "This guess assumes that your 3 looks like those of the 13 people who wrote "
            "the data.",
            "No.": "This guess assumes that a student which never saw a 3 knows too little, or "
            "that your 3 is unlike all others.",
        },
        explanation="It will not read every one. Neither student nor teacher has seen your hand. "
        "Compare the two: where both are wrong, the drawing is unlike the data; where only the "
        "student is, it knows too little.",
    ),
)

_sure = {
    "No digit gets more than 20 %.": "This guess assumes that a network can say that it does not "
    "know. It can only divide 100 % among ten digits, and it never learned to divide them evenly.",
    "One digit gets more than 20 %, but less than 90 %.": "This guess assumes that a network is "
    "less sure of what it has never seen. Nothing in its training asked for that.",
    "One digit gets 90 % or more.": "You expected a sure answer to a question without one.",
}
SURE = tuple(_sure)
cross = answers.keep(
    "cross",
    Predict(
        "You draw a large X. How sure is the teacher, at T = 1?",
        choices=_sure,
        explanation="The softmax divides 100 % among ten digits. There is no bar for 'none of "
        "these'. Training made the teacher sure on digits, and nobody asked it to be unsure "
        "elsewhere.",
    ),
)

_hotter = {
    "Better.": "This guess assumes that a high temperature takes away a certainty that a shape "
    "does not deserve. But it takes it from the digits, too. What counts is who stays ahead.",
    "Worse.": "You may have thought of what is left at a high T: how large the largest logit is, "
    "whatever it comes from.",
    "There is no clear difference.": "This guess assumes that T changes all confidences in the "
    "same way. The order of the digits in one image stays, but not the order of the images.",
}
HOTTER = tuple(_hotter)
hotter = answers.keep(
    "hotter",
    Predict(
        "Does the confidence at T = 20 tell test digits from shapes better than that at T = 1?",
        choices=_hotter,
        explanation="It is worse here, for students and teacher. At a high temperature, all that "
        "counts is how far the largest logit is above the mean of all ten. Much ink makes large "
        "logits, and our shapes have more ink than a digit. With the same shapes in grey, T = 20 "
        "is worse by less, but it is still worse.\n\n"
        "Liang, Li and Srikant (2018) found that a high temperature helps, together with a small "
        "change of the image, for large networks and photographs. Ours is a result about small "
        "networks and these 20 shapes.",
    ),
)

keras_default = answers.keep(
    "keras_default",
    Predict(
        "What share of the test images will a student read that was taught with this default? "
        "(Who guesses, reads 10 %.)",
        between=(0, 100),
        step=1,
        unit="%",
        scale=100,
        too_low="A student that learns nothing still guesses right once in ten.",
        too_high="This guess assumes that a wrong loss still points roughly in the right "
        "direction. This one looks at logits between 0 and 1 only, and most are elsewhere.",
        explanation="It learned next to nothing, and no error was raised. This is one run, so "
        "trust the reason more than the number: by the table above, what is minimised is no "
        "divergence at all. Pass loss=keras.losses.KLDivergence(). And look at a loss before you "
        "trust it: a divergence is never negative, and it is 0 where both agree.",
    ),
)
