"""The packages of podium in the order of their imports: each imports only from those before it."""

ORDER = [
    "errors",
    "formatting",
    "storage",
    "data",
    "metrics",
    "competition",
    "models",
    "audit",
    "pipeline",
    "plots",
    "pages",
    "kaggle",
    "report",
    "demo",
    "scaffold",
    "cli",
    "__main__",
]
