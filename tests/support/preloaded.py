"""What the server that runs are forked from does before the first of them. It imports what runs need,
TensorFlow too (it starts no thread before it is used), reads podium's source for the ids of its code, and
draws a figure."""

import importlib

import pandas as pd

from podium.plots import figures
from podium.storage.code_version import code_id, fit_code_id, library_versions

IMPORTED = ["podium.cli", "podium.pipeline.engines", "podium.pipeline.submit"]
IDENTIFIED = ["podium.pipeline.train", "podium.pipeline.blend", "podium.report.run", "podium.audit"]
FITTED = ["podium.models.baseline", "podium.models.image.pixels", "podium.models.image.digit_cnns"]

for name in [*IMPORTED, *IDENTIFIED, *FITTED]:
    importlib.import_module(name)
for name in IDENTIFIED:
    code_id(name)
    library_versions(name)
for name in FITTED:
    fit_code_id(name)
    library_versions(name)
figures.bars("Warm", "", pd.DataFrame({"n": [1]}, index=["a"]), "rows")
