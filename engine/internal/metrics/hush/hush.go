// Package hush keeps the standard logger silent while packages initialise.
// github.com/VictoriaMetrics/metrics says there, on machines without pressure
// stall information, that it has none: a stray line on standard error before
// every command, and no JSON where JSON is asked for.
//
// Go initialises packages in the order of their paths as soon as what they import
// is ready (https://go.dev/ref/spec#Package_initialization). This one imports less
// than that library does and its path sorts before it, so it comes first.
package hush

import (
	"io"
	"log"
	"os"
)

var _ = silence()

func silence() bool {
	log.SetOutput(io.Discard)
	return true
}

// Lift gives the standard logger its output back. The package that imports the
// library calls it while it initialises itself, which is after the library.
func Lift() bool {
	log.SetOutput(os.Stderr)
	return true
}
