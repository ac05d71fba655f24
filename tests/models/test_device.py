"""What networks run on. Here is no GPU: one is pretended, whose precision the CPU can compute too."""

import keras
import numpy as np
import pytest
from keras import layers

from podium.models.keras import device as module
from podium.models.keras import estimator
from podium.models.keras.device import CPU, Device, device
from podium.models.keras.estimator import KerasEstimator
from podium.models.keras.heads import ClassHead

X = np.random.default_rng(0).random((64, 6)).astype(np.float32)
Y = (X[:, 0] > 0.5).astype(int)


def network(shape, n_outputs, activation):
    inputs = keras.Input(shape)
    return keras.Model(
        inputs, layers.Dense(n_outputs, activation=activation)(layers.Dense(16, activation="relu")(inputs))
    )


def fitted():
    return KerasEstimator(
        network, ClassHead(), epochs=40, batch_size=16, learning_rate=0.02, random_state=0
    ).fit(X, Y)


def gpu(capability):
    """What TensorFlow says of a machine with a GPU."""
    details = {"device_name": "Pretended", "compute_capability": capability}
    return {
        "list_physical_devices": lambda kind: [kind],
        "experimental.set_memory_growth": lambda *_: None,
        "experimental.get_device_details": lambda _: details,
    }


def test_without_a_gpu_it_is_the_cpu():
    assert device() == CPU
    assert fitted().device_ == "cpu"


@pytest.mark.parametrize(("capability", "policy"), [((9, 0), "mixed_bfloat16"), ((7, 5), "float32")])
def test_a_gpu_that_is_quick_at_16_bits_gets_them_and_more_rows(monkeypatch, capability, policy):
    for name, function in gpu(capability).items():
        monkeypatch.setattr(f"podium.models.keras.device.tf.config.{name}", function)
    found = module.device.__wrapped__()
    assert found == Device("Pretended", policy, 2048)


def test_in_mixed_precision_it_learns_and_gives_32_bit_numbers(monkeypatch):
    exact = fitted().predict_proba(X)
    monkeypatch.setattr(estimator, "device", lambda: Device("Pretended", "mixed_bfloat16", 32))
    model = fitted()
    mixed = model.predict_proba(X)
    assert model.device_ == "Pretended"
    assert model.networks_[0].layers[1].compute_dtype == "bfloat16"
    assert mixed.dtype == np.float32
    assert np.allclose(mixed.sum(axis=1), 1, atol=1e-5)
    assert ((mixed[:, 1] > 0.5) == Y).mean() > 0.9
    assert 0 < np.abs(mixed - exact).max() < 0.1
    assert keras.config.dtype_policy().name == "float32"
