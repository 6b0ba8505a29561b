"""Predictions of lesson 00, Start here."""

from kdlab.lessons.answers import Answers

answers = Answers("00_start_here")
