// Package space holds what can be built: search spaces, their sub-networks, and what
// each costs to compute. Spaces are data, and others can add their own.
//
// The tour, in the order in which data flow:
//
//  1. A Family is a form of networks: its slots in stages, the choices of a slot, how a
//     network is written, and how vectors of the family are laid out. There are OFA's
//     two (OFA5, OFA6), NASBench201 and FBNet.
//  2. A Space (ByID, All) is a family with the resolutions and choices that it allows,
//     and its Macro, the widths and strides around the choices.
//  3. An Arch is one sub-network of a family. It is a comparable value in canonical
//     form: slots that its depth switches off have no choice, so that two
//     architectures that compute the same are equal and can be map keys.
//  4. Parse reads an Arch of any family, from canonical text or from the form of the
//     family's own code; Arch.String and Arch.OFA write them.
//  5. Space.Sample, Mutate and Crossover draw architectures from a generator
//     that the caller passes; Neighbours lists those one change away, Networks all.
//  6. Space.Layers unfolds an Arch into the layers that run, with every shape;
//     Space.MACs and Space.Params are sums over them, Layer.Launches counts what a GPU
//     is told to do.
//  7. Register adds a space. Package spacetest says what it has to fulfil, and
//     docs/add-a-space.md goes through one.
//  8. Published lists the fifty specialised networks that OFA's authors released.
//
// Files whose names begin with ofa, nasbench201 and fbnet each define spaces; all
// others know only data. Sources are named there.
package space
