package sse

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
)

// FuzzLastID reads what a client that comes back could say, in the header and in
// the address: it is refused, or a place that a log can have, and the header counts.
func FuzzLastID(f *testing.F) {
	for _, seed := range []string{"", "0", "1", "250078933859434496", "-1", "+1", "1 ", "0x1", "1e3", "9223372036854775807", "9223372036854775808", "１", "\x00"} {
		f.Add(seed, "")
		f.Add("", seed)
		f.Add("7", seed)
	}
	f.Fuzz(func(t *testing.T, header, query string) {
		r := &http.Request{Header: http.Header{}, URL: &url.URL{RawQuery: url.Values{"last_event_id": {query}}.Encode()}}
		if header != "" {
			r.Header.Set("Last-Event-ID", header)
		}
		text := query
		if header != "" {
			text = header
		}
		id, err := lastID(r)
		want, bad := strconv.ParseUint(text, 10, 63)
		switch {
		case text == "":
			if id != 0 || err != nil {
				t.Errorf("nothing is %d, %v", id, err)
			}
		case (err != nil) != (bad != nil):
			t.Errorf("%q: %d, %v", text, id, err)
		case err == nil && id != max(firstID, want):
			t.Errorf("%q: %d", text, id)
		}
	})
}
