"""One folder a competition; `podium list` shows them."""
