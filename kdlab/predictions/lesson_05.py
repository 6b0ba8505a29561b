"""Predictions of lesson 05, The article on CIFAR-10."""

from kdlab.lessons.answers import Answers
from kdlab.widgets import Predict

answers = Answers("05_the_article_on_cifar10")

pull = answers.keep(
    "pull",
    Predict(
        "A student that knows nothing yet, T = 4, no T². How much is left of the pull that the "
        "soft part had at T = 1?",
        between=(0, 100),
        unit="%",
        scale=100,
        too_low="So little is left at T = 8.",
        too_high="One factor 1/T stands in the formula. The other comes from the two "
        "softmaxes: at a high temperature student and teacher are closer to each other.",
        explanation="About a sixth. The hard part has no temperature, so its pull stays what "
        "it was.\n\n"
        "α = 0.9 promises the soft part nine times the weight of the hard one. With T² it "
        "gets that and more. Without it the two pull about equally at T = 4, and at higher "
        "temperatures the labels lead: see the figure below.",
    ),
)

objects = answers.keep(
    "objects",
    Predict(
        "A student has become a perfect copy of its teacher, and the teacher takes a cat for a "
        "dog. Which hard part pulls at the student: the article's, or one with labels?",
        choices={
            "both": "The article's hard part compares the student with its teacher, and the two "
            "agree.",
            "only the article's": "It has nothing to say where student and teacher agree. A label "
            "knows better.",
            "only one with labels": "Only there does anything say 'cat'.",
            "neither": "That holds for the soft part. A label says 'cat' whatever the teacher "
            "thinks.",
        },
        explanation="In the article's loss nobody objects where the teacher is wrong: the "
        "labels stand nowhere in it. (At α = 0.9 they would not object loudly, either.)",
    ),
)

twins = answers.keep(
    "twins",
    Predict(
        "The 128 units of a student's dense layer are put into another order. What comes of it?",
        choices={
            "near, the same predictions": "All weights are there, but each in another place: the "
            "distance does not know that.",
            "near, other predictions": "It is the other way round, twice.",
            "far away, the same predictions": "The units only change places, and whoever reads "
            "them does so too.",
            "far away, other predictions": "This assumes that other parameters are another "
            "function.",
        },
        explanation="One function, two distant points. So a difference of parameters need not "
        "say anything about what two networks know. And between a ResNet50 and a network of "
        "eight arrays there is none to take.\n\n"
        "Distillation compares outputs. What can be compared inside two networks is their "
        "activations.",
    ),
)

call = answers.keep(
    "call",
    Predict(
        "What does this call do for the student?",
        choices={
            "it learns what the teacher knows": "That is what the article says. Look for the "
            "line in which the teacher enters the loss.",
            "it learns from labels alone, and nothing is said": "That comes next, when somebody "
            "deletes the argument to make it run.",
            "nothing: Python stops with an error": "You looked at what fit takes.",
        },
        explanation="fit has no argument model. Take the error seriously: nowhere else in the "
        "code does the student meet the teacher. Whoever deletes the argument trains a plain "
        "student on labels, and reports its accuracy as a success of distillation.\n\n"
        "So in code that claims to distil look for the line in which the teacher's outputs "
        "enter the student's loss. If there is none, no accuracy can make up for it.",
    ),
)

on_probabilities = answers.keep(
    "on_probabilities",
    Predict(
        "T = 4 on probabilities: how large is the largest of the ten targets, on average?",
        between=(0, 100),
        unit="%",
        scale=100,
        too_low="Ten targets share 100 %: the largest has at least a tenth.",
        too_high="This assumes that a softmax keeps what comes in. Probabilities differ by 1 "
        "at most, and over 4 by a quarter.",
        explanation="Whatever the teacher, no target is larger than 12.5 %. That alone would "
        "not be the end: at T = 32 the targets look as level, and still hold all that the "
        "logits say (lesson 03).\n\n"
        "What is lost is the rest. Logits keep one in a thousand and one in a million far "
        "apart. As probabilities over 4 both are 0. So is the difference between what a cat "
        "is a little like and what it is not like at all.",
    ),
)

costs_more = answers.keep(
    "costs_more",
    Predict(
        "Which mistake costs the students more?",
        choices={
            "a missing T²": "Here labels and teacher point the same way, so it hardly matters "
            "which of the two is heard.",
            "a temperature on probabilities": "You expected that nearly level targets teach "
            "little.",
        },
        explanation="With a temperature on probabilities the students end below those that "
        "never had a teacher. Without T² nothing is lost here.\n\n"
        "That makes such mistakes hard to find: some ruin a student, and some cannot be seen "
        "in its accuracy at all. What finds both are the laws that a loss must keep "
        "(kdlab.audit_loss, lesson 04).",
    ),
)

pixels = answers.keep(
    "pixels",
    Predict(
        "Our teacher gets images that were divided by 255 once too often. How many does it still "
        "get right?",
        between=(0, 100),
        unit="%",
        scale=100,
        too_low="Even who guesses one of ten classes is right on a tenth.",
        too_high="This assumes that a network sees a picture as we do, bright or dark. It "
        "sees numbers, and these are all but 0.",
        explanation="It guesses, and nothing warns of it. (A network that is trained further "
        "on wrong pixels adapts, as the article's would. How much it keeps of what its "
        "downloaded weights knew, we did not measure.)",
    ),
)

large_teacher = answers.keep(
    "large_teacher",
    Predict(
        "The small students below get about 70 % right when they see all images. And the "
        "article's teacher of 24 million weights, after its ten epochs?",
        between=(0, 100),
        unit="%",
        scale=100,
        too_low="Better than that: it does learn.",
        too_high="This assumes that more weights are better at once. It was not made for "
        "images of 32 x 32.",
        explanation="It ends below the student that it was to teach, and its accuracy falls "
        "to a fifth between two epochs. The article prints the last of these numbers only. "
        "Look at a teacher before you distil from it.\n\n"
        "(One run, from scratch. With ImageNet's weights it may do better, which we could not "
        "measure.)",
    ),
)

cifar_gain = answers.keep(
    "cifar_gain",
    Predict(
        "200 images, T = 4: how many points does a student gain over labels alone, on average?",
        between=(-10, 10),
        step=0.5,
        unit="points",
        scale=100,
        too_low="The teacher has seen 50,000 labelled photographs, the student 200: it has "
        "much to say.",
        too_high="200 photographs are few, whoever explains them.",
        explanation="The logits say more of these 200 images than their labels do, and "
        'smoothed labels do not explain it. No student comes near its teacher. "Comparable to '
        'the teacher" would call that a failure. The student on labels alone shows that it is '
        "none.\n\n"
        "How sure can you be? The interval is about seeds: other weights, another 200 images. "
        "Teacher and test images are always the same. And the training is a choice, too: on "
        "training images that no student had seen, the settings that we tried gained between "
        "1.2 points (500 images, 12 epochs) and 3.8 (200 images, 40 epochs). We took the "
        "last.",
    ),
)

spread = answers.keep(
    "spread",
    Predict(
        "Five students on labels alone, which differ by their seeds only: how many points lie "
        "between the best and the worst?",
        between=(0, 8),
        step=0.5,
        unit="points",
        scale=100,
        too_low="This assumes that one run tells you what a method is worth.",
        too_high="So far apart they are not: all see 200 images of the same kind.",
        explanation="As much as distillation gains. Two single runs, as in the article, would "
        "have told you nothing.",
    ),
)

all_images = answers.keep(
    "all_images",
    Predict(
        "All 50,000 images, ten epochs, T = 4: how many points does the student gain over labels "
        "alone?",
        between=(-10, 10),
        step=0.5,
        unit="points",
        scale=100,
        too_low="It is less bad than that.",
        too_high="This assumes that what helps with 200 images helps with all.",
        explanation="A loss at our default T = 4, and the control, which needs no teacher, "
        "gains a little. (On two cores, with three seeds, we had measured the same before: "
        "-1.4 points, -2.2 to -0.7.) Had the article's code worked, its author would have "
        'measured a loss, or called 68 % of "comparable to the teacher" a success.',
    ),
)

what_counts = answers.keep(
    "what_counts",
    Predict(
        "With which of the two does distillation at T = 4 gain three points or more?",
        choices={
            "fewer images": "Right as far as it goes: more epochs do it as well.",
            "more epochs": "Right as far as it goes: fewer images do it as well.",
            "both": "You asked what the two have in common.",
            "neither": "This assumes that the ten epochs of the article settled it.",
        },
        explanation="Both have one thing in common: the student sees each image more often. "
        "Ten thousand images fifty times, or fifty thousand thirty times, and distillation is "
        "about four points ahead, by more at T = 4 than at T = 1.\n\n"
        "Labels are soon used up: after 100 epochs of them a student is right no more often "
        "than after ten, and far too sure (the nll below, lesson 04). Soft targets take "
        'longer, and end higher. "A good teacher is patient", write Beyer et al. (2022), who '
        "trained for thousands of epochs. The control shows that it is the teacher and not "
        "the softness.\n\n"
        "So the article's recipe had one more fault, the quietest of all: ten epochs.",
    ),
)

noise = answers.keep(
    "noise",
    Predict(
        "Noise of strength 1 to 5 on the test digits: how many points does distillation gain over "
        "labels alone?",
        curve=[1, 2, 3, 4, 5],
        between=(-5, 10),
        unit="points",
        scale=100,
        xlabel="strength of the noise",
        ylabel="gain over labels alone",
        typical="A level line assumes that what was learned on clean images holds on others. "
        "A rising one assumes that soft targets make a student robust.",
        explanation="Distillation does not make a student robust. Of six points four are left "
        "at strength 3 and none at 5, though the plain student still reads six in ten of "
        "these digits. With shifts it is much the same. Blur leaves the gain alone.",
    ),
)

smallest = answers.keep(
    "smallest",
    Predict(
        "What is the smallest distilled student that clearly beats the plain one of 64 units?",
        choices={
            "64 units": "This assumes that a smaller network cannot make up for its size.",
            "32 units": "It does. But half of it does so, too.",
            "16 units": "A quarter of the weights.",
            "8 units": "It draws level, and its interval holds 0.",
            "4 units": "It is far behind: four units are too few for ten digits.",
        },
        explanation="A quarter of the weights, distilled, beat all of them on labels alone. "
        "An eighth draw level. With 4 units nothing is clear, not even whether distilling "
        "helps.\n\n"
        "The time per image hardly changes. At this size it is the cost of the call, not of "
        "the arithmetic.",
    ),
)

winner = answers.keep(
    "winner",
    Predict(
        "How many points is the winner of the sweep ahead of T = 4, α = 0.9, on the test images?",
        between=(-4, 12),
        step=0.5,
        unit="points",
        scale=100,
        too_low="A sweep seldom finds a setting that is worse than the default.",
        too_high="This assumes that the right setting matters much. On the map of lesson 04 "
        "there is a wide plain.",
        explanation="All that work for about a point. In general the lead on the validation "
        "images flatters, since they crowned the winner: only new images are a fair test.\n\n"
        "Mind the budget, too: 400 labelled images for a choice, 50 for the student. Who has "
        "the 400 should rather train on them. (The teacher has seen their labels; only the "
        "students have not.)\n\n"
        "A sweep pays where the default is far off, as with a student too small for T = 4 "
        "(lesson 04).",
    ),
)

ways = answers.keep(
    "ways",
    Predict(
        "Put the most accurate one first.",
        order=[
            "64 units, distilled, 78 % pruned",
            "16 units, labels alone",
            "64 units, distilled, 8 bits",
            "64 units, labels alone, 8 bits",
            "16 units, distilled",
        ],
        typical="To put all of 64 units first assumes that the size before the cut is what counts.",
        explanation="Who was taught counts most, the number of units little. Rounding to 8 "
        "bits saves nearly three quarters of the bytes at no cost that we can see, and "
        "distilling gains at 8 bits what it gains at 32. So the two add up.\n\n"
        "To prune 78 % in one step costs more than it saves. (Han et al. (2015) train the weights "
        "that are left, and lose far less.) The two on labels alone are nearly level.",
    ),
)

opinions = answers.keep(
    "opinions",
    Predict(
        "What is worth more to a student network: 20 labels, or the forest's answers to all 200?",
        choices={
            "20 labels": "This assumes that a label is worth ten opinions. Here it is about even.",
            "200 answers": "This assumes that what is ten times as much is worth more. The forest "
            "itself is not far above 20 labels.",
            "no clear difference": "A small result, and a result.",
        },
        explanation="A network can learn from trees: without a single label it does as well "
        "as with 20. It does no better, though, and 200 labels would have been worth more. "
        "Perhaps with two classes there is little to say beside the answer.\n\n"
        "(And a lesson on method: nobody should be diagnosed by it.)",
    ),
)

letters = answers.keep(
    "letters",
    Predict(
        "How many points more of the next letters does a student guess if it learns from the "
        "counts as well?",
        between=(-10, 30),
        step=0.5,
        unit="points",
        scale=100,
        too_low="A label is the one letter that came. The counts say what else might have come.",
        too_high="The counts themselves guess 58 %, and the student has 2,000 places and 32 units.",
        explanation="A clear gain, over labels alone and over the control. DistilBERT (Sanh "
        "et al. 2019) learned partly in this way, from a larger model's probabilities for a "
        "missing word. It also learned from the words themselves and from its teacher's "
        "hidden states, and began with half of its layers.",
    ),
)
