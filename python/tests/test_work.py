import numpy as np
import pytest
from conftest import EXAMPLE, sample

import ofalat


def test_plan_adapt_predict(p40, rng, tmp_path):
    """A device is learnt from ten measurements, here of a predictor that stands for it."""
    archs = ofalat.plan(10, space="mbv3-w1.0", sources=["note10"], seed=2)
    assert len(archs) == 10 and set(archs[0]) == {"ks", "e", "d", "r"}
    assert ofalat.plan(10, space="mbv3-w1.0", sources=["note10"], seed=2) == archs
    out = tmp_path / "mine.latpred"
    with pytest.warns(ofalat.DoubtWarning, match="few-rows"):
        mine, report = ofalat.adapt(archs, p40.predict(archs), out=out, space="mbv3-w1.0", sources=["rtx2080ti-b64"])
    assert out.exists() and report["rows"] == 10 and mine.space == "mbv3-w1.0"
    test = [sample(rng) for _ in range(200)]
    error = np.abs(mine.predict(test) / p40.predict(test) - 1).mean()
    assert 100 * error < 2 * report["expected_error_percent"] < 10
    again = ofalat.Predictor(out)
    assert (again.predict(test) == mine.predict(test)).all()


def test_adapt_from_a_file(p40, tmp_path):
    archs = ofalat.plan(5, sources="none")
    table = tmp_path / "mine.csv"
    lines = [f'"{str(a)}",{ms}' for a, ms in zip(archs, p40.predict(archs))]
    table.write_text("\n".join(["arch,latency_ms", *lines]))
    with pytest.warns(ofalat.DoubtWarning, match="few-rows"):
        mine, report = ofalat.adapt(table, out=tmp_path / "mine.latpred", sources=["rtx2080ti-b64"])
    assert report["rows"] == 5 and (mine.predict(archs) > 0).all()


def test_adapt_refuses(tmp_path):
    out = tmp_path / "mine.latpred"
    for ms, why in (([1, 2], "1 networks and 2"), ([float("nan")], r"latency_ms\[0\]"), ([-1], "above 0")):
        with pytest.raises(ofalat.InputError, match=why):
            ofalat.adapt([EXAMPLE], ms, out=out)
    with pytest.raises(ofalat.InputError, match="without latency_ms"):
        ofalat.adapt([EXAMPLE], out=out)
    with pytest.raises(ofalat.Error, match="no-such.csv"):
        ofalat.adapt("no-such.csv", out=out)
    assert not out.exists()


def test_search(note10):
    best = ofalat.search(note10, 25, generations=30, seed=1)
    assert best.latency_ms <= 25 and best.accuracy > 0.8 and best.space == "mbv3-w1.2"
    assert note10.predict_efficiency(best.arch) == best.latency_ms
    assert ofalat.describe(best.text) == [best.arch]
    assert ofalat.AccuracyPredictor().predict(best.text)[0] == pytest.approx(best.accuracy, abs=1e-6)
    small = ofalat.search("note10", 25, generations=5, objective="params", seed=1)
    assert small.accuracy is None and small.latency_ms <= 25


def test_front(note10):
    nets = sorted(ofalat.front(note10, 40, generations=10), key=lambda n: n.latency_ms)
    assert len(nets) > 3 and all(a.accuracy < b.accuracy for a, b in zip(nets, nets[1:]))


def test_search_refuses(note10):
    with pytest.raises(ofalat.Error, match="1 ms"):
        ofalat.search(note10, 1, generations=1)
    with pytest.raises(ofalat.InputError, match="--limit"):
        ofalat.search(note10, float("nan"))
    with pytest.raises(ofalat.InputError, match="objective"):
        ofalat.search(note10, 25, objective="speed")
