package main

import (
	"github.com/alecthomas/kong"
	"github.com/ofalat/ofalat/internal/limits"
)

// Validate holds the numbers that were given against the limits that their flags declare.
func (*commands) Validate(c *kong.Context) error { return limits.Check(c) }
