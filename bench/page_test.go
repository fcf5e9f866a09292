package bench

import (
	"bytes"
	"strings"
	"testing"

	"gannet/codec/wire"
)

// historyPage is an answer with the messages of the given seqs.
func historyPage(seqs ...int) []byte {
	p := wire.AppendHistoryHead(nil, "aaaaaaaa", "single_a:b")
	content := []byte(`"` + strings.Repeat("x", 128) + `"`)
	for i, seq := range seqs {
		if i > 0 {
			p = append(p, ',')
		}
		putTag(content[1:], tag{number: uint32(seq - 1)})
		p = wire.AppendChat(p, &wire.Chat{ID: 1e17 + uint64(seq), ConvID: "single_a:b", Seq: uint64(seq), From: "a", To: "b", Content: content, Time: 1764000000000})
	}
	return wire.AppendHistoryTail(p, true)
}

func seqs(from, to int) (out []int) {
	for seq := from; seq <= to; seq++ {
		out = append(out, seq)
	}
	return out
}

func TestPageChecker(t *testing.T) {
	other := bytes.Replace(historyPage(seqs(91, 110)...), []byte(`"content":"aaaa`), []byte(`"content":"paaa`), 1)
	tests := []struct {
		name string
		page []byte
		ok   bool
	}{
		{"right", historyPage(seqs(91, 110)...), true},
		{"right, lengths differ", historyPage(seqs(91, 110)...), true},
		{"one short", historyPage(seqs(92, 110)...), false},
		{"one more in front", historyPage(seqs(90, 110)...), false},
		{"one more behind", historyPage(seqs(91, 111)...), false},
		{"a gap", historyPage(append(seqs(90, 99), seqs(101, 110)...)...), false},
		{"doubled", historyPage(append(seqs(92, 110), 110)...), false},
		{"empty", historyPage(), false},
		{"cut off", historyPage(seqs(91, 110)...)[:2000], false},
		{"no end", bytes.TrimSuffix(historyPage(seqs(91, 110)...), []byte(`"has_more":true}`)), false},
		{"another content", other, false},
		{"nothing", nil, false},
	}
	var kept pageChecker // what it has learnt from one page must not mislead it
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, k := range []*pageChecker{{}, &kept} {
				if err := k.check(tt.page, 111); (err == nil) != tt.ok {
					t.Errorf("%v", err)
				}
			}
		})
	}
}

func BenchmarkPage(b *testing.B) {
	page := historyPage(seqs(91, 110)...)
	var k pageChecker
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		if err := k.check(page, 111); err != nil {
			b.Fatal(err)
		}
	}
}

func TestResponseSize(t *testing.T) {
	tests := []struct {
		name, in string
		size     int
		ok       bool
	}{
		{"whole", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 41, true},
		{"body missing", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", 41, true},
		{"head incomplete", "HTTP/1.1 200 OK\r\nContent-Le", 0, true},
		{"last field", "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 10\r\n\r\n", 55, true},
		{"no length", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", 0, false},
		{"strange length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", 0, false},
		{"endless head", "HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", 2000), 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			size, err := responseSize([]byte(tt.in))
			if size != tt.size || (err == nil) != tt.ok {
				t.Errorf("%d, %v", size, err)
			}
		})
	}
}
