package pytorchtest

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Plain is what torch.save writes of plain data in the zip format: lists ([]any), dicts
// (map[string]any), texts, whole numbers (int) and floats. Keys are written in their order. It
// panics on anything else.
func Plain(v any) []byte {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	for name, content := range map[string]string{"data.pkl": "\x80\x02" + plain(v) + ".", "version": "3\n"} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: "archive/" + name, Method: zip.Store})
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			panic(err) // a buffer takes everything
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return file.Bytes()
}

// Numbers is Plain of a list of floats.
func Numbers(values []float64) []byte {
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	return Plain(list)
}

func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return "N"
	case int:
		return integer(v)
	case float64:
		return "G" + string(binary.BigEndian.AppendUint64(nil, math.Float64bits(v)))
	case string:
		return text(v)
	case []any:
		var b bytes.Buffer
		b.WriteString("](")
		for _, item := range v {
			b.WriteString(plain(item))
		}
		return b.String() + "e"
	case map[string]any:
		var b bytes.Buffer
		b.WriteString("}(")
		for _, key := range slices.Sorted(maps.Keys(v)) {
			b.WriteString(text(key) + plain(v[key]))
		}
		return b.String() + "u"
	}
	panic(fmt.Sprintf("pytorchtest: %T is no plain data", v))
}
