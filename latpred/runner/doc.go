// Package runner times networks in other runtimes: ONNX Runtime, LiteRT, PyTorch,
// TensorRT, Core ML, and LiteRT on a phone.
//
//  1. Recipes lists the runtimes by name: what each needs, and how it is started.
//  2. Open starts one: the program of package runners in Python, once for all networks, or
//     the client of a tool such as adb or trtexec.
//  3. Runner.Device makes of it a device that package measure measures. For each network
//     it writes the file that the runtime reads, loads it there, and takes the median of
//     the times that the runtime or its tool tells.
//  4. The first network's outputs are compared with ours, on a made-up image. A difference
//     is an error, since then the runtime times another network.
//
// Faults of a phone (gone for a moment, a torn line) are tried again for a bounded time,
// and its temperature and battery are looked at before each run. Whatever stops a
// measurement, the journal has the rounds before it.
package runner
