package sequencer

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "60") // the command line goes before
	_ = flag.Set("rapid.steps", "80")
	goleak.VerifyTestMain(m)
}
