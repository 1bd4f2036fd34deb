"""Times networks in Core ML, on a Mac: coreml_runner.py [--units ALL|CPU_ONLY|CPU_AND_GPU|CPU_AND_NE]

The network is that of the ONNX file which we write, built of Core ML's own operations:
coremltools reads no ONNX files any more.
"""
import argparse
import sys
import tempfile

import loop

args = argparse.ArgumentParser()
args.add_argument("--units", choices=["ALL", "CPU_ONLY", "CPU_AND_GPU", "CPU_AND_NE"], default="ALL")
args.add_argument("--precision", choices=["f32", "f16"], default="f16")
args.add_argument("--convert-only", action="store_true", help="make models and don't run them, as on Linux")
args = args.parse_args()
np, onnx, ct = loop.need("numpy", "onnx", "coremltools")
if sys.platform != "darwin" and not args.convert_only:
    loop.say({"fault": f"Core ML runs on macOS, and this is {sys.platform}"})
    sys.exit(3)
from coremltools.converters.mil import Builder as mb
from onnx import numpy_helper


def program(path, shape):
    """The network of an ONNX file as a program of Core ML's."""
    graph = onnx.load(path).graph
    constants = {i.name: numpy_helper.to_array(i) for i in graph.initializer}

    @mb.program(input_specs=[mb.TensorSpec(shape=shape)], opset_version=ct.target.iOS15)
    def build(image):
        values = dict(constants)
        values[graph.input[0].name] = image
        for node in graph.node:
            a = {x.name: onnx.helper.get_attribute_value(x) for x in node.attribute}
            values[node.output[0]] = step(node.op_type, a, [values[x] for x in node.input])
        return mb.identity(x=values[graph.output[0].name], name="logits")

    return build


def step(op, a, x):
    if op == "Conv":
        more = {"bias": x[2]} if len(x) > 2 else {}
        pads = [a["pads"][0], a["pads"][2], a["pads"][1], a["pads"][3]]
        return mb.conv(x=x[0], weight=x[1], strides=a["strides"], pad_type="custom", pad=pads, groups=a["group"], **more)
    if op == "AveragePool":
        pads = [a["pads"][0], a["pads"][2], a["pads"][1], a["pads"][3]]
        return mb.avg_pool(x=x[0], kernel_sizes=a["kernel_shape"], strides=a["strides"], pad_type="custom", pad=pads, exclude_padding_from_average=True)
    if op == "GlobalAveragePool":
        return mb.reduce_mean(x=x[0], axes=[2, 3], keep_dims=True)
    if op == "HardSigmoid":
        return mb.sigmoid_hard(x=x[0], alpha=1 / 6, beta=0.5)
    if op == "HardSwish":
        return mb.mul(x=x[0], y=mb.sigmoid_hard(x=x[0], alpha=1 / 6, beta=0.5))
    return {"Add": lambda: mb.add(x=x[0], y=x[1]), "Mul": lambda: mb.mul(x=x[0], y=x[1]), "Relu": lambda: mb.relu(x=x[0]),
            "Clip": lambda: mb.relu6(x=x[0]), "Reshape": lambda: mb.reshape(x=x[0], shape=x[1].astype("int32")),
            "Transpose": lambda: mb.transpose(x=x[0], perm=a["perm"]), "Identity": lambda: mb.identity(x=x[0])}[op]()


class Network:
    def __init__(self, job):
        shape = (job["batch"], 3, job["resolution"], job["resolution"])
        precision = ct.precision.FLOAT16 if args.precision == "f16" else ct.precision.FLOAT32
        self.image = {"image": np.fromfile(job["image"], "<f4").reshape(shape)}
        self.model = ct.convert(program(job["model"], shape), convert_to="mlprogram", compute_precision=precision,
                                compute_units=ct.ComputeUnit[args.units], minimum_deployment_target=ct.target.iOS15,
                                skip_model_load=args.convert_only)
        if args.convert_only:
            self.model.save(tempfile.mkdtemp() + "/net.mlpackage")

    def __call__(self):
        if args.convert_only:
            return
        self.result = self.model.predict(self.image)

    def outputs(self):
        self()
        return next(iter(self.result.values())).astype("<f4").tobytes()


class Engine:
    hello = {"versions": {"coremltools": ct.__version__, "numpy": np.__version__}, "hardware": "", "gpu": False,
             "label": f"coreml-{args.units.lower().replace('_', '-')}-{args.precision}", "model": "onnx", "layout": "nchw"}

    def load(self, job):
        return Network(job)


loop.serve(Engine())
