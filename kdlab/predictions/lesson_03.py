"""Predictions of lesson 03, Distil a student."""

from kdlab.lessons.answers import Answers
from kdlab.widgets import Predict

answers = Answers("03_distill_a_student")

taught = answers.keep(
    "taught",
    Predict(
        "How many points more than the one alone will the taught student read? (Below 0: fewer.)",
        between=(-20, 20),
        step=1,
        unit="points",
        scale=100,
        too_low="This guess assumes that soft targets say little that a label does not. With so "
        "few labels, everything else that the teacher says is useful.",
        too_high="This guess assumes that a good teacher can replace most of the labels. But it "
        "gave answers to 50 images only.",
        explanation="There is a difference. But does it come from the teacher? With other first "
        "weights and another 50 images, each of the two numbers would change by some points. Most "
        "tutorials stop here. This lesson does not.",
    ),
)

order = answers.keep(
    "order",
    Predict(
        "With 50 images: which students read the test images best? Put the best first.",
        order=["hard labels", "smoothed labels", "distilled"],
        typical="If smoothed labels come first or second in your order, it assumes that softness "
        "alone helps. If hard labels come first, it assumes that the right answer says all.",
        explanation="Softness is not the reason: smoothed labels are as soft for every image, say "
        "nothing about which digits look alike, and do worse than hard labels here.",
    ),
)

gain = answers.keep(
    "gain",
    Predict(
        "How many points more than students on hard labels do distilled students read, for each "
        "number of images? (Below 0: fewer.)",
        curve=["50", "100", "300", "1,257"],
        between=(-20, 20),
        unit="points",
        scale=100,
        xlabel="images",
        ylabel="above hard labels",
        typical="If your curve is flat, it assumes that a teacher helps equally with few and with "
        "many labels. If it rises, it assumes that a teacher can teach more with more images. But "
        "the more labels there are, the less is new in what the teacher adds.",
        explanation="With few images the gain is large, and its interval is far from 0. With all "
        "images there is no gain any more. That is a result, too.",
    ),
)

_NEARLY_ALL = "Nearly all of them were read without the teacher, so little is left to gain."
_HALF = "It gains about half as much as those that gain most."
_MUCH = "It is one of the five digits that gain much more than the others."
_HARD = f"{_MUCH} Without the teacher it is one of the two that are read worst."
_gains = [
    _NEARLY_ALL,
    "About one in five of them was not read without the teacher, but it gains little.",
    _MUCH, _MUCH, _HALF, _MUCH, _NEARLY_ALL, _HALF, _HARD, _HARD,
]  # fmt: skip
digit = answers.keep(
    "digit",
    Predict(
        "Which digit gains most from the teacher, with 50 images?",
        choices={str(k): reply for k, reply in enumerate(_gains)},
        explanation="A digit can gain only what its students could not read before. The 0 gains "
        "little: nearly all 0s were read without the teacher. But five digits gain much, and about "
        "the same.",
    ),
)

speed = answers.keep(
    "speed",
    Predict(
        "The student has 125 times fewer parameters. How many times as fast does it read an image?",
        between=(0, 125),
        step=1,
        unit="times",
        too_low="This guess assumes that size does not change the time. But the multiplications "
        "take a part of the time.",
        too_high="This guess assumes that the multiplications take all of the time. For such small "
        "networks, most of it is the call itself.",
        explanation="Most of the time is a fixed cost, the same for every network: TensorFlow "
        "takes the image, starts the computation and returns the result. For such a small student "
        "there is hardly anything else to do.\n\n"
        "If many images come in one call, the fixed cost is paid once for all of them: for 2,160 "
        "images in one call we measured 0.025 ms for each with the teacher, and 0.0002 ms with "
        "the student. And the student always takes 125 times less memory.",
    ),
)

_kl = {
    "KL rises.": "This guess assumes that more differences between the two can be seen at a high "
    "temperature. But all bars become about equal, the teacher's and the student's.",
    "KL stays the same.": "This guess assumes that KL is a property of the two networks. But it "
    "compares their bars, and T changes the bars.",
    "KL falls, and the two agree on more images.": "This guess takes a small KL for agreement. But "
    "the order of the bars never changes with T, so each first answer stays what it was.",
    "KL falls, and the two agree on as many images as before.": "You saw that KL can be small only "
    "because all bars are about equal.",
}
KL = tuple(_kl)
kl = answers.keep(
    "kl",
    Predict(
        "T goes from 1 to 32. What happens to KL, and to the number of images on which student "
        "and teacher agree?",
        choices=_kl,
        explanation="At high temperatures the bars of every network are about equal, so KL goes "
        "to 0 for any two of them. For the same reason the gradient of lesson 02 shrinks, and the "
        "loss needs T². So compare two values of KL only at the same T.",
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
        too_low="This guess assumes that a student needs at least some labels. But the "
        "teacher's answers can replace them.",
        too_high="No student of this size is that good, not even with every label.",
        explanation="With 50 labels it was about 80 %, with all 1,257 labels about 97 %. So a "
        "student with no label is as good as one with all labels. But somebody did label those "
        "1,257 images: for the teacher.",
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
        typical="If your curve falls at the end, it assumes that a temperature can be too high: at "
        "T = 32 all bars look equal to you. But not to the student: T² makes the small "
        "differences as large as before. If it is flat, it assumes that the temperature does not "
        "matter. But at T = 1 there is hardly anything to see but the label.",
        explanation="At T = 1 this teacher's targets are almost labels, and the student gains "
        "little. From T = 4 on, the temperature hardly matters. Even the small differences that "
        "are left at T = 32 are enough, because T² multiplies them.\n\n"
        "That holds for this teacher, this student and 100 images. It is no law: measure before "
        "you use it elsewhere.",
    ),
)

never_seen = answers.keep(
    "never_seen",
    Predict(
        "Students never saw a 3, and were taught at one of these temperatures. What share of the "
        "test 3s do they read as a 3?",
        curve=[1, 2, 4, 8, 20],
        between=(0, 100),
        unit="%",
        scale=100,
        xlabel="temperature T",
        ylabel="test 3s that are read",
        typical="If your curve is close to 0 everywhere, it assumes that nobody can know what was "
        "never shown. If it is high at T = 1, it assumes that a share of less than 0.01 in the "
        "targets is enough. If it falls at the end, it assumes that bars which look equal say "
        "nothing.",
        explanation="At T = 1 hardly any, from T = 4 on most of them. The student learned what a 3 "
        "looks like from the soft targets of other digits: they say how much of a 3 the teacher "
        "sees in each image.",
    ),
)

my_three = answers.keep(
    "my_three",
    Predict(
        "Will this student read the 3 that you draw?",
        choices={
            "Yes.": "That is likely if your 3 looks like those of the 13 people who wrote the "
            "data.",
            "No.": "There are two reasons for it: a student which never saw a 3 may know too "
            "little, or your 3 may be unlike all others.",
        },
        explanation="It will not read every drawing. Neither student nor teacher has seen how you "
        "write. Compare the two: if both are wrong, the drawing is probably unlike the data. If "
        "only the student is wrong, it probably knows too little.",
    ),
)

_sure = {
    "No digit gets more than 20 %.": "This guess assumes that a network can say that it does not "
    "know. But it has to divide 100 % among ten digits, and it never learned to divide them "
    "equally.",
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
        "these'. Training made the teacher sure of digits, and nothing in it asked the teacher "
        "to be unsure of other images.",
    ),
)

_hotter = {
    "Better.": "This guess assumes that a high temperature makes a network less sure of "
    "shapes. But it makes it less sure of digits, too. What counts is of which it stays surer.",
    "Worse.": "You may have thought of what counts at a high T: only how large the largest logit "
    "is, for whatever reason.",
    "There is no clear difference.": "This guess assumes that T changes all confidences in the "
    "same way. The order of the digits in one image stays, but not the order of the images.",
}
HOTTER = tuple(_hotter)
hotter = answers.keep(
    "hotter",
    Predict(
        "Does the confidence at T = 20 tell test digits from shapes better than that at T = 1?",
        choices=_hotter,
        explanation="It is worse here, for students and teacher. At a high temperature, only one "
        "thing counts: how far the largest logit is above the mean of all ten. Much ink makes "
        "large logits, and our shapes have more ink than a digit. With the same shapes in grey, T "
        "= 20 is worse by less, but it is still worse.\n\n"
        "Liang, Li and Srikant (2018) found that a high temperature helps, together with a small "
        "change of the image, for large networks and photographs. Ours is a result about small "
        "networks and these 20 shapes.",
    ),
)

keras_default = answers.keep(
    "keras_default",
    Predict(
        "A student is trained with this default. What share of the test images will it read?",
        between=(0, 100),
        step=1,
        unit="%",
        scale=100,
        too_low="A student that learns nothing still guesses one in ten right.",
        too_high="This guess assumes that a wrong loss still points roughly in the right "
        "direction. This one looks at logits between 0 and 1 only, and most are elsewhere.",
        explanation="It learned almost nothing, and no error was raised. (Guessing gives 10 %.) "
        "This is one run, so trust the reason more than the number: the table above shows that "
        "what the training makes small is no divergence at all. Pass "
        "loss=keras.losses.KLDivergence(). And look at a loss before you trust it: compare its "
        "value with the one that its formula gives. Here it was 34, and the divergence is 4.",
    ),
)
