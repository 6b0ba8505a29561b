"""Widgets: what a learner moves and watches. They take NumPy arrays and never need TensorFlow."""

from kdlab.widgets.temperature_explorer import TemperatureExplorer
from kdlab.widgets.training_monitor import TrainingMonitor

__all__ = ["TemperatureExplorer", "TrainingMonitor"]
