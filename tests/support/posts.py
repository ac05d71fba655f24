"""Data sets of posts, whose files say further columns of their rows."""

import numpy as np
import pandas as pd

from support.makers import make_dataset

NASTY = ["<script>alert(1)</script>", "$x_2$", "\U0001f602", "\u0645\u0631\u062d\u0628\u0627", "a\u202eb\nc"]


def posts(y, test=(), names=("fake", "true"), **columns):
    """A data set of two classes whose files say `columns` of its rows, and of the test rows their titles."""
    about_test = pd.DataFrame({"title": pd.Series(test or ["a"] * 3, dtype=object)})
    return make_dataset(
        y,
        X_test=np.arange(len(about_test)),
        test_ids=np.arange(len(about_test)),
        classes=np.arange(len(names)),
        class_names=names,
        about=pd.DataFrame(columns, index=range(len(y))),
        about_test=about_test,
    )


def likes(y, **columns):
    """A data set of numbers to predict."""
    return make_dataset(y, classes=None, about=pd.DataFrame(columns, index=range(len(y))))
