// Package pytorch reads what torch.save wrote, without Python: ReadStateDict the
// tensors of a checkpoint, ParseData plain data. Both of PyTorch's forms are read, the
// zip file and the older one. Nothing in a file is run: a pickle names functions to
// call, and only those that build tensors and numbers are known here.
package pytorch
