"""Models of photos: resized, from scratch, on bodies of ImageNet, and by what needs no look at all."""

import pickle

import keras
import numpy as np
import pytest
from sklearn.base import clone

from podium.data.images import ImageFiles, find_images
from podium.errors import ModelError
from podium.models.image import backbones as bodies
from podium.models.image import transfer as imagenet
from podium.models.image.backbones import load_body, load_classifier, preprocessing
from podium.models.image.transfer import finetuned_network
from support.makers import bright_or_dark, create, model_id

CUT = "conv_pw_3_relu"
BODY = {"weights": None, "cut": CUT, "side": 32}
SHORT = {"epochs": 1, "seeds": 1}
Y = np.arange(24) % 2


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Bright and dark ones; only the dark ones are wide."""
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    for number, label in enumerate(Y):
        image = bright_or_dark(rng, label).resize((40, 40) if label else (80, 40))
        image.save(folder / f"{number:02}.png")
    return ImageFiles(find_images(folder))


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A folder of weights as Keras names them, of networks that have seen nothing."""
    folder = tmp_path_factory.mktemp("weights")
    keras.utils.set_random_seed(3)
    load_body("mobilenet", None, CUT, (32, 32, 3)).save_weights(
        folder / "mobilenet_1_0_224_tf_no_top_upto.weights.h5"
    )
    load_classifier("mobilenet", None, (32, 32, 3)).save_weights(folder / "mobilenet_1_0_224_tf.weights.h5")
    return folder


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("ridge", {}),
        ("gaussian-nb", {}),
        ("xgboost", {"n_estimators": 3}),
        ("metadata", {"n_estimators": 5}),
        ("scratch-lenet", SHORT),
        ("scratch-vgg", {**SHORT, "side": 32}),
        ("frozen-mobilenet", BODY),
        ("frozen-mobilenet@xgboost", {**BODY, "classifier": "xgboost", "n_estimators": 3}),
        ("finetune-mobilenet", {**BODY, "epochs": 1}),
        ("imagenet-zero-shot", {"classes": {0: {1: "a"}, 1: {2: "b"}}, "weights": None, "side": 32}),
    ],
)
def test_models_of_photos_give_probabilities_and_can_be_kept(name, params, photos):
    model = clone(create(name, params, 0)).fit(photos, Y)
    said = model.predict_proba(photos)
    assert said.shape == (24, 2)
    assert np.allclose(said.sum(axis=1), 1, atol=1e-5)
    assert np.allclose(model.predict_proba(photos[[5, 3]]), said[[5, 3]], atol=1e-5)
    assert np.allclose(pickle.loads(pickle.dumps(model)).predict_proba(photos), said, atol=1e-5)


@pytest.mark.parametrize("name", ["frozen-mobilenet", "finetune-mobilenet"])
def test_bodies_help_to_tell_bright_from_dark(name, photos):
    model = create(name, BODY, 0).fit(photos[:16], Y[:16])
    assert (model.predict(photos[16:]) == Y[16:]).all()


def test_metadata_tells_what_only_the_sizes_tell(photos):
    model = create("metadata", {}, 0).fit(photos[:16], Y[:16])
    assert (model.predict(photos[16:]) == Y[16:]).all()


@pytest.mark.parametrize("name", ["metadata", "scratch-lenet", "frozen-mobilenet", "imagenet-zero-shot"])
def test_models_of_files_refuse_what_is_no_file(name):
    params = {"classes": {0: {1: "a"}}} if name == "imagenet-zero-shot" else {}
    model = create(name, params, 0)
    with pytest.raises(ModelError, match="must be given image files, got ndarray"):
        model.fit(np.zeros((4, 8, 8, 3)), np.zeros(4, dtype=int)).predict_proba(np.zeros((4, 8, 8, 3)))


def test_only_the_last_layers_learn_and_batch_statistics_stay(photos):
    model = create("finetune-mobilenet", {**BODY, "unfrozen": 1, "epochs": 2}, 0).fit(photos, Y)[-1]
    keras.utils.set_random_seed(0)
    before = finetuned_network((32, 32, 3), 2, "softmax", **model.network.keywords)
    changed = {
        v.path
        for v, old in zip(model.networks_[0].weights, before.weights, strict=True)
        if (np.asarray(v) != np.asarray(old)).any() and "seed" not in v.path
    }
    assert {path.split("/")[-2] for path in changed} == {"conv_pw_3", "scaling", "head"}


def test_weights_come_from_a_file_from_the_folder_or_by_keras_name(weights, monkeypatch):
    monkeypatch.setenv("PODIUM_WEIGHTS", str(weights))
    name = "mobilenet_1_0_224_tf_no_top_upto.weights.h5"
    images = np.random.default_rng(0).uniform(-1, 1, (2, 32, 32, 3)).astype("float32")
    outputs = [
        np.asarray(load_body("mobilenet", handle, CUT, (32, 32, 3))(images))
        for handle in (str(weights / name), name, "imagenet", None)
    ]
    assert outputs[0].shape == (2, 8, 8, 128)
    assert (outputs[0] == outputs[1]).all()
    assert (outputs[0] == outputs[2]).all()
    assert (outputs[0] != outputs[3]).any()


def test_a_file_of_the_whole_body_serves_where_it_is_cut(tmp_path):
    keras.utils.set_random_seed(4)
    whole = load_body("mobilenet", None, None, (32, 32, 3))
    whole.save_weights(tmp_path / "whole.weights.h5")
    images = np.random.default_rng(0).uniform(-1, 1, (1, 32, 32, 3)).astype("float32")
    cut = load_body("mobilenet", str(tmp_path / "whole.weights.h5"), CUT, (32, 32, 3))
    expected = keras.Model(whole.input, whole.get_layer(CUT).output)(images)
    assert np.allclose(cut(images), expected)


def test_a_classifier_takes_the_file_with_a_top(weights, monkeypatch):
    monkeypatch.setenv("PODIUM_WEIGHTS", str(weights))
    images = np.zeros((1, 32, 32, 3), "float32")
    first, second = (load_classifier("mobilenet", "imagenet", (32, 32, 3))(images) for _ in range(2))
    assert first.shape == (1, 1000)
    assert np.allclose(first, second)


def test_the_id_follows_the_weights_that_are_found(weights, monkeypatch):
    alone = model_id("frozen-mobilenet", {"weights": "imagenet"}, 0)
    monkeypatch.setenv("PODIUM_WEIGHTS", str(weights))
    assert model_id("frozen-mobilenet", {"weights": "imagenet"}, 0) != alone
    assert model_id("frozen-vgg16", {"weights": "imagenet"}, 0) != alone


def test_what_is_not_there_is_named(weights, tmp_path, monkeypatch):
    with pytest.raises(ModelError, match="no body 'mobilnet'; did you mean 'mobilenet'"):
        load_body("mobilnet", None, None, (32, 32, 3))
    with pytest.raises(ModelError, match="no layer 'conv_pw_99_relu' in mobilenet; did you mean"):
        load_body("mobilenet", None, "conv_pw_99_relu", (32, 32, 3))
    with pytest.raises(ModelError, match=r"weights 'gone\.h5' must be a file or lie in the folder"):
        load_body("mobilenet", "gone.h5", None, (32, 32, 3))
    (tmp_path / "other.weights.h5").write_bytes(b"no weights")
    with pytest.raises(ModelError, match=r"other\.weights\.h5 must hold weights of this network"):
        load_body("mobilenet", str(tmp_path / "other.weights.h5"), None, (32, 32, 3))
    with pytest.raises(ModelError, match="no classifier 'ridg'; did you mean 'ridge'"):
        create("frozen-mobilenet", {"classifier": "ridg"}, 0)
    with pytest.raises(ModelError, match="did you mean 'frozen-mobilenet'"):
        create("frosen-mobilenet", {}, 0)


def test_without_network_and_weights_one_line_says_what_to_do(monkeypatch):
    def offline(**_):
        raise OSError("URL fetch failure on https://example.org: None -- unknown host\nmore")

    monkeypatch.setitem(bodies.APPLICATIONS, "mobilenet", offline)
    with pytest.raises(ModelError) as caught:
        load_body("mobilenet", "imagenet", None, (32, 32, 3))
    assert "mobilenet*.h5 with no top in the folder PODIUM_WEIGHTS, got: URL fetch failure" in str(
        caught.value
    )
    assert "\n" not in str(caught.value)


def test_zero_shot_sums_what_imagenet_says_for_each_label(photos, monkeypatch):
    said = np.zeros((24, 1000), dtype=np.float32)
    said[:, 7], said[:, 8], said[:, 9], said[:, 1] = 0.2, 0.1, 0.1, 0.6
    monkeypatch.setattr(imagenet, "_thousand", lambda *_: said)
    classes = {0: {7: "revolver", 8: "rifle"}, 1: {9: "iPod"}}
    model = create("imagenet-zero-shot", {"classes": classes}, 0).fit(photos, Y)
    assert np.allclose(model.predict_proba(photos), [0.75, 0.25], atol=1e-4)
    with pytest.raises(ModelError, match=r"got none for \[1\]"):
        create("imagenet-zero-shot", {"classes": {0: {7: "revolver"}}}, 0).fit(photos, Y)


def test_a_body_sees_images_as_it_was_trained():
    images = np.array([[[[0.0, 127.5, 255.0]]]], dtype="float32")
    assert np.allclose(preprocessing("mobilenet")(images.copy()), [[[[-1, 0, 1]]]])
    blue_green_red = np.array([255.0, 127.5, 0.0]) - [103.939, 116.779, 123.68]
    assert np.allclose(preprocessing("vgg16")(images.copy()), blue_green_red, atol=1e-3)
