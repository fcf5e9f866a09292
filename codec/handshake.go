package codec

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// HandshakeError is a handshake that came to nothing: what a server has to
// answer, or what it answered to a client.
type HandshakeError struct {
	Status int    // HTTP status, 0 where a client can't make sense of the answer
	Reason string // a stable word
	Msg    string // for people; "" for the status' own text

	RetryAfter time.Duration // when the server says to try again, 0 where it says nothing
}

func (e *HandshakeError) Error() string {
	text := e.Msg
	if text == "" {
		text = statusText(e.Status)
	}
	if e.Status == 0 {
		return "websocket: handshake: " + text
	}
	return fmt.Sprintf("websocket: handshake: %d: %s", e.Status, text)
}

const reasonBadRequest = "bad_request"

func badRequest(msg string) *HandshakeError {
	return &HandshakeError{Status: 400, Reason: reasonBadRequest, Msg: msg}
}

// AcceptKey is the value of Sec-WebSocket-Accept for a Sec-WebSocket-Key
// (RFC 6455 §4.2.2).
func AcceptKey(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// AppendAccept appends the answer that ends the handshake (RFC 6455 §4.2.2).
// protocol is one of the request's, or "" for none; deflate is what
// [NegotiateDeflate] gave, or nil.
func AppendAccept(dst []byte, req *Request, protocol string, deflate *Deflate) []byte {
	dst = append(dst, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"...)
	dst = appendField(dst, "Sec-WebSocket-Accept", AcceptKey(req.Key))
	if protocol != "" {
		dst = appendField(dst, "Sec-WebSocket-Protocol", protocol)
	}
	if deflate != nil {
		dst = append(dst, "Sec-WebSocket-Extensions: "...)
		dst = append(appendDeflate(dst, deflate), "\r\n"...)
	}
	return append(dst, "\r\n"...)
}

// AppendReject appends a whole HTTP response that refuses the upgrade, with a
// JSON body {"code":…,"reason":…,"msg":…}; an empty msg becomes the status'
// text. A retryAfter above 0 says when to try again: in milliseconds as
// "retry_after_ms" in the body, and in the Retry-After field (RFC 9110 §10.2.3).
// The connection has to be closed after it.
func AppendReject(dst []byte, status int, reason, msg string, retryAfter time.Duration) []byte {
	if msg == "" {
		msg = statusText(status)
	}
	body := rejectBody(status, reason, msg, retryAfter)
	dst = append(dst, "HTTP/1.1 "...)
	dst = strconv.AppendInt(dst, int64(status), 10)
	dst = append(append(append(dst, ' '), statusText(status)...), "\r\n"...)
	dst = appendField(dst, "Content-Type", "application/json; charset=utf-8")
	dst = appendField(dst, "Content-Length", strconv.Itoa(len(body)))
	if retryAfter > 0 {
		seconds := (retryAfter + time.Second - 1) / time.Second
		dst = appendField(dst, "Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
	dst = appendRejectFields(dst, status)
	dst = append(dst, "\r\n"...)
	return append(dst, body...)
}

// appendRejectFields appends the fields that a status asks for.
func appendRejectFields(dst []byte, status int) []byte {
	switch status {
	case 401:
		dst = appendField(dst, "WWW-Authenticate", "Bearer") // RFC 9110 §15.5.2
	case 405:
		dst = appendField(dst, "Allow", "GET") // RFC 9110 §15.5.6
	case 426:
		dst = appendField(dst, "Upgrade", "websocket")        // RFC 9110 §15.5.22
		dst = appendField(dst, "Sec-WebSocket-Version", "13") // RFC 6455 §4.4
		return appendField(dst, "Connection", "Upgrade, close")
	}
	return appendField(dst, "Connection", "close")
}

func rejectBody(status int, reason, msg string, retryAfter time.Duration) []byte {
	body, _ := json.Marshal(struct { // can't fail: numbers and strings
		Code         int    `json:"code"`
		Reason       string `json:"reason"`
		Msg          string `json:"msg"`
		RetryAfterMS int64  `json:"retry_after_ms,omitempty"`
	}{status, reason, msg, retryAfter.Milliseconds()})
	return body
}

func appendField(dst []byte, name, value string) []byte {
	dst = append(append(dst, name...), ": "...)
	return append(append(dst, value...), "\r\n"...)
}

// statusText is the reason phrase of the statuses that a handshake ends with.
func statusText(status int) string {
	switch status {
	case 400:
		return "Bad Request"
	case 401:
		return "Unauthorized"
	case 403:
		return "Forbidden"
	case 404:
		return "Not Found"
	case 405:
		return "Method Not Allowed"
	case 408:
		return "Request Timeout"
	case 426:
		return "Upgrade Required"
	case 429:
		return "Too Many Requests"
	case 431:
		return "Request Header Fields Too Large"
	case 500:
		return "Internal Server Error"
	case 503:
		return "Service Unavailable"
	}
	return "Refused"
}
