package wire

import (
	"strings"
	"testing"

	"github.com/bytedance/sonic"
)

var (
	ascii128  = strings.Repeat("The quick brown fox jumps over. ", 4)
	han128    = strings.Repeat("即时消息引擎", 7) + "ab"
	benchSend = map[string][]byte{
		"ascii":   []byte(`{"type":"send","cid":"c-123456","to":"10042","content":"` + ascii128 + `"}`),
		"han":     []byte(`{"type":"send","cid":"c-123456","to":"10042","content":"` + han128 + `"}`),
		"object":  []byte(`{"type":"send","cid":"c-123456","group_id":"g7","content":{"url":"https://example.org/a.png","w":640,"h":480,"alt":"` + ascii128[:60] + `"},"content_type":"image"}`),
		"escapes": []byte(`{"type":"send","cid":"c-123456","to":"10042","content":"` + strings.Repeat(`line\n\"x\" `, 11) + `"}`),
	}
)

func BenchmarkDecodeSend(b *testing.B) {
	for name, data := range benchSend {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var r Request
			for b.Loop() {
				if err := Decode(data, &r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSonicAlone is what decoding into a struct would cost before any of
// the checks that sonic does not make.
func BenchmarkSonicAlone(b *testing.B) {
	api := sonic.Config{ValidateString: true, CaseSensitive: true}.Froze()
	data := string(benchSend["ascii"])
	b.ReportAllocs()
	for b.Loop() {
		var r struct {
			Type        string                 `json:"type"`
			CID         string                 `json:"cid"`
			To          string                 `json:"to"`
			GroupID     string                 `json:"group_id"`
			ConvID      string                 `json:"conv_id"`
			Content     sonic.NoCopyRawMessage `json:"content"`
			ContentType string                 `json:"content_type"`
		}
		if err := api.UnmarshalFromString(data, &r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeAck(b *testing.B) {
	data := []byte(`{"type":"ack","conv_id":"single_10042:10043","seq":123456}`)
	b.ReportAllocs()
	var r Request
	for b.Loop() {
		_ = Decode(data, &r)
	}
}

func BenchmarkAppendChat(b *testing.B) {
	m := Chat{ID: 123456789012345678, ConvID: "single_10042:10043", Seq: 123456, From: "10042", To: "10043", Content: []byte(`"` + ascii128 + `"`), Time: 1764000000000}
	dst := make([]byte, 0, 512)
	b.ReportAllocs()
	for b.Loop() {
		dst = AppendChat(dst[:0], &m)
	}
}

func BenchmarkAppendSent(b *testing.B) {
	dst := make([]byte, 0, 512)
	b.ReportAllocs()
	for b.Loop() {
		dst = AppendSent(dst[:0], "c-123456", 123456789012345678, "single_10042:10043", 123456, 1764000000000)
	}
}

func BenchmarkStrict(b *testing.B) {
	data := []byte(`{"group_id":"g7","name":"the name","members":["1","2","3"],"max_members":500}`)
	b.ReportAllocs()
	for b.Loop() {
		var v body
		_ = Strict(data, &v)
	}
}

// The hot paths must stay free of allocation.
func TestHotPathsDoNotAllocate(t *testing.T) {
	var r Request
	dst := make([]byte, 0, 1024)
	m := Chat{ID: 1, ConvID: "group_7", Seq: 1, From: "1", GroupID: "7", Content: []byte(`"x"`)}
	ids := []uint64{1, 2}
	synced := []Synced{{ConvID: "group_7", Seq: 1, HasMore: true}}
	e := NewError(ReasonBusy, "x")
	extra := Extra(make([]byte, 0, 64))
	joined := Event{Word: EventGroup, ConvID: "group_7", GroupID: "7", From: "1", ID: 1, Seq: 1}
	states := []UserState{{User: "1", Online: true}, {User: "2", LastSeen: 1}}
	hot := map[string]func(){
		"chat":  func() { dst = AppendChat(dst[:0], &m) },
		"sent":  func() { dst = AppendSent(dst[:0], "c", 1, "group_7", 1, 1) },
		"error": func() { dst = AppendError(dst[:0], "c", e) },
		"event": func() {
			joined.Extra = extra[:0].Text("event", GroupJoined).Text("user_id", "3")
			dst = AppendEvent(dst[:0], &joined)
		},
		"read":     func() { dst = AppendRead(dst[:0], "group_7", "1", 1, ids, 1) },
		"presence": func() { dst = AppendPresence(dst[:0], "c", states) },
		"synced":   func() { dst = AppendSynced(dst[:0], "c", synced) },
	}
	for name, data := range benchSend {
		hot["decode "+name] = func() { _ = Decode(data, &r) }
	}
	for _, text := range []string{
		`{"type":"send","group_id":"7","content":"x","mentions":["1",2],"reply_to":"5","ttl_s":60}`,
		`{"type":"read","conv_id":"group_7","seq":1}`, `{"type":"recall","id":"5"}`, `{"type":"typing","to":"2"}`,
		`{"type":"react","id":"5","emoji":"👍"}`, `{"type":"presence","users":["2","3"],"watch":true}`,
	} {
		data := []byte(text)
		hot["decode "+text] = func() { _ = Decode(data, &r) }
	}
	for name, f := range hot {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
