//go:build !amd64

package loops

func available() []instructions { return []instructions{plain} }

func multiplyRows(columns int, a *args) { a.multiplyRows(columns) }

func gradientStep(columns int, a *args) { a.gradientStep(columns) }

func multiplySampled(a *args) { a.multiplySampled() }

func compressRow(a *compressArgs) { a.compressRow() }

func compressColumns(a *compressArgs) { a.compressColumns() }

func burn(int) int { return 0 }
