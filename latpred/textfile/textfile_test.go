package textfile_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/ofalat/ofalat/latpred/textfile"
)

const table = "arch,latency_ms,“µ”\r\nr160,1\rr176,2\n\rr192,3\r"

// wide is a text in UTF-16, of the given order of bytes.
func wide(text string, little, mark bool) []byte {
	if mark {
		text = "\ufeff" + text
	}
	var out []byte
	for _, c := range utf16.Encode([]rune(text)) {
		if little {
			out = append(out, byte(c), byte(c>>8))
		} else {
			out = append(out, byte(c>>8), byte(c))
		}
	}
	return out
}

func zipped(content []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(content) // a buffer takes all
	z.Close()
	return b.Bytes()
}

// All that programs do to a text is undone, however its bytes come in.
func TestText(t *testing.T) {
	const want = "arch,latency_ms,“µ”\r\nr160,1\nr176,2\n\nr192,3\n"
	long := strings.Repeat("0123456789\r\n", 5000) + "\r"
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"plain": {[]byte(table), want}, "marked": {[]byte("\ufeff" + table), want}, "gzip": {zipped([]byte("\ufeff" + table)), want},
		"UTF-16 LE": {wide(table, true, true), want}, "UTF-16 BE": {wide(table, false, true), want},
		"UTF-16 LE without mark": {wide(table, true, false), want}, "UTF-16 BE without mark": {wide(table, false, false), want},
		"gzip'd UTF-16": {zipped(wide(table, true, true)), want},
		"empty":         {nil, ""}, "a mark alone": {[]byte("\ufeff"), ""}, "one byte": {[]byte("1"), "1"},
		"long": {[]byte(long), strings.TrimSuffix(long, "\r") + "\n"}, "long UTF-16": {wide(long, true, true), strings.TrimSuffix(long, "\r") + "\n"},
	} {
		for how, r := range map[string]io.Reader{"whole": bytes.NewReader(c.content), "by bytes": iotest.OneByteReader(bytes.NewReader(c.content))} {
			in, err := textfile.NewReader(r, "f")
			if err != nil {
				t.Errorf("%s, %s: %v", name, how, err)
				continue
			}
			if got, err := io.ReadAll(in); err != nil || string(got) != c.want {
				t.Errorf("%s, %s: %.80q, %v", name, how, got, err)
			}
		}
	}
}

// A carriage return at the end of one read and its line feed at the start of the next are
// one end of line.
func TestPairAcrossReads(t *testing.T) {
	for n := 4090; n < 4100; n++ {
		text := strings.Repeat("x", n) + "\r\ny\rz"
		in, err := textfile.NewReader(strings.NewReader(text), "f")
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := io.ReadAll(in); string(got) != strings.Repeat("x", n)+"\r\ny\nz" {
			t.Errorf("%d: …%q", n, got[n-1:])
		}
	}
}

// What is no text is named, with a way out, and without its bytes.
func TestNoText(t *testing.T) {
	const zip = "PK\x03\x04\x14\x00\x00\x00\x08\x00)1|][\x99\xae\xae\xe5\x00\x00\x00\x0b\x02\x00\x00\x13\x00\x00\x00"
	nulls := strings.Repeat("\x00", 250)
	for content, want := range map[string]string{
		zip + "[Content_Types].xml…" + zip + "xl/workbook.xml":         "an Excel workbook (.xlsx): save it as CSV",
		zip + "mimetypeapplication/vnd.oasis.opendocument.spreadsheet": "an OpenDocument spreadsheet",
		zip + "[Content_Types].xml…word/document.xml":                  "a text document",
		zip + "arr_0.npy":                          "arrays of NumPy (.npz)",
		zip + "Index/Document.iwa":                 "a Numbers spreadsheet",
		zip + "[Content_Types].xml":                "an office document",
		zip + "mine.csv":                           "a zip archive: unpack it",
		"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00": "an old Excel workbook",
		"PAR1\x15\x04\x15":                         "a Parquet file: write it as CSV, in Python: pandas.read_parquet",
		"ARROW1\x00\x00\xff":                       "a Feather or Arrow file",
		"\x89HDF\r\n\x1a\n\x00":                    "an HDF5 file",
		"ORC\x08\x03\x10\x00":                      "an ORC file",
		"Obj\x01\x04\x14avro":                      "an Avro file",
		"SQLite format 3\x00\x10":                  "an SQLite database",
		"\x93NUMPY\x01\x00v\x00{'descr'":           "an array of NumPy (.npy)",
		"MATLAB 5.0 MAT-file, Platform":            "a MATLAB file",
		"RDX3\nX\n\x00":                            "an R workspace",
		"%PDF-1.7\n%\xb5\xb5":                      "a PDF document",
		"{\\rtf1\\ansi":                            "a text document (RTF)",
		"\n <!DOCTYPE html><html>":                 "a page of HTML",
		"<?xml version=\"1.0\"?><Workbook>":        "a page of HTML or XML",
		"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345": "a Git LFS pointer",
		"\x89PNG\r\n\x1a\n\x00":                     "a picture",
		"BZh91AY&SY":                                "compressed by bzip2",
		"\xfd7zXZ\x00\x00":                          "compressed by xz",
		"\x28\xb5\x2f\xfd\x04":                      "compressed by Zstandard",
		"\x04\x22\x4d\x18d":                         "compressed by LZ4",
		string(zipped(zipped(nil))):                 "compressed twice",
		"7z\xbc\xaf\x27\x1c\x00\x04":                "an archive",
		"mine.csv" + nulls[:249] + "ustar  \x00":    "a tar archive",
		"\x40\x00\x00\x00\x00\x00\x00\x00{\"__meta": "a safetensors file, such as a predictor",
		"\x7fELF\x02\x01\x01\x00":                   "a program",
		"\x1c\x00\x00\x00TFL3\x14\x00":              "a TensorFlow Lite model",
		"\xff\xfe\x00\x00a\x00\x00\x00":             "text in UTF-32",
		"\x08\x07\x12\x07pytorch\x1a\x00":           "no text: it has control characters",
	} {
		_, err := textfile.NewReader(strings.NewReader(content), "measured.csv")
		var no *textfile.NoTextError
		if !errors.As(err, &no) || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "measured.csv: this is ") {
			t.Errorf("%.20q: %v, want %s", content, err, want)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\x00\x1a\n") {
			t.Errorf("bytes of the file are shown: %q", err)
		}
	}
	if _, err := textfile.NewReader(strings.NewReader("\x1f\x8bnonsense"), "f.gz"); err == nil || !strings.Contains(err.Error(), "f.gz: gzip") {
		t.Errorf("a broken gzip header: %v", err)
	}
	for _, text := range []string{"ORC width,latency", "MZ,1", "BM,2", "RIFF", "PK,3", "a\x1b[1mb"} {
		if _, err := textfile.NewReader(strings.NewReader(text), "f"); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// No content makes a reader panic, and what it gives has no carriage return of its own.
func FuzzText(f *testing.F) {
	f.Add([]byte(table))
	f.Add(wide(table, true, true))
	f.Add(zipped([]byte(table)))
	f.Fuzz(func(t *testing.T, content []byte) {
		in, err := textfile.NewReader(bytes.NewReader(content), "f")
		if err != nil {
			return
		}
		text, _ := io.ReadAll(in)
		if bytes.Contains(bytes.ReplaceAll(text, []byte("\r\n"), nil), []byte{'\r'}) {
			t.Errorf("%q became %q", content, text)
		}
	})
}
