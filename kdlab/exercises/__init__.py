"""Checks, hints and solutions for the lessons' exercises.

In a lesson: `from kdlab.exercises import lesson_02 as ex`, then `ex.softmax.check(my_softmax)`,
`ex.softmax.hint()`, `ex.softmax.solution()`; and `ex.quiz_accuracy`, a question that shows itself.
One module per lesson; `exercise.py` says what an exercise is.
"""
