"""The program latpred: where it is, and calls of it that are made once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any, NoReturn, Optional, Sequence


class Error(Exception):
    """What latpred was asked for failed; the text says why."""


class InputError(Error, ValueError):
    """What was given, such as a network, is not what can be asked for; the text says where."""


class DoubtWarning(UserWarning):
    """A result can be used, with the doubt that the text names."""


def program() -> str:
    """The path of latpred: that in ``LATPRED_PROGRAM``, else the one of this package, else the
    one on ``PATH``."""
    named = os.environ.get("LATPRED_PROGRAM")
    if named:
        return named
    own = Path(__file__).parent / "latpred"
    if own.exists():
        return str(own)
    found = shutil.which("latpred")
    if found and not os.path.samefile(found, sys.argv[0] or os.devnull):
        return found
    raise Error(
        "the program latpred is not there: install a wheel of ofalat, or build it "
        "(go build ./latpred/cmd/latpred) and name it in LATPRED_PROGRAM"
    )


def main() -> NoReturn:
    """The command ``latpred``: becomes the program itself."""
    path = program()
    os.execv(path, [path, *sys.argv[1:]])


def call(arguments: Sequence[str], text: Optional[str] = None) -> Any:
    """The result of a command of latpred, read from its JSON. What it says on standard error
    becomes warnings, or the text of an Error if it fails. ``text`` is its standard input."""
    done = subprocess.run(
        [program(), "--json", *arguments],
        input=text,
        stdin=subprocess.DEVNULL if text is None else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    said = [line for line in done.stderr.splitlines() if line]
    if done.returncode != 0:
        reasons = [line for line in said if line.startswith("latpred: ")] or said
        reason = "\n".join(reasons).replace("latpred: ", "") or f"ended with {done.returncode}"
        raise (InputError if done.returncode == 2 else Error)(reason)
    for line in said:
        warnings.warn(line, DoubtWarning, stacklevel=3)
    return json.loads(done.stdout)
