"""Predictions of lesson 04, Does it really work?"""

from kdlab.lessons.answers import Answers
from kdlab.widgets import Predict

answers = Answers("04_does_it_really_work")

the_map = answers.keep(
    "the_map",
    Predict(
        "50 images, soft targets alone (α = 1): how many points does a student gain over hard "
        "labels at each temperature?",
        curve=[1, 2, 4, 8, 16],
        between=(-20, 20),
        unit="points",
        scale=100,
        xlabel="temperature T",
        ylabel="gain over hard labels",
        typical="A flat curve assumes that soft targets say as much at T = 1 as at T = 4. A curve "
        "that rises and falls assumes that a high temperature leaves nothing to learn from.",
        explanation="At T = 1 the teacher's answer is nearly a hard label, and there is "
        "little to gain. From T = 4 on it is about ten points.\n\n"
        "With more images the gain shrinks, and with all images there is none. The teacher has "
        "learned from 1,257 labels, so it knows much that 50 labels do not say.",
    ),
)

duels = answers.keep(
    "duels",
    Predict(
        "50 images, T = 1: in how many of all such duels is the distilled student ahead?",
        between=(0, 100),
        unit="%",
        scale=100,
        too_low="A distilled student is a little better on average, so it wins more than half of "
        "the duels.",
        too_high="This guess assumes that a gain which is certain on average can be seen in every "
        "run.",
        explanation="That is little better than throwing a coin. It is luck which images and first "
        "weights a student gets, and this changes its accuracy by several points. Distillation at "
        "T = 1 changes it by about one point.",
    ),
)

pairs = answers.keep(
    "pairs",
    Predict(
        "The same twenty students, without pairs: what happens to the mean of the difference, and "
        "to its interval?",
        choices={
            "the same mean, a narrower interval": "This guess assumes that more comparisons, 100 "
            "in place of 10, mean more knowledge. They are still the same twenty students.",
            "the same mean, a wider interval": "Pairs change what we know, not what we measured.",
            "another mean, the same interval": "The mean of differences is always the difference "
            "of means, in whatever order you take the students.",
            "another mean, a wider interval": "The interval is right. But the mean of differences "
            "is always the difference of means, in whatever order you take the students.",
        },
        explanation="If a student gets easy images by luck, its partner gets the same ones. "
        "This luck does not change the difference within a pair, so the interval is narrow and "
        "does not hold 0. Without pairs the luck stays in, and the interval holds 0.",
    ),
)

softness = answers.keep(
    "softness",
    Predict(
        "50 images: how many points does a student gain from smoothed labels over hard labels?",
        between=(-20, 20),
        step=0.5,
        unit="points",
        scale=100,
        too_low="They are not so bad: they still say which class is the right one.",
        too_high="This guess assumes that softness helps. What helps is what the soft targets say.",
        explanation="With few images smoothed labels make students worse, and with all images we "
        "can see no difference. So softness alone explains nothing here: with 50 images distilled "
        "students are more than ten points better than those on smoothed labels.",
    ),
)

labels_add = answers.keep(
    "labels_add",
    Predict(
        "All 1,257 images, T = 4: how many points better is α = 0.5, with labels, than α = 1, "
        "without? (Below 0: worse.)",
        between=(-10, 10),
        step=0.5,
        unit="points",
        scale=100,
        too_low="This guess assumes that labels disturb the teacher. But both say nearly the same.",
        too_high="This guess assumes that a label holds much that a good teacher's answer does "
        "not.",
        explanation="Less than half a point. The teacher is right on nearly all of these "
        "images, so a label says little that is new. On the whole map it is the same: from T "
        "= 2 on, α = 0.5 and α = 1 differ by less than a point.\n\n"
        "And all images without labels teach a student far more than 50 with labels. But "
        "somebody labelled the images of the teacher.",
    ),
)

tiny = answers.keep(
    "tiny",
    Predict(
        "4 hidden units, all images: how many points does a student gain over hard labels at "
        "each temperature?",
        curve=[1, 2, 4, 8, 16],
        between=(-30, 30),
        unit="points",
        scale=100,
        xlabel="temperature T",
        ylabel="gain over hard labels",
        typical="A curve at 0 or above assumes that a teacher can only help, or that a student "
        "learns what it has room for and ignores the rest.",
        explanation="Here distillation makes students much worse. At a high temperature a student "
        "has to copy all ten logits of the teacher, and the improbable classes count as much as "
        "the others. Four hidden units have no room for that: a student that tries it gets the "
        "first answer wrong more often. The more units, the less is lost.",
    ),
)

more_epochs = answers.keep(
    "more_epochs",
    Predict(
        "8 hidden units, T = 2, all images: where is the distilled student after 1,000 epochs, "
        "compared with hard labels?",
        choices={
            "behind": "This guess assumes that a small student never learns what it has not "
            "learned in 40 epochs.",
            "level": "This guess assumes that both reach the same accuracy in the end, one of "
            "them later.",
            "ahead": "You expected that soft targets need more time, and that more can be learned "
            "from them.",
        },
        explanation="It was behind, and now it is ahead. Two papers, one with 40 epochs and one "
        "with 1,000, would have said opposite things about this student, and both would have been "
        "right. Beyer et al. (2022) call it patience: distillation needs far more epochs than are "
        "usual.\n\nWhy? Perhaps a student can learn nothing more from hard labels after some "
        "time, but can from soft targets. A part of it is softness alone: the control ends above "
        "0, too.",
    ),
)

best_score = answers.keep(
    "best_score",
    Predict(
        "Which kind of teacher is right on most test images?",
        choices={
            "ordinary": "Nearly: one of the others is a point better.",
            "weak": "Sixty steps are few: it is right on nine in ten images.",
            "over-confident": "Four times the training makes it surer, not better.",
            "label-smoothed": "With a target of 0.91 a network does not become too sure, and on "
            "new images that helps.",
        },
        explanation="The label-smoothed teachers are about a point better than the ordinary ones.",
    ),
)

least_taught = answers.keep(
    "least_taught",
    Predict(
        "50 images, T = 4: whose students gain least over hard labels?",
        choices={
            "ordinary": "These teach best of all: they are right, and their logits say much.",
            "weak": "This guess assumes that the accuracy of a teacher decides. These are right "
            "on 90 %, and with 50 labels a student is right on 80 %: it can gain much from them.",
            "over-confident": "At T = 1 they do say least. But T = 4 shows what is hidden there.",
            "label-smoothed": "You looked at what a teacher says, not at how often it is right.",
        },
        explanation="At T = 4 the teachers with the highest accuracy are the worst ones to learn "
        "from. Müller et al. (2019) found the same: smoothing asks a network to treat all "
        "wrong classes alike, so it forgets which of them look like the right one. That is "
        "the dark knowledge. (Shen et al. (2021) dispute this. Chandrasegaran et al. (2022) see it "
        "at high temperatures only, as here.)\n\n"
        "Read the table below column by column. The weak teacher is best at T = 1, because it is "
        "unsure without any temperature. But its students end near its own accuracy. With all "
        "images no kind of teacher helps.",
    ),
)

teacher_size = answers.keep(
    "teacher_size",
    Predict(
        "Whose students are best, with 50 images at T = 4? Put the best teacher first.",
        order=["an assistant of 32", "32 units", "256 units", "16 units"],
        typical="A guess with the largest teacher first assumes that more units know more. But "
        "all four are right on about 97 %.",
        explanation="The smaller the teacher, the better it teaches, by about two points from "
        "256 units to 16. Cho and Hariharan (2019) report the same kind of result. Mirzadeh et al. "
        "(2020) propose an assistant with a size between the two.\n\n"
        "The assistant is better than the large teacher by about a point. But a teacher of 32 "
        "units that learned from labels is as good: we see no clear difference between the two. So "
        "the point comes from the size. Without that control we would have believed that "
        "assistants help.",
    ),
)

agrees = answers.keep(
    "agrees",
    Predict(
        "Who gives the teacher's answer on more of the training images?",
        choices={
            "distilled": "This guess assumes that a student becomes a copy of its teacher.",
            "hard labels": "You saw that the teacher itself says what the labels say there.",
            "no clear difference": "A careful guess: the two are one point apart, but ten pairs "
            "are enough to see it.",
        },
        explanation="The teacher is right on nearly all training images, so a student that "
        "memorises the labels agrees with it nearly always. On test images it is the other way "
        "round, by less than half a point.\n\n"
        "It is harder to copy ten logits than to name one class. Stanton et al. (2021) found "
        "that distilled students are no copies even where they have room enough.",
    ),
)

calibrated = answers.keep(
    "calibrated",
    Predict(
        "Students with 50 images (distilled ones at T = 4): put the best calibrated kind first.",
        order=["hard labels", "smoothed labels", "distilled"],
        typical="A guess with smoothed labels first assumes that it is always better to be less "
        "sure.",
        explanation="Students on hard labels are too sure. Those on smoothed labels are not "
        "sure enough, because these labels never say more than 91 %. Distilled students are the "
        "best of the three.\n\n"
        "(A student that is right more often is more easily calibrated. So a part of this comes "
        "from the gain in accuracy.)",
    ),
)

laws = answers.keep(
    "laws",
    Predict(
        "Keras's LogitsDistillation, as it comes: how many of the seven laws does it break?",
        between=(0, 7),
        step=1,
        unit="laws",
        too_low="This guess assumes that a loss does what its name says, or that one mistake "
        "breaks only one law.",
        too_high="Some laws cannot be tested here: the gradient is that of another loss.",
        explanation="It leaves out the softmax (lesson 03). One mistake breaks four laws, and "
        "the other three cannot be tested any more. The next cell gives it the right loss.",
    ),
)

fashion = answers.keep(
    "fashion",
    Predict(
        "Fashion-MNIST, 12,000 images, T = 4: how many points does the student gain over hard "
        "labels?",
        between=(-4, 4),
        step=0.1,
        unit="points",
        scale=100,
        too_low="It does not lose so much: the student has 32 hidden units.",
        too_high="This guess assumes that what held for 50 digits holds for other data.",
        explanation="The student loses half a point, and at T = 10 nearly two points: it is "
        "small, the temperature is high, and there are only 16 epochs, as in the sections above. "
        "At T = 1 it gains with every number of images. On MNIST it gains a point at most.\n\n"
        "So what you saw on the digits is no law. The same code gives another result on other "
        "data: measure on yours.",
    ),
)

hinton_errors = answers.keep(
    "hinton_errors",
    Predict(
        "10,000 test images. The teacher makes 75 errors, a student on labels alone about 130. How "
        "many does the distilled student make?",
        between=(50, 150),
        step=1,
        unit="errors",
        too_low="The paper came closer to its teacher than we did: 74 errors, where its "
        "teacher made 67.",
        too_high="Even with 60,000 images a student can learn much from a teacher.",
        explanation="As in the paper, the distilled student is better than the one on labels "
        "alone. It comes about two thirds of the way to the teacher; in the paper nearly all of "
        "it. The paper does not say how long it trained, or with what α. We fixed ours before we "
        "looked.",
    ),
)

hinton_threes = answers.keep(
    "hinton_threes",
    Predict(
        "A student has never seen a 3, at T = 20. How many of the 1,010 threes does it get wrong?",
        between=(0, 1010),
        step=10,
        unit="threes",
        too_low="It has never seen a 3, so more of them stay wrong.",
        too_high="This guess assumes that a student knows nothing of what it was never shown. But "
        "the soft targets of other digits say what a 3 looks like.",
        explanation="It reads more than nine in ten of them; in the paper 133 are wrong. "
        "After the bias of the 3 is raised, 14 are left in the paper, and 18 here.",
    ),
)
