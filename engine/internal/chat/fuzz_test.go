package chat

import "testing"

// FuzzCursors reads any text as the cursor of a list. One that is taken says a
// place, which has a cursor that says the same.
func FuzzCursors(f *testing.F) {
	for _, seed := range []string{"", ".", "0.0", "1.z", "-1.5", "0.-1", "1", "1.2.3", "+1.+2", "zzzzzzzzzzzzz.zzzzzzzzzzzzz", "0:a", "3:", ":", "-1:a", "0:a b", "9:\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		if r, ok := parseRank(cursor); ok {
			if again, ok := parseRank(r.cursor()); !ok || again != r {
				t.Errorf("%q is %+v, and %q is %+v, %v", cursor, r, r.cursor(), again, ok)
			}
		}
		if at, ok := parseListing(cursor); ok {
			if again, ok := parseListing(listingCursor(at)); !ok || again != at {
				t.Errorf("%q is %+v, and %q is %+v, %v", cursor, at, listingCursor(at), again, ok)
			}
		}
	})
}
