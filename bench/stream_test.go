package bench

import "testing"

// heard is one thing a connection hears: a chat with that seq, or, where
// negative, a sent with it.
type heard int

func TestStreamFaults(t *testing.T) {
	tests := []struct {
		name     string
		sends    bool
		heard    []heard
		want     map[faultKind]int64
		position uint64
	}{
		{name: "in order", heard: []heard{1, 2, 3}, position: 3},
		{name: "lost", heard: []heard{1, 3}, want: map[faultKind]int64{faultLost: 1}, position: 3},
		{name: "lost at the beginning", heard: []heard{3}, want: map[faultKind]int64{faultLost: 2}, position: 3},
		{name: "doubled", heard: []heard{1, 2, 2}, want: map[faultKind]int64{faultDoubled: 1}, position: 2},
		{name: "old one doubled", heard: []heard{1, 2, 3, 1}, want: map[faultKind]int64{faultDoubled: 1}, position: 3},
		{name: "reordered", heard: []heard{1, 3, 2, 4}, want: map[faultKind]int64{faultReordered: 1}, position: 4},
		{name: "reordered, then doubled", heard: []heard{1, 3, 2, 2}, want: map[faultKind]int64{faultReordered: 1, faultDoubled: 1}, position: 3},
		{name: "far ahead", heard: []heard{5000}, want: map[faultKind]int64{faultLost: 4999}, position: 5000},
		{name: "sender: sent first", sends: true, heard: []heard{-1, 2, -3, 4}, position: 4},
		{name: "sender: chat first", sends: true, heard: []heard{2, -1, 4, -3}, position: 4},
		{name: "sender: only its own", sends: true, heard: []heard{-1, -2, -3}, position: 3},
		{name: "sender: sent far behind", sends: true, heard: []heard{2, 4, 6, -1, -3, -5}, position: 6},
		{name: "sender: waits for sent", sends: true, heard: []heard{2, 4, -1}, want: map[faultKind]int64{faultLost: 1}, position: 4},
		{name: "sender: lost", sends: true, heard: []heard{-1, 3, -4}, want: map[faultKind]int64{faultLost: 1}, position: 4},
		{name: "sender: own message as chat", sends: true, heard: []heard{1, -1, 2}, want: map[faultKind]int64{faultDoubled: 1}, position: 2},
		{name: "sender: own message as chat first", sends: true, heard: []heard{-2, 1, 2}, want: map[faultKind]int64{faultDoubled: 1}, position: 2},
		{name: "sender: reordered", sends: true, heard: []heard{2, 1}, want: map[faultKind]int64{faultReordered: 1}, position: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var f faults
			s := stream{sends: tt.sends}
			for _, h := range tt.heard {
				if h < 0 {
					s.sent(uint64(-h), &f, "x")
				} else {
					s.chat(uint64(h), &f, "x")
				}
			}
			s.finish(&f, "x")
			checkFaults(t, &f, tt.want)
			if s.position() != tt.position {
				t.Errorf("position %d, want %d", s.position(), tt.position)
			}
		})
	}
}

func checkFaults(t *testing.T, f *faults, want map[faultKind]int64) {
	t.Helper()
	for k := range faultKinds {
		if f.count[k] != want[k] {
			t.Errorf("%s: %d, want %d (%q)", k, f.count[k], want[k], f.examples[k])
		}
	}
}

// A sender must not be taken to have what lies behind an unexplained gap.
func TestStreamPositionWaitsForSent(t *testing.T) {
	var f faults
	s := stream{sends: true}
	s.chat(2, &f, "x")
	if got := s.position(); got != 0 {
		t.Fatalf("position %d before the sent of seq 1", got)
	}
	s.sent(1, &f, "x")
	if got := s.position(); got != 2 {
		t.Fatalf("position %d after the sent of seq 1", got)
	}
}
