package textfile

import (
	"bytes"
	"slices"
	"strings"
)

// format is a kind of file that is no text, or no table and no list of networks.
type format struct {
	is   func(start []byte) bool // start: at most the first 4 kB
	what string
	do   string
}

const (
	saveAsCSV = "save it as CSV (UTF-8)"
	toCSV     = `write it as CSV, in Python: pandas.`
)

// formats are tried in this order: the first that fits is named.
var formats = []format{
	{zipWith("xl/workbook", "xl/worksheets", "xl/_rels", "xl/styles", "xl/theme", "xl/sharedStrings"), "an Excel workbook (.xlsx)", saveAsCSV},
	{zipWith("application/vnd.oasis.opendocument.spreadsheet"), "an OpenDocument spreadsheet (.ods)", saveAsCSV},
	{zipWith("word/", "application/vnd.oasis.opendocument.text"), "a text document of an office program", "save the table in it as CSV (UTF-8)"},
	{zipWith(".npy"), "arrays of NumPy (.npz)", `write them as CSV, in Python: numpy.load(…), then numpy.savetxt(…, delimiter=",")`},
	{zipWith("[Content_Types].xml"), "an office document (.xlsx, .docx)", saveAsCSV},
	{zipWith("Index/"), "a Numbers spreadsheet", "export it as CSV (UTF-8)"},
	{starts("PK\x03\x04", "PK\x05\x06"), "a zip archive", "unpack it first"},
	{starts("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "an old Excel workbook (.xls) or another old office document", saveAsCSV},
	{starts("PAR1"), "a Parquet file", toCSV + `read_parquet("…").to_csv("….csv", index=False)`},
	{starts("ARROW1", "FEA1"), "a Feather or Arrow file", toCSV + `read_feather("…").to_csv("….csv", index=False)`},
	{starts("\x89HDF\r\n\x1a\n"), "an HDF5 file", toCSV + `read_hdf("…").to_csv("….csv", index=False)`},
	{startsBinary("ORC"), "an ORC file", toCSV + `read_orc("…").to_csv("….csv", index=False)`},
	{starts("Obj\x01"), "an Avro file", "write it as CSV or JSON"},
	{starts("SQLite format 3\x00"), "an SQLite database", `write the table as CSV: sqlite3 -header -csv FILE "SELECT * FROM …"`},
	{starts("\x93NUMPY"), "an array of NumPy (.npy)", `write it as CSV, in Python: numpy.savetxt(…, numpy.load(…), delimiter=",")`},
	{starts("MATLAB 5.0 MAT-file"), "a MATLAB file", "write it as CSV, in MATLAB: writetable"},
	{starts("RDX2", "RDX3", "RDA2", "RDA3"), "an R workspace", "write it as CSV, in R: write.csv"},
	{starts("%PDF-"), "a PDF document", "get the table as CSV"},
	{starts("{\\rtf"), "a text document (RTF)", "save the table in it as CSV (UTF-8)"},
	{markup, "a page of HTML or XML (was a page saved in place of the file?)", "get the file itself, or save the table as CSV"},
	{starts("version https://git-lfs.github.com/"), "a Git LFS pointer, not the file that it points to", "get that: git lfs pull"},
	{startsBinary("\x89PNG", "\xff\xd8\xff", "GIF8", "RIFF", "BM"), "a picture or a sound", "a table of text is wanted"},
	{starts("BZh"), "compressed by bzip2", "unpack it first: bunzip2"},
	{starts("\xfd7zXZ\x00"), "compressed by xz", "unpack it first: unxz"},
	{starts("\x28\xb5\x2f\xfd"), "compressed by Zstandard", "unpack it first: unzstd"},
	{starts("\x04\x22\x4d\x18"), "compressed by LZ4", "unpack it first: unlz4"},
	{starts("\x1f\x8b"), "compressed twice by gzip", "unpack it first: gunzip"},
	{starts("\x1f\x9d"), "compressed by compress (.Z)", "unpack it first: gunzip"},
	{starts("7z\xbc\xaf\x27\x1c", "Rar!\x1a"), "an archive (7-Zip or RAR)", "unpack it first"},
	{tar, "a tar archive", "unpack it first: tar -xf"},
	{safetensors, "a safetensors file, such as a predictor (.latpred)", "a table of measurements or architectures is wanted; a predictor goes to --model"},
	{startsBinary("\x7fELF", "MZ", "\xcf\xfa\xed\xfe"), "a program", "a table of text is wanted"},
	{tflite, "a TensorFlow Lite model", "a table of text is wanted"},
	{starts("\xff\xfe\x00\x00", "\x00\x00\xfe\xff"), "text in UTF-32", "save it as UTF-8"},
	{binary, "no text: it has control characters that no text has", "a table of text (CSV) is wanted"},
}

// recognise gives the first format that a file's start fits, or nil.
func recognise(start []byte) *format {
	if i := slices.IndexFunc(formats, func(f format) bool { return f.is(start) }); i >= 0 {
		return &formats[i]
	}
	return nil
}

func starts(magic ...string) func([]byte) bool {
	return func(start []byte) bool {
		return slices.ContainsFunc(magic, func(m string) bool { return bytes.HasPrefix(start, []byte(m)) })
	}
}

// startsBinary is starts for signatures that a text could begin with.
func startsBinary(magic ...string) func([]byte) bool {
	begins := starts(magic...)
	return func(start []byte) bool { return begins(start) && binary(start) }
}

// zipWith recognises zip archives in whose start one of some names stands.
func zipWith(names ...string) func([]byte) bool {
	return func(start []byte) bool {
		return bytes.HasPrefix(start, []byte("PK\x03\x04")) &&
			slices.ContainsFunc(names, func(n string) bool { return bytes.Contains(start, []byte(n)) })
	}
}

func markup(start []byte) bool {
	text := strings.ToLower(string(bytes.TrimSpace(start[:min(len(start), 256)])))
	return strings.HasPrefix(text, "<!doctype") || strings.HasPrefix(text, "<html") || strings.HasPrefix(text, "<?xml") || strings.HasPrefix(text, "<table")
}

func tar(start []byte) bool { return len(start) > 262 && string(start[257:262]) == "ustar" }

func tflite(start []byte) bool { return len(start) > 8 && string(start[4:8]) == "TFL3" }

// safetensors begin with the length of a JSON object.
func safetensors(start []byte) bool {
	return len(start) > 9 && start[8] == '{' && bytes.Equal(start[4:8], []byte{0, 0, 0, 0})
}

// binary recognises control characters other than white space and the escape of terminals.
func binary(start []byte) bool {
	return slices.ContainsFunc(start, func(b byte) bool {
		return b < ' ' && !bytes.ContainsRune([]byte("\t\n\v\f\r\x1b\x1a\x1f"), rune(b))
	})
}
