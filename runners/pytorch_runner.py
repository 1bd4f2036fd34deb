"""Times networks in PyTorch: pytorch_runner.py [--mode eager|compile|cudagraph] [--device cpu|cuda]
[--precision f32|tf32|f16] [--build auto|ofa|export] [--threads N]

--build ofa takes the network from OFA's own package, as its users do: batch normalisation
is a layer of its own, and weights are OFA's random ones. --build export makes the network
of the ONNX file that we write: batch normalisation is folded into the convolutions. auto
is ofa where that package is installed, else export.
"""
import argparse
import importlib.util
import json
import sys

import loop

args = argparse.ArgumentParser()
args.add_argument("--mode", choices=["eager", "compile", "cudagraph"], default="eager")
args.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
args.add_argument("--precision", choices=["f32", "tf32", "f16"], default="f32")
args.add_argument("--build", choices=["auto", "ofa", "export"], default="auto")
args.add_argument("--threads", type=int, default=1)
args = args.parse_args()
if args.build == "auto":
    args.build = "ofa" if importlib.util.find_spec("ofa") else "export"
np, torch, _ = loop.need("numpy", "torch", "ofa" if args.build == "ofa" else "onnx")
gpu = args.device == "cuda"
if gpu and not torch.cuda.is_available():
    loop.say({"fault": f"torch {torch.__version__} finds no CUDA GPU", "pip": "pip install torch"})
    sys.exit(3)
torch.set_num_threads(args.threads)
torch.backends.cudnn.benchmark = True
torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = args.precision == "tf32"
dtype = torch.float16 if args.precision == "f16" else torch.float32


def from_ofa(job):
    """The sub-network, by OFA's own package."""
    with open(job["network"]) as f:
        net = json.load(f)
    from ofa.imagenet_classification.elastic_nn import networks

    space = net["space"]
    if "ks" not in net or not space.startswith(("mbv3-", "proxyless-", "compofa-")):
        raise ValueError(f"OFA's package has no networks of the space {space}; --build export makes them")
    depths = dict(ks_list=[3, 5, 7], expand_ratio_list=[3, 4, 6], depth_list=[2, 3, 4], width_mult=float(space.rpartition("-w")[2]))
    whole = (networks.OFAProxylessNASNets if space.startswith("proxyless-") else networks.OFAMobileNetV3)(**depths)
    whole.set_active_subnet(ks=net["ks"], e=net["e"], d=net["d"])
    sub = whole.get_active_subnet(preserve_weight=False)
    ours, theirs = weights_of(net), sum(p.numel() for p in sub.parameters() if p.dim() > 1)
    if ours != theirs:
        raise ValueError(f"OFA's package builds {theirs} weights for {net['arch']}, and ours has {ours}: another network")
    return sub, {"note": "built by OFA's package; its number of weights is ours"}


def weights_of(net):
    """Number of weights of the convolutions and products of a network that we describe."""
    n = 0
    for step in (s for layer in net["layers"] for s in layer["steps"]):
        if step["op"] in ("conv", "pointwise", "depthwise", "linear", "se"):
            groups = step["out"] if step["op"] == "depthwise" else max(1, step.get("groups", 1))
            n += step["in"] * step["out"] * step.get("kernel", 1) ** 2 // groups
            if step["op"] == "se":
                n += step["in"] * step["bottleneck"] * 2 - step["in"] * step["out"]
    return n


class Exported(torch.nn.Module):
    """The network of an ONNX file that we write: its few kinds of nodes, in order."""

    def __init__(self, path):
        super().__init__()
        import onnx
        from onnx import numpy_helper

        graph = onnx.load(path).graph
        self.input, self.output = graph.input[0].name, graph.output[0].name
        constants = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
        self.steps, self.parts = [], torch.nn.ModuleList()
        for node in graph.node:
            a = {x.name: onnx.helper.get_attribute_value(x) for x in node.attribute}
            fixed = {i: torch.from_numpy(constants[x].copy()) for i, x in enumerate(node.input) if x in constants}
            inputs = [x for x in node.input if x not in constants]
            self.parts.append(Step(node.op_type, a, fixed))
            self.steps.append((inputs, node.output[0]))

    def forward(self, x):
        values = {self.input: x}
        for part, (inputs, output) in zip(self.parts, self.steps):
            values[output] = part(*[values[i] for i in inputs])
        return values[self.output]


class Step(torch.nn.Module):
    def __init__(self, op, a, fixed):
        super().__init__()
        self.op, self.shape = op, None
        F = torch.nn.functional
        if op == "Conv":
            w, b = fixed[1], fixed.get(2)
            self.f = torch.nn.Conv2d(w.shape[1] * a["group"], w.shape[0], a["kernel_shape"], a["strides"], a["pads"][0], groups=a["group"], bias=b is not None)
            self.f.weight.data = w
            if b is not None:
                self.f.bias.data = b
        elif op in ("Add", "Mul"):
            f = torch.add if op == "Add" else torch.mul
            if fixed:
                self.register_buffer("constant", next(iter(fixed.values())))
                self.f = lambda x: f(x, self.constant)
            else:
                self.f = f
        elif op == "Reshape":
            shape = fixed[1].tolist()
            self.f = lambda x: x.reshape(shape)
        elif op == "Transpose":
            self.f = lambda x: x.permute(*a["perm"])
        elif op == "AveragePool":
            self.f = torch.nn.AvgPool2d(a["kernel_shape"], a["strides"], a["pads"][0], count_include_pad=False)
        elif op == "GlobalAveragePool":
            self.f = torch.nn.AdaptiveAvgPool2d(1)
        else:
            self.f = {"Relu": F.relu, "Clip": F.relu6, "HardSwish": F.hardswish, "HardSigmoid": F.hardsigmoid, "Identity": lambda x: x}[op]

    def forward(self, *x):
        return self.f(*x)


class Network:
    def __init__(self, job):
        built = from_ofa(job) if args.build == "ofa" else (Exported(job["model"]), {})
        self.told = dict(built[1], **({"unchecked": True} if args.build == "ofa" else {}))
        net = built[0].eval().to(args.device, dtype, memory_format=torch.channels_last)
        shape = (job["batch"], 3, job["resolution"], job["resolution"])
        image = torch.from_numpy(np.fromfile(job["image"], "<f4").reshape(shape))
        self.image = image.to(args.device, dtype).contiguous(memory_format=torch.channels_last)
        for p in net.parameters():
            p.requires_grad_(False)
        self.net = torch.compile(net, dynamic=False) if args.mode == "compile" else net
        self.graph = None
        if args.mode == "cudagraph":
            self.capture()

    @torch.inference_mode()
    def capture(self):
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):  # cuDNN chooses its algorithms before the capture
            for _ in range(3):
                self.net(self.image)
        torch.cuda.current_stream().wait_stream(side)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.result = self.net(self.image)

    @torch.inference_mode()
    def __call__(self):
        if self.graph is not None:
            self.graph.replay()
        else:
            self.result = self.net(self.image)
        if gpu:
            torch.cuda.synchronize()

    def outputs(self):
        self()
        return self.result.float().cpu().numpy().astype("<f4").tobytes()


class Engine:
    hello = {"versions": {"torch": torch.__version__, "numpy": np.__version__}, "gpu": gpu,
             "hardware": torch.cuda.get_device_name() if gpu else "",
             "label": f"pytorch-{args.device}-{args.mode}-{args.build}-{args.precision}", "model": "onnx", "layout": "nchw"}

    def load(self, job):
        return Network(job)


if args.mode == "cudagraph" and not gpu:
    loop.say({"fault": "CUDA graphs need --device cuda"})
    sys.exit(3)
if args.precision != "f32" and not gpu:
    loop.say({"fault": f"--precision {args.precision} is for CUDA"})
    sys.exit(3)
loop.serve(Engine())
