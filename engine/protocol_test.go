package engine_test

import (
	"bytes"
	"compress/flate"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"gannet/engine"
)

const (
	fin      = 0x80
	rsv1     = 0x40
	opText   = 1
	opBinary = 2
	opClose  = 8
	opPing   = 9
	opPong   = 10
)

// TestUpgradeRefused: what is no upgrade request, or not a welcome one.
func TestUpgradeRefused(t *testing.T) {
	s := serve(t, t.TempDir(), func(c *engine.Config) { c.HTTP.AllowedOrigins = []string{"https://chat.example.com"} })
	good := upgrade("/ws?uid=1")
	with := func(old, text string) string { return strings.Replace(good, old, text, 1) }
	for name, test := range map[string]struct {
		request string
		status  int
	}{
		"good":              {good, 101},
		"version 8":         {with("Version: 13", "Version: 8"), 426},
		"no version":        {with("Sec-WebSocket-Version: 13\r\n", ""), 426},
		"bad key":           {with("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ="), 400},
		"no key":            {with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""), 400},
		"no upgrade":        {with("Upgrade: websocket\r\n", ""), 400},
		"post":              {with("GET", "POST"), 405},
		"other path":        {with("/ws", "/chat"), 404},
		"no HTTP":           {"\x16\x03\x01\r\n\r\n", 400},
		"foreign host":      {with("localhost", "evil.example.com"), 403},
		"foreign origin":    {with("Upgrade: ", "Origin: https://evil.example.com\r\nUpgrade: "), 403},
		"null origin":       {with("Upgrade: ", "Origin: null\r\nUpgrade: "), 403},
		"allowed origin":    {with("Upgrade: ", "Origin: https://chat.example.com\r\nUpgrade: "), 101},
		"loopback origin":   {with("Upgrade: ", "Origin: http://127.0.0.1:8080\r\nUpgrade: "), 101},
		"own origin":        {with("Upgrade: ", "Origin: http://localhost\r\nUpgrade: "), 101},
		"likewise named":    {with("Upgrade: ", "Origin: https://chat.example.com.evil.org\r\nUpgrade: "), 403},
		"header of 64 KiB":  {with("Upgrade: ", "X: "+strings.Repeat("x", 64<<10)+"\r\nUpgrade: "), 431},
		"a token in dev":    {upgrade("/ws?uid=1&token=x"), 401},
		"percent in device": {upgrade("/ws?uid=1&device=%41"), 101},
	} {
		s.run(name, func(t *testing.T) {
			c := s.connect(test.request)
			if got := c.response().StatusCode; got != test.status {
				t.Errorf("status %d, want %d", got, test.status)
			}
		})
	}
}

// TestBreaches: frames that break RFC 6455 or a limit end the connection with
// the code that says so.
func TestBreaches(t *testing.T) {
	s := serve(t, t.TempDir(), func(c *engine.Config) { c.Limits.MessageBytes = 1 << 10 })
	half := masked(opText, `"ü`[:2]) // ends within a character
	for name, test := range map[string]struct {
		frames []byte
		code   int
	}{
		"unmasked":                 {append(head(fin|opText, 0, 2), "{}"...), 1002},
		"reserved bit":             {masked(fin|rsv1|opText, "{}"), 1002},
		"reserved opcode":          {masked(fin|3, "{}"), 1002},
		"stray continuation":       {masked(fin, "{}"), 1002},
		"message within a message": {slices.Concat(masked(opText, "{"), masked(fin|opText, "}")), 1002},
		"split ping":               {masked(opPing, "x"), 1002},
		"long ping":                {masked(fin|opPing, strings.Repeat("x", 126)), 1002},
		"close code 1005":          {masked(fin|opClose, "\x03\xed"), 1002},
		"close of one byte":        {masked(fin|opClose, "\x03"), 1002},
		"bad UTF-8":                {masked(fin|opText, "\"\xff\""), 1007},
		"bad UTF-8 in two parts":   {slices.Concat(half, masked(fin, `"`)), 1007},
		"too long":                 {masked(fin|opText, strings.Repeat("x", 1<<10+1)), 1009},
		"too long in parts":        {slices.Concat(masked(opText, strings.Repeat("x", 1<<10)), masked(fin, "x")), 1009},
		"a claim of 8 EiB":         {append(head(fin|opBinary, 0x80, 1<<62), 0, 0, 0, 0), 1009},
	} {
		s.run(name, func(t *testing.T) {
			c := s.upgraded("1")
			c.write(test.frames)
			c.expectClose(test.code)
		})
	}
	c := s.upgraded("2")
	c.write(masked(fin|opClose, "\x03\xe8bye"))
	c.expectClose(1000)
}

// TestFrames: what RFC 6455 allows works.
func TestFrames(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	c := s.upgraded("1")
	ping := `{"type":"ping","cid":"ü"}`
	at := strings.Index(ping, "ü") + 1 // within the character
	for name, frames := range map[string][]byte{
		"whole":    masked(fin|opText, ping),
		"binary":   masked(fin|opBinary, ping),
		"in parts": slices.Concat(masked(opText, ping[:at]), masked(0, ""), masked(fin|opPing, "p"), masked(fin, ping[at:])),
	} {
		s.run(name, func(t *testing.T) {
			for _, b := range slices.Collect(slices.Chunk(frames, 7)) {
				c.write(b) // the server may get them one by one
			}
			op, got := c.next()
			if op == opPong && string(got) == "p" {
				op, got = c.next()
			}
			if op != opText || string(got) != `{"type":"pong","cid":"ü"}` {
				t.Errorf("%d %s", op, got)
			}
		})
	}
}

// TestBadMessages: errors are answered and the connection stays, up to ten.
func TestBadMessages(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	tests := []struct{ text, reason string }{
		{`hello`, "bad_json"},
		{`["type","ping"]`, "bad_json"},
		{`{"type":"ping"`, "bad_json"},
		{`{"type":"ping"} {}`, "bad_json"},
		{`{"type":"ping","type":"ping"}`, "bad_json"},
		{`{"type":"send","to":"2","content":{"a":1,"a":2}}`, "bad_json"},
		{`{"type":"send","to":"2","content":` + deep + `}`, "bad_json"},
		{`{"type":"ping","cid":"` + "\x01" + `"}`, "bad_json"},
		{`{}`, "bad_request"},
		{`{"type":"fly"}`, "unknown_type"},
		{`{"type":7}`, "bad_request"},
		{`{"type":"ping","cid":""}`, "bad_request"},
		{`{"type":"ping","cid":"` + strings.Repeat("c", 65) + `"}`, "bad_request"},
		{`{"type":"send","to":"2"}`, "bad_request"},
		{`{"type":"send","content":"x"}`, "bad_request"},
		{`{"type":"send","to":"2","group_id":"3","content":"x"}`, "bad_request"},
		{`{"type":"send","to":"a b","content":"x"}`, "bad_request"},
		{`{"type":"send","to":"1","content":"to myself"}`, "bad_request"},
		{`{"type":"history","to":"2","limit":101}`, "bad_request"},
		{`{"type":"history","to":"2","before":-1}`, "bad_request"},
		{`{"type":"sync","cursors":{"single_1:2":-1}}`, "bad_request"},
		{`{"type":"ack","ids":["x"]}`, "bad_request"},
	}
	for group := range slices.Chunk(tests, 9) { // the tenth would end it
		c := s.enter("1")
		for _, test := range group {
			c.ask(test.text, object{"type": "error", "code": 400.0, "reason": test.reason})
		}
		c.expectQuiet()
	}
	c := s.enter("2")
	for range 10 {
		c.send(`{"type":"fly","cid":"x"}`)
	}
	if before := c.expectClose(1008); len(before) != 10 || before[9]["cid"] != "x" {
		t.Errorf("heard %v", before)
	}
}

// TestDeflate: compressed and plain clients chat with each other.
func TestDeflate(t *testing.T) {
	s := serve(t, t.TempDir(), func(c *engine.Config) { c.WebSocket.Deflate = true })
	long := strings.Repeat("all work and no play ", 1000)
	var clients []*client
	for user, mode := range map[string]websocket.CompressionMode{
		"1": websocket.CompressionNoContextTakeover,
		"2": websocket.CompressionContextTakeover,
		"3": websocket.CompressionDisabled,
	} {
		c, _ := s.tryDial("/ws?uid="+user, websocket.DialOptions{CompressionMode: mode, CompressionThreshold: 1})
		c.expect(object{"type": "system", "user_id": user})
		c.ask(toNobody, object{"type": "sent"})
		event, seq := "created", 1
		if len(clients) > 0 {
			event, seq = "joined", 2*len(clients)+1
		}
		c.enterGroup(`{"type":"send","group_id":"g","content":"here"}`, event, seq)
		for _, earlier := range clients {
			earlier.expect(object{"type": "group", "event": "joined", "user_id": user, "seq": float64(seq)})
			earlier.expect(object{"type": "chat", "from": user, "content": "here", "seq": float64(seq + 1)})
		}
		clients = append(clients, c)
	}
	for _, content := range []string{"short", long, "short again"} {
		for i, from := range clients {
			from.ask(`{"type":"send","group_id":"g","content":"`+content+`"}`, object{"type": "sent"})
			for j, to := range clients {
				if i != j {
					to.expect(object{"type": "chat", "group_id": "g", "content": content})
				}
			}
			page := from.ask(`{"type":"history","group_id":"g","limit":1}`, object{"type": "history"})
			if got := page["messages"].([]any)[0].(object)["content"]; got != content {
				t.Errorf("history shows %.40q", got)
			}
		}
	}
}

// TestInflatedTooLong: the limit holds for what a message inflates to.
func TestInflatedTooLong(t *testing.T) {
	s := serve(t, t.TempDir(), func(c *engine.Config) {
		c.WebSocket.Deflate, c.Limits.MessageBytes = true, 1<<10
	})
	c := s.connect(strings.Replace(upgrade("/ws?uid=1"), "Upgrade: ",
		"Sec-WebSocket-Extensions: permessage-deflate\r\nUpgrade: ", 1))
	if ext := c.response().Header.Get("Sec-WebSocket-Extensions"); !strings.HasPrefix(ext, "permessage-deflate") {
		t.Fatalf("extensions %q", ext)
	}
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.BestCompression) // fails for unknown levels only
	if _, err := w.Write(bytes.Repeat([]byte(" "), 100<<10)); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	c.write(masked(fin|rsv1|opText, string(bytes.TrimSuffix(packed.Bytes(), []byte{0, 0, 0xff, 0xff}))))
	c.expectClose(1009)
}
