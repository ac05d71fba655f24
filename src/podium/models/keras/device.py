"""What networks run on. A GPU that is quick at 16-bit numbers gets them, and more rows at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import tensorflow as tf

QUICK_AT_BFLOAT16 = (8, 0)  # the compute capability of the first GPUs that are


@dataclass(frozen=True)
class Device:
    """`name` is what a manifest says, `policy` Keras' dtype policy: weights are 32-bit numbers in either.
    `rows` are predicted at a time."""

    name: str
    policy: str
    rows: int


CPU = Device("cpu", "float32", 256)


@cache
def device() -> Device:
    """Return the first GPU that TensorFlow finds, or the CPU. The GPU's memory is taken as it is needed, so
    that others can use it too."""
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return CPU
    tf.config.experimental.set_memory_growth(gpus[0], True)
    details = tf.config.experimental.get_device_details(gpus[0])
    is_quick = details.get("compute_capability", (0, 0)) >= QUICK_AT_BFLOAT16
    policy = "mixed_bfloat16" if is_quick else "float32"
    return Device(details.get("device_name", "gpu"), policy, rows=2048)
