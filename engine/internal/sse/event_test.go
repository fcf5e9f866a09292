package sse

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gannet/codec"
)

func TestCutFrame(t *testing.T) {
	var frames []byte
	sizes := []int{0, 1, 125, 126, 127, 65535, 65536, 70000}
	for _, size := range sizes {
		start := len(frames)
		frames = append(codec.BeginFrame(frames), strings.Repeat("x", size)...)
		frames = codec.EndFrame(frames, start, codec.OpText)
	}
	for _, size := range sizes {
		var payload []byte
		if payload, frames = cutFrame(frames); len(payload) != size || bytes.Count(payload, []byte("x")) != size {
			t.Fatalf("%d bytes: got %d", size, len(payload))
		}
	}
	if len(frames) != 0 {
		t.Errorf("%d bytes are left", len(frames))
	}
}

// Whatever lines a message has, a client reads the same message, with line feeds
// for carriage returns.
func TestEventsKeepTheirMessage(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		messages := rapid.SliceOf(rapid.StringOf(rapid.SampledFrom([]rune("\r\n :{}idé")))).Draw(rt, "messages")
		id := rapid.Uint64().Draw(rt, "id")
		var stream []byte
		last := 0
		for _, m := range messages {
			last = len(stream)
			stream = appendEvent(stream, []byte(m))
		}
		if len(messages) > 0 {
			stream = insertID(stream, last, id)
		}
		blocks := newClient(t, bytes.NewReader(stream)).rest()
		if len(blocks) != len(messages) {
			rt.Fatalf("%d events of %d messages in %q", len(blocks), len(messages), stream)
		}
		for i, b := range blocks {
			if want := strings.ReplaceAll(messages[i], "\r", "\n"); b.data != want {
				rt.Fatalf("got %q, want %q", b.data, want)
			}
			if (b.id != "") != (i == len(blocks)-1) {
				rt.Fatalf("event %d of %d has the id %q", i+1, len(blocks), b.id)
			}
		}
	})
}

func TestCloseEvent(t *testing.T) {
	got := string(appendClose(nil, 4001, "so \"long\"\n"))
	want := "event: close\ndata: {\"code\":4001,\"reason\":\"so \\\"long\\\"\\n\"}\n\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
