"""What small-bert gains by frozen layers: seconds for an epoch over the tweets as it is, with all its
layers trained, and as TF-Hub's layer alone would do it, padded to 64 tokens, under Keras' AdamW; and the
accuracy of both on two folds.

Needs the real tweets: `make bench DATA=path/to/folder`. Takes 20 minutes on two cores.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import real_data

from podium.competition.declaration import FoldPlan
from podium.data.dataset import Dataset
from podium.data.task import Classification
from podium.models.registry import create
from podium.pipeline.fit import Job, fit_fold
from podium.pipeline.folds import Fold, make_folds

TWEETS, FOLD, ROUNDS, BATCH, LENGTH = 960, 6090, 3, 32, 64


def plain(X: pd.DataFrame, y: np.ndarray, params: dict) -> list[float]:
    import tensorflow as tf
    import tensorflow_hub as hub
    import tf_keras

    from podium.models.text import minilm
    from podium.models.text.hub import load_preprocessor, mean_over_tokens

    tokens = load_preprocessor(params["preprocessor"])(X["text"].tolist())
    room = [(0, 0), (0, max(0, LENGTH - tokens["input_mask"].shape[1]))]
    tokens = {name: np.pad(values, room)[:, :LENGTH] for name, values in tokens.items()}
    encoder = hub.KerasLayer(str(minilm.folder() / "encoder"), trainable=True)
    head = tf_keras.layers.Dense(2)
    optimizer = tf_keras.optimizers.AdamW(params["learning_rate"], weight_decay=0.01)

    @tf.function
    def step(batch, labels):
        with tf.GradientTape() as tape:
            said = encoder(batch, training=True)["sequence_output"]
            logits = head(mean_over_tokens(said, batch["input_mask"]))
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        weights = [*encoder.trainable_variables, *head.trainable_variables]
        gradients = tape.gradient(loss, weights)
        optimizer.apply_gradients((g, w) for g, w in zip(gradients, weights, strict=True) if g is not None)
        return tf.reduce_mean(loss)

    def epoch() -> None:
        for start in range(0, len(y), BATCH):
            rows = slice(start, start + BATCH)
            step({name: values[rows] for name, values in tokens.items()}, y[rows]).numpy()

    step({name: values[:BATCH] for name, values in tokens.items()}, y[:BATCH])
    return [_seconds(epoch) for _ in range(ROUNDS)]


def ours(X: pd.DataFrame, y: np.ndarray, params: dict) -> list[float]:
    ends = [time.perf_counter()]
    model = create("small-bert", {**params, "epochs": ROUNDS + 1}, 0, Classification(np.arange(2)))
    model.fit(X, y, on_epoch=lambda *_: ends.append(time.perf_counter()))
    return np.diff(ends)[1:].tolist()  # the first one holds the tracing


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def accuracy(dataset: Dataset, layers: dict[str, int], params: dict) -> None:
    folds = list(make_folds(dataset, FoldPlan()))[:2]
    hits = {
        name: np.concatenate([_hits(dataset, fold, {**params, "frozen": frozen}) for fold in folds])
        for name, frozen in layers.items()
    }
    first, second = hits.values()
    difference = (second - first).mean(), (second - first).std() / len(first) ** 0.5
    print(f"accuracy on {len(first)} tweets of two folds, one network each")
    for name, hit in hits.items():
        print(f"{name:<28}{hit.mean():8.4f}")
    print(f"{'difference':<28}{difference[0]:8.4f} ± {difference[1]:.4f}")


def _hits(dataset: Dataset, fold: Fold, params: dict) -> np.ndarray:
    job = Job("small-bert", params, seed=0)
    _, result = fit_fold(job, dataset, fold)
    return (result["valid"].argmax(axis=1) == dataset.y[fold.valid]).astype(float)


def main() -> None:
    competition, dataset = real_data.load("nlp-disaster-tweets")
    rows = np.random.default_rng(0).permutation(len(dataset.y))[:TWEETS]
    X, y = dataset.X.iloc[rows], dataset.y[rows]
    params = {**competition.roster["small-bert"], "seeds": 1}
    frozen = params["frozen"]
    base = statistics.median(plain(X, y, params))
    print(f"seconds for an epoch over {FOLD} tweets (from {TWEETS}), median of {ROUNDS}, and ratio")
    print(f"{'hub.KerasLayer, 64 tokens':<28}{base * FOLD / TWEETS:6.0f} s")
    layers = {"all layers trained": 0, f"{frozen} layers frozen": frozen}
    for name, count in layers.items():
        seconds = statistics.median(ours(X, y, {**params, "frozen": count}))
        print(f"{name:<28}{seconds * FOLD / TWEETS:6.0f} s {seconds / base:6.2f}")
    accuracy(dataset, layers, params)


if __name__ == "__main__":
    main()
