"""Networks as latpred's pipe takes them: rows of bytes where they are plain, which is quick, else
JSON, which latpred itself reads and checks."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import Any, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

import numpy as np
import numpy.typing as npt

from ._program import InputError

Network = Union[Mapping[str, Any], str, Sequence[Any], "npt.NDArray[Any]"]
"""A sub-network: OFA's dictionary with ``ks``, ``e``, ``d`` and ``r`` or ``image_size``; a text
such as ``"r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666"``; or a row of numbers."""

Networks = Union[Network, Sequence[Network], "npt.NDArray[Any]"]
"""Sub-networks: a sequence of them, or an array with a row for each. A single dictionary, text or
row counts as a sequence of one."""

_PART = 1 << 14  # networks of a message
_SIZES = ("r", "image_size", "resolution")
_PLAIN = {"ks", "e", "d", "wid", *_SIZES}


@dataclass(frozen=True)
class Form:
    """The form of a family's networks as numbers. A row of an array has, for OFA, the kernel sizes
    of all slots, the expansions of all slots, the depths of all stages and the resolution; for
    another family the choice of each slot, from 0, and the resolution, which may be left out
    where there is only one."""

    slots: int
    stages: int
    ofa: bool
    size: int = 0
    """The only resolution; 0: there are several."""

    @property
    def columns(self) -> int:
        """The number of columns of a row."""
        return (2 * self.slots + self.stages if self.ofa else self.slots) + 1


def parts(networks: Networks, form: Form) -> Iterator[Tuple[int, bool, bytes]]:
    """The bodies of requests for networks, each with the index of its first network and whether
    it is rows."""
    if isinstance(networks, (str, Mapping)):
        networks = [networks]
    table = _table(networks, form)
    if table is not None:
        rows = _from_table(table, form)
        for at in range(0, len(rows), _PART):
            yield at, True, rows[at : at + _PART].tobytes()
        return
    rest, at = iter(networks), 0
    while part := list(islice(rest, _PART)):
        packed = _from_dictionaries(part, form) if form.ofa else None
        yield (at, False, _json(part)) if packed is None else (at, True, packed)
        at += len(part)


def one(network: Network, form: Form) -> Optional[bytes]:
    """The row of a single dictionary of OFA, quickly; None if it isn't plain."""
    try:
        ks, e, d = network["ks"], network["e"], network["d"]  # type: ignore[call-overload,index]
        r = network["r"] if "r" in network else network["image_size"]  # type: ignore[call-overload,index]
        if type(r) is list and len(r) == 1:
            r = r[0]
        if type(ks) is type(e) is type(d) is list and type(r) is int and len(network) == 4 + ("wid" in network):
            row = bytes(ks + e + d) + r.to_bytes(2, "little")
            plain = len(ks) == len(e) == form.slots and len(d) == form.stages and form.ofa
            if plain and network.get("wid") is None:  # type: ignore[union-attr]
                return row
    except (KeyError, TypeError, ValueError, OverflowError, IndexError):
        pass
    return None


def _table(networks: Any, form: Form) -> Optional["npt.NDArray[Any]"]:
    """Networks as a table of numbers, if they are one."""
    if not isinstance(networks, np.ndarray):
        if not isinstance(networks, Sequence) or not networks:
            return None
        first = networks[0]
        if not isinstance(first, (list, tuple, np.ndarray, int, float, np.number)):
            return None
        try:
            networks = np.asarray(networks)
        except ValueError:  # lists of different lengths
            return None
    if networks.dtype.kind not in "iuf":
        return None  # texts or objects
    table: "npt.NDArray[Any]" = networks[np.newaxis] if networks.ndim == 1 and networks.size else networks
    if table.ndim == 2 and table.shape[1] == form.slots and not form.ofa and form.size:
        return np.column_stack([table, np.full(len(table), form.size)])
    if table.ndim != 2 or table.shape[1] != form.columns:
        if networks.size == 0:
            return np.empty((0, form.columns))
        raise InputError(f"an array of shape {networks.shape}: want (n, {form.columns})")
    return table


def _from_table(table: "npt.NDArray[Any]", form: Form) -> "npt.NDArray[np.uint8]":
    low = 0 if form.ofa else -1
    if table.dtype.kind != "i":
        with np.errstate(invalid="ignore"):
            whole = table.astype(np.int64)
        _refuse(table, (whole != table).any(axis=1), low)
        table = whole
    values, sizes = table[:, :-1], table[:, -1]
    if len(table) and (values.min() < low or values.max() >= 255 or sizes.min() < 1 or sizes.max() >= 1 << 16):
        _refuse(table, ((values < low) | (values >= 255)).any(axis=1) | (sizes < 1) | (sizes >= 1 << 16), low)
    rows = np.empty((len(table), form.columns + 1), np.uint8)
    rows[:, :-2] = values.astype(np.uint8)  # -1 becomes 255: the slot does not run
    rows[:, -2:] = _two_bytes(sizes)
    return rows


def _refuse(table: "npt.NDArray[Any]", wrong: "npt.NDArray[np.bool_]", low: int) -> None:
    if wrong.any():
        at = int(wrong.argmax())
        raise InputError(f"archs[{at}]: {table[at].tolist()}: want whole numbers from {low}, the last a resolution in pixels")


def _two_bytes(sizes: "npt.NDArray[Any]") -> "npt.NDArray[np.uint8]":
    return sizes.astype("<u2").view(np.uint8).reshape(-1, 2)


def _from_dictionaries(part: List[Any], form: Form) -> Optional[bytes]:
    """Rows of plain dictionaries of OFA; None if one isn't plain."""
    if set(map(type, part)) != {dict}:
        return None
    keys = set().union(*set(map(tuple, part)))  # few orders of keys
    sizes = keys.intersection(_SIZES)
    if not keys <= _PLAIN or len(sizes) != 1:
        return None
    if "wid" in keys and any(a.get("wid") is not None for a in part):
        return None
    rows = np.empty((len(part), form.columns + 1), np.uint8)
    at = 0
    try:
        for key, width in (("ks", form.slots), ("e", form.slots), ("d", form.stages)):
            lists = list(map(itemgetter(key), part))
            if set(map(type, lists)) != {list} or set(map(len, lists)) != {width}:
                return None
            block = b"".join(map(bytes, lists))
            rows[:, at : at + width] = np.frombuffer(block, np.uint8).reshape(-1, width)
            at += width
        r: List[Any] = list(map(itemgetter(sizes.pop()), part))
        if set(map(type, r)) == {list}:
            if set(map(len, r)) != {1}:
                return None
            r = [x[0] for x in r]
        if set(map(type, r)) != {int} or min(r) < 1 or max(r) >= 1 << 16:
            return None
    except (KeyError, TypeError, ValueError):
        return None
    rows[:, -2:] = _two_bytes(np.array(r))
    return rows.tobytes()


def _json(part: List[Any]) -> bytes:
    try:
        return json.dumps([_plain(a) for a in part], allow_nan=False).encode()
    except (TypeError, ValueError) as failed:
        raise InputError(f"a network that can't be read: {failed}") from None


def _plain(value: Any) -> Any:
    """A value of what JSON has, from arrays, tensors and their numbers too."""
    if isinstance(value, Mapping):
        return {str(key): _plain(v) for key, v in value.items()}
    if hasattr(value, "tolist"):  # of NumPy, PyTorch, pandas
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return int(value)
    return value
