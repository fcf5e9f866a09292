package wire

import (
	"bytes"
	"encoding/json"
	"io"
	"unicode/utf8"
)

// sound is the slow, plain judgement that the scanner is measured against: it
// reports whether data is a JSON text without bad UTF-8, duplicate keys or deep
// nesting, with encoding/json doing the reading.
func sound(data []byte) bool {
	if !utf8.Valid(data) || !json.Valid(data) {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if !soundValue(d, 1) {
		return false
	}
	_, err := d.Token()
	return err == io.EOF
}

func soundValue(d *json.Decoder, depth int) bool {
	tok, err := d.Token()
	if err != nil {
		return false
	}
	open, ok := tok.(json.Delim)
	if !ok {
		return true
	}
	if depth > MaxDepth {
		return false
	}
	keys := map[string]bool{}
	for d.More() {
		if open == '{' && !newKey(d, keys) {
			return false
		}
		if !soundValue(d, depth+1) {
			return false
		}
	}
	_, err = d.Token()
	return err == nil
}

func newKey(d *json.Decoder, keys map[string]bool) bool {
	tok, err := d.Token()
	key, ok := tok.(string)
	if err != nil || !ok || keys[key] {
		return false
	}
	keys[key] = true
	return true
}

// scans reports whether the scanner lets data through as any JSON value.
func scans(data []byte) bool {
	c := scanner{b: data}
	return c.value() && c.end()
}
