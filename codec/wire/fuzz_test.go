package wire

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
)

// FuzzDecode: no input panics, the scanner agrees with the reference about
// every input, and what is decoded survives being encoded again.
func FuzzDecode(f *testing.F) {
	for _, c := range slices.Concat(accepted, acceptedRare) {
		f.Add([]byte(c.text))
	}
	for _, c := range slices.Concat(refused, refusedRare) {
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
		if !sound(data) || ((r.Verb == VerbSend || r.Verb == VerbEdit) && !json.Valid(r.Content)) {
			t.Fatal("accepted what is not sound")
		}
		again := AppendRequest(nil, &r)
		var q Request
		if err := Decode(again, &q); err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		if r.Claimed = ""; !reflect.DeepEqual(trim(q), trim(r)) {
			t.Fatalf("%s:\n got %+v\nwant %+v", again, q, r)
		}
	})
}

// FuzzDecodeBody: a body read for any verb is refused, or its request passes
// Check, which fills in no more.
func FuzzDecodeBody(f *testing.F) {
	for _, c := range slices.Concat(accepted, acceptedRare) {
		f.Add(byte(c.want.Verb), []byte(c.text))
	}
	for i, c := range refusedRare {
		f.Add(byte(i)%byte(VerbAgent)+1, []byte(c.text))
	}
	f.Fuzz(func(t *testing.T, verb byte, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		var r Request
		if err := DecodeBody(Verb(verb), data, &r); err != nil {
			if err.Code != Status(err.Reason) || err.Msg == "" {
				t.Fatalf("%+v", err)
			}
			return
		}
		before := r
		if err := r.Check(); err != nil || !reflect.DeepEqual(r, before) {
			t.Fatalf("%v: %+v, %+v", err, r, before)
		}
	})
}
