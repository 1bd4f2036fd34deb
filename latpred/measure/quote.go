package measure

import (
	"strings"

	"github.com/ofalat/ofalat/internal/shell"
)

// withFile is a shell command in which a file's name stands for every {}, quoted as its
// place needs it: in single quotes, in double quotes or in none.
func withFile(command, file string) string {
	var b strings.Builder
	quotes := []byte{0} // those that are open, the innermost last: ', ", ( and ` of commands within, 0 outside
	for i := 0; i < len(command); i++ {
		in, c := quotes[len(quotes)-1], command[i]
		if strings.HasPrefix(command[i:], "{}") {
			b.WriteString(quoted(file, in))
			i++
			continue
		}
		b.WriteByte(c)
		switch {
		case c == '\\' && in != '\'' && i+1 < len(command) && command[i+1] != '{':
			i++
			b.WriteByte(command[i])
		case in == '\'':
			if c == '\'' {
				quotes = quotes[:len(quotes)-1]
			}
		case c == in, in == '(' && c == ')':
			quotes = quotes[:len(quotes)-1]
		case c == '`', c == '"', in != '"' && (c == '\'' || c == '('), in == '"' && c == '(' && command[i-1] == '$':
			quotes = append(quotes, c)
		}
	}
	return b.String()
}

// quoted is a text as it is written between quotes of a kind: ' or ", or none for others.
func quoted(text string, in byte) string {
	switch {
	case in == '\'':
		return shell.Within(text)
	case in == '"':
		return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(text)
	}
	return shell.Quote(text)
}
