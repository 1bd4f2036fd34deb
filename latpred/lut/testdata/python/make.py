"""Writes the tables of this folder as users' scripts do: with PyYAML and pickle, and numbers that come from NumPy.

The files that ship are from CPython 2.7 with NumPy 1.16 and CPython 3.11 with NumPy 2.4. Every one says the same, means of
.06, .12 and .18 ms; a name with "std" has a standard deviation of .5 ms and 498 runs.
"""
import collections
import json
import pickle
import sys

import numpy as np
import yaml

keys = ["Conv-input:160x160x3-output:80x80x16",
        "expanded_conv-input:80x80x16-output:80x80x16-expand:16-kernel:3-stride:1-idskip:1-se:0-hs:0",
        "Logits-input:1x1x1280-output:1000"]


def rows(f):
    return dict(zip(keys, map(f, (.06, .12, .18))))


python = "python%d.%d-" % sys.version_info[:2]
tables = {
    "scalar-std": rows(lambda m: {"count": np.int64(498), "mean": np.float64(m), "std": np.float32(.5)}),
    "array-std": rows(lambda m: {"count": 498, "mean": np.array([m, m]).mean(), "std": np.array(.5)}),
    "ordered": collections.OrderedDict((k, collections.OrderedDict([("mean", m), ("std", float("nan"))])) for k, m in rows(float).items()),
    "default": collections.defaultdict(dict, rows(lambda m: {"mean": m})),
    "bare": rows(np.float64),
    "nested": {160: rows(lambda m: {"mean": np.float64(m), "count": None})},
    "plain-std": rows(lambda m: {"count": 498, "mean": m, "std": .5}),
}
for name, table in tables.items():
    with open(python + name + ".yaml", "w") as f:
        yaml.dump(table, f)
    with open(python + name + "-flow.yaml", "w") as f:
        yaml.dump(table, f, default_flow_style=True)
    with open(python + name + ".pkl", "wb") as f:
        pickle.dump(table, f, 2)
    if name in ("ordered", "default", "plain-std"):
        with open(python + name + ".json", "w") as f:
            json.dump(table, f)
