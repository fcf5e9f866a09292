package storage

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzSlot: a slot that is believed says what was written into it.
func FuzzSlot(f *testing.F) {
	f.Add(appendSlot(nil, 7, []mark{{"000002.log", 12345, 0xdeadbeef}, {"MANIFEST-000001", 5, 1}}))
	f.Add(appendSlot(nil, 0, nil))
	f.Add(make([]byte, slotBytes))
	f.Fuzz(func(t *testing.T, b []byte) {
		turn, marks, ok := readSlot(b)
		if ok && !bytes.HasPrefix(b, appendSlot(nil, turn, marks)) {
			t.Errorf("turn %d, %v of %q", turn, marks, b)
		}
	})
}

// FuzzManifest: no manifest names a file outside of its directory, and one that is
// read is written as it was meant.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"version":1,"created_at":"2026-01-02T03:04:05Z","files":[{"name":"000001.sst","size":1,"mtime":5,"sha256":"` +
		strings.Repeat("ab", 32) + `"}]}`))
	f.Add([]byte(`{"version":1,"files":[{"name":"../000001.sst"}]}`))
	f.Add([]byte(`{"version":2}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parseManifest(b)
		if err != nil {
			return
		}
		for _, file := range m.Files {
			if filepath.Base(file.Name) != file.Name || !filepath.IsLocal(file.Name) {
				t.Errorf("names %q", file.Name)
			}
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseManifest(text); err != nil {
			t.Errorf("%s is read as %s, which isn't: %v", b, text, err)
		}
	})
}

// FuzzParseKeys: what is taken for keys is written as it was read, and what isn't
// is refused without showing it.
func FuzzParseKeys(f *testing.F) {
	secret := strings.Repeat("A", 43) + "="
	f.Add("2026:" + secret + "\n# old\n2025:" + secret)
	f.Add("2026:" + secret + ", 2025:short")
	f.Add(secret)
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := ParseKeys(text)
		if err != nil {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%q says too much", err)
			}
			return
		}
		var lines []string
		for _, k := range keys {
			lines = append(lines, k.Text())
		}
		again, err := ParseKeys(strings.Join(lines, "\n"))
		if err != nil || len(again) != len(keys) {
			t.Errorf("%q: %d keys, then %d, %v", text, len(keys), len(again), err)
		}
	})
}
