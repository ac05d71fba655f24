"""What a run found, as a page: drawn from predictions, nothing is trained."""
