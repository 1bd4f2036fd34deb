"""Predicts how long sub-networks of Once-For-All take on a device.

>>> import ofalat
>>> note10 = ofalat.Predictor("note10")
>>> note10.predict(["r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666"])
array([33.50015649])

``Predictor`` opens what ships or a file, and stands in OFA's own code where that takes an
efficiency predictor. ``plan`` says which few networks of a new device to measure, ``adapt`` makes
a predictor of them, ``search`` and ``front`` find the best networks under a limit. The work is
done by the program ``latpred``, which this package brings along: a process of it is started when
it is first needed, and ends with the interpreter.
"""

from ._networks import Network, Networks
from ._predictor import AccuracyPredictor, Predictor, describe
from ._program import DoubtWarning, Error, InputError
from ._work import Adapted, Found, adapt, front, plan, search

__all__ = [
    "AccuracyPredictor",
    "Adapted",
    "DoubtWarning",
    "Error",
    "Found",
    "InputError",
    "Network",
    "Networks",
    "Predictor",
    "adapt",
    "describe",
    "front",
    "plan",
    "search",
]
