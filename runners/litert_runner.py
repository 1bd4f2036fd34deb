"""Times TFLite files on this machine's processor in LiteRT: litert_runner.py [--threads N]"""
import argparse

import loop

args = argparse.ArgumentParser()
args.add_argument("--threads", type=int, default=1)
args = args.parse_args()
np, litert, interpreter = loop.need("numpy", "ai_edge_litert=ai-edge-litert", "ai_edge_litert.interpreter=ai-edge-litert")


class Network:
    def __init__(self, job):
        self.net = interpreter.Interpreter(job["model"], num_threads=args.threads)  # with XNNPACK, its default
        self.net.allocate_tensors()
        self.input, self.output = self.net.get_input_details()[0], self.net.get_output_details()[0]
        self.image = np.fromfile(job["image"], "<f4").reshape(self.input["shape"])
        self.net.set_tensor(self.input["index"], self.image)

    def __call__(self):
        self.net.invoke()

    def outputs(self):
        self()
        return self.net.get_tensor(self.output["index"]).astype("<f4").tobytes()


class Engine:
    hello = {"versions": {"ai-edge-litert": getattr(litert, "__version__", ""), "numpy": np.__version__}, "hardware": "", "gpu": False,
             "label": "litert-f32", "model": "tflite", "layout": "nhwc"}

    def load(self, job):
        return Network(job)


loop.serve(Engine())
