"""Widgets: what a learner moves and watches. They take NumPy arrays and never need TensorFlow."""

from kdlab.widgets.cohort_explorer import CohortExplorer
from kdlab.widgets.comparison_board import ComparisonBoard
from kdlab.widgets.digit_pad import DigitPad
from kdlab.widgets.loss_explorer import LossExplorer
from kdlab.widgets.predict import Predict
from kdlab.widgets.quiz import Quiz
from kdlab.widgets.temperature_explorer import TemperatureExplorer
from kdlab.widgets.training_monitor import TrainingMonitor

__all__ = [
    "CohortExplorer",
    "ComparisonBoard",
    "DigitPad",
    "LossExplorer",
    "Predict",
    "Quiz",
    "TemperatureExplorer",
    "TrainingMonitor",
]
