// Package literal reads values as JSON and Python write them: what json.dump wrote and what
// print shows of a dictionary.
//
//  1. Parse reads one value with everything in it: numbers, texts, lists and
//     dictionaries, each with its place in the text.
//  2. Scanner takes the values of a file apart, one after the other, and the elements of
//     a list that is the whole file, in memory for one at a time.
//
// # Form
//
// The form is JSON's, and of Python's literals: single quotes, None, True and False, nan
// and inf, tuples, keys that are words, commas before a closing bracket, comments from # to the end of the
// line, and numbers in a list with only spaces between, as NumPy prints them. A function
// that does nothing but wrap a value stands for the value: np.int64(3), array([3, 5],
// dtype=int32), tensor([3], device='cuda:0'), OrderedDict([('ks', [3])]), dict(ks=[3]).
// Any other is an error; nothing is ever called.
//
// Depth, length and the number of values are bounded, so that no text exhausts memory.
package literal
