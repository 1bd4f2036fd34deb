// Package timing reads the times that measuring programs print.
//
//  1. Read takes what a program printed. Numbers alone are runs in milliseconds, or in
//     the unit that stands behind each; the fastest counts. One number that is named with
//     its unit ("latency_us: 13402.6") is read as well.
//  2. The reports of tools that many use are known by their form: trtexec,
//     benchmark_model, onnxruntime_perf_test, torch.utils.benchmark, timeit, benchmark_app
//     and others, see Reports. Of each, the median of its timed runs counts where it is
//     printed, and never its warming up.
//  3. In any other text a pattern says which number counts, see Pick. Without one the
//     error shows the numbers that were found.
//
// A number whose unit is not certain is an error, since a latency that is wrong by a
// factor of a thousand is hard to see afterwards.
package timing
