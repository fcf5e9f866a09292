package webhook

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The operator sees nothing of what a receiver says but a short line of text.
func TestShown(t *testing.T) {
	for status, want := range map[int]string{410: "410 Gone", 499: "499", 500: "500 Internal Server Error"} {
		resp := &http.Response{StatusCode: status, Status: "410 \x1b[2J" + strings.Repeat("x", 50_000)}
		if a := judge(resp, time.Now()); a.err != want {
			t.Errorf("%d: %.300q", status, a.err)
		}
	}
	hostile := "a\x1b[2J\u009b2J\u202eb\nc\xff" + strings.Repeat("x", 50_000)
	for _, line := range []string{shown(hostile), shown([]byte(hostile)), unwrapped(errors.New(hostile))} {
		if want := "a [2J 2J b c "; !strings.HasPrefix(line, want) || len(line) > maxShown {
			t.Errorf("%.300q", line)
		}
	}
}
