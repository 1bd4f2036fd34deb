"""The process that answers, and the messages to it; their form stands in the Go package
``latpred/pipe``."""

from __future__ import annotations

import atexit
import json
import os
import struct
import subprocess
import threading
from typing import Any, Dict, List, Optional, Tuple, Union

from ._program import Error, InputError, program

_FORM = 1
_LENGTHS = struct.Struct("<II")


class Pipe:
    """A process of latpred, started when it is first asked and again after it has ended.

    It ends with the interpreter, however that ends, as its input does. Threads take turns. A
    process made by ``os.fork`` starts one of its own.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.process = 0
        """The number of the process, to which those of predictors belong; another one as soon as
        it has ended."""
        self._process: Optional["subprocess.Popen[bytes]"] = None
        self._unused: List[int] = []

    def ask(self, head: bytes, body: Union[bytes, memoryview] = b"") -> Tuple[Dict[str, Any], bytes]:
        """Sends a request and gives head and body of its answer."""
        with self.lock:
            self._start()
            try:
                self._write(_LENGTHS.pack(len(head), len(body)) + head + body)
                text, answer = self._read()
            except BaseException as failed:  # what is in the pipes can't be told apart any more
                status = self._kill()
                if isinstance(failed, (BrokenPipeError, EOFError)):
                    raise Error(f"{program()} ended with {status} before it answered") from failed
                raise
        if text == b"{}":
            return {}, answer
        told = json.loads(text)
        if "error" in told:
            raise (InputError if told.get("mistake") else Error)(told["error"])
        return told, answer

    def open(self, name: str, space: Optional[str]) -> Dict[str, Any]:
        """Opens a predictor and tells of it."""
        with self.lock:
            self._start()
            unused, self._unused = self._unused, []
            if unused:
                self.ask(_head(do="close", ids=unused))
            _, told = self.ask(_head(do="open", name=name, space=space or ""))
        opened: Dict[str, Any] = json.loads(told)
        return opened

    def close(self, number: int, process: int) -> None:
        """Marks a predictor as one that nobody has any more: the next open closes it. It may be
        called at any moment, also by the garbage collector while another call is on its way."""
        if process == self.process:
            self._unused.append(number)

    def end(self) -> None:
        """Ends the process, if there is one."""
        with self.lock:
            if self._process is not None:
                self._kill()

    def forget(self) -> None:
        """Lets go of the process of the parent, in a process that was made by fork."""
        self.lock = threading.RLock()
        process, self._process = self._process, None
        self.process += 1
        if process is not None and process.stdin and process.stdout:
            process.stdin.close()  # else it would not see its input end while this one lives
            process.stdout.close()
            process.returncode = 0  # it is no child of ours

    def _start(self) -> None:
        if self._process is not None:
            return
        path = program()
        try:
            self._process = subprocess.Popen(
                [path, "pipe"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,  # Ctrl-C is the interpreter's
            )
        except OSError as failed:
            raise Error(f"{path} can't be started: {failed}") from failed
        assert self._process.stdin and self._process.stdout
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        try:
            hello = json.loads(self._read()[0])
        except BaseException as failed:
            status = self._kill()
            if isinstance(failed, (EOFError, ValueError)):
                raise Error(f"{path} pipe ended with {status}: is it of this version?") from failed
            raise
        if hello != {"pipe": _FORM}:
            self._kill()
            raise Error(f"{path} is of another version than this module: {hello}, want {_FORM}")

    def _kill(self) -> int:
        process, self._process = self._process, None
        self.process += 1
        self._unused = []
        assert process is not None and process.stdin and process.stdout
        process.stdin.close()
        process.stdout.close()
        try:
            return process.wait(0.2)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def _write(self, message: bytes) -> None:
        sent = os.write(self._in, message)
        while sent < len(message):
            sent += os.write(self._in, memoryview(message)[sent:])

    def _read(self) -> Tuple[bytes, bytes]:
        got = self._more()
        while len(got) < _LENGTHS.size:
            got += self._more()
        head, body = _LENGTHS.unpack_from(got)
        end = _LENGTHS.size + head + body
        if len(got) < end:
            parts, have = [got], len(got)
            while have < end:
                parts.append(self._more())
                have += len(parts[-1])
            got = b"".join(parts)
        return got[_LENGTHS.size : _LENGTHS.size + head], got[_LENGTHS.size + head : end]

    def _more(self) -> bytes:
        part = os.read(self._out, 1 << 18)
        if not part:
            raise EOFError
        return part


def _head(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


pipe = Pipe()
atexit.register(pipe.end)
os.register_at_fork(after_in_child=pipe.forget)
