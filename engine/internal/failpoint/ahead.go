package failpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// ahead is a clock that is as far ahead as a file says, such as 61s. Who tests
// lets an hour pass by writing into it. Without the file the clock is right.
type ahead struct{ path string }

// shift looks into the file each time: what was written counts from the next
// reading on, however soon after the last one it was written.
func (a ahead) shift(t time.Time) time.Time {
	by, err := a.read()
	if err != nil {
		panic("failpoint: " + err.Error()) // a test that goes on would measure something else
	}
	return t.Round(0).Add(by) // without the monotonic reading: nobody is to measure with it
}

func (a ahead) read() (time.Duration, error) {
	text, err := os.ReadFile(a.path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	by, err := time.ParseDuration(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", a.path, err)
	}
	return by, nil
}
