package desk

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "40") // the command line goes before
	_ = flag.Set("rapid.steps", "60")
	goleak.VerifyTestMain(m)
}
