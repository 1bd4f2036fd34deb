"""The process that answers: it ends with the interpreter, and is started again when it is gone."""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from conftest import EXAMPLE, EXAMPLE_MS

import ofalat
from ofalat._pipe import pipe


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        pass
    if os.path.isdir("/proc/self"):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def ends(pid, seconds=5.0):
    deadline = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def python(code):
    """Starts an interpreter that tells the process it has started, and then does what code says."""
    code = textwrap.dedent(code)
    begin = "import ofalat, os, time, sys\nfrom ofalat._pipe import pipe\np = ofalat.Predictor('note10')\nprint(pipe._process.pid, flush=True)\n"
    p = subprocess.Popen([sys.executable, "-c", begin + code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return p, int(p.stdout.readline())


@pytest.mark.parametrize("code, status", [("", 0), ("os._exit(3)", 3), ("raise SystemExit(2)", 2), ("raise OSError", 1)])
def test_it_ends_with_the_interpreter(code, status):
    p, pid = python(code)
    p.communicate()
    assert p.returncode == status and ends(pid)


def test_it_ends_with_a_killed_interpreter():
    p, pid = python("time.sleep(60)")
    assert alive(pid)
    p.kill()
    p.communicate()
    assert ends(pid)


def test_it_ends_with_a_killed_interpreter_whose_fork_lives():
    p, pid = python(
        """
        child = os.fork()
        if child == 0:
            time.sleep(60)
        print(child, flush=True)
        time.sleep(60)
        """
    )
    child = int(p.stdout.readline())
    time.sleep(0.1)  # until the child has run what it does after a fork
    p.kill()
    assert ends(pid) and alive(child)
    os.kill(child, signal.SIGKILL)
    p.communicate()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of forks of threads
def test_forks_have_processes_of_their_own(note10):
    here = pipe._process.pid
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for ms in pool.map(note10.predict_efficiency, [EXAMPLE] * 20):
            assert ms == pytest.approx(EXAMPLE_MS)
        there = pool.map(process_of, range(4))
    assert here not in there
    assert note10.predict_efficiency(EXAMPLE) == pytest.approx(EXAMPLE_MS) and pipe._process.pid == here


def process_of(_):
    return pipe._process.pid if pipe._process else None


def test_it_is_started_again(note10):
    note10.predict(EXAMPLE)
    os.kill(pipe._process.pid, signal.SIGKILL)
    with pytest.raises(ofalat.Error, match="ended with -9"):
        note10.predict(EXAMPLE)
    assert note10.predict(EXAMPLE)[0] == pytest.approx(EXAMPLE_MS)
    assert note10.predict_efficiency(EXAMPLE) == pytest.approx(EXAMPLE_MS)


def test_an_interrupt_leaves_nothing_mixed_up(note10, monkeypatch):
    """An interrupt between a request and its answer: the next answer is that of the next request."""

    def interrupted():
        monkeypatch.undo()
        raise KeyboardInterrupt

    note10.predict(EXAMPLE)
    monkeypatch.setattr(pipe, "_more", interrupted)
    with pytest.raises(KeyboardInterrupt):
        note10.predict([EXAMPLE] * 100)
    assert note10.predict(EXAMPLE) == pytest.approx([EXAMPLE_MS])


def test_ctrl_c_does_not_end_it():
    p, pid = python(
        """
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            print(p.predict_efficiency("%s"), pipe._process.pid)
        """
        % EXAMPLE
    )
    p.send_signal(signal.SIGINT)
    said, _ = p.communicate()
    ms, same = said.split()
    assert float(ms) == pytest.approx(EXAMPLE_MS) and int(same) == pid


def test_unused_predictors_are_closed(note10):
    number = ofalat.Predictor("note10")._number
    gc.collect()
    ofalat.Predictor("note10")  # which closes it
    with pytest.raises(ofalat.InputError, match=f"no predictor {number} is open"):
        pipe.ask(b'{"do": "predict", "id": %d}' % number, b"[]")


def test_a_program_that_is_none(monkeypatch, tmp_path):
    pipe.end()
    for text, why in (("#!/bin/sh\nexit 2\n", "ended with 2"), ("no program", "can't be started")):
        path = tmp_path / "latpred"
        path.write_text(text)
        path.chmod(0o755)
        monkeypatch.setenv("LATPRED_PROGRAM", str(path))
        with pytest.raises(ofalat.Error, match=why):
            ofalat.Predictor("note10")
    monkeypatch.undo()
    assert ofalat.Predictor("note10").predict(EXAMPLE) == pytest.approx([EXAMPLE_MS])
