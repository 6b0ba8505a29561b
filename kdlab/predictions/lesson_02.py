"""Predictions of lesson 02, Soft targets."""

from kdlab.lessons.answers import Answers

answers = Answers("02_soft_targets")
