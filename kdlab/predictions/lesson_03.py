"""Predictions of lesson 03, Distil a student."""

from kdlab.lessons.answers import Answers

answers = Answers("03_distill_a_student")
