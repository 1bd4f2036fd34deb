"""The published training in PyTorch as fast as we know how: an epoch is one CUDA graph.

    torch_graph.py train DIR [--epochs E] [--device cuda|cpu]
    torch_graph.py hpo   DIR [--epochs E] [--device cuda|cpu]    36 configurations, stacked

DIR holds train.f32 and validation.f32: rows of 128 inputs and the label, float32. Forward and
backward passes are written by hand on buffers that stay, so that nothing but kernels is in the
graph. Prints one JSON object. On the processor the same steps run without a graph, to test them.
"""
import argparse
import itertools
import json
import math
import os
import time

import torch

ap = argparse.ArgumentParser()
ap.add_argument("job", choices=["train", "hpo"])
ap.add_argument("dir")
ap.add_argument("--epochs", type=int, default=100)
ap.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
ap.add_argument("--layers", default="128-400-400-400-1")
ap.add_argument("--tf32", type=int, default=1, help="what latpred's trainings on CUDA do")
args = ap.parse_args()
LAYERS = [int(v) for v in args.layers.split("-")]
EPS, BATCH = 1e-6, 32
DEVICE = torch.device(args.device)
torch.backends.cuda.matmul.allow_tf32 = bool(args.tf32)


def load(name):
    with open(os.path.join(args.dir, name + ".f32"), "rb") as f:
        rows = torch.frombuffer(bytearray(f.read()), dtype=torch.float32).view(-1, LAYERS[0] + 1)
    return rows[:, :-1].contiguous().to(DEVICE), rows[:, -1:].contiguous().to(DEVICE)


class Stack:
    """Networks that differ in their optimizers' numbers (rate, decay, momentum)."""

    def __init__(self, x, y, configs):
        self.x, self.y, self.n = x, y, len(configs)
        shapes = [s for a, b in zip(LAYERS, LAYERS[1:]) for s in ((a, b), (1, b))]
        size = sum(a * b for a, b in shapes)
        self.w, self.g, self.v = (torch.zeros(self.n, size, device=DEVICE) for _ in range(3))
        self.weights, self.gradients, at = [], [], 0
        generator = torch.Generator().manual_seed(0)
        for a, b in shapes:
            self.weights.append(self.w[:, at:at + a * b].view(self.n, a, b))
            self.gradients.append(self.g[:, at:at + a * b].view(self.n, a, b))
            bound = 1 / math.sqrt(a if a > 1 else self.weights[-2].shape[1])  # as torch.nn.Linear
            self.weights[-1].copy_(((torch.rand(a, b, generator=generator) * 2 - 1) * bound).expand(self.n, a, b))
            at += a * b
        self.rate, self.decay, self.momentum = (torch.tensor(c, device=DEVICE).view(-1, 1) for c in zip(*configs))
        self.order = torch.arange(len(y), device=DEVICE)
        self.loss = torch.zeros(self.n, device=DEVICE)

    def forward(self, h):
        acts = [h.expand(self.n, *h.shape)]
        for i in range(0, len(self.weights), 2):
            h = torch.baddbmm(self.weights[i + 1], acts[-1], self.weights[i])
            acts.append(h if i + 2 == len(self.weights) else h.relu_())
        return acts

    def step(self, rows):
        acts = self.forward(self.x.index_select(0, rows))
        d = acts[-1].sub_(self.y.index_select(0, rows))
        scale = (d.square().mean((1, 2), keepdim=True) + EPS).rsqrt_().div_(len(rows))
        d = d.mul_(scale)
        for i in range(len(self.weights) - 2, -1, -2):
            below = acts[i // 2]
            torch.bmm(below.transpose(1, 2), d, out=self.gradients[i])
            torch.sum(d, 1, keepdim=True, out=self.gradients[i + 1])
            if i:
                d = torch.bmm(d, self.weights[i].transpose(1, 2)).mul_(below > 0)
        self.v.mul_(self.momentum).add_(self.g).addcmul_(self.w, self.decay)
        self.w.addcmul_(self.v, self.rate, value=-1)

    def epoch(self):
        for rows in self.order.split(BATCH):
            self.step(rows)

    def rmse(self, x, y):
        return (self.forward(x)[-1] - y).square().mean((1, 2)).sqrt()


@torch.no_grad()
def run(configs):
    (x, y), (vx, vy) = load("train"), load("validation")
    start = time.perf_counter()
    s = Stack(x, y, configs)
    saved = s.w.clone()
    mode, epoch = "eager, " + args.device, s.epoch
    if args.device == "cuda":
        mode = "an epoch as a CUDA graph"
        side = torch.cuda.Stream()
        with torch.cuda.stream(side):
            s.step(s.order[:BATCH])  # loads libraries outside the graph
            if len(y) % BATCH:
                s.step(s.order[-(len(y) % BATCH):])
            s.rmse(vx, vy)
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            s.epoch()
        s.w.copy_(saved), s.v.zero_()
        epoch = graph.replay
        torch.cuda.synchronize()
    captured = time.perf_counter() - start
    for _ in range(args.epochs):
        s.order.copy_(torch.randperm(len(y), device=DEVICE))
        epoch()
        rmse = s.rmse(vx, vy)
    rmse = [v if math.isfinite(v) else None for v in rmse.tolist()]  # waits for the device
    seconds = time.perf_counter() - start
    print(json.dumps(dict(job=args.job, variant=mode, torch=torch.__version__, trials=len(configs), epochs=args.epochs, seconds=seconds, capture_s=captured,
                          steady_s=seconds - captured, rmse_ms=min((v for v in rmse if v is not None), default=None))))


if args.job == "train":
    run([(1e-3, 1e-4, 0.9)])
else:
    run(list(itertools.product((1e-4, 1e-3, 1e-2), (1e-4, 1e-3, 1e-2), (0.4, 0.6, 0.8, 0.9))))
