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
        between=(-10, 20),
        unit="points",
        scale=100,
        xlabel="temperature T",
        ylabel="gain over hard labels",
        typical="A flat line assumes that a soft target says as much at T = 1 as at T = 4; a "
        "peak assumes that a high temperature leaves nothing to learn from.",
        explanation="At T = 1 the teacher's answer is nearly a hard label, and there is "
        "little to gain. From T = 4 on it is about ten points.\n\n"
        "With more images the gain shrinks, and with all of them it is gone. The teacher has "
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
        too_low="A student that is taught is a little better on average: that wins more than "
        "half of the duels, not fewer.",
        too_high="This assumes that a gain which is certain on average is seen in each single run.",
        explanation="Little better than a coin. The images and first weights that a student "
        "happens to get move its accuracy by several points. The teaching moves it by one.",
    ),
)

pairs = answers.keep(
    "pairs",
    Predict(
        "The same twenty students, without pairs: what happens to the mean of the difference, and "
        "to its interval?",
        choices={
            "the same mean, a narrower interval": "This assumes that more comparisons, 100 in "
            "place of 10, mean more knowledge. They are still the same twenty students.",
            "the same mean, a wider interval": "Pairs change what we know, not what we measured.",
            "another mean, the same interval": "The mean of differences is always the difference "
            "of means, in whatever order the students stand.",
            "another mean, a wider interval": "Half of it. But the mean of differences is always "
            "the difference of means, in whatever order the students stand.",
        },
        explanation="If a student gets easy images by luck, its partner gets the same ones. "
        "The difference within a pair is free of this luck, so its interval is narrow and "
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
        too_low="So bad they are not: the right class is still in them.",
        too_high="This assumes that softness is what helps. What helps is what the soft part says.",
        explanation="With few images smoothed labels do harm, and with all of them they make "
        "no difference that we can see. So softness alone explains nothing here: with 50 "
        "images distilled students are more than ten points ahead of these.",
    ),
)

labels_add = answers.keep(
    "labels_add",
    Predict(
        "All 1,257 images, T = 4: how many points better is α = 0.5, with labels, than α = 1, "
        "without?",
        between=(-10, 10),
        step=0.5,
        unit="points",
        scale=100,
        too_low="This assumes that labels get in the way of the teacher. Both say nearly the same.",
        too_high="This assumes that a label holds much that a good teacher's answer does not.",
        explanation="Less than half a point. The teacher is right on nearly all of these "
        "images, so a label says little that is new. On the whole map it is the same: from T "
        "= 2 on, α = 0.5 and α = 1 differ by less than a point.\n\n"
        "And all images without one label are worth far more than 50 with labels. But "
        "somebody labelled the images of the teacher.",
    ),
)

tiny = answers.keep(
    "tiny",
    Predict(
        "4 hidden units, all images: how many points does a student gain over hard labels at "
        "each temperature?",
        curve=[1, 2, 4, 8, 16],
        between=(-30, 20),
        unit="points",
        scale=100,
        xlabel="temperature T",
        ylabel="gain over hard labels",
        typical="A line at 0 or above assumes that a teacher can only help, or that a student "
        "takes from it what it has room for and leaves the rest.",
        explanation="Here distillation hurts, and badly. At a high temperature the soft loss "
        "asks for all ten logits of the teacher, and the improbable ones count as much as the "
        "others. Four hidden units have no room for that: a student that tries it gets the "
        "first answer wrong more often. The more units, the smaller the loss.",
    ),
)

patience = answers.keep(
    "patience",
    Predict(
        "8 hidden units, T = 2, all images: where is the distilled student after 1,000 epochs, "
        "compared with hard labels?",
        choices={
            "behind": "This assumes that what a small student cannot do in 40 epochs it never "
            "learns.",
            "level": "This assumes that both approach the same limit, and one of them is slower.",
            "ahead": "You expected that soft targets take longer, and lead further.",
        },
        explanation="The sign turns. Two papers, one with 40 epochs and one with 1,000, would "
        "have told opposite stories about this student, and both would have been right. Beyer "
        "et al. (2022) call it patience: distillation wants far more epochs than are usual.\n\n"
        "Why? Perhaps hard labels have nothing more to teach after a while, and soft targets "
        "have. But a part of it is softness alone: the control ends above 0, too.",
    ),
)

best_score = answers.keep(
    "best_score",
    Predict(
        "Which kind of teacher is right on most test images?",
        choices={
            "ordinary": "A good guess, and nearly so: one of the others is a point better.",
            "weak": "Sixty steps are few: it is right on nine in ten images.",
            "over-confident": "Four times the training makes it surer, not better.",
            "label-smoothed": "A target of 0.91 keeps a network from being too sure, and on new "
            "images that pays.",
        },
        explanation="The smoothed ones are about a point ahead of the ordinary ones.",
    ),
)

least_taught = answers.keep(
    "least_taught",
    Predict(
        "50 images, T = 4: whose students gain least over hard labels?",
        choices={
            "ordinary": "These teach best of all: they are right, and their logits are rich.",
            "weak": "This assumes that a teacher passes on its score. These are right on 90 %, and "
            "with 50 labels a student is right on 80 %: there is much to gain.",
            "over-confident": "At T = 1 they do say least. T = 4 brings out what is hidden.",
            "label-smoothed": "You looked at what a teacher says, not at how often it is right.",
        },
        explanation="The teachers with the best score are the worst ones to learn from, at T "
        "= 4. Müller et al. (2019) found the same: smoothing asks a network to treat all "
        "wrong classes alike, so it forgets which of them look like the right one. That was "
        "the knowledge. (Shen et al. (2021) dispute this. Chandrasegaran et al. (2022) see it "
        "at high temperatures only, as here.)\n\n"
        "Read the table below by columns. The weak teacher is best at T = 1, for it is unsure "
        "enough as it is. But its students end near its own accuracy. With all images no "
        "teacher helps, of whatever kind.",
    ),
)

teacher_size = answers.keep(
    "teacher_size",
    Predict(
        "Whose students are best, with 50 images at T = 4? Put the best teacher first.",
        order=["an assistant of 32", "32 units", "256 units", "16 units"],
        typical="To put the largest first assumes that more units know more. All four are "
        "right on about 97 %.",
        explanation="The smaller the teacher, the better it teaches, by about two points from "
        "256 units to 16. Cho and Hariharan (2019) report such a gap. Mirzadeh et al. (2020) "
        "put the assistant in between.\n\n"
        "The assistant is better than the large teacher by about a point. But a teacher of 32 "
        "units that never met the large one is as good: the two cannot be told apart. So the "
        "point comes from the size. Without that control we would have believed in "
        "assistants.",
    ),
)

agrees = answers.keep(
    "agrees",
    Predict(
        "Who gives the teacher's answer on more of the training images?",
        choices={
            "distilled": "This assumes that to learn from somebody is to become a copy.",
            "hard labels": "You saw that the teacher itself says what the labels say there.",
            "no clear difference": "A careful guess: the two are one point apart, and ten pairs "
            "suffice to see it.",
        },
        explanation="The teacher is right on nearly all training images, so to learn the "
        "labels by heart is the short way to agreement. On test images it is the other way "
        "round, by less than half a point.\n\n"
        "To copy ten logits is harder than to name one class. Stanton et al. (2021) found "
        "such a gap even where the student has room enough. To be distilled is not to be a "
        "copy.",
    ),
)

calibrated = answers.keep(
    "calibrated",
    Predict(
        "Students with 50 images (distilled ones at T = 4): put the best calibrated kind first.",
        order=["hard labels", "smoothed labels", "distilled"],
        typical="To put smoothed labels first assumes that less sure is always better.",
        explanation="Students on hard labels are too sure. Those on smoothed labels are not "
        "sure enough: that is what they were told. Distilled students are the best of the "
        "three.\n\n"
        "(A student that is right more often is calibrated more easily. So a part of this is "
        "the gain in accuracy, seen from another side.)",
    ),
)

laws = answers.keep(
    "laws",
    Predict(
        "Keras's LogitsDistillation, as it comes: how many of the seven laws does it break?",
        between=(0, 7),
        step=1,
        unit="laws",
        too_low="This assumes that what has the name does the thing, or that one slip breaks "
        "one law.",
        too_high="Some laws cannot even be asked: the gradient is that of another loss.",
        explanation="It leaves out the softmax (lesson 03). One slip breaks four laws, and "
        "the other three cannot be judged any more. The next cell gives it the right loss.",
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
        too_low="So much it does not lose: the student has 32 hidden units.",
        too_high="This assumes that what held for 50 digits holds for other data.",
        explanation="A loss of half a point, and at T = 10 of nearly two: a small student, a "
        "high temperature and only 16 epochs, as above. At T = 1 it gains at every number of "
        "images. On MNIST it gains a point at most.\n\n"
        "So what you saw on the digits is no law. The same code, other data, another result: "
        "measure on yours.",
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
        too_high="With 60,000 images there is still much to learn from a teacher.",
        explanation="As in the paper, the distilled student beats the plain one. It closes "
        "about two thirds of the gap to the teacher; in the paper it is nearly all. The paper "
        "does not say how long it trained, or with what α. We fixed ours before we looked.",
    ),
)

hinton_threes = answers.keep(
    "hinton_threes",
    Predict(
        "A student has never seen a 3, at T = 20. How many of the 1,010 threes does it get wrong?",
        between=(0, 1010),
        step=10,
        unit="threes",
        too_low="It has never seen one: a few dozen stay wrong.",
        too_high="This assumes that what was never shown was never said. The soft targets of "
        "other digits say what a 3 looks like.",
        explanation="It reads more than nine in ten of them; in the paper 133 are wrong. "
        "After the bias of the 3 is raised, 14 are left in the paper, and 18 here.",
    ),
)
