package wire

import (
	"strings"
	"testing"
)

const deskDoc = "../../docs/desk.md"

// TestDeskDocExamples: what the page about the desk shows of the wire is as the
// protocol has it.
func TestDeskDocExamples(t *testing.T) {
	a, shown := readAsyncAPI(t), 0
	for line := range strings.Lines(string(readDoc(t, deskDoc))) {
		if message, ok := strings.CutPrefix(line, "< {"); ok {
			check(t, deskDoc, a.server, "{"+strings.TrimSpace(message))
			shown++
		}
	}
	if shown == 0 {
		t.Errorf("%s shows nothing", deskDoc)
	}
}
