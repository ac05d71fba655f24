"""The local web page where people try a trained entry."""
