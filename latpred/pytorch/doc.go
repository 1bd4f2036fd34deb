// Package pytorch reads files that torch.save or pickle.dump wrote, without Python.
//
//  1. ReadStateDict reads the tensors of a checkpoint.
//  2. ParseData reads plain data: lists, dicts, texts, numbers, and the arrays of NumPy and
//     tensors of PyTorch among them, as lists.
//  3. Document writes plain data of networks and latencies as JSON, for the readers of text.
//
// Both of PyTorch's formats are read, the zip file and the older one, and bare pickles.
// Nothing in a file is executed: see package pickle.
package pytorch
