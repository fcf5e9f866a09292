package httpapi

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"gannet/codec/wire"
)

// page is a page of 20 messages as chat builds it: 4.4 KB.
func historyPage() []byte {
	page := []byte(`"conv_id":"single_1001:1002","messages":[`)
	for i := range 20 {
		if i > 0 {
			page = append(page, ',')
		}
		page = wire.AppendChat(page, &wire.Chat{
			ID: 1<<58 + uint64(i), ConvID: "single_1001:1002", Seq: uint64(1000 + i), From: "1001", To: "1002",
			Content: bytes.Repeat([]byte("1"), 96), Time: 1764000000000,
		})
	}
	return append(page, `],"has_more":true`...)
}

// BenchmarkHistory is what 64 keep-alive connections get, the client's share of
// the CPUs included.
func BenchmarkHistory(b *testing.B) {
	benchmark(b, &fakeChat{page: historyPage()}, "GET /api/v1/messages/history?conv_id=single_1001:1002&limit=20&uid=1001 HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

// BenchmarkHistoryByToken logs in by a header.
func BenchmarkHistoryByToken(b *testing.B) {
	benchmark(b, &fakeChat{page: historyPage()}, "GET /api/v1/messages/history?conv_id=single_1001:1002&limit=20 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer token-of-1001\r\n\r\n")
}

// BenchmarkSend sends 128-byte contents.
func BenchmarkSend(b *testing.B) {
	body := fmt.Sprintf(`{"to":"1002","cid":"c-123456","content":"%0128d"}`, 1)
	benchmark(b, sink{&fakeChat{}}, fmt.Sprintf("POST /api/v1/messages/send?uid=1001 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
}

func benchmark(b *testing.B, f Chat, request string) {
	const conns = 64
	s := newTestServer(f, true)
	defer start(b, s)()
	var all sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for i := range conns {
		all.Go(func() { ask(b, s, request, b.N/conns+min(1, b.N%conns/(i+1))) })
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
}

// ask is a client that costs next to nothing: every answer is as long as the
// first.
func ask(b *testing.B, s *Server, request string, n int) {
	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		b.Error(err)
		return
	}
	defer c.Close()
	buffer := make([]byte, 64<<10)
	size := 0
	for i := range n {
		if _, err := io.WriteString(c, request); err != nil {
			b.Error(err)
			return
		}
		if i > 0 {
			_, err = io.ReadFull(c, buffer[:size])
		} else {
			size, err = firstAnswer(c, buffer)
		}
		if err != nil || !bytes.HasPrefix(buffer, []byte("HTTP/1.1 200 OK\r\n")) {
			b.Errorf("%v: %s", err, buffer[:size])
			return
		}
	}
}

// firstAnswer reads a header and as many bytes as it announces.
func firstAnswer(c net.Conn, buffer []byte) (size int, err error) {
	for {
		n, err := c.Read(buffer[size:])
		size += n
		if err != nil {
			return size, err
		}
		header, body, ok := bytes.Cut(buffer[:size], []byte("\r\n\r\n"))
		_, length, found := bytes.Cut(header, []byte("Content-Length: "))
		if !ok || !found {
			continue
		}
		var want int
		if _, err := fmt.Sscanf(string(length), "%d", &want); err != nil || len(body) >= want {
			return size, err
		}
	}
}
