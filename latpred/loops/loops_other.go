//go:build !amd64

package loops

func available() []instructions { return []instructions{plain} }

func accumulate(columns int, a *args) { a.accumulate(columns) }

func descend(columns int, a *args) { a.descend(columns) }

func dots(a *args) { a.dots() }

func listRow(a *listArgs) { a.listRow() }

func listColumns(a *listArgs) { a.listColumns() }

func burn(int) int { return 0 }
