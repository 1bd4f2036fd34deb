"""Predictors of latency, and OFA's predictor of accuracy."""

from __future__ import annotations

import json
import os
import re
import struct
import warnings
import weakref
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple, Union

import numpy as np
import numpy.typing as npt

from ._networks import Form, Network, Networks, one, parts
from ._pipe import pipe
from ._program import DoubtWarning, InputError

Numbers = npt.NDArray[np.float64]

_FIVE = Form(20, 5, True)  # OFA-MobileNetV3


class Predictor:
    """Predicts how long sub-networks take on one device, in milliseconds.

    ``name`` is the name of what ships, such as ``"note10"``, or a file that latpred wrote, with
    its suffix or its folder; ``space`` the ID of the search space of its networks, and so their
    width, for a file that does not tell it. It raises Error if there is no such predictor.

    Where OFA's code takes an efficiency predictor, it takes this one: ``predict_efficiency`` is
    that of its tutorial, ``get_efficiency`` that of its later search. Predictors can be pickled
    and used from several threads.
    """

    def __init__(self, name: Union[str, "os.PathLike[str]"], *, space: Optional[str] = None) -> None:
        text = os.fspath(name)
        path = Path(text)
        self.name = str(path.resolve()) if (path.suffix or os.sep in text) and path.is_file() else text
        self._space = space
        self._process = -1
        self._open()

    def __repr__(self) -> str:
        return f"ofalat.Predictor({self.name!r}): {self.kind} of {self.device or 'a device'}, {self.space}"

    def __reduce__(self) -> Tuple[Any, ...]:
        return _again, (self.name, self._space)

    def predict(self, archs: Networks) -> Numbers:
        """The latency of each network, ms, as an array of one dimension. A network that the
        predictor is not for, and one that is damaged, raise InputError, which names it."""
        return self._ask(archs, "predict")[0]

    def interval(self, archs: Networks, level: float = 0.9) -> Tuple[Numbers, Numbers]:
        """The lower and upper ends of intervals that hold the latency of each network with
        probability ``level``, ms; ``inf`` where there is no upper bound. That measurements are
        too few to support the level is a DoubtWarning; that the predictor has no intervals, an
        InputError."""
        if not 0 < level < 1:
            raise InputError(f"level {level}: want a probability above 0 and below 1, such as 0.9")
        bounds = self._ask(archs, "bounds", level=float(level))
        return bounds[0], bounds[1]

    def predict_efficiency(self, arch: Network) -> float:
        """The latency of one network, ms, as OFA's LatencyTable gives it."""
        row = one(arch, self.form)
        if row is None:
            return float(self.predict([arch])[0])
        with pipe.lock:
            if self._process != pipe.process:
                self._open()
            answer = pipe.ask(self._one, row)[1]
        return float(struct.unpack("<d", answer)[0])

    get_efficiency = predict_efficiency

    def _open(self) -> None:
        with pipe.lock:
            told = pipe.open(self.name, self._space)
            self._process, number = pipe.process, told["id"]
        self._number = number
        self._one = json.dumps({"do": "predict", "id": number, "rows": True}).encode()
        self.kind: str = told["kind"]
        self.space: str = told["space"]
        self.space_assumed: bool = told["space_assumed"]
        self.resolutions: List[int] = told["resolutions"]
        self.has_interval: bool = told["intervals"]
        self.provenance: Dict[str, Any] = told["provenance"]
        self.device: str = self.provenance.get("device", "")
        sizes = self.resolutions
        self.form = Form(told["slots"], told["stages"], told["ofa"], sizes[0] if len(sizes) == 1 else 0)
        weakref.finalize(self, pipe.close, number, self._process).atexit = False

    def _ask(self, archs: Networks, do: str, **fields: Any) -> List[Numbers]:
        lists = 2 if do == "bounds" else 1
        answers: List[Numbers] = [np.empty((lists, 0))]
        said: Dict[str, None] = {}
        for first, rows, body in parts(archs, self.form):
            with pipe.lock:
                if self._process != pipe.process:
                    self._open()
                told, numbers = _ask(first, body, do=do, id=self._number, rows=rows, **fields)
            said.update(dict.fromkeys(told.get("warnings", ())))
            answers.append(np.frombuffer(numbers, "<f8").reshape(lists, -1))
        for text in said:
            warnings.warn(text, DoubtWarning, stacklevel=3)
        return list(np.concatenate(answers, axis=1))


def _again(name: str, space: Optional[str]) -> Predictor:
    return Predictor(name, space=space)


def _ask(first: int, body: bytes, **head: Any) -> Tuple[Dict[str, Any], bytes]:
    """Asks about the networks of a body, of which the first has the index ``first``."""
    try:
        return pipe.ask(json.dumps(head).encode(), body)
    except InputError as wrong:
        raise InputError(re.sub(r"archs\[(\d+)\]", lambda m: f"archs[{int(m[1]) + first}]", str(wrong))) from None


class AccuracyPredictor:
    """OFA's own predictor of the top-1 accuracy of sub-networks of OFA-MobileNetV3 of width 1.2,
    without PyTorch: a fraction, of 10,000 held-out images and networks without further
    training. ``predict_accuracy`` is that of OFA's tutorial."""

    def predict(self, archs: Networks) -> Numbers:
        """The accuracy of each network, a fraction."""
        found = [np.empty(0)]
        for first, rows, body in parts(archs, _FIVE):
            found.append(np.frombuffer(_ask(first, body, do="accuracy", rows=rows)[1], "<f8"))
        return np.concatenate(found)

    predict_accuracy = predict


def describe(archs: Networks) -> List[Union[Dict[str, Any], str]]:
    """Networks in any form as OFA's dictionaries; those of other families as texts."""
    found: List[Union[Dict[str, Any], str]] = []
    for first, rows, body in parts(archs, _FIVE):
        _, described = _ask(first, body, do="describe", rows=rows)
        found += [n.get("ofa", n["arch"]) for n in json.loads(described)]
    return found
