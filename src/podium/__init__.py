"""A Kaggle competition folder into an honest leaderboard and a submission file."""
