"""Which models of images a declaration lists, as text."""

from __future__ import annotations

from podium.models.registry import MODELS, find, known_names
from podium.scaffold.literals import quoted

# Slow or weak on photos, or in need of a list of classes that a person must make.
LEFT_OUT = ("gaussian-nb", "multinomial-nb", "logistic-regression", "imagenet-zero-shot")
BODIES = ("frozen-mobilenet", "finetune-mobilenet")


def image_models(kind: str) -> list[str]:
    """Return the models for a kind of task that learn from images alone and need no download."""
    return [
        name
        for name in known_names([kind])
        if name in MODELS and "image" in find(name, [kind]).takes and name not in LEFT_OUT
    ]


def image_roster(kind: str, logs: bool) -> str:
    """Return the lines of a roster; with `logs` the models of numbers learn their logarithms."""
    numbers = '{"log": True}' if logs else "{}"
    lines = [f"{quoted(name)}: {_params(name, numbers)}," for name in image_models(kind)]
    bodies = [name for name in BODIES if name in known_names([kind])]
    if bodies:
        lines.append("# With weights of ImageNet, that are downloaded once, and mostly the best by far:")
        lines.append("# " + " ".join(f"{quoted(name)}: {numbers}," for name in bodies))
    return "\n".join(f"        {line}" for line in lines)


def network_params(kind: str) -> dict[str, str]:
    """Return the parts that make networks quick on toy data."""
    networks = [name for name in image_models(kind) if _is_network(name)]
    if not networks:
        return {"networks": "", "toy_params": ""}
    return {
        "networks": f"\nNETWORKS = ({', '.join(map(quoted, networks))})",
        "toy_params": '    toy_params={name: {"seeds": 1, "epochs": 4} for name in NETWORKS},',
    }


def _params(name: str, numbers: str) -> str:
    return '{"seeds": 3}' if _is_network(name) else numbers


def _is_network(name: str) -> bool:
    return name.startswith("scratch-")
