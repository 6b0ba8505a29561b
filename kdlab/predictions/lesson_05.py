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
        too_low="So little is left only at higher temperatures.",
        too_high="One factor 1/T is in the formula. The other comes from the two "
        "softmaxes: at a high temperature student and teacher are closer to each other.",
        explanation="About a sixth. The hard part has no temperature, so its pull stays what "
        "it was.\n\n"
        "α = 0.9 seems to say that the soft part counts nine times as much as the hard part. With "
        "T² it counts even more. Without T² both pull about equally at T = 4, and at higher "
        "temperatures the labels pull more: see the figure below.",
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
            "only the article's": "It does not pull where student and teacher agree. A label does.",
            "only one with labels": "Only there does anything say 'cat'.",
            "neither": "That holds for the soft part. A label says 'cat' whatever the teacher "
            "thinks.",
        },
        explanation="In the article's loss nothing corrects the teacher where it is wrong: the "
        "labels are nowhere in it. (At α = 0.9 they would correct it only a little.)",
    ),
)

two_networks = answers.keep(
    "two_networks",
    Predict(
        "The 128 units of a student's dense layer are put into another order. Are its parameters "
        "near to what they were, and what does it predict?",
        choices={
            "near, the same predictions": "All weights are there, but in other places. The "
            "distance compares weights in the same place.",
            "near, other predictions": "Both parts are wrong: it is the other way round.",
            "far away, the same predictions": "The units only change places, and the next layer "
            "reads them in their new places.",
            "far away, other predictions": "This guess assumes that other parameters always give "
            "another function.",
        },
        explanation="Both are the same function, but their parameters are far apart. So a "
        "difference of parameters may say nothing about what two networks know. And a ResNet50 "
        "and this student have parameters of different shapes: no difference can be computed.\n\n"
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
            "it learns from labels alone, and nothing is said": "That will happen when somebody "
            "deletes the argument so that the code runs.",
            "nothing: Python stops with an error": "You looked at which arguments fit has.",
        },
        explanation="fit has no argument named model. Take the error seriously: in no other line "
        "of the code does the student get anything from the teacher. If somebody deletes "
        "the argument, the student learns from labels alone, and its accuracy is reported as a "
        "success of distillation.\n\n"
        "So if somebody says that some code distils, look for the line in which the teacher's "
        "outputs enter the student's loss. If there is none, it is no distillation, however high "
        "the accuracy.",
    ),
)

on_probabilities = answers.keep(
    "on_probabilities",
    Predict(
        "Probabilities are divided by T = 4 and go through a softmax: how large is the largest of "
        "the ten targets, on average?",
        between=(0, 100),
        unit="%",
        scale=100,
        too_low="Ten targets share 100 %: the largest has at least a tenth.",
        too_high="This guess assumes that a softmax keeps what it gets. But probabilities differ "
        "by at most 1, and divided by 4 by at most a quarter.",
        explanation="No target is larger than 12.5 %, for any teacher. That alone would not be "
        "bad: at T = 32 the targets are about as equal, and still hold all that the logits say "
        "(lesson 03).\n\n"
        "But something else is lost. As logits, one in a thousand and one in a million are far "
        "apart. As probabilities divided by 4, both are about 0. So the targets no longer say "
        "what a cat looks a little like, and what it does not look like at all.",
    ),
)

costs_more = answers.keep(
    "costs_more",
    Predict(
        "With which mistake is the students' accuracy lower?",
        choices={
            "a missing T²": "Here labels and teacher point the same way, so it hardly matters "
            "which of the two counts more.",
            "a temperature on probabilities": "You expected that targets which are nearly equal "
            "teach little.",
        },
        explanation="With a temperature on probabilities the students are worse than those "
        "without any teacher. Without T² we see no difference here.\n\n"
        "That makes such mistakes hard to find: some make a student much worse, and some cannot "
        "be seen in its accuracy at all. The laws that hold for every loss of distillation find "
        "both (kdlab.audit_loss, lesson 04).",
    ),
)

pixels = answers.keep(
    "pixels",
    Predict(
        "Our teacher gets images that were divided by 255 a second time. How many does it still "
        "get right?",
        between=(0, 100),
        unit="%",
        scale=100,
        too_low="Even a guess among ten classes is right once in ten.",
        too_high="This guess assumes that a network sees a picture as we do, bright or dark. But "
        "it sees numbers, and these are almost 0.",
        explanation="It only guesses, and no warning says so. (A network that is trained further "
        "on wrong pixels learns to use them, as the article's would. We did not measure how much "
        "it would keep of what its downloaded weights knew.)",
    ),
)

large_teacher = answers.keep(
    "large_teacher",
    Predict(
        "The small students of the next section get about 70 % right if they are trained on all "
        "images. How many does the article's teacher of 24 million weights get right, after its "
        "ten epochs?",
        between=(0, 100),
        unit="%",
        scale=100,
        too_low="It is better than that: it does learn.",
        too_high="This guess assumes that more weights are always better. But this network was not "
        "made for images of 32 x 32.",
        explanation="In the end it is worse than the student that it should teach, and once its "
        "accuracy falls from 57 % to 11 % from one epoch to the next. The article prints only the "
        "last of these numbers. Look at a teacher before you distil from it.\n\n"
        "(This is one run, from random first weights. With ImageNet's weights it may do better. "
        "We could not measure that.)",
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
        too_low="The teacher has seen 50,000 labelled photographs, the student 200. So the "
        "teacher can say much that is new.",
        too_high="200 photographs are few, even with a good teacher.",
        explanation="The logits say more about these 200 images than their labels do, and softness "
        'alone does not explain the gain. No student comes near its teacher. By "comparable to '
        'the teacher" that would be a failure. The comparison with labels alone shows that it is '
        "none.\n\n"
        "How sure can you be? The interval is about seeds: other weights, another 200 images. "
        "Teacher and test images are always the same. And we chose the settings of the training: "
        "we tried several, on training images that no student had seen. There the gain was "
        "between 1.2 points (500 images, 12 epochs) and 3.8 points (200 images, 40 epochs). We "
        "took the settings with 3.8.",
    ),
)

spread = answers.keep(
    "spread",
    Predict(
        "Five students on labels alone differ only by their seeds: how many points lie between "
        "the best and the worst?",
        between=(0, 8),
        step=0.5,
        unit="points",
        scale=100,
        too_low="This guess assumes that one run tells you how good a method is.",
        too_high="They are not so different: all see 200 images of the same kind.",
        explanation="About as much as distillation gains. One run of each kind would have told you "
        "nothing.",
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
        too_low="The student does not lose so much.",
        too_high="This guess assumes that what helps with 200 images helps with all.",
        explanation="At our default T = 4 the student is worse. The control, which needs no "
        "teacher, is a little better. (Before, on two cores and with three seeds, we had measured "
        "the same: -1.4 points, -2.2 to -0.7.) If the article's code had worked, its author would "
        "have seen that the student is worse than without a teacher. Or 68 % would have been "
        'called a success, "comparable to the teacher".',
    ),
)

what_counts = answers.keep(
    "what_counts",
    Predict(
        "With which of the two does distillation at T = 4 gain three points or more?",
        choices={
            "fewer images": "That is right, but more epochs do it as well.",
            "more epochs": "That is right, but fewer images do it as well.",
            "both": "You saw what the two have in common.",
            "neither": "This guess assumes that it would always be as after the article's ten "
            "epochs.",
        },
        explanation="Both have one thing in common: the student sees each image more often. "
        "With 10,000 images fifty times each, or 50,000 images thirty times each, distillation "
        "gains about four points, and more at T = 4 than at T = 1.\n\n"
        "From labels a student soon learns nothing more: after 100 epochs it is right no more "
        "often than after ten, and far too sure (see the NLL below, and lesson 04). Soft targets "
        'need more time, and the student becomes better. "A good teacher is patient", write '
        "Beyer et al. (2022), who trained for thousands of epochs. The control shows that the "
        "reason is the teacher and not the softness.\n\n"
        "So the article's recipe had one more mistake, the hardest one to see: ten epochs.",
    ),
)

noise = answers.keep(
    "noise",
    Predict(
        "Noise of strength 1 to 5 on the test digits: how many points does distillation gain over "
        "labels alone?",
        curve=[1, 2, 3, 4, 5],
        between=(-10, 10),
        unit="points",
        scale=100,
        xlabel="strength of the noise",
        ylabel="gain over labels alone",
        typical="A flat curve assumes that what was learned on clean images also holds on others. "
        "A rising curve assumes that soft targets make a student robust.",
        explanation="Distillation does not make a student robust. Of six points four are left at "
        "strength 3. At strength 5 no gain is clear, although the student on labels alone still "
        "reads six in ten of these digits. With shifts it is about the same. Blur does not change "
        "the gain.",
    ),
)

smallest = answers.keep(
    "smallest",
    Predict(
        "What is the smallest distilled student that is clearly better than the plain one of 64 "
        "units?",
        choices={
            "64 units": "This guess assumes that a smaller network is always worse.",
            "32 units": "It is better. But a network of half its size is better, too.",
            "16 units": "It has a quarter of the weights.",
            "8 units": "It is about as good: the interval of the difference holds 0.",
            "4 units": "It is much worse: four units are too few for ten digits.",
        },
        explanation="A distilled student with a quarter of the weights is better than the largest "
        "one on labels alone. With an eighth of the weights it is about as good. With 4 units it "
        "is not clear whether distilling helps.\n\n"
        "The time per image hardly changes. At this size it is the cost of the call, not of "
        "the arithmetic.",
    ),
)

winner = answers.keep(
    "winner",
    Predict(
        "How many points is the winner of the sweep better than T = 4, α = 0.9, on the test "
        "images? (Below 0: worse.)",
        between=(-12, 12),
        step=0.5,
        unit="points",
        scale=100,
        too_low="A sweep rarely finds a setting that is worse than the default.",
        too_high="This guess assumes that the right setting matters much. But on the map of lesson "
        "04 many settings are about equal.",
        explanation="So much work gains about a point. In general the winner looks too good on the "
        "validation images, because they chose it: only new images are a fair test.\n\n"
        "Think of the cost, too: 400 labelled images were used for the choice, and 50 for the "
        "student. If you have these 400, train on them instead. (The teacher has seen their "
        "labels. Only the students have not.)\n\n"
        "A sweep is useful if the default is bad, as for a student that is too small for T = 4 "
        "(lesson 04).",
    ),
)

ways = answers.keep(
    "ways",
    Predict(
        "Put the network that reads most test images first.",
        order=[
            "64 units, distilled, 78 % pruned",
            "16 units, labels alone",
            "64 units, distilled, 8 bits",
            "64 units, labels alone, 8 bits",
            "16 units, distilled",
        ],
        typical="A guess with all networks of 64 units first assumes that only the size before "
        "pruning or rounding counts.",
        explanation="What matters most is distillation. The number of units matters little. "
        "Rounding to 8 bits saves nearly three quarters of the bytes, and we see no difference "
        "in accuracy. At 8 bits distilling gains as much as at 32 bits. So the two can be used "
        "together.\n\n"
        "To prune 78 % in one step loses more than it saves. (Han et al. (2015) train the weights "
        "that are left, and lose far less.) The two on labels alone are about equal.",
    ),
)

opinions = answers.keep(
    "opinions",
    Predict(
        "From what does a student network learn more: 20 labels, or the forest's answers to all "
        "200?",
        choices={
            "20 labels": "This guess assumes that a label teaches more than ten answers of the "
            "forest. Here they are about equal.",
            "200 answers": "This guess assumes that ten times as much always teaches more. But the "
            "forest itself is only a little better than students with 20 labels.",
            "no clear difference": "That is a result, too.",
        },
        explanation="A network can learn from trees: without any label it is as good as with 20 "
        "labels. But it is no better, and a network with 200 labels is. Perhaps with two classes "
        "there is little to say besides the answer.\n\n"
        "(This is a lesson on method. Do not use it for a diagnosis.)",
    ),
)

letters = answers.keep(
    "letters",
    Predict(
        "How many points more of the next letters does a student guess if it learns from the "
        "counts as well?",
        between=(-30, 30),
        step=0.5,
        unit="points",
        scale=100,
        too_low="A label is the one letter that came. The counts also say which others could come.",
        too_high="The counts themselves guess 58 %, and the student has 2,000 places and 32 units.",
        explanation="There is a clear gain, over labels alone and over the control. DistilBERT "
        "(Sanh et al. 2019) learned partly in this way, from a larger model's probabilities for a "
        "missing word. It also learned from the words themselves and from its teacher's "
        "hidden states, and began with half of its layers.",
    ),
)
