"""What the runners here have in common: they are started once and told, a line of JSON
each, which network to load, to time and to close. Nothing but Python is needed for it.

A runner calls serve with a function that makes an engine. The engine has
  hello      a dict: "versions" by package, "hardware" ("" for the processor), "label"
             (what stands in the name of the labels: runtime and precision), "model"
             ("onnx", "tflite" or "json": the file that load gets), "layout" ("nchw", "nhwc")
  load(job)  gives a network: a function without arguments that runs it once, to the end,
             with an attribute outputs: a function that gives its outputs as float32 bytes;
             job has "model" and "network" (files), "image" (float32), "batch", "resolution"
"""
import json
import os
import statistics
import sys
import time
import traceback


def need(*packages):
    """Imports packages, or says which are missing and how to get them, and ends."""
    import importlib

    missing, got = [], []
    for name in packages:
        module, _, package = name.partition("=")
        try:
            got.append(importlib.import_module(module))
        except ImportError as e:
            if e.name and e.name.split(".")[0] != module.split(".")[0]:
                raise
            if (package or module) not in missing:
                missing.append(package or module)
    if missing:
        say({"missing": missing, "pip": "pip install " + " ".join(missing), "python": sys.executable})
        sys.exit(3)
    return got


# Answers go to the first standard output; what packages print goes to standard error.
answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)


def say(answer):
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def times(run, job):
    """Times of single runs in milliseconds, after warming up for some runs and some time."""
    until = time.perf_counter() + job.get("warm_s", 0)
    for i in range(1000):
        if i >= job["warm_ups"] and time.perf_counter() >= until:
            break
        run()
    ms = []
    for _ in range(job["runs"]):
        start = time.perf_counter()
        run()
        ms.append((time.perf_counter() - start) * 1e3)
    return {"ms": ms, "median_ms": statistics.median(ms)}


def serve(engine):
    """Answers the lines of standard input until it ends."""
    say({"hello": engine.hello})
    networks = {}
    for line in sys.stdin:
        job = json.loads(line)
        try:
            say({"id": job["id"], **one(engine, networks, job)})
        except Exception as e:  # the network's fault: the next may do
            traceback.print_exc()
            say({"id": job["id"], "error": f"{type(e).__name__}: {e}"})


def one(engine, networks, job):
    key = job["key"]
    if job["do"] == "load":
        networks[key] = engine.load(job)
        networks[key]()  # what is compiled at the first run is part of loading
        return getattr(networks[key], "told", {})
    if job["do"] == "run":
        return times(networks[key], job)
    if job["do"] == "outputs":
        with open(job["out"], "wb") as f:
            f.write(networks[key].outputs())
        return {}
    if job["do"] == "close":
        networks.pop(key, None)
        return {}
    raise ValueError(f"no such job: {job['do']}")
