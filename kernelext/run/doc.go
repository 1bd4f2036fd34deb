// Package run executes notebooks against the GoNB kernel, without Jupyter and
// without Python, and makes web pages of them.
//
//  1. ReadNotebook reads an .ipynb file of format 4; Notebook.Write writes it.
//  2. FindModule and Prepare build what cells need before the first one runs.
//  3. A Launch says how to start a Jupyter kernel; Start starts one and connects to it over
//     the Jupyter messaging protocol.
//  4. Session.Execute runs one cell; Execute runs a notebook cell by cell, All runs
//     several at once and writes executed notebooks, pages, an index and a report.
//     A Cache spares those that are unchanged.
//  5. Page makes a page that needs nothing else: no script, no network.
//  6. Lint says what is wrong with a notebook's source.
//
// Source of the protocol: the Jupyter client documentation, messaging 5.3.
package run
