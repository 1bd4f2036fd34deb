package pickle

import (
	"errors"
	"fmt"
)

// maxDims is NumPy's own limit on the dimensions of an array.
const maxDims = 64

// Array is an array of NumPy or a tensor of PyTorch.
type Array struct {
	shape   []int
	strides []int // in values
	offset  int   // of the first value
	dtype   *dtype
	data    []byte
	objects []any // in place of data, for arrays of objects
}

// NewArray makes an array of values that are named as NumPy names them ("float32"), or
// "bfloat16". Strides and offset are in values. The data come with SetData. It errs if the
// type is not known or the shape is no shape.
func NewArray(dtype string, shape, strides []int, offset int) (*Array, error) {
	t, err := parseDType(dtype)
	if err != nil {
		return nil, err
	}
	if len(strides) != len(shape) || len(shape) > maxDims || offset < 0 {
		return nil, errors.New("damaged: an array of no shape")
	}
	for i := range shape {
		if shape[i] < 0 || strides[i] < 0 {
			return nil, errors.New("damaged: an array of no shape")
		}
	}
	return &Array{shape: shape, strides: strides, offset: offset, dtype: t}, nil
}

// Shape is the array's shape; it has no dimension for a single number.
func (a *Array) Shape() []int { return a.shape }

// SetData sets the values, least significant byte first. They may be shared with other
// arrays.
func (a *Array) SetData(data []byte) { a.data = data }

// SetState takes NumPy's (version, shape, type, Fortran's order, bytes or list of objects).
func (a *Array) SetState(state any) error {
	tuple, ok := state.(Tuple)
	if list, isList := state.(*List); isList {
		tuple, ok = list.Items, true
	}
	if ok && len(tuple) == 4 { // NumPy's first version
		tuple = append(Tuple{int64(0)}, tuple...)
	}
	if !ok || len(tuple) != 5 {
		return errors.New("damaged: an array of unknown form")
	}
	fortran, _ := tuple[3].(bool)
	return a.set(tuple[1], tuple[2], fortran, tuple[4])
}

// fromBuffer is numpy.core.numeric._frombuffer(bytes, type, shape, order), of protocol 5.
func fromBuffer(args []any) (any, error) {
	if len(args) != 4 {
		return nil, errors.New("damaged: an array of unknown form")
	}
	a := &Array{}
	return a, a.set(args[2], args[1], args[3] == "F", args[0])
}

func (a *Array) set(shape, of any, fortran bool, values any) error {
	t, ok := of.(*dtype)
	if !ok {
		return errors.New("damaged: an array of no type")
	}
	var err error
	if a.shape, err = Ints(shape); err != nil || len(a.shape) > maxDims {
		return errors.New("damaged: an array of no shape")
	}
	a.dtype, a.offset = t, 0
	a.strides = make([]int, len(a.shape))
	count := 1
	for i := range a.shape {
		at := len(a.shape) - 1 - i
		if fortran {
			at = i
		}
		a.strides[at] = count
		if n := a.shape[at]; n < 0 || n > 0 && count > maxValues/n {
			return fmt.Errorf("holds an array of more than %d values", maxValues)
		} else {
			count *= n
		}
	}
	if list, isList := values.(*List); isList && t.kind == 'O' {
		if len(list.Items) != count {
			return fmt.Errorf("damaged: an array of %d objects, %d are due", len(list.Items), count)
		}
		a.objects = list.Items
		return nil
	}
	data, isBytes := bytesOf(values)
	if !isBytes || t.kind == 'O' || len(data) != count*t.size {
		return fmt.Errorf("damaged: an array of %d bytes, %d are due", len(data), count*t.size)
	}
	a.data = data
	return nil
}

// Ints gives the integers of a list or tuple; of a single integer, itself.
func Ints(v any) ([]int, error) {
	var items []any
	switch v := v.(type) {
	case Tuple:
		items = v
	case *List:
		items = v.Items
	case int64:
		items = []any{v}
	default:
		return nil, errors.New("damaged: a list of integers is due")
	}
	out := make([]int, len(items))
	for i, item := range items {
		n, ok := item.(int64)
		if !ok {
			return nil, errors.New("damaged: a list of integers is due")
		}
		out[i] = int(n)
	}
	return out, nil
}

// at is the value at a place, in values, of the data.
func (a *Array) at(place int) (any, error) {
	if a.objects != nil {
		return a.objects[place], nil
	}
	if size := max(1, a.dtype.size); place < 0 || place > len(a.data)/size-1 {
		return nil, errors.New("damaged: an array whose values are missing")
	}
	return a.dtype.value(a.data[place*a.dtype.size:][:a.dtype.size]), nil
}
