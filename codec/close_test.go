package codec

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// Autobahn 7.1: what comes behind a close frame is thrown away.
func TestAfterClose(t *testing.T) {
	bye := closeFrame(closePayload(1000, ""))
	said1000 := said(OpClose, closePayload(1000, ""))
	run(t, ReaderConfig{}, []streamCase{
		{"7.1.1 message before", join(textFrame("a"), bye), want(said(OpText, "a"), said1000)},
		{"7.1.2 second close", join(bye, bye), want(said1000)},
		{"7.1.3 ping after", join(bye, pingFrame("")), want(said1000)},
		{"7.1.4 text after", join(bye, textFrame("a")), want(said1000)},
		{"7.1.5 between fragments", join(fragment(false, OpText, "a"), bye, fragment(true, OpContinuation, "b")), want(said1000)},
		{"garbage after", join(bye, []byte("\xff\xff\xff")), want(said1000)},
	})
}

// Autobahn 7.3 and 7.5: the body of a close frame (RFC 6455 §5.5.1).
func TestClosePayload(t *testing.T) {
	longest := strings.Repeat("*", MaxReason)
	var cases []streamCase
	for name, payload := range map[string]string{
		"7.3.1 empty": "", "7.3.3 code": closePayload(1000, ""), "7.3.4 reason": closePayload(1000, "Hello ö"),
		"7.3.5 longest": closePayload(1000, longest),
	} {
		cases = append(cases, streamCase{name, closeFrame(payload), want(said(OpClose, payload))})
	}
	cases = append(cases,
		streamCase{"7.3.2 one byte", closeFrame("\x03"), want(failed(1002))},
		streamCase{"7.3.6 too long", closeFrame(closePayload(1000, longest+"*")), want(failed(1002))},
		streamCase{"7.5.1 not UTF-8", closeFrame(closePayload(1000, "\xce\xba\xed\xa0\x80")), want(failed(1007))})
	run(t, ReaderConfig{}, cases)
}

// Autobahn 7.7, 7.9 and 7.13: the codes that may be sent (RFC 6455 §7.4).
func TestCloseCodes(t *testing.T) {
	valid := []uint16{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4001, 4999}
	invalid := []uint16{0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}
	var cases []streamCase
	for _, code := range valid {
		payload := closePayload(code, "")
		cases = append(cases, streamCase{fmt.Sprint(code), closeFrame(payload), want(said(OpClose, payload))})
	}
	for _, code := range invalid {
		cases = append(cases, streamCase{fmt.Sprint(code), closeFrame(closePayload(code, "")), want(failed(1002))})
	}
	run(t, ReaderConfig{}, cases)
}

func TestParseClose(t *testing.T) {
	for _, c := range []struct {
		payload string
		code    uint16
		reason  string
		err     string
	}{
		{"", CloseNoStatus, "", ""},
		{closePayload(4002, "replaced"), CloseReplaced, "replaced", ""},
		{"\x03", 0, "", "websocket: close 1002: close payload of one byte"},
		{closePayload(1006, ""), 0, "", "websocket: close 1002: close code may not be sent"},
		{closePayload(1000, "\xff"), 0, "", "websocket: close 1007: close reason is not UTF-8"},
	} {
		code, reason, err := ParseClose([]byte(c.payload))
		if code != c.code || reason != c.reason || errText(err) != c.err {
			t.Errorf("%q: got %d, %q, %v", c.payload, code, reason, err)
		}
	}
}

func TestAppendClose(t *testing.T) {
	for _, c := range []struct {
		code         uint16
		reason, want string
	}{
		{1000, "", closePayload(1000, "")},
		{4008, "slow consumer", closePayload(4008, "slow consumer")},
		{0, "ignored", ""},
		{CloseNoStatus, "", ""},
		{1000, strings.Repeat("名", 41), closePayload(1000, strings.Repeat("名", 41))},
		{1000, strings.Repeat("名", 42), closePayload(1000, strings.Repeat("名", 41))},
		{1000, "a" + strings.Repeat("名", 42), closePayload(1000, "a"+strings.Repeat("名", 40))},
	} {
		got := AppendClose([]byte("x"), c.code, c.reason)
		if want := "x" + string(AppendFrame(nil, OpClose, []byte(c.want))); string(got) != want {
			t.Errorf("%d %q: got %q, want %q", c.code, c.reason, got, want)
		}
		masked := AppendMaskedClose(nil, [4]byte{1, 2, 3, 4}, c.code, c.reason)
		if msg, _, err := NewReader(ReaderConfig{}).Next(masked); err != nil || string(msg.Payload) != c.want {
			t.Errorf("%d %q masked: got %q, %v", c.code, c.reason, msg.Payload, err)
		}
	}
}

func TestCutReasonIsUTF8(t *testing.T) {
	for n := range 140 {
		if cut := cutReason(strings.Repeat("a", n) + strings.Repeat("\U0001f600", 40)); !utf8.ValidString(cut) || len(cut) > MaxReason {
			t.Errorf("%d: %q", n, cut)
		}
	}
}

func TestCloseErrorText(t *testing.T) {
	if got := (&CloseError{Code: CloseNormal}).Error(); got != "websocket: close 1000" {
		t.Error(got)
	}
}
