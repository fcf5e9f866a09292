package sse

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "200") // the command line goes before
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent())
}
