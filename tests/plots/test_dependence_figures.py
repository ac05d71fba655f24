"""Figures of partial dependence: what they draw, and what they say of it."""

import numpy as np
import pandas as pd

from podium.plots.dependence_figures import dependence_figure


def table(kind, values, **means):
    """The dependence on a column; the folds differ by a tenth to each side."""
    lines = [
        ("age", kind, value, target, mean, mean - 0.1, mean + 0.1)
        for target, curve in means.items()
        for value, mean in zip(values, curve, strict=True)
    ]
    return pd.DataFrame(lines, columns=["column", "kind", "value", "target", "mean", "lowest", "highest"])


def test_a_number_is_drawn_as_a_curve_and_described_by_its_ends():
    figure = dependence_figure("age", table("number", [1.0, 2.0, 3.5], prediction=[5, 0.5, 250]))
    assert figure.title == "Dependence on age"
    assert figure.alt.startswith("Mean prediction with age set to each value in all rows")
    assert figure.alt.endswith("from 0.5 at 2 to 250 at 3.5.")
    assert figure.table.index.tolist() == ["1", "2", "3.5"]
    assert figure.table.columns.tolist() == ["mean", "lowest", "highest"]
    assert ">mean prediction<" in figure.markup


def test_of_two_classes_one_is_drawn_because_the_other_mirrors_it():
    figure = dependence_figure("age", table("number", [1.0, 2.0], no=[0.9, 0.2], yes=[0.1, 0.8]))
    assert "Mean prediction of yes" in figure.alt
    assert ">mean prediction of yes<" in figure.markup
    assert ">no<" not in figure.markup
    assert figure.table["target"].tolist() == ["no", "no", "yes", "yes"]


def test_two_labels_are_both_drawn():
    figure = dependence_figure("age", table("number", [1.0, 2.0], wet=[0.9, 0.2], cold=[0.3, 0.3]))
    assert {">wet<", ">cold<"} <= {f">{text}<" for text in ("wet", "cold") if f">{text}<" in figure.markup}


def test_of_many_classes_the_six_steepest_curves_are_drawn():
    means = {f"class {number}": [0.1, 0.1 + number / 100] for number in range(9)}
    figure = dependence_figure("age", table("number", [1.0, 2.0], **means))
    drawn = [name for name in means if f">{name}<" in figure.markup]
    assert drawn == [f"class {number}" for number in range(3, 9)]
    assert len(figure.table) == 18


def test_categories_and_dates_have_their_names_on_the_axis():
    figure = dependence_figure("age", table("category", ["old", "<b>young"], prediction=[1.0, 2.0]))
    assert ">old<" in figure.markup
    assert "&lt;b&gt;young" in figure.markup
    days = ["2020-01-01T00:00:00", "2021-05-01T12:30:00"]
    figure = dependence_figure("age", table("date", days, prediction=[1.0, 2.0]))
    assert figure.alt.endswith("from 1 at 2020-01-01 to 2 at 2021-05-01T12:30:00.")
    assert np.isfinite(figure.table.to_numpy(float)).all()
