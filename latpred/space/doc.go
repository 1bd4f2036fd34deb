// Package space describes search spaces, their sub-networks, and what each sub-network
// costs to compute. Spaces are data, and other packages can add their own.
//
// A tour, in the order in which data flow:
//
//  1. A Family is a form of networks: its slots in stages, the choices of a slot, the
//     text of a network, and the layout of the family's vectors. The families are OFA's
//     two (OFA5, OFA6), NASBench201 and FBNet.
//  2. A Space (ByID, All) is a family, the resolutions and choices that are allowed, and
//     a Macro: the widths and strides around the choices.
//  3. An Arch is one sub-network of a family. It is a comparable value in canonical
//     form: slots that its depth switches off have no choice, so that equal networks are
//     equal values and can be map keys.
//  4. Parse reads an Arch of any family, from canonical text or from a description such
//     as the family's own code and its users' scripts write, see Describe; Arch.String and
//     Arch.OFA write them. Package archfile reads files of them.
//  5. Space.Sample, Mutate and Crossover draw architectures with a generator that the
//     caller passes. Neighbours lists those one change away; Networks lists all.
//  6. Space.Layers gives the layers of an Arch that run, with every shape. Space.MACs and
//     Space.Params are sums over them; Layer.Launches counts GPU launches.
//  7. Register adds a space. Package spacetest is its conformance suite, and
//     docs/add-a-space.md goes through an example.
//  8. Published lists the fifty specialised networks that OFA's authors released.
//
// The files whose names begin with ofa, nasbench201 and fbnet define spaces and name
// their sources. All other files treat spaces as data.
package space
