"""Work that takes seconds: commands of latpred."""

from __future__ import annotations

import csv
import json
import math
import os
import tempfile
from dataclasses import dataclass
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Union

from ._networks import Networks
from ._predictor import Predictor, describe
from ._program import InputError, call

Path = Union[str, "os.PathLike[str]"]


class Adapted(NamedTuple):
    """A predictor of a new device, and what is expected of it."""

    predictor: Predictor
    report: Dict[str, Any]
    """As ``latpred adapt --json`` gives it: ``expected_error_percent``, the mean error in percent on
    networks that were not measured, by leaving rows out; ``rows``, ``recipe`` and more."""


@dataclass(frozen=True)
class Found:
    """A network that a search found."""

    arch: Union[Dict[str, Any], str]
    """OFA's dictionary, or the text of a network of another family."""
    text: str
    latency_ms: float
    accuracy: Optional[float]
    """The top-1 accuracy, a fraction, if it was what was maximised."""
    mmacs: float
    """Millions of multiply-accumulates."""
    space: str


def plan(n: int, *, space: str = "mbv3-w1.0", sources: Union[str, Sequence[str]] = "auto", seed: int = 1) -> List[Union[Dict[str, Any], str]]:
    """The ``n`` networks that tell most about a new device, to be measured for ``adapt``: OFA's
    dictionaries, or texts of other families."""
    texts = call(["adapt", f"--plan={n}", f"--space={space}", f"--from={_names(sources)}", f"--seed={seed}"])
    return describe(texts)


def adapt(
    data: Union[Path, Networks],
    latency_ms: Optional[Sequence[float]] = None,
    *,
    out: Path,
    space: Optional[str] = None,
    sources: Union[str, Sequence[str]] = "auto",
    synchronised: bool = False,
) -> Adapted:
    """Makes a predictor of a device from 3 to 700 measurements and writes it to the file ``out``.

    ``data`` is a file of measurements, in any form that latpred reads, or networks, whose
    latencies in milliseconds are then ``latency_ms``. ``space`` is the search space of the
    networks, and so their width, such as ``"mbv3-w1.0"``. ``sources`` are the devices to start
    from: names of what ships, files, ``"none"``, or all that ship (``"auto"``).
    ``synchronised`` says that the clock waited for the device.
    """
    flags = [f"--out={os.fspath(out)}", f"--from={_names(sources)}"]
    flags += [f"--space={space}"] if space else []
    flags += ["--synchronised"] if synchronised else []
    if latency_ms is None:
        if not isinstance(data, (str, os.PathLike)):
            raise InputError("networks without latency_ms: give their latencies, or a file of measurements")
        report = call(["adapt", f"--data={os.fspath(data)}", *flags])
    else:
        with tempfile.TemporaryDirectory(prefix="ofalat-") as folder:
            table = os.path.join(folder, "measurements.csv")
            _write(table, data, latency_ms)
            report = call(["adapt", f"--data={table}", *flags])
    return Adapted(Predictor(out, space=space), report)


def search(
    predictor: Union[Predictor, str],
    limit_ms: float,
    *,
    space: Optional[str] = None,
    objective: Optional[str] = None,
    generations: int = 500,
    population: int = 100,
    seed: int = 1,
) -> Found:
    """The most accurate network that takes at most ``limit_ms`` milliseconds, found by evolution
    as OFA has it. It raises Error if no network is so fast.

    ``space`` is the ID of the search space (default: the predictor's), ``objective`` what is
    maximised: ``"accuracy"``, as OFA's predictor has it, ``"macs"`` or ``"params"`` (default:
    accuracy, or macs where none is known).
    """
    return _search(predictor, limit_ms, space, objective, generations, population, seed)[0]


def front(
    predictor: Union[Predictor, str],
    limit_ms: float,
    *,
    space: Optional[str] = None,
    objective: Optional[str] = None,
    generations: int = 500,
    population: int = 100,
    seed: int = 1,
) -> List[Found]:
    """The networks up to ``limit_ms`` milliseconds to which no other is both faster and better,
    found in one run (NSGA-II). Arguments are those of ``search``."""
    return _search(predictor, limit_ms, space, objective, generations, population, seed, "--front")


def _search(
    predictor: Union[Predictor, str],
    limit_ms: float,
    space: Optional[str],
    objective: Optional[str],
    generations: int,
    population: int,
    seed: int,
    *flags: str,
) -> List[Found]:
    name = predictor.name if isinstance(predictor, Predictor) else predictor
    words = [f"--model={name}", f"--limit={limit_ms}", f"--generations={generations}", f"--population={population}", f"--seed={seed}", *flags]
    words += [f"--{flag}={value}" for flag, value in (("space", space), ("objective", objective)) if value]
    return [
        Found(n.get("ofa", n["arch"]), n["arch"], n["latency_ms"], n.get("accuracy"), n["mmacs"], n["space"])
        for n in call(["search", *words])
    ]


def _names(sources: Union[str, Sequence[str]]) -> str:
    return sources if isinstance(sources, str) else ",".join(sources)


def _write(path: str, data: Any, latency_ms: Sequence[float]) -> None:
    archs = describe(data)
    if len(archs) != len(latency_ms):
        raise InputError(f"{len(archs)} networks and {len(latency_ms)} latencies")
    with open(path, "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["arch", "latency_ms"])
        for i, (arch, ms) in enumerate(zip(archs, latency_ms)):
            if not (math.isfinite(ms) and ms > 0):
                raise InputError(f"latency_ms[{i}] is {ms}: want milliseconds above 0")
            rows.writerow([arch if isinstance(arch, str) else json.dumps(arch), repr(float(ms))])
