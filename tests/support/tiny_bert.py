"""A BERT small enough to train in seconds, random weights and all, as modules in TF-Hub's format."""

from pathlib import Path

import numpy as np

WORDS = [
    "fire",
    "flood",
    "storm",
    "rescue",
    "evacuated",
    "homes",
    "album",
    "love",
    "exam",
    "lol",
    "news",
    "the",
    "a",
    "in",
    "near",
    "is",
]
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS, "##s", "##ing", "#", "!"]
WIDTH, HEADS, DEPTH, INNER = 16, 2, 2, 32


def random_weights(vocabulary: int = len(VOCABULARY)) -> dict[str, np.ndarray]:
    """Under TF-Hub's names."""
    rng = np.random.default_rng(0)
    shapes = {
        "word_embeddings/embeddings": (vocabulary, WIDTH),
        "position_embedding/embeddings": (128, WIDTH),
        "type_embeddings/embeddings": (2, WIDTH),
        "embeddings/layer_norm/gamma": (WIDTH,),
        "embeddings/layer_norm/beta": (WIDTH,),
        "pooler_transform/kernel": (WIDTH, WIDTH),
        "pooler_transform/bias": (WIDTH,),
    }
    for number in range(DEPTH):
        place = f"transformer/layer_{number}"
        for part in ("query", "key", "value"):
            shapes[f"{place}/self_attention/{part}/kernel"] = (WIDTH, HEADS, WIDTH // HEADS)
            shapes[f"{place}/self_attention/{part}/bias"] = (HEADS, WIDTH // HEADS)
        shapes[f"{place}/self_attention/attention_output/kernel"] = (HEADS, WIDTH // HEADS, WIDTH)
        shapes[f"{place}/self_attention/attention_output/bias"] = (WIDTH,)
        shapes[f"{place}/intermediate/kernel"] = (WIDTH, INNER)
        shapes[f"{place}/intermediate/bias"] = (INNER,)
        shapes[f"{place}/output/kernel"] = (INNER, WIDTH)
        shapes[f"{place}/output/bias"] = (WIDTH,)
        for norm in ("self_attention_layer_norm", "output_layer_norm"):
            shapes[f"{place}/{norm}/gamma"] = shapes[f"{place}/{norm}/beta"] = (WIDTH,)
    weights = {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}
    return {name: value + 1 if name.endswith("gamma") else value for name, value in weights.items()}


def make_bert(folder: Path, vocabulary: int = len(VOCABULARY)) -> Path:
    """`folder` with the modules encoder/ and preprocessor/."""
    from podium.models.text.minilm import export

    export(folder, random_weights(vocabulary), VOCABULARY)
    return folder
