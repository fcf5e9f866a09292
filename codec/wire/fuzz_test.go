package wire

import (
	"encoding/json"
	"testing"
)

// FuzzDecode: no input panics, the scanner agrees with the reference about
// every input, and what is decoded survives being encoded again.
func FuzzDecode(f *testing.F) {
	for _, c := range accepted {
		f.Add([]byte(c.text))
	}
	for _, c := range refused {
		f.Add([]byte(c.text))
	}
	for _, s := range append(soundTexts, unsoundTexts...) {
		f.Add([]byte(`{"type":"send","to":"2","content":` + s + `}`))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		if got, want := scans(data), sound(data); got != want {
			t.Fatalf("scanner %v, reference %v", got, want)
		}
		var r Request
		if err := Decode(data, &r); err != nil {
			if r.CID != "" && !ValidCID(r.CID) {
				t.Fatalf("bad cid %q", r.CID)
			}
			return
		}
		if !sound(data) || (r.Verb == VerbSend && !json.Valid(r.Content)) {
			t.Fatal("accepted what is not sound")
		}
		again := AppendRequest(nil, &r)
		var q Request
		if err := Decode(again, &q); err != nil || q.CID != r.CID || string(q.Content) != string(r.Content) {
			t.Fatalf("%s: %v", again, err)
		}
	})
}
