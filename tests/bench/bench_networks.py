"""What a network's speed depends on here: `make bench`.

Times training steps of each network of the digits, each variant in a process of its own, in turn
with the default and as a ratio to it. Quote the ratios: seconds drift with the machine.
"""

import os
import statistics
import subprocess
import sys
import time

VARIANTS = {
    "default": {},
    "oneDNN off": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "XLA (jit_compile)": {"BENCH_JIT": "1"},
    "bfloat16": {"BENCH_POLICY": "mixed_bfloat16"},
}
NETWORKS = ["mlp_network", "cnn_network", "cnn4_network", "cnn6_network"]
STEPS, BATCH, ROUNDS = 15, 128, 3


def milliseconds_a_step(network: str) -> float:
    """Run in the child: the time of one training step, after a first one that compiles."""
    import numpy as np

    from podium.models.image import digit_cnns as cnn
    from podium.models.keras import estimator as keras_base

    keras_base.keras.config.set_dtype_policy(os.environ.get("BENCH_POLICY", "float32"))
    keras_base.keras.utils.set_random_seed(0)
    keras_base.tf.config.experimental.enable_op_determinism()
    rng = np.random.default_rng(0)
    X = rng.integers(0, 255, (BATCH, 28, 28, 1)).astype("float32")
    targets = np.eye(10, dtype="float32")[np.arange(BATCH) % 10]
    model = getattr(cnn, network)((28, 28, 1), 10, "softmax")
    loss = keras_base.keras.losses.categorical_crossentropy
    step = keras_base.training_step(model, keras_base.keras.optimizers.AdamW(), loss)
    if os.environ.get("BENCH_JIT"):
        step = keras_base.tf.function(step, jit_compile=True)
    step(X, targets).numpy()
    started = time.perf_counter()
    for _ in range(STEPS):
        step(X, targets).numpy()
    return (time.perf_counter() - started) / STEPS * 1000


def measure(network: str, variant: str) -> float | None:
    ran = subprocess.run(
        [sys.executable, __file__, network],
        env={**os.environ, **VARIANTS[variant]},
        capture_output=True,
        text=True,
    )
    return float(ran.stdout.split()[-1]) if ran.returncode == 0 else None


def main() -> None:
    print(f"milliseconds for a training step of {BATCH} images, median of {ROUNDS} rounds; ratio to default")
    for network in NETWORKS:
        rounds = [{variant: measure(network, variant) for variant in VARIANTS} for _ in range(ROUNDS)]
        for variant in VARIANTS:
            times = [r[variant] for r in rounds]
            if None in times:
                print(f"{network:<14} {variant:<18} does not run")
                continue
            ratio = statistics.median(r[variant] / r["default"] for r in rounds)
            print(f"{network:<14} {variant:<18} {statistics.median(times):8.1f} ms {ratio:6.2f}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(milliseconds_a_step(sys.argv[1]))
    else:
        main()
