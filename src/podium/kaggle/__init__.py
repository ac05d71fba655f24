"""Kaggle: downloads of data, uploads of submissions, and their place on the public leaderboard."""
