"""How many epochs of training are in a model's weights.

A notebook's cell that trains is easily run twice. It then goes on where it ended, which must be
said, and a file that says how the model was made must say so, too.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from kdlab.storage import checksum

# Of each model, its epochs and the weights that it had after them.
_TRAINED: WeakKeyDictionary = WeakKeyDictionary()


def trained_epochs(model) -> int:
    """The epochs that are in a model's weights, as far as kdlab has trained them.

    Weights that were set meanwhile are others: nothing is known of them.
    """
    epochs, weights = _TRAINED.get(model, (0, ""))
    return epochs if epochs and weights == _digest(model) else 0


def note_epochs(model, epochs: int) -> None:
    """Remember that the weights, as they are now, have had so many epochs."""
    _TRAINED[model] = (epochs, _digest(model))


def _digest(model) -> str:
    return checksum({f"{i:03}": weights for i, weights in enumerate(model.get_weights())})
