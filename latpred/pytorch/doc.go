// Package pytorch reads files that torch.save wrote, without Python. ReadStateDict reads
// the tensors of a checkpoint, ParseData plain data. Both of PyTorch's formats are read,
// the zip file and the older one. Nothing in a file is executed: a pickle names functions
// to call, and this package knows only those that build tensors and numbers.
package pytorch
