"""Predictions of lesson 04, Does it really work?."""

from kdlab.lessons.answers import Answers

answers = Answers("04_does_it_really_work")
