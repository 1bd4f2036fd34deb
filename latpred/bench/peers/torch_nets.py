"""Times networks in PyTorch as fast as we know how: channels last, one CUDA graph.

    torch_nets.py [--precision f32|tf32|bf16] [--device cuda|cpu] NET.json…

NET.json is what `latpred measure export ARCH --format json --batch N` writes. Prints a JSON line for
each network: the median over rounds of the fastest run, milliseconds, as latpred measures. On the
processor networks run without a graph, to test this program.
"""
import argparse
import json
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F

ap = argparse.ArgumentParser()
ap.add_argument("nets", nargs="+")
ap.add_argument("--precision", default="f32", choices=["f32", "tf32", "bf16"])
ap.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
ap.add_argument("--rounds", type=int, default=7)
ap.add_argument("--runs", type=int, default=10)
args = ap.parse_args()
torch.manual_seed(0)
torch.backends.cudnn.benchmark = True
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = args.precision == "tf32"
DTYPE = torch.bfloat16 if args.precision == "bf16" else torch.float32
ACTIVATIONS = {"relu": F.relu, "relu6": F.relu6, "h_swish": F.hardswish, "": None, "linear": None, "none": None}


class Step(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.op, self.act = s["op"], ACTIVATIONS[s.get("activation", "")]
        a, b, k = s["in"], s["out"], s.get("kernel", 1)
        if self.op in ("conv", "pointwise", "depthwise"):
            groups = a if self.op == "depthwise" else max(1, s.get("groups", 1))
            self.f = nn.Conv2d(a, b, k, max(1, s.get("stride", 1)), (k - 1) // 2, groups=groups, bias=s.get("bias", False))
        elif self.op == "se":
            self.f = nn.Conv2d(a, s["bottleneck"], 1)
            self.g = nn.Conv2d(s["bottleneck"], b, 1)
        elif self.op == "linear":
            self.f = nn.Linear(a, b)
        elif self.op != "pool":
            raise SystemExit("torch_nets.py: a step %r, which only networks outside OFA's MobileNetV3 space have" % self.op)

    def forward(self, x):
        if self.op == "pool":
            return x.mean((2, 3), keepdim=True)
        if self.op == "linear":
            return self.f(x.flatten(1))
        if self.op == "se":
            return x * F.hardsigmoid(self.g(F.relu(self.f(x.mean((2, 3), keepdim=True)))))
        y = self.f(x)
        return self.act(y) if self.act else y


class Net(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.steps = nn.ModuleList(nn.Sequential(*[Step(s) for s in l["steps"]]) for l in layers)
        self.shortcuts = [l.get("shortcut", False) for l in layers]

    def forward(self, x):
        for f, shortcut in zip(self.steps, self.shortcuts):
            y = f(x)
            x = x + y if shortcut else y
        return x


def sync():
    if args.device == "cuda":
        torch.cuda.synchronize()


@torch.no_grad()
def measure(path):
    with open(path) as f:
        net = json.load(f)
    layers, batch = net["layers"], net["batch"]
    model = Net(layers).eval().to(args.device, DTYPE, memory_format=torch.channels_last)
    size = layers[0]["in"][0]
    x = torch.rand(batch, 3, size, size, device=args.device, dtype=DTYPE).contiguous(memory_format=torch.channels_last)
    begin = time.perf_counter()
    run, mode = lambda: model(x), "eager, channels last, " + args.device
    if args.device == "cuda":
        side = torch.cuda.Stream()
        with torch.cuda.stream(side):
            for _ in range(3):
                model(x)
        sync()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            out = model(x)
        run, mode = graph.replay, "CUDA graph, channels last"
    for _ in range(5):
        run()
    sync()
    prepared = time.perf_counter() - begin
    mins = []
    for _ in range(args.rounds):
        times = []
        for i in range(args.runs + 1):
            start = time.perf_counter()
            run()
            sync()
            times.append(time.perf_counter() - start)
        mins.append(min(times[1:]))
    return dict(arch=net["arch"], batch=batch, ms=1e3 * statistics.median(mins), prepare_s=prepared, mode=mode,
                precision=args.precision, torch=torch.__version__)


for p in args.nets:
    print(json.dumps(measure(p)), flush=True)
