"""What a store holds of models: listed, forgotten, or reclaimed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podium.errors import ModelError
from podium.formatting import did_you_mean
from podium.pipeline.fit import Job
from podium.pipeline.session import Session
from podium.pipeline.stored import earlier_models, job_folder
from podium.pipeline.train import select_models
from podium.storage.store import TUNING, Store


@dataclass(frozen=True)
class StoredModel:
    """A model of the roster, or of the store: how many folds are finished, and of a finished one its score
    and the seconds that its fits took."""

    name: str
    params: Mapping[str, Any]
    folds: int = 0
    score: float | None = None
    seconds: float | None = None


def stored_models(session: Session) -> list[StoredModel]:
    """Return the models of the roster, and those that only the store knows, with what is stored of each."""
    finished = {
        p.name: StoredModel(p.name, p.details["params"], len(session.folds), p.score, p.fit_seconds)
        for p in earlier_models(session.store, session.dataset, session.folds, session.metric, without=())
    }
    roster = select_models(session.competition, [], session.is_toy)
    begun = [_begun(session, name, params) for name, params in roster.items() if name not in finished]
    return sorted([*finished.values(), *begun], key=lambda model: session.competition.place(model.name))


def _begun(session: Session, name: str, params: Mapping[str, Any]) -> StoredModel:
    job = Job(name, params, session.competition.seed)
    folder = job_folder(session.store, name, job.id(session.dataset, session.folds))
    return StoredModel(name, params, len(list(folder.glob("fold-*.npz"))))


def forget(store: Store, model: str) -> int:
    """Remove all that the store holds of a model, and return how many fits of all folds that were. Raise
    ModelError where it holds nothing of it."""
    jobs = dict(_jobs(store))
    folders = [folder for folder, name in jobs.items() if name == model]
    if not folders:
        raise ModelError(f"{store.root} holds no model {model!r}; {did_you_mean(model, set(jobs.values()))}")
    for folder in folders:
        shutil.rmtree(folder)
    return len(folders)


def reclaim(store: Store) -> int:
    """Remove the models and blends that neither the leaderboard nor a submission's manifest names, and all
    trials of tuning, and return how many bytes that frees."""
    needed = _needed(store)
    made = [*(folder for folder, _ in _jobs(store)), *store.root.glob("blends/*.npz")]
    unneeded = [path for path in made if path.stem.rpartition("-")[2] not in needed]
    unneeded += store.root.glob(TUNING)
    freed = sum(_size(path) for path in unneeded)
    for path in unneeded:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return freed


def _jobs(store: Store) -> Iterator[tuple[Path, str]]:
    """Yield the folder of each job, and its model's name."""
    for path in store.root.glob("models/*/job.json"):
        facts = store.read_json(path)
        known = facts.get("model") if isinstance(facts, dict) else None
        yield path.parent, known or path.parent.name.rpartition("-")[0]


def _needed(store: Store) -> set[str]:
    """Return the ids of all models and blends that the leaderboard or a manifest names."""
    board = store.read_json(store.root / "leaderboard.json") or {}
    ids = {entry.get("id") for entry in board.get("entries", [])}
    for path in store.root.glob("*submission-*.json"):
        manifest = store.read_json(path) or {}
        ids |= {model["id"] for model in manifest.get("models", [])}
        ids.add(path.stem.rpartition("-")[2])
    return {id_ for id_ in ids if id_}


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
