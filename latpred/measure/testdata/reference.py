"""Outputs of five networks, layer by layer, by another hand: written from the
published description of the supernets as ONNX graphs of convolutions and batch
normalisations, run by onnxruntime. The Go test compares its own with them.

    pip install onnx onnxruntime numpy
    python3 reference.py > reference.json
"""
import json
import math
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

MASK = (1 << 64) - 1


def draw(name, n):
    """SplitMix64 from the FNV-1a hash of the name, as numbers of [-1, 1)."""
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) & MASK
    with np.errstate(over="ignore"):
        z = np.uint64(h) + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return ((z >> np.uint64(40)).astype(np.float64) / (1 << 23) - 1).astype(np.float32)


def round8(v):
    n = max(8, int(v + 4) // 8 * 8)
    return n + 8 if n < 0.9 * v else n


class Net:
    def __init__(self, eps):
        self.nodes, self.init, self.outs, self.n, self.eps = [], [], [], 0, eps

    def const(self, value, dtype=np.float32):
        self.n += 1
        name = f"c{self.n}"
        self.init.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def node(self, kind, *inputs, **attributes):
        self.n += 1
        out = f"v{self.n}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], **attributes))
        return out

    def conv(self, x, place, op, k, stride, cin, cout, act, norm=True, groups=1):
        name = f"{place}/{op}/k{k}/{cin}to{cout}" + (f"/g{groups}" if 1 < groups < cin else "")
        fan = k * k * cin // groups
        w = draw(name + "/w", fan * cout).reshape(k, k, fan // (k * k), cout) * np.float32(math.sqrt(3 / fan))
        x = self.node("Conv", x, self.const(w.transpose(3, 2, 0, 1)), kernel_shape=[k, k], strides=[stride] * 2,
                      pads=[k // 2] * 4, group=groups)
        if norm:
            g, b, m, v = (draw(f"{name}/{p}", cout) for p in ("gamma", "beta", "mean", "variance"))
            x = self.node("BatchNormalization", x, self.const(1 + 0.2 * g), self.const(0.5 * b), self.const(0.2 * m),
                          self.const(1 + 0.5 * v), epsilon=self.eps)
        return self.act(x, act)

    def act(self, x, act):
        if act == "relu":
            return self.node("Relu", x)
        if act == "relu6":
            return self.node("Clip", x, self.const(0), self.const(6))
        if act == "h_swish":
            return self.node("HardSwish", x)
        return x

    def dense(self, x, name, cin, cout):
        w = draw(name + "w", cin * cout).reshape(cin, cout) * np.float32(math.sqrt(3 / cin))
        b = draw(name + "b", cout) * np.float32(math.sqrt(3 / cin))
        return self.node("Conv", x, self.const(w.T.reshape(cout, cin, 1, 1)), self.const(b), kernel_shape=[1, 1])

    def block(self, x, place, cin, cout, k, e, stride, act, se, skip):
        start, mid = x, cin
        if e > 1:
            mid = round8(round(cin * e))
            x = self.conv(x, place, "expand", 1, 1, cin, mid, act)
        x = self.conv(x, place, "depthwise", k, stride, mid, mid, act, groups=mid)
        if se:
            s, name = round8(mid // 4), f"{place}/se/k0/{mid}to{mid}/"
            y = self.node("GlobalAveragePool", x)
            y = self.act(self.dense(y, name + "reduce.", mid, s), "relu")
            y = self.node("HardSigmoid", self.dense(y, name + "expand.", s, mid), alpha=1 / 6, beta=0.5)
            x = self.node("Mul", x, y)
        x = self.conv(x, place, "project", 1, 1, mid, cout, "")
        if skip:
            x = self.node("Add", x, start)
        return self.out(x)

    def shuffle(self, x, channels, groups, size):
        x = self.node("Reshape", x, self.const([1, groups, channels // groups, size, size], np.int64))
        x = self.node("Transpose", x, perm=[0, 2, 1, 3, 4])
        return self.node("Reshape", x, self.const([1, channels, size, size], np.int64))

    def out(self, x):
        self.outs.append(x)
        return x

    def run(self, r):
        graph = helper.make_graph(self.nodes, "net", [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, r, r])],
                                  [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in self.outs], self.init)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        image = draw(f"image/1x{r}x{r}x3", r * r * 3).reshape(1, r, r, 3)
        return session.run(None, {"image": image.transpose(0, 3, 1, 2).copy()})


def mobilenet3(multiplier, r, depths, ks, es):
    width = [round8(c * multiplier) for c in (16, 16, 24, 40, 80, 112, 160, 960, 1280)]
    net = Net(1e-5)
    x = net.out(net.conv("image", "stem", "conv", 3, 2, 3, width[0], "h_swish"))
    x = net.block(x, "fixed_block", width[0], width[1], 3, 1, 1, "relu", False, True)
    for stage, (stride, act, se) in enumerate(((2, "relu", 0), (2, "relu", 1), (2, "h_swish", 0), (1, "h_swish", 1), (2, "h_swish", 1))):
        for p in range(depths[stage]):
            slot = 4 * stage + p
            x = net.block(x, f"block{slot}", width[1 + stage] if p == 0 else width[2 + stage], width[2 + stage],
                          ks[slot], es[slot], stride if p == 0 else 1, act, se, p > 0)
    x = net.out(net.conv(x, "head_expand", "conv", 1, 1, width[6], width[7], "h_swish"))
    x = net.out(net.node("GlobalAveragePool", x))
    x = net.out(net.conv(x, "feature_mix", "conv", 1, 1, width[7], width[8], "h_swish", norm=False))
    net.out(net.dense(x, f"classifier/linear/k0/{width[8]}to1000/", width[8], 1000))
    return net.run(r)


def proxyless(r, depths, ks, es):
    width = (40, 24, 32, 56, 104, 128, 248, 416, 1664)
    net = Net(1e-3)
    x = net.out(net.conv("image", "stem", "conv", 3, 2, 3, width[0], "relu6"))
    x = net.block(x, "fixed_block", width[0], width[1], 3, 1, 1, "relu6", False, False)
    for stage, stride in enumerate((2, 2, 2, 1, 2, 1)):
        for p in range(depths[stage]):
            slot = 4 * stage + p
            x = net.block(x, f"block{slot}", width[1 + stage] if p == 0 else width[2 + stage], width[2 + stage],
                          ks[slot], es[slot], stride if p == 0 else 1, "relu6", False, p > 0)
    x = net.out(net.conv(x, "feature_mix", "conv", 1, 1, width[7], width[8], "relu6"))
    x = net.out(net.node("GlobalAveragePool", x))
    net.out(net.dense(x, f"classifier/linear/k0/{width[8]}to1000/", width[8], 1000))
    return net.run(r)


def fbnet(r, ops, first_stride=1, classes=100, last=1504):
    """FBNet, Wu et al. 2019: ops of all 22 positions; the CIFAR variant by default."""
    net, cin, size, position = Net(1e-5), 16, (r - 1) // first_stride + 1, 0
    x = net.out(net.conv("image", "stem", "conv", 3, first_stride, 3, 16, "relu"))
    strides = (1, 1, 2, 2, 1, 2, 1) if first_stride == 1 else (1, 2, 2, 2, 1, 2, 1)
    for count, cout, stride in zip((1, 4, 4, 4, 4, 4, 1), (16, 24, 32, 64, 112, 184, 352), strides):
        for s in [stride] + [1] * (count - 1):
            same, op = s == 1 and cin == cout, ops[position]
            if op == "skip":
                if not same:  # its place in the list of layers, behind the stem
                    x = net.conv(x, f"layer{position + 1}", "conv", 1, s, cin, cout, "relu")
                net.out(x)
            else:
                k, e, g = int(op[1]), int(op[4]), 2 if op.endswith("_g2") else 1
                start, mid, place = x, cin * e, f"block{position}"
                x = net.conv(x, place, "expand", 1, 1, cin, mid, "relu", groups=g)
                if g > 1:
                    x = net.shuffle(x, mid, g, size)
                x = net.conv(x, place, "depthwise", k, s, mid, mid, "relu", groups=mid)
                x = net.conv(x, place, "project", 1, 1, mid, cout, "", groups=g)
                net.out(net.node("Add", x, start) if same else x)
                x = net.outs[-1]
            cin, size, position = cout, (size - 1) // s + 1, position + 1
    x = net.out(net.conv(x, "feature_mix", "conv", 1, 1, cin, last, "relu"))
    x = net.out(net.node("GlobalAveragePool", x))
    net.out(net.dense(x, f"classifier/linear/k0/{last}to{classes}/", last, classes))
    return net.run(r)


def nasbench201(r, cell):
    """NAS-Bench-201, Dong and Yang 2020: cell lists the operation and origin of each edge, by node."""
    net, cin = Net(1e-5), 16

    def rcb(x, k, stride, cin, cout):  # ReLU, convolution, batch normalisation
        return net.out(net.conv(net.node("Relu", x), f"layer{len(net.outs)}", "conv", k, stride, cin, cout, ""))

    def edge(x, op):
        if op == "none":
            return net.out(net.node("Mul", x, net.const(0)))
        if op == "skip_connect":
            return net.out(net.node("Identity", x))
        if op == "avg_pool_3x3":
            return net.out(net.node("AveragePool", x, kernel_shape=[3, 3], strides=[1, 1], pads=[1] * 4, count_include_pad=0))
        return rcb(x, int(op[-1]), 1, cin, cin)

    x = net.out(net.conv("image", "stem", "conv", 3, 1, 3, cin, ""))
    for cout in (16, 32, 64):
        if cout != cin:
            deep = rcb(rcb(x, 3, 2, cin, cout), 3, 1, cout, cout)
            short = net.out(net.node("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2]))
            short = net.out(net.conv(short, f"layer{len(net.outs)}", "conv", 1, 1, cin, cout, "", norm=False))
            x = net.out(net.node("Add", deep, short))
            cin = cout
        for _ in range(5):
            nodes = [x]
            for edges in cell:
                ends = [edge(nodes[origin], op) for op, origin in edges]
                nodes.append(ends[0])
                for end in ends[1:]:
                    nodes[-1] = net.node("Add", nodes[-1], end)
                if len(ends) > 1:
                    net.out(nodes[-1])
            x = nodes[3]
    name = f"layer{len(net.outs)}/norm/k0/{cin}to{cin}"
    g, b, m, v = (draw(f"{name}/{p}", cin) for p in ("gamma", "beta", "mean", "variance"))
    x = net.node("BatchNormalization", x, net.const(1 + 0.2 * g), net.const(0.5 * b), net.const(0.2 * m), net.const(1 + 0.5 * v), epsilon=net.eps)
    x = net.out(net.node("Relu", x))
    x = net.out(net.node("GlobalAveragePool", x))
    net.out(net.dense(x, f"classifier/linear/k0/{cin}to10/", cin, 10))
    return net.run(r)


def genes(text):
    """Four genes a stage from the canonical text, absent ones 0."""
    return [int(c) for stage in text.split("-") for c in stage.ljust(4, "0")]


def describe(outputs):
    layers = []
    for y in outputs:
        y = y.transpose(0, 2, 3, 1)  # as Go has it: batch, height, width, channels
        flat = y.reshape(-1)
        at = [int(i) for i in np.linspace(0, flat.size - 1, 12).astype(int)]
        layers.append({"dims": list(y.shape), "mean": float(flat.mean(dtype=np.float64)),
                       "rms": float(np.sqrt((flat.astype(np.float64) ** 2).mean())), "at": at, "values": [float(flat[i]) for i in at]})
    return layers


cases = []
for space, arch in (
        ("mbv3-w1.0", "r140 d24323 k35-7353-753-57-335 e34-6346-463-64-346"),
        ("mbv3-w1.2", "r128 d42232 k7355-35-57-375-73 e6643-36-43-346-64"),
        ("proxyless-w1.3", "r132 d232421 k35-753-37-5357-73-5 e34-664-36-4346-64-3")):
    r, d, k, e = (part[1:] for part in arch.split())
    depths = [int(c) for c in d]
    if space.startswith("mbv3"):
        outputs = mobilenet3(float(space[-3:]), int(r), depths, genes(k), genes(e))
    else:
        outputs = proxyless(int(r), depths, genes(k), genes(e))
    cases.append({"space": space, "arch": arch, "layers": describe(outputs)})

FBNET_A = ("skip k3_e3 k3_e1 skip skip k5_e6 k3_e3 k5_e1 k3_e3 k5_e6 k5_e3 k5_e1_g2 k5_e6 "
           "k3_e6 k5_e1_g2 k5_e3 k3_e1_g2 k5_e6 k5_e6 k5_e3 k5_e6 k5_e6").split()
stages, at = [], 0
for count in (1, 4, 4, 4, 4, 4, 1):
    stages.append("-".join(FBNET_A[at:at + count]))
    at += count
cases.append({"space": "fbnet-cifar100", "arch": "fbnet r32 " + " ".join(stages), "layers": describe(fbnet(32, FBNET_A))})
CELL = "|nor_conv_3x3~0|+|none~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_1x1~1|nor_conv_3x3~2|"
cell = [[(edge.split("~")[0], int(edge.split("~")[1])) for edge in node.strip("|").split("|")] for node in CELL.split("+")]
cases.append({"space": "nasbench201", "arch": CELL, "layers": describe(nasbench201(32, cell))})
json.dump({"made_by": f"onnxruntime {onnxruntime.__version__}, onnx {onnx.__version__}", "cases": cases}, sys.stdout, indent=None, separators=(",", ":"))
print()
