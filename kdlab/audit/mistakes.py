"""The mistakes that an audit knows by name: what each does, and what to write instead."""

from __future__ import annotations

from kdlab.audit.report import ON_LOGITS, ORDER, STEADY, Mistake

T2_MISSING = Mistake(
    "T² missing",
    "The gradient vanishes as 1 / T² at high temperatures, and with it the teacher's influence.",
    "Multiply the soft loss by T**2.",
    STEADY,
)
T_ONCE = Mistake(
    "T once instead of T²",
    "The gradient still shrinks as 1 / T at high temperatures.",
    "Multiply the soft loss by T**2, not by T.",
    STEADY,
)
T2_TWICE = Mistake(
    "T² twice",
    "The gradient grows as T², and becomes far larger than that of the labels.",
    "Multiply by T**2 once: some losses, such as Keras's LogitsDistillation with a KLDivergence "
    "object, have done so already.",
    STEADY,
)
OTHER_POWER = Mistake(
    "another growth than T²",
    "The gradient does not stay level as the temperature grows.",
    "Multiply the soft loss by T**2 and by nothing else that depends on T.",
    STEADY,
)
FIXED = Mistake(
    "temperature argument not used",
    "The loss takes a temperature, but its softmaxes keep another.",
    "Look for a number in its code where the temperature should stand.",
    ON_LOGITS,
)
T_UNUSED = Mistake(
    "temperature not used",
    "Both softmaxes are those of T = 1, at which a good teacher says hardly more than the label. "
    "(Dividing the probabilities by T amounts to the same: it only scales the loss.)",
    "Divide the logits of both by T, before the softmax.",
    ON_LOGITS,
)
T_MULTIPLIED = Mistake(
    "logits multiplied by the temperature",
    "That sharpens the soft targets until they are labels.",
    "Divide the logits by T.",
    ON_LOGITS,
)
TEACHER_PROBABILITIES = Mistake(
    "temperature on the teacher's probabilities",
    "softmax(softmax(teacher) / T) is almost the same for every class: probabilities differ by at "
    "most 1, and little is left of that once it is divided.",
    "Take the teacher's logits: softmax(teacher / T). If it ends in a softmax, remove it.",
    ON_LOGITS,
)
STUDENT_PROBABILITIES = Mistake(
    "temperature on the student's probabilities",
    "softmax(softmax(student) / T) is almost the same for every class, so the student cannot "
    "reach the teacher's soft targets.",
    "Take the student's logits: softmax(student / T). If it ends in a softmax, remove it.",
    ON_LOGITS,
)
BOTH_PROBABILITIES = Mistake(
    "temperature on the probabilities of both",
    "softmax(softmax(logits) / T) is almost the same for every class: what the teacher knew is "
    "gone, and hardly a gradient is left.",
    "Take the logits of both: softmax(logits / T). If the models end in a softmax, remove it.",
    ON_LOGITS,
)
TEACHER_ALONE = Mistake(
    "temperature on the teacher alone",
    "The student at T = 1 is to match a distribution made at T, and learns to be unsure.",
    "Divide the student's logits by T too, while it is trained.",
    ON_LOGITS,
)
STUDENT_ALONE = Mistake(
    "temperature on the student alone",
    "The teacher's targets stay those of T = 1, which are almost labels: its dark knowledge is too "
    "small to have an effect.",
    "Divide the teacher's logits by T too.",
    ON_LOGITS,
)
SWAPPED = Mistake(
    "arguments swapped: KL(q || p)",
    "The student weighs the terms instead of the teacher, and may leave out classes that the "
    "teacher finds possible.",
    "Let the teacher come first: p is softmax(teacher / T). (If your loss takes the student first, "
    "audit `lambda teacher, student: loss(student, teacher)`. PyTorch's kl_div(log_q, p) is "
    "KL(p || q).)",
    ORDER,
)
STUDENT_TWICE = Mistake(
    "a second softmax on the student",
    "A softmax of probabilities can never come near 0 or 1.",
    "A loss that applies the softmax itself (cross_entropy, from_logits=True) wants logits.",
)
TEACHER_TWICE = Mistake(
    "a second softmax on the teacher",
    "A softmax of probabilities is almost the same for every class.",
    "Apply the softmax once, to the teacher's logits divided by T.",
)
BOTH_TWICE = Mistake(
    "a second softmax on both",
    "A softmax of probabilities is almost the same for every class.",
    "Apply the softmax once, to logits divided by T.",
)
RAW_BOTH = Mistake(
    "logits where probabilities belong",
    "What is computed on raw logits is no divergence: negative ones are clipped away or drive it "
    "below 0, and it is not least where the two agree.",
    "Apply the softmax first. In Keras 3.15 write LogitsDistillation(temperature=T, "
    "loss=keras.losses.KLDivergence()): its default, the text 'kl_divergence', skips the softmax.",
)
RAW_TEACHER = Mistake(
    "the teacher's logits where probabilities belong",
    "They are neither positive nor sum to 1, so they pull the student's logits without limit.",
    "The targets are softmax(teacher / T); from_logits=True takes care of the student alone.",
)
RAW_STUDENT = Mistake(
    "the student's logits where log-probabilities belong",
    "The gradient does not depend on the student, so its logits grow without limit.",
    "PyTorch's kl_div wants log_softmax(student / T, dim=-1) as its first argument.",
)
NO_LOG = Mistake(
    "probabilities where log-probabilities belong",
    "Without its logarithm the loss is linear in the student's probabilities: it falls below 0, "
    "and is least where the student puts all on one class.",
    "PyTorch's kl_div wants log_softmax(student / T, dim=-1) as its first argument.",
)
OVER_BATCH = Mistake(
    "softmax over the batch",
    "The examples of a batch compete with each other, where the classes should.",
    "Apply the softmax along the last axis: axis=-1, dim=-1.",
)
HARD = Mistake(
    "the teacher's argmax as hard labels",
    "Only its first choice is left: this is training on labels that a teacher wrote (hard "
    "distillation), without any dark knowledge.",
    "The targets are softmax(teacher / T).",
)
MSE_PROBABILITIES = Mistake(
    "squared error of probabilities",
    "Its gradient fades wherever the student is sure, right or wrong, and at high temperatures.",
    "Use the divergence of the two softmaxes. (The default of KD_Lib is this squared error.)",
)
MSE_LOGITS = Mistake(
    "squared error of logits",
    "A method of its own (Ba and Caruana 2014), and what soft targets tend to as T goes to "
    "infinity. It has no temperature, and a constant added to all logits changes it.",
    "If you want this, it is fine. For soft targets at T, use the divergence of the two softmaxes.",
)
MEAN_OF_ELEMENTS = Mistake(
    "mean over all elements",
    "Dividing by examples × classes makes the soft loss as many times too small as there are "
    "classes.",
    "Sum over the classes, then average over the examples: PyTorch's reduction='batchmean'.",
)
DIVIDED_TWICE = Mistake(
    "divided by the batch size twice",
    "The soft loss gets weaker as batches get larger.",
    "Take the mean over the examples once.",
)
ODD_WEIGHT = Mistake(
    "a weight that depends on the batch",
    "The gradient points the right way, but its size changes with the examples or the classes.",
    "Sum over the classes, then average over the examples.",
)
REVERSED = Mistake(
    "sign reversed",
    "The loss falls as the student moves away from the teacher.",
    "A cross-entropy is -sum(p * log(q)), with a minus; in a divergence it is log(p) - log(q).",
)
NO_TEACHER = Mistake(
    "teacher ignored",
    "The gradient is the same whatever the teacher says.",
    "Look for the teacher's logits in your loss: are they used at all?",
)
NO_STUDENT = Mistake(
    "student ignored",
    "The loss is the same whatever the student says: there is nothing to learn from.",
    "Look for the student's logits in your loss: are they used, and not rounded to a class?",
)
UNKNOWN = Mistake(
    "not recognised",
    "The gradient is not T (q - p), nor that of a mistake this audit knows.",
    "Compare your loss with T**2 * sum(p * (log(p) - log(q))), step by step. (A part for the "
    "labels does not belong here: audit the soft loss alone.)",
)
SUM = Mistake(
    "sum over the batch",
    "Right in itself, but the gradient grows with the batch, and the best learning rate depends "
    "on its size.",
    "Average over the examples, unless you want the sum.",
    "",  # a remark
)
