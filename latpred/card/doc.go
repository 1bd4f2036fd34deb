// Package card writes a page about a predictor, to lie beside its file: which networks of which
// device it is for, what it was made from, how good it is on measurements that it has not seen,
// and how it is used. Its header is that of a model card of Hugging Face, so that their site and
// tools read it.
//
//  1. New gathers the facts as a Card: what the predictor tells of itself, and a Judgement on the
//     rows of a set that it has not seen. Without a set it takes the one that the predictor was
//     made from, if that ships.
//  2. Card.Markdown writes them.
//
// Everything in a file may come from somebody else: names and notes are escaped, so that the page
// holds no markup of theirs.
package card
