// Package backend opens the GoMLX backend that networks run on, and finds or
// installs the PJRT plugin that makes it fast.
//
//  1. Open opens the backend that GOMLX_BACKEND names, or else the best one available:
//     a CUDA plugin with a GPU, the CPU plugin, GoMLX's pure-Go backend. Backend says
//     which it is and why.
//  2. Plugins lists the plugins that are installed; Install fetches one.
//  3. Check runs a small computation and reports which backend and settings were in use.
//
// The CPU plugin is opened with a single device. Its default of four devices starts four
// spinning workers whatever the number of cores, which makes training slower and timings
// erratic.
//
// Plugins need cgo. In a build without it only the pure-Go backend exists.
package backend
