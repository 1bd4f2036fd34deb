import random

import pytest

import ofalat

EXAMPLE = "r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666"
"""The authors' first row; its label on the Note10 is 33.50015649132496 ms."""

EXAMPLE_MS = 33.50015649132496


def sample(rng, size="r"):
    """A network as OFA's tutorial draws it."""
    r = rng.choice([160, 176, 192, 208, 224])
    return {
        "wid": None,
        "ks": rng.choices([3, 5, 7], k=20),
        "e": rng.choices([3, 4, 6], k=20),
        "d": rng.choices([2, 3, 4], k=5),
        size: [r] if size == "r" else r,
    }


@pytest.fixture
def rng():
    return random.Random(1)


@pytest.fixture(scope="session")
def note10():
    return ofalat.Predictor("note10")


@pytest.fixture(scope="session")
def p40():
    return ofalat.Predictor("p40-b64")
