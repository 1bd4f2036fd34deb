import pickle
import threading
import warnings

import numpy as np
import pytest
from conftest import EXAMPLE, EXAMPLE_MS, sample

import ofalat


def row(arch):
    return arch["ks"] + arch["e"] + arch["d"] + arch["r"]


def test_label(note10):
    assert note10.predict(EXAMPLE) == pytest.approx([EXAMPLE_MS], abs=1e-9)
    assert note10.space == "mbv3-w1.2" and note10.kind == "lookup table" and not note10.space_assumed


def test_all_forms_agree(note10, rng):
    archs = [sample(rng) for _ in range(50)]
    want = note10.predict(archs)
    assert want.dtype == np.float64 and want.shape == (50,) and len(set(want)) > 40
    per_stage = [
        {**a, "ks": [a["ks"][i : i + 4] for i in range(0, 20, 4)], "r": a["r"][0]} for a in archs
    ]
    forms = {
        "image_size": [{"ks": a["ks"], "e": a["e"], "d": a["d"], "image_size": a["r"][0]} for a in archs],
        "tuple": tuple(archs),
        "generator": (a for a in archs),
        "array": np.array([row(a) for a in archs]),
        "array of floats": np.array([row(a) for a in archs], dtype=np.float32),
        "lists of numbers": [row(a) for a in archs],
        "per stage": per_stage,
        "arrays in dictionaries": [{**a, "ks": np.array(a["ks"]), "r": np.int64(a["r"][0])} for a in archs],
        "texts": [_text(a) for a in archs],
        "described": ofalat.describe(archs),
        "mixed": [_text(archs[0]), *archs[1:]],
    }
    for name, form in forms.items():
        assert (note10.predict(form) == want).all(), name
    assert [note10.predict_efficiency(a) for a in archs] == list(want)
    assert [note10.get_efficiency(a) for a in per_stage] == list(want)
    assert note10.predict(row(archs[0])) == want[:1]


def _text(a):
    slots = [range(4 * s, 4 * s + d) for s, d in enumerate(a["d"])]
    join = lambda key: "-".join("".join(str(a[key][i]) for i in stage) for stage in slots)
    return f"r{a['r'][0]} d{''.join(map(str, a['d']))} k{join('ks')} e{join('e')}"


def test_no_networks(note10):
    for nothing in ([], (), np.empty((0, 46)), np.array([])):
        assert note10.predict(nothing).shape == (0,)


def test_many_parts(note10, rng):
    archs = [sample(rng) for _ in range(200)] * 200
    got = note10.predict(archs)
    assert got.shape == (40000,) and (got.reshape(200, 200) == got[:200]).all()
    archs[30000] = {**archs[0], "ks": [4] * 20}
    with pytest.raises(ofalat.InputError, match=r"archs\[30000\].*ks"):
        note10.predict(archs)


@pytest.mark.parametrize(
    "archs, why",
    [
        ([float("nan")] * 46, "whole numbers"),
        ([3] * 20, r"shape \(20,\)"),
        (np.full((2, 46), np.nan), "archs.0."),
        (np.full((2, 46), 3.5), "whole numbers"),
        (np.full((2, 45), 3), r"shape \(2, 45\): want \(n, 46\)"),
        (np.full((2, 2, 46), 3), "shape"),
        (np.full((1, 46), 300), "whole numbers"),
        (np.full((1, 46), 3), "resolution 3"),
        ([{"ks": [3] * 20, "e": [3] * 20, "d": [2] * 5, "r": float("nan")}], "can't be read"),
        ([{"ks": [3] * 19, "e": [3] * 20, "d": [2] * 5, "r": 160}], r"archs\[0\]"),
        ([{"ks": [3] * 20, "e": [3] * 20, "d": [2] * 5, "r": 160, "wid": 1.2}], "wid"),
        ([{"ks": [3] * 20, "e": [3] * 20, "d": [2] * 5, "r": 161}], "resolution 161"),
        ([{"ks": [3] * 20, "e": [3] * 20, "d": [2] * 5}], "resolution|r"),
        ([{"ks": ["3"] * 20, "e": [3] * 20, "d": [2] * 5, "r": 160}], r"archs\[0\]"),
        ("r176 nonsense", r"archs\[0\]"),
        ([None], r"archs\[0\]"),
        ([object()], "can't be read"),
    ],
)
def test_what_is_no_network_is_refused(note10, archs, why):
    with pytest.raises(ofalat.InputError, match=why):
        note10.predict(archs)
    assert isinstance(ofalat.InputError("x"), ValueError)


def test_the_single_path_refuses_the_same(note10, rng):
    good = sample(rng)
    for change in ({"ks": [4] * 20}, {"wid": 1}, {"r": [161]}, {"r": []}, {"d": [5] * 5}, {"e": [3] * 19}, {"x": 1}, {"image_size": 224}, {"ks": [3.5] * 20}):
        with pytest.raises(ofalat.InputError):
            note10.predict_efficiency({**good, **change})
    with pytest.raises(ofalat.InputError):
        note10.predict_efficiency(None)


def test_interval(note10, p40, rng):
    archs = [sample(rng) for _ in range(200)]
    low, high = p40.interval(archs, 0.9)
    ms = p40.predict(archs)
    wide = p40.interval(archs, 0.99)
    assert (low <= ms).all() and (ms <= high).all() and (wide[1] - wide[0]).mean() > (high - low).mean()
    assert p40.has_interval and not note10.has_interval
    with pytest.raises(ofalat.InputError, match="no interval"):
        note10.interval(archs)
    for level in (0, 1, float("nan")):
        with pytest.raises(ofalat.InputError, match="level"):
            p40.interval(archs, level)
    with pytest.warns(ofalat.DoubtWarning, match="level|measurements"):
        p40.interval(archs, 1 - 1e-9)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        p40.interval(archs, 0.9)


def test_no_such_predictor(tmp_path):
    with pytest.raises(ofalat.Error, match="no-such"):
        ofalat.Predictor("no-such")
    bad = tmp_path / "bad.latpred"
    bad.write_text("no predictor")
    with pytest.raises(ofalat.Error, match="bad.latpred"):
        ofalat.Predictor(bad)
    with pytest.raises(ofalat.Error, match="mbv3-w1.0"):
        ofalat.Predictor("note10", space="mbv3-w1.0")


def test_other_families():
    fbnet = ofalat.Predictor("fbnet-1080ti-b1")
    choices = np.full((3, 22), 1)
    choices[1:, 3] = [0, 2]
    got = fbnet.predict(choices)
    assert (got > 0).all() and len(set(got)) == 3
    assert (fbnet.predict(np.column_stack([choices, np.full(3, 32)])) == got).all()
    with pytest.raises(ofalat.InputError, match=r"want \(n, 23\)"):
        fbnet.predict(np.zeros((1, 46), int))
    cell = "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|"
    bench = ofalat.Predictor("nasbench201-1080ti-b1")
    assert bench.predict([[3, 3, 4, 1, 3, 1]]) == bench.predict(cell) == bench.predict_efficiency(cell)


def test_accuracy(rng):
    archs = [sample(rng) for _ in range(20)]
    got = ofalat.AccuracyPredictor().predict_accuracy(archs)
    assert ((0.6 < got) & (got < 0.9)).all() and got[0].item() == got[0]
    # The network of OFA's tutorial, whose forward pass gives 0.817129.
    best = "r192 d22343 k53-53-773-5573-335 e33-44-634-4443-666"
    assert ofalat.AccuracyPredictor().predict(best) == pytest.approx([0.817129], abs=1e-6)


def test_pickle_and_threads(note10, rng):
    archs = [sample(rng) for _ in range(300)]
    want = note10.predict(archs)
    again = pickle.loads(pickle.dumps(note10))
    wrong = []

    def work():
        for a, ms in zip(archs, want):
            if again.predict_efficiency(a) != ms or again.predict([a])[0] != ms:
                wrong.append(a)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def test_what_ships_is_not_hidden_by_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "note10").write_text("no predictor")
    assert ofalat.Predictor("note10").kind == "lookup table"
    with pytest.raises(ofalat.Error, match="note10"):
        ofalat.Predictor("./note10")
