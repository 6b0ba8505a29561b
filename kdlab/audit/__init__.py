"""A loss, audited: is it knowledge distillation, and if not, what is it? NumPy only.

Hardly any of the common mistakes in a distillation loss shows in an accuracy: the student still
learns, only from something else than the teacher's soft targets. They do show in the gradient.
With `p = softmax(teacher / T)` and `q = softmax(student / T)` it must be `T (q - p)` on each
student logit, up to a constant weight, and every mistake changes it in a way of its own. So the
audit measures the gradient on random logits, and compares it with those of a table of suspects,
each a loss as it is written by mistake.

How it measures. A loss is only called, with float32 logits, and its value read. So it may be
written in NumPy, Keras, TensorFlow, JAX or PyTorch, and float32 is good enough. A derivative is a
central difference over a wide step, an eighth of the spread of the logits, so that rounding, some
1e-7 of the loss, changes the gradient of a right loss by less than 0.1 % up to T = 100. So wide a
step blurs the derivative, but the suspects' are taken over the same steps, and blurred in the same
way. Gradients that agree to 2 % of their size are the same, and of several suspects that do, the
nearest counts. (A gradient that does not belong to the value, cut by `stop_gradient` or written by
hand, cannot be seen this way.)

What one temperature can tell. A T² that is missing and a weight of `1 / T²` in front are the same
function, as long as T does not change. A loss that takes an argument named `temperature` is
therefore evaluated from T = 1 to 20, where a weight stays and a power of T grows. Of any other loss
only `c` is known, its gradient as a multiple of `T (q - p)`, and the verdict on T² is:

- `c = 1`: T² is there.
- `c = 1 / T²` or `1 / T`: T² is missing, or T stands in its place. Unless `c` is also a weight that
  people write (0.1, 0.15, 0.2 ... 0.95): 0.25 is either at T = 2 and T = 4, and the audit says so.
- `c` below 0.1, and below `1 / T²` at a T above 1: T² is missing, and there is a weight besides.
- any other `c`: cannot tell, T² with a weight of `c` would explain it.

What it cannot tell apart. At T = 1 all powers of T are 1, and a temperature in the wrong place
changes nothing. As T grows, some mistakes become one function: the divergence of
`softmax(probabilities / T)`, for one, tends to the squared error of the probabilities. Up to T = 20
all are told apart, in float32 too; from T = 50 on some are not.

Source of the formulas: Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network",
2015, section 2, https://arxiv.org/abs/1503.02531.
"""

from kdlab.audit.judge import audit_loss
from kdlab.audit.report import Audit, Law, Mistake

__all__ = ["Audit", "Law", "Mistake", "audit_loss"]
