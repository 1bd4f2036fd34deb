"""How fast predictions are from Python: python benchmark.py [PREDICTOR ...]

Times are the best of several tries, beside the processor time of this interpreter, which other
programs on the machine do not lengthen.
"""

import random
import statistics
import sys
import time

import numpy as np

import ofalat

MANY = 100_000


def sample(rng):
    return {
        "ks": rng.choices([3, 5, 7], k=20),
        "e": rng.choices([3, 4, 6], k=20),
        "d": rng.choices([2, 3, 4], k=5),
        "r": [rng.choice([160, 176, 192, 208, 224])],
    }


def best(work, tries=7):
    """The least wall-clock time and the least processor time of some work, seconds."""
    times = []
    for _ in range(tries):
        wall, own = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - wall, time.process_time() - own))
    return min(t[0] for t in times), min(t[1] for t in times)


def single(predictor, archs):
    """The median of single predictions, seconds."""
    times = []
    for arch in archs:
        start = time.perf_counter()
        predictor.predict_efficiency(arch)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main():
    rng = random.Random(1)
    archs = [sample(rng) for _ in range(MANY)]
    table = np.array([a["ks"] + a["e"] + a["d"] + a["r"] for a in archs])
    for name in sys.argv[1:] or ["note10", "p40-b64"]:
        predictor = ofalat.Predictor(name)
        for form, networks in (("dictionaries", archs), ("rows of an array", table)):
            wall, own = best(lambda: predictor.predict(networks))
            print(f"{name}: {MANY:,} {form} in {wall:.3f} s, {own:.3f} s of them this interpreter's")
        print(f"{name}: one dictionary in {1e6 * single(predictor, archs[:5000]):.0f} µs")


if __name__ == "__main__":
    main()
