"""Data: the sets of the lessons, and the ways in for your own."""

from kdlab.datasets.batches import collect
from kdlab.datasets.dataset import Dataset, example_bytes, require_dataset
from kdlab.datasets.loading import find_dataset, find_local, load_dataset

__all__ = [
    "Dataset", "collect", "example_bytes", "find_dataset", "find_local", "load_dataset",
    "require_dataset",
]  # fmt: skip
