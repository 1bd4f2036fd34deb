// Package catalog finds what ships with the project by its name: predictors, tables,
// sources to adapt from. It imports every family of predictors, so that a program
// that uses it can Load all kinds.
package catalog
