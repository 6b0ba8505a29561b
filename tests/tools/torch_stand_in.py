"""As much of PyTorch as the guide's example uses, on NumPy.

The real one takes 5 GB. What is asked of it is the same: a module is called with tensors on the
device of its parameters, without gradients, and not as in training.
"""

from __future__ import annotations

import types
from contextlib import nullcontext

import numpy as np


class Tensor(np.ndarray):
    """An array with the methods of a tensor that are used."""

    device = "cpu"

    def detach(self):
        return self

    def float(self):
        return self.astype(np.float32)

    def cpu(self):
        return self


def as_tensor(array, dtype=None, device="cpu") -> Tensor:
    return np.asarray(array, dtype).view(Tensor)


class Module:
    training = True

    def train(self, mode=True):
        self.training = mode
        return self

    def parameters(self):
        return iter(())


class Flatten(Module):
    def __call__(self, x):
        return x.reshape(len(x), -1)


class Linear(Module):
    def __init__(self, inputs, outputs):
        self.weight = as_tensor(np.zeros((outputs, inputs), np.float32))
        self.bias = as_tensor(np.zeros(outputs, np.float32))

    def __call__(self, x):
        assert isinstance(x, Tensor)
        return x @ self.weight.T + self.bias


class Sequential(Module):
    def __init__(self, *layers):
        self.layers = layers

    def __call__(self, x):
        assert not self.training
        for layer in self.layers:
            x = layer(x)
        return x

    def state_dict(self):
        return {
            f"{i}.{name}": value
            for i, layer in enumerate(self.layers)
            for name, value in vars(layer).items()
        }

    def load_state_dict(self, state):
        for key, value in state.items():
            i, name = key.split(".")
            setattr(self.layers[int(i)], name, as_tensor(value))


def _save(state, path):
    with open(path, "wb") as file:
        np.savez(file, **state)


def _load(path):
    with np.load(path) as file:
        return {name: as_tensor(file[name]) for name in file.files}


torch = types.ModuleType("torch")
torch.Tensor, torch.as_tensor, torch.no_grad = Tensor, as_tensor, nullcontext
torch.save, torch.load = _save, _load
torch.nn = types.SimpleNamespace(
    Module=Module, Flatten=Flatten, Linear=Linear, Sequential=Sequential
)
