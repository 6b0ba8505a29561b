"""What a lesson needs beyond the library: its copies, its answers, its recorded experiments.

files     where the lessons and the recorded experiments are
copies    a folder of the learner's own, with copies of the lessons
record    the file that a learner's answers are kept in, and how it is read
answers   what a lesson does with it: keep, give back, show, report, reset
report    what a learner predicted, answered and solved, for people and as data; report_page
          is how it reads
paper     a page that people read, without a script; drawing is what stands on it
claims    what a lesson's text says, checked in the run beside it
"""

from kdlab._lazy import on_first_use

_MODULES = {"claims": ("confirm",)}
__all__ = ["confirm"]
__getattr__ = on_first_use(__name__, _MODULES)
