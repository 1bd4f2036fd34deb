"""Writes the files of this folder as users write theirs. Made by PyTorch 1.12 and NumPy 1.24 on CPython 3.8."""
import collections
import pickle

import numpy as np
import torch

nets = [{"wid": None, "ks": [3] * 20, "e": [4] * 20, "d": [2] * 5, "r": [160]},
        {"wid": None, "ks": np.full(20, 5), "e": (6,) * 20, "d": torch.tensor([3, 3, 3, 3, 3]), "r": np.int64(224)}]
tensors = collections.OrderedDict([
    ("single", torch.tensor(2.5)), ("half", torch.tensor([1.5, -2]).half()), ("bfloat", torch.tensor([1.5, -2]).bfloat16()),
    ("double", torch.tensor([[0.1, 0.2], [0.3, 0.4]], dtype=torch.float64)), ("turned", torch.arange(6).reshape(2, 3).t()),
    ("part", torch.arange(10, dtype=torch.int32)[2:8:3]), ("truth", torch.tensor([True, False])), ("byte", torch.tensor([200], dtype=torch.uint8)),
    ("parameter", torch.nn.Parameter(torch.tensor([1.0]))), ("size", torch.Size([1, 2])), ("empty", torch.zeros(0, 3)),
])
tensors["again"] = tensors["turned"]
for name, value in [("records", [{"arch": n, "latency": np.float32(l)} for n, l in zip(nets, (5.5, 7.25))]),
                    ("columns", {"arch": nets, "latency": torch.tensor([5.5, 7.25])}),
                    ("pairs", [(n, l) for n, l in zip(nets, (5.5, 7.25))]),
                    ("latencies", [5.5, 7.25]),
                    ("tensors", tensors),
                    ("weights", torch.nn.Linear(2, 1).state_dict())]:
    torch.save(value, name + "-zip.pt")
    torch.save(value, name + "-old.pt", _use_new_zipfile_serialization=False)
    with open(name + ".pkl", "wb") as f:
        pickle.dump(value, f)
torch.save(torch.nn.Linear(2, 1), "module.pt")
torch.jit.script(torch.nn.Linear(2, 1)).save("script.pt")
