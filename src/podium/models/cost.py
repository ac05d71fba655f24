"""What one fit of a model asks of a machine. The numbers are hints: measured seconds take their place."""

from __future__ import annotations

from dataclasses import dataclass

IMPORTED = 300_000_000  # bytes that a process holds once it has imported a model's libraries


@dataclass(frozen=True)
class Cost:
    """A model whose fit uses one thread runs beside others; one with `all_cores` runs alone, on a GPU where
    it `can_use_gpu`.

    A fit holds its rows `copies` times in memory as 64-bit numbers, beside the libraries' own `base` bytes.
    A million numbers (rows times width) take about `pace` seconds.
    """

    all_cores: bool = False
    can_use_gpu: bool = False
    copies: float = 2.0
    base: int = IMPORTED
    pace: float = 1.0

    def memory(self, rows: int, width: int) -> int:
        """Return about how many bytes the process of a fit on rows of `width` numbers needs."""
        return int(self.base + 8 * self.copies * rows * width)

    def seconds(self, rows: int, width: int) -> float:
        """Return about how long a fit takes."""
        return self.pace * rows * width / 1e6


INSTANT = Cost(copies=1.0, pace=0.01)
LINEAR = Cost(pace=1.0)
TREES = Cost(pace=10.0)
NETWORK = Cost(all_cores=True, can_use_gpu=True, copies=0.5, base=1_000_000_000, pace=50.0)
FEATURES = Cost(all_cores=True, can_use_gpu=True, copies=0.5, base=1_000_000_000, pace=10.0)
TRANSFORMER = Cost(all_cores=True, can_use_gpu=True, copies=0.5, base=1_500_000_000, pace=300.0)
