package bench

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
)

// httpHistory asks for pages over one keep-alive HTTP/1.1 connection.
type httpHistory struct {
	places places
	check  pageChecker
	head   []byte // request up to the value of before, the last query parameter
	tail   []byte // the rest
	buf    []byte
	before uint64 // of the open request: there is at most one
}

func newHTTPHistory(t *target, host, user, peer string) (*httpHistory, error) {
	login, auth := "uid="+user+"&", ""
	if t.signer != nil {
		token, err := t.signer.Mint(user, "", tokenLife)
		if err != nil {
			return nil, err
		}
		login, auth = "", "Authorization: Bearer "+token+"\r\n"
	}
	return &httpHistory{
		places: newPlaces(),
		head:   fmt.Appendf(nil, "GET /api/v1/messages/history?%sto=%s&limit=%d&before=", login, peer, pageSize),
		tail:   fmt.Appendf(nil, " HTTP/1.1\r\nHost: %s\r\n%s\r\n", host, auth),
	}, nil
}

func (q *httpHistory) ask(c *conn, _ uint64) {
	q.before = q.places.before()
	q.buf = appendUint(append(q.buf[:0], q.head...), q.before)
	c.raw(append(q.buf, q.tail...))
}

// answer gets a whole response.
func (q *httpHistory) answer(p []byte, next uint64) (uint64, error) {
	if bytes.HasPrefix(p, httpTooFast) {
		return next, badAnswerf(faultRateLimited, "HTTP answer %.300q", p)
	}
	if !bytes.HasPrefix(p, httpOK) {
		return next, badAnswerf(faultErrorAnswer, "HTTP answer %.300q", p)
	}
	return next, q.check.check(p, q.before)
}

var (
	httpOK       = []byte("HTTP/1.1 200 ")
	httpTooFast  = []byte("HTTP/1.1 429 ")
	headEnd      = []byte("\r\n\r\n")
	lengthHeader = []byte("\r\nContent-Length: ")
)

const maxHTTPHead = 8 << 10

// feedHTTP hands whole responses to the handler. It knows only responses with
// a Content-Length, which the server always sets here.
func feedHTTP(c *conn, buf []byte) (used int, err error) {
	for used < len(buf) {
		size, err := responseSize(buf[used:])
		if err != nil {
			return used, err
		}
		if size == 0 || len(buf)-used < size {
			return used, nil
		}
		c.handler.message(c, buf[used:used+size])
		used += size
	}
	return used, nil
}

// responseSize is the length of the response at the start of b, head and body;
// 0 if the head isn't complete.
func responseSize(b []byte) (int, error) {
	end := bytes.Index(b, headEnd)
	if end < 0 {
		if len(b) > maxHTTPHead {
			return 0, errors.New("the head of an HTTP answer doesn't end")
		}
		return 0, nil
	}
	at := bytes.Index(b[:end], lengthHeader)
	if at < 0 {
		return 0, fmt.Errorf("an HTTP answer without Content-Length: %.200q", b[:end])
	}
	line := b[at+len(lengthHeader):]
	length, err := strconv.Atoi(string(line[:bytes.IndexByte(line, '\r')]))
	if err != nil || length < 0 {
		return 0, fmt.Errorf("an HTTP answer with a strange Content-Length: %.200q", b[:end])
	}
	return end + len(headEnd) + length, nil
}

// httpAddr is where the HTTP API listens.
func (t *target) httpAddr() (*net.TCPAddr, string, error) {
	u, err := url.Parse(t.http)
	if err != nil || u.Host == "" {
		return nil, "", errors.New("history over HTTP: give the server's address by --http")
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), "80")
	}
	addr, err := net.ResolveTCPAddr("tcp", host)
	return addr, u.Host, err
}

func (t *target) loginKind() string {
	if t.signer == nil {
		return "login by ?uid="
	}
	return "JWT (HS256)"
}

func appendUint(dst []byte, v uint64) []byte { return strconv.AppendUint(dst, v, 10) }
