"""Times ONNX files in ONNX Runtime: onnxruntime_runner.py [--provider cpu|cuda] [--threads N]"""
import argparse
import sys

import loop

args = argparse.ArgumentParser()
args.add_argument("--provider", choices=["cpu", "cuda"], default="cpu")
args.add_argument("--threads", type=int, default=1)
args = args.parse_args()
gpu = args.provider == "cuda"
np, ort = loop.need("numpy", "onnxruntime=onnxruntime-gpu" if gpu else "onnxruntime")
provider = "CUDAExecutionProvider" if gpu else "CPUExecutionProvider"
if provider not in ort.get_available_providers():
    loop.say({"fault": f"onnxruntime {ort.__version__} has no {provider}, only {', '.join(ort.get_available_providers())}",
              "pip": "pip install onnxruntime-gpu"})
    sys.exit(3)


class Network:
    def __init__(self, job):
        options = ort.SessionOptions()
        options.intra_op_num_threads = args.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = ort.InferenceSession(job["model"], options, providers=[provider])
        if self.session.get_providers()[0] != provider:  # it falls back without an error
            raise RuntimeError(f"onnxruntime uses {self.session.get_providers()} in place of {provider}: are CUDA and cuDNN of its version installed?")
        shape = (job["batch"], 3, job["resolution"], job["resolution"])
        image = np.fromfile(job["image"], "<f4").reshape(shape)
        device = "cuda" if gpu else "cpu"
        self.image = ort.OrtValue.ortvalue_from_numpy(image, device, 0)
        self.binding = self.session.io_binding()
        self.binding.bind_ortvalue_input(self.session.get_inputs()[0].name, self.image)
        self.binding.bind_output(self.session.get_outputs()[0].name, device, 0)

    def __call__(self):
        self.session.run_with_iobinding(self.binding)
        if gpu:
            self.binding.synchronize_outputs()

    def outputs(self):
        self()
        return self.binding.copy_outputs_to_cpu()[0].astype("<f4").tobytes()


class Engine:
    hello = {"versions": {"onnxruntime": ort.__version__, "numpy": np.__version__}, "hardware": "", "gpu": gpu,
             "label": f"onnxruntime-{args.provider}-f32", "model": "onnx", "layout": "nchw"}

    def load(self, job):
        return Network(job)


loop.serve(Engine())
