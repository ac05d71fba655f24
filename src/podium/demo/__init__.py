"""The page where one tries a trained model."""
