package chaos

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"go.uber.org/goleak"

	_ "gannet/engine" // what is tried: results that were kept from before it changed say nothing
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent(), goleak.Cleanup(func(code int) {
		if programDir != "" {
			_ = os.RemoveAll(programDir) // a leftover in the system's temporary directory
		}
		os.Exit(code)
	}))
}

var programDir string

// build makes the program that is tried, once for all tests.
var build = sync.OnceValues(func() (program string, err error) {
	if programDir, err = os.MkdirTemp("", "gannet-chaos-program-"); err != nil {
		return "", err
	}
	program = filepath.Join(programDir, "gannet")
	cmd := exec.Command("go", "build", "-tags", "failpoints", "-o", program, "gannet/cmd/gannet")
	cmd.Stderr = os.Stderr
	return program, cmd.Run()
})

func program(t *testing.T) string {
	t.Helper()
	p, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return p
}
