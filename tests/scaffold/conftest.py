"""A stub that plays Kaggle for the real client."""

from support.kaggle_case import case, kaggle_server, shared_client, stub

__all__ = ["case", "kaggle_server", "shared_client", "stub"]
