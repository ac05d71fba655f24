"""Kaggle: fetching data, sending submissions, and where they stand."""
