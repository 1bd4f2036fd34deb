// Package run executes notebooks with the GoNB kernel, without Jupyter and without
// Python, and makes web pages from them.
//
//  1. ReadNotebook reads an .ipynb file of format 4, or says in a FormatError what else the
//     file is; Notebook.Check says whether it is one for Go. Notebook.Content returns the
//     file again: what nobody has changed is as it was read, byte for byte.
//  2. FetchModules and BuildImports prepare the packages that cells import before the
//     first cell runs.
//  3. A Launch describes how to start a Jupyter kernel, Launch.For how for a notebook with
//     modules of its own; Start starts one and connects to it with the Jupyter messaging
//     protocol.
//  4. Session.Execute runs one cell; its messages change the outputs of all cells that show
//     what they name. All runs several notebooks at once and writes the
//     executed notebooks, their pages, an index and a report. With a Cache, notebooks
//     that have not changed are not executed again.
//  5. Page makes a self-contained web page, without scripts or network access.
//  6. Lint lists mistakes in a notebook's source.
//
// Sources: the Jupyter client documentation, messaging 5.3; the JSON schemas of nbformat
// 4.0 to 4.5.
package run
