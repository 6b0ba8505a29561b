"""What a lesson needs beyond the library: its copies, its answers, its recorded experiments.

files     where the lessons and the recorded experiments are
copies    a folder of the learner's own, with copies of the lessons
record    the file that a learner's answers are kept in, and how it is read
answers   what a lesson does with it: keep, give back, show, reset
"""
