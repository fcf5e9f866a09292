package wire

// AppendWelcome appends the first message on every connection. text is for
// people; timeMS is the server's clock in Unix milliseconds; the client must be
// heard at least every heartbeatSeconds.
func AppendWelcome(dst []byte, text, user, device string, timeMS int64, heartbeatSeconds int) []byte {
	dst = appendText(dst, `{"type":"system","event":"welcome","msg":`, text)
	dst = appendText(dst, `,"user_id":`, user)
	dst = appendText(dst, `,"device":`, device)
	dst = appendInt(dst, `,"time":`, timeMS)
	dst = appendInt(dst, `,"heartbeat":`, int64(heartbeatSeconds))
	return append(dst, '}')
}

// AppendShutdown appends the notice that the server is about to close the
// connection and is worth another try after retryAfterMS.
func AppendShutdown(dst []byte, retryAfterMS int64) []byte {
	return append(appendInt(dst, `{"type":"system","event":"shutdown","retry_after_ms":`, retryAfterMS), '}')
}
