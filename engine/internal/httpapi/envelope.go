package httpapi

import (
	"strconv"
	"time"

	"gannet/codec/wire"
)

// Every answer is {"code":…,"msg":…,"data":…}. A success is these two pieces
// around what an action appended.
const (
	okHead = `{"code":200,"msg":"ok","data":`
	okTail = `}`
	noData = `{}`
)

// appendRefusal appends the envelope of an error.
func appendRefusal(dst []byte, e *wire.Error) []byte {
	dst = append(dst, `{"code":`...)
	dst = strconv.AppendInt(dst, int64(e.Code), 10)
	dst = append(dst, `,"msg":`...)
	dst = wire.AppendString(dst, e.Msg)
	dst = append(dst, `,"data":null,"reason":`...)
	dst = wire.AppendString(dst, e.Reason)
	if e.RetryAfter > 0 {
		dst = append(dst, `,"retry_after_ms":`...)
		dst = strconv.AppendInt(dst, max(1, e.RetryAfter.Milliseconds()), 10)
	}
	return append(dst, '}')
}

// retrySeconds is the value of Retry-After, whose unit is whole seconds, RFC
// 9110 §10.2.3. It is rounded up, so that nobody comes too early.
func retrySeconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
