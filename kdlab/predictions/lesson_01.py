"""Predictions of lesson 01, Train a teacher."""

from kdlab.lessons.answers import Answers

answers = Answers("01_train_a_teacher")
