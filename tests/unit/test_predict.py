"""Logits of whatever gives scores: Keras models with several outputs, other libraries."""

import re
import subprocess
import sys
import types
import warnings

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from kdlab import distill, measure_model, predict_logits, train
from kdlab._tensorflow import keras

RNG = np.random.default_rng(0)
X = RNG.random((70, 8, 8, 1), np.float32)
Y = np.arange(70) % 10
ROWS = X.reshape(70, 64)
W = RNG.normal(size=(64, 10)).astype(np.float32)


def heads(form):
    """A network with two heads of 10 and 3, and what the first alone says of `X`."""
    image = keras.Input((8, 8, 1))
    hidden = keras.layers.Dense(16, "relu")(keras.layers.Flatten()(image))
    first = keras.layers.Dense(10, name="digit")(hidden)
    second = keras.layers.Dense(3, name="other")(hidden)
    outputs = [first, second] if form == "list" else {"digit": first, "other": second}
    expected = keras.Model(image, first)(X).numpy()
    return keras.Model(image, outputs), expected


# ---- several outputs ----------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["list", "dict"])
@pytest.mark.parametrize("batch_size", [None, 32, 70])
def test_an_output_is_chosen_by_its_name(form, batch_size):
    model, expected = heads(form)
    logits = predict_logits(model, X, output="digit", batch_size=batch_size)
    np.testing.assert_allclose(logits, expected, atol=1e-5)
    np.testing.assert_allclose(
        measure_model(model, X, output="digit", repeats=1)["logits"], expected, atol=1e-5
    )


def test_an_output_is_chosen_by_its_number():
    model, expected = heads("list")
    np.testing.assert_allclose(predict_logits(model, X, output=0), expected, atol=1e-5)


@pytest.mark.parametrize("form", ["list", "dict"])
@pytest.mark.parametrize("call", [predict_logits, measure_model])
@pytest.mark.parametrize("output", [None, "digits", 7])
def test_which_output_must_be_said_and_all_are_named(form, call, output):
    with pytest.raises(ValueError, match=r"output must say which .*'digit' .*'other'"):
        call(heads(form)[0], X, output=output)


@pytest.mark.parametrize("form", ["list", "dict"])
def test_a_network_with_several_heads_is_trained_by_one_as_the_message_says(form):
    model, _ = heads(form)
    for call in (lambda m: train(m, X, Y, epochs=1), lambda m: distill(m, X, X @ W_IMAGE, Y)):
        with pytest.raises(ValueError, match=r"must have one output, .*'digit' \(None, 10\)"):
            call(model)
    part = keras.Model(model.input, model.outputs[model.output_names.index("digit")])
    before = predict_logits(model, X, output="digit")
    train(part, X, Y, epochs=1)
    assert (predict_logits(model, X, output="digit") != before).any()


@pytest.mark.parametrize(
    "call", [train, lambda m, x, y, **how: distill(m, x, X @ W_IMAGE, y, **how)]
)
def test_a_single_unit_is_told_to_become_two(call):
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(1, "sigmoid")]
    )
    with pytest.raises(ValueError, match=r"single unit: .*keras\.layers\.Dense\(2\)"):
        call(model, X, Y % 2)


W_IMAGE = np.zeros((1, 10), np.float32)


def test_the_only_output_of_a_dict_needs_no_name():
    image = keras.Input((8, 8, 1))
    logits = keras.layers.Dense(10)(keras.layers.Flatten()(image))
    model = keras.Model(image, {"logits": logits})
    assert predict_logits(model, X).shape == (70, 10)
    np.testing.assert_array_equal(
        predict_logits(model, X, output="logits"), predict_logits(model, X)
    )


def test_an_output_of_a_model_with_one_is_left_out():
    with pytest.raises(ValueError, match="output must be left out: the model has only one"):
        predict_logits(lambda x: x.reshape(len(x), -1), X, output="digit")


def test_an_old_savedmodel_answers_as_the_network_that_it_was(tmp_path):
    network = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(10)]
    )
    expected = predict_logits(network, X)
    network.export(tmp_path / "old", verbose=False)
    layer = keras.layers.TFSMLayer(tmp_path / "old", call_endpoint="serving_default")
    assert isinstance(layer(X[:1]), dict)
    for model in (layer, keras.Sequential([keras.Input((8, 8, 1)), layer])):
        np.testing.assert_allclose(predict_logits(model, X), expected, atol=1e-5)


# ---- other libraries ----------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [None, 1, 32])
def test_a_function_is_asked_in_batches(batch_size):
    sizes = []

    def model(x):
        sizes.append(len(x))
        return x @ W

    np.testing.assert_allclose(
        predict_logits(model, ROWS, batch_size=batch_size), ROWS @ W, rtol=1e-5, atol=1e-5
    )
    assert max(sizes) == (batch_size or 70) and sum(sizes) == 70


def test_scikit_learn_answers_with_its_scores():
    model = LogisticRegression(max_iter=500).fit(ROWS, Y)
    for scores in (model.decision_function, model.predict_log_proba):
        logits = predict_logits(scores, ROWS)
        np.testing.assert_array_equal(logits.argmax(axis=1), model.predict(ROWS))
        p = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
        np.testing.assert_allclose(p, model.predict_proba(ROWS), atol=1e-5)


def test_one_score_for_each_example_is_the_logit_of_the_second_class():
    model = LogisticRegression().fit(ROWS, Y > 4)
    z = model.decision_function(ROWS)
    assert z.ndim == 1
    np.testing.assert_allclose(
        predict_logits(model.decision_function, ROWS), np.stack([0 * z, z], axis=1), atol=1e-5
    )


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_votes_that_were_never_given_have_no_logarithm_and_a_cure():
    forest = RandomForestClassifier(5, random_state=0).fit(ROWS, Y)
    with pytest.raises(ValueError, match="logits_from_probabilities"):
        predict_logits(forest.predict_log_proba, ROWS)


def test_an_object_with_logits_gives_them():
    output = types.SimpleNamespace(logits=ROWS @ W, hidden=ROWS[:, :3])
    np.testing.assert_array_equal(predict_logits(lambda _: output, ROWS), output.logits)
    hidden = predict_logits(lambda _: output, ROWS, output="hidden")
    np.testing.assert_array_equal(hidden, output.hidden)


def test_the_error_of_a_model_is_its_own_with_what_it_was_given():
    def model(x):
        raise RuntimeError("expected input[512, 28, 28, 1] to have 1 channels")

    with pytest.raises(RuntimeError, match="to have 1 channels") as caught:
        predict_logits(model, X)
    assert "(70, 8, 8, 1)" in caught.value.__notes__[0] and "transpose" in caught.value.__notes__[0]


def test_logits_that_are_chosen_among_outputs_are_no_probabilities():
    image = keras.Input((8, 8, 1))
    logits = keras.layers.Dense(10, name="logits")(keras.layers.Flatten()(image))
    model = keras.Model(image, [logits, keras.layers.Softmax(name="probs")(logits)])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        predict_logits(model, X, output="logits")
    assert not [w for w in caught if "softmax" in str(w.message)]
    with pytest.warns(UserWarning, match="looks like softmax outputs"):
        predict_logits(model, X, output="probs")


def test_tokens_stay_whole_numbers():
    table, tokens = RNG.normal(size=(7, 10)), np.arange(12).reshape(6, 2) % 7
    logits = predict_logits(lambda ids: table[ids].mean(axis=1), tokens)
    np.testing.assert_allclose(logits, table[tokens].mean(axis=1), rtol=1e-5)


def test_jax_answers_too():
    import jax

    np.testing.assert_allclose(
        predict_logits(jax.jit(lambda x: x @ W), ROWS), ROWS @ W, rtol=1e-4, atol=1e-4
    )


class FakeTorch(types.ModuleType):
    """As much of PyTorch as is asked: a module, a tensor, no gradients. (The guide's example was
    run with the real one, which is too large to be installed for a test.)"""

    class Tensor(np.ndarray):
        def detach(self):
            return self

        def float(self):
            return self

        def cpu(self):
            return self

    def __init__(self):
        super().__init__("torch")
        self.with_gradients = True
        self.nn = types.SimpleNamespace(Module=type("Module", (), {}))

    def as_tensor(self, array, dtype, device):
        assert device == "here"
        return np.asarray(array, dtype).view(self.Tensor)

    def no_grad(self):
        torch = self

        class Without:
            def __enter__(self):
                torch.with_gradients = False

            def __exit__(self, *_):
                torch.with_gradients = True

        return Without()


@pytest.mark.parametrize("training", [True, False])
def test_a_pytorch_module_is_asked_without_dropout_and_gradients_and_left_as_it_was(
    monkeypatch, training
):
    torch = FakeTorch()

    class Module(torch.nn.Module):
        def __init__(self):
            self.training = training

        def train(self, mode):
            self.training = mode

        def parameters(self):
            return iter([types.SimpleNamespace(device="here", dtype=np.float64)])

        def __call__(self, x):
            assert isinstance(x, torch.Tensor) and not self.training and not torch.with_gradients
            assert x.dtype == np.float64  # as its weights are
            return x @ W

    monkeypatch.setitem(sys.modules, "torch", torch)
    module = Module()
    np.testing.assert_allclose(predict_logits(module, ROWS), ROWS @ W, rtol=1e-5, atol=1e-5)
    assert module.training is training and torch.with_gradients


def test_nothing_of_this_needs_tensorflow():
    code = (
        "import numpy as np, sys, kdlab\n"
        "z = kdlab.predict_logits(lambda x: x @ np.eye(3), np.ones((4, 3)))\n"
        "assert z.shape == (4, 3) and not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# ---- what is no model ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (None, "model must be a Keras model, or a function"),
        (RandomForestClassifier(), "a scikit-learn model's decision_function"),
        (lambda x: None, "model must return one row of scores per example"),
        (lambda x: x[:1], "model must return one row of scores per example"),
        (lambda x: x, r"model must return one row .* shape \(70, 8, 8, 1\)"),
        (lambda x: (x, x), "output must say which"),
        (lambda x: np.full((len(x), 3), np.nan), "the model's output must be finite"),
        (lambda x: [["a", "b"]] * len(x), "the model's output must be an array of numbers"),
    ],
    ids=["none", "estimator", "nothing", "one row", "images", "pair", "nan", "words"],
)
def test_what_gives_no_scores_is_refused_with_a_cure(model, message):
    with pytest.raises(ValueError, match=message):
        predict_logits(model, X)


# ---- endings ------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:.*from_logits")
@pytest.mark.parametrize("ending", ["softmax", "sigmoid", "layer", "activation", "nested"])
def test_a_model_that_ends_in_probabilities_is_told_how_to_give_logits(ending):
    body = [keras.Input((8, 8, 1)), keras.layers.Flatten()]
    end = {
        "layer": [keras.layers.Dense(10), keras.layers.Softmax()],
        "activation": [keras.layers.Dense(10), keras.layers.Activation("softmax")],
        "nested": [keras.Sequential([keras.Input((64,)), keras.layers.Dense(10, "softmax")])],
    }.get(ending) or [keras.layers.Dense(10, ending)]
    model = keras.Sequential([*body, *end])
    with pytest.warns(UserWarning, match="ends in a s") as caught:
        train(model, X, Y, epochs=1)
    cure = next(str(w.message) for w in caught if "ends in a s" in str(w.message)).split("too: ")[1]
    with pytest.warns(UserWarning, match=re.escape(cure)):
        predict_logits(model, X)
    names = {"keras": keras, "model": model}
    p = model(X).numpy()
    exec(cure, names)
    logits = predict_logits(names["model"], X)
    expected = np.exp(logits)
    if ending == "sigmoid":
        expected = 1 / (1 + np.exp(-logits))
    else:
        expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(expected, p, atol=1e-5)
