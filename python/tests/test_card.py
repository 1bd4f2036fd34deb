"""The page about a predictor, as Hugging Face's own library reads it."""

import subprocess

import pytest
from conftest import EXAMPLE

import ofalat
from ofalat._program import program


def test_card(tmp_path, p40):
    hub = pytest.importorskip("huggingface_hub")
    page = tmp_path / "p40.md"
    subprocess.run([program(), "card", "p40-b64", "--out", str(page)], check=True, stdout=subprocess.DEVNULL)
    card = hub.ModelCard.load(page)
    errors = {r.metric_type: r.metric_value for r in card.data.eval_results}
    assert card.data.library_name == "ofalat" and 0 < errors["mape"] < 0.01 and errors["mae"] < 0.2
    # What the page shows of Python works.
    shown = card.content.split("```python\n")[1].split("```")[0]
    scope = {}
    exec(shown, scope)
    assert scope["predictor"].predict(EXAMPLE) == p40.predict(EXAMPLE)
    assert isinstance(scope["predictor"], ofalat.Predictor)
