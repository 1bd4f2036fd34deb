"""The package ofa, as it is on PyPI, with predictors and tables of ours."""

import functools
import random
import subprocess

import numpy as np
import pytest
from conftest import sample

import ofalat
from ofalat._program import program

yaml = pytest.importorskip("yaml")
pytest.importorskip("torch")
tutorial = pytest.importorskip("ofa.tutorial")
table_module = pytest.importorskip("ofa.tutorial.latency_table")
efficiency = pytest.importorskip("ofa.nas.efficiency_predictor")
later = pytest.importorskip("ofa.nas.search_algorithm")
encoders = pytest.importorskip("ofa.nas.accuracy_predictor")


@pytest.mark.parametrize("name, limit", [("note10", 25), ("p40-b64", 40)])
def test_its_evolution_meets_the_limit(name, limit):
    random.seed(1)
    np.random.seed(1)
    predictor = ofalat.Predictor(name)
    finder = tutorial.EvolutionFinder("note10", limit, predictor, ofalat.AccuracyPredictor(), population_size=50, max_time_budget=20)
    best, (accuracy, arch, ms) = finder.run_evolution_search()
    assert predictor.predict([arch])[0] == ms <= limit
    assert ms > 0.8 * limit and accuracy == max(best) > 0.8
    assert best[-1] > best[1] + 0.002  # it has found better ones than it began with


class Accuracy:
    """OFA's later search asks an accuracy predictor for its encoder, too."""

    arch_encoder = encoders.MobileNetArchEncoder(image_size_list=[160, 176, 192, 208, 224])
    predict_acc = staticmethod(ofalat.AccuracyPredictor().predict)


def test_its_later_evolution_meets_the_limit(note10):
    random.seed(2)
    np.random.seed(2)
    finder = later.EvolutionFinder(note10, Accuracy(), population_size=50, max_time_budget=20)
    best, (accuracy, arch, ms) = finder.run_evolution_search(25, verbose=True)
    assert note10.predict([arch])[0] == ms <= 25 and accuracy == max(best) > 0.8


@pytest.fixture
def old_yaml(monkeypatch):
    """ofa calls yaml.load without a loader, as PyYAML had it before its version 6."""
    monkeypatch.setattr(table_module.yaml, "load", functools.partial(yaml.load, Loader=yaml.SafeLoader))


def test_its_table_class_sums_our_tables(note10, tmp_path, rng, old_yaml):
    subprocess.run([program(), "lut", "write", "--table", "note10", "--out", str(tmp_path)], check=True)
    files = {r: tmp_path / f"{r}_lookup_table.yaml" for r in (160, 176, 192, 208, 224)}
    theirs = {r: table_module.LatencyEstimator(url=str(f)) for r, f in files.items()}
    for arch in (sample(rng) for _ in range(200)):
        want = theirs[arch["r"][0]].predict_network_latency_given_spec(arch)
        assert note10.predict_efficiency(arch) == pytest.approx(want, rel=1e-12)


def test_its_latency_model_sums_a_table_that_we_measured(tmp_path, rng, old_yaml):
    """OFA's later model asks the supernet itself for the layers, of any width."""
    networks = pytest.importorskip("ofa.imagenet_classification.elastic_nn.networks")
    subprocess.run([program(), "lut", "write", "--table", "epyc-zen4-b1", "--out", str(tmp_path)], check=True)
    supernet = networks.OFAMobileNetV3(width_mult=1.0, ks_list=[3, 5, 7], expand_ratio_list=[3, 4, 6], depth_list=[2, 3, 4])
    theirs = efficiency.Mbv3LatencyModel(supernet, {r: str(tmp_path) for r in (160, 224)})
    ours = ofalat.Predictor("epyc-zen4-b1-table")
    for _ in range(50):
        arch = {**sample(rng, "image_size"), "image_size": rng.choice([160, 224])}
        del arch["wid"]
        assert ours.get_efficiency(arch) == pytest.approx(theirs.get_efficiency(arch), rel=1e-12)


def test_our_predictor_in_place_of_its_table(note10, rng, old_yaml, tmp_path):
    """LatencyTable's predict_efficiency and ours are called alike, and agree."""
    subprocess.run([program(), "lut", "write", "--out", str(tmp_path)], check=True)
    theirs = object.__new__(tutorial.LatencyTable)  # its constructor downloads
    theirs.latency_tables = {r: table_module.LatencyEstimator(url=str(tmp_path / f"{r}_lookup_table.yaml")) for r in (160, 224)}
    for arch in (sample(rng) for _ in range(100)):
        arch["r"] = [rng.choice([160, 224])]
        assert note10.predict_efficiency(arch) == pytest.approx(theirs.predict_efficiency(arch), rel=1e-12)
