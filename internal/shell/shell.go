// Package shell writes words so that a shell of POSIX reads them as they are.
package shell

import "strings"

// plain are the characters that mean nothing to a shell, wherever they stand.
const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-"

// Plain reports whether a text is the same word with and without quotes.
func Plain(text string) bool { return text != "" && strings.Trim(text, plain) == "" }

// Quote is a text as one word, in single quotes where it needs them.
func Quote(text string) string {
	if Plain(text) {
		return text
	}
	return "'" + Within(text) + "'"
}

// Within is a text as it stands between single quotes that are open already.
func Within(text string) string { return strings.ReplaceAll(text, "'", `'\''`) }
