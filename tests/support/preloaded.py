"""What the server that runs are forked from has done before the first of them: imported what runs need,
TensorFlow too (it starts no thread before it is used), read podium's source for the ids of its code, and drawn
a figure."""

import pandas as pd

import podium.audit
import podium.cli
import podium.models.image.digit_cnns
import podium.models.image.pixels
import podium.pipeline.engines
import podium.pipeline.submit
import podium.report.run
from podium.plots import figures
from podium.storage.code_version import code_id, fit_code_id, library_versions

for module in ("podium.pipeline.train", "podium.pipeline.blend", "podium.report.run", "podium.audit"):
    code_id(module)
    library_versions(module)
for module in ("podium.models.baseline", "podium.models.image.pixels", "podium.models.image.digit_cnns"):
    fit_code_id(module)
    library_versions(module)
figures.bars("Warm", "", pd.DataFrame({"n": [1]}, index=["a"]), "rows")
