# -*- coding: utf-8 -*-
"""Writes the pickles of this folder: one value, by every protocol of the Python that runs this.

The files that ship are from CPython 2.7 with NumPy 1.16, CPython 3.8 with NumPy 1.24 and CPython 3.11 with NumPy 2.4.
"""
import collections
import pickle
import sys

import numpy as np

shared = [1, 2]
value = collections.OrderedDict([
    ("none", None), ("yes", True), ("no", False), ("int", 7), ("neg", -3), ("large", 2**40), ("huge", -2**70),
    ("float", 0.1), ("text", u"m\u00fc\\u \U0001f600\n'\""), ("list", [1, [2, 3], []]), ("tuple", (1, (2,), (3, 4), (5, 6, 7), (8, 9, 10, 11), ())),
    ("set", {5}), ("frozen", frozenset([6])), ("dict", {"a": {}, 160: 1.5}),
    ("default", collections.defaultdict(list, {"a": [1]})), ("counter", collections.Counter("aab")),
    ("f8", np.float64(0.1)), ("f4", np.float32(0.5)), ("f2", np.float16(-2.5)), ("i8", np.int64(-5)), ("u1", np.uint8(200)), ("bool", np.bool_(True)),
    ("array", np.arange(6).reshape(2, 3)), ("fortran", np.asfortranarray(np.arange(6, dtype="f4").reshape(2, 3))),
    ("big", np.array([1.5, -2.0], dtype=">f8")), ("texts", np.array([u"ab", u"c"])), ("objects", np.array([1, "x", None], dtype=object)),
    ("empty", np.zeros((0, 3))), ("single", np.array(3.5)), ("strided", np.arange(10, dtype="i2")[::3]), ("one", shared), ("two", shared),
])
if sys.version_info[0] > 2:
    value["bytes"] = b"\x00\xff\n"
    value["array of bytes"] = bytearray(b"\x01\x02")
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    with open("python%d.%d-protocol%d.pkl" % (sys.version_info[0], sys.version_info[1], protocol), "wb") as f:
        pickle.dump(value, f, protocol)
