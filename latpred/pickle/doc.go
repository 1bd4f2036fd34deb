// Package pickle reads what Python pickled, as data: no class is looked up, no function of
// Python is called, no module imported.
//
//  1. Read runs the instructions of a pickle of protocol 0 to 5 on values of this package:
//     List, Tuple, Dict, Array, texts, numbers. A pickle also names functions that Python
//     would call. Read knows a few that do nothing but build values, those of NumPy and of
//     collections; any other is a *ClassError, whether or not its result is used.
//  2. Plain turns such a value into lists, maps, texts and numbers alone.
//  3. Call builds one value from the name of a function and its arguments, for other
//     formats that name Python's functions, such as YAML with the tags of PyYAML.
//
// Hostile files are expected. Instructions, depth, and the number of values that Plain
// makes are bounded, no length of a file is believed before it is checked, and errors
// never print a value, since a list may hold itself.
//
// Source of the instructions: Python's pickletools. The package doesn't use a library since
// those for Go build values by calling, take a missing reference for None, leave escapes in
// texts undecoded, or lack the instruction that NumPy's values need (BUILD).
package pickle
