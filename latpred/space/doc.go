// Package space holds what can be built: the search spaces of Once-For-All
// networks, their sub-networks, and what each costs to compute.
//
// The tour, in the order in which data flow:
//
//  1. A Space (ByID, All) is data: stages of slots, each with a choice of kernel
//     size and expansion, a choice of depth for each stage, and input resolutions.
//  2. An Arch is one sub-network of a space. It is a comparable value in
//     canonical form: genes of slots that its depth switches off are zero, so
//     two architectures that compute the same are equal and can be map keys.
//  3. Parse reads an Arch from its canonical text or from OFA's JSON object;
//     Arch.String and Arch.OFA write them.
//  4. Space.Sample, Mutate and Crossover draw architectures from a generator
//     that the caller passes.
//  5. Space.Layers unfolds an Arch into the layers that run, with every shape;
//     Space.MACs and Space.Params are sums over them.
//  6. Published lists the fifty specialised networks that OFA's authors released.
//
// Sources: the supernets are those of the OFA repository
// (mit-han-lab/once-for-all, ofa_mbv3.py and ofa_proxyless.py); the coupled
// spaces are CompOFA's (gatech-sysml/CompOFA).
package space
