package codec

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"
)

// Close codes (RFC 6455 §7.4.1 and the IANA registry).
const (
	CloseNormal         uint16 = 1000
	CloseGoingAway      uint16 = 1001
	CloseProtocolError  uint16 = 1002
	CloseUnsupported    uint16 = 1003
	CloseNoStatus       uint16 = 1005 // never sent: the peer's close frame had no code
	CloseAbnormal       uint16 = 1006 // never sent: the connection ended without a close frame
	CloseInvalidPayload uint16 = 1007
	ClosePolicy         uint16 = 1008
	CloseTooBig         uint16 = 1009
	CloseInternal       uint16 = 1011
	CloseRestart        uint16 = 1012
	CloseTryAgainLater  uint16 = 1013
)

// Close codes of Gannet's own, in the private range of RFC 6455 §7.4.2.
const (
	CloseAuth         uint16 = 4001 // not logged in in time, or a token bad or expired
	CloseReplaced     uint16 = 4002 // a newer connection of the same device took over
	CloseKicked       uint16 = 4003 // an operator ended the connection
	CloseSlowConsumer uint16 = 4008 // too many bytes waited to be read
	CloseSilent       uint16 = 4009 // nothing was heard for too long
)

// MaxReason is the most bytes of a close reason: a control frame's payload
// less the code.
const MaxReason = MaxControl - 2

// CloseError says that a connection has to be closed, and with which code.
type CloseError struct {
	Code   uint16
	Reason string
}

func (e *CloseError) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("websocket: close %d", e.Code)
	}
	return fmt.Sprintf("websocket: close %d: %s", e.Code, e.Reason)
}

func protocolError(reason string) *CloseError {
	return &CloseError{Code: CloseProtocolError, Reason: reason}
}

func invalidPayload(reason string) *CloseError {
	return &CloseError{Code: CloseInvalidPayload, Reason: reason}
}

func tooBig() *CloseError {
	return &CloseError{Code: CloseTooBig, Reason: "message too big"}
}

// AppendClose appends an unmasked close frame. The code 0 or [CloseNoStatus]
// gives a frame without a body; a reason above [MaxReason] is cut at a rune.
func AppendClose(dst []byte, code uint16, reason string) []byte {
	var body [MaxControl]byte
	return AppendFrame(dst, OpClose, closeBody(body[:0], code, reason))
}

// AppendMaskedClose is [AppendClose] for a client.
func AppendMaskedClose(dst []byte, key [4]byte, code uint16, reason string) []byte {
	var body [MaxControl]byte
	return AppendMaskedFrame(dst, OpClose, key, closeBody(body[:0], code, reason))
}

func closeBody(dst []byte, code uint16, reason string) []byte {
	if code == 0 || code == CloseNoStatus {
		return dst
	}
	dst = binary.BigEndian.AppendUint16(dst, code)
	return append(dst, cutReason(reason)...)
}

func cutReason(reason string) string {
	if len(reason) <= MaxReason {
		return reason
	}
	end := MaxReason
	for end > 0 && !utf8.RuneStart(reason[end]) {
		end--
	}
	return reason[:end]
}

// ParseClose takes a close frame's payload apart. An empty payload gives
// [CloseNoStatus] (RFC 6455 §7.1.5). A payload that no endpoint may send gives
// a [*CloseError] with the code to answer. The reason is a copy.
func ParseClose(payload []byte) (code uint16, reason string, err error) {
	if fault := checkClose(payload); fault != nil {
		return 0, "", fault
	}
	if len(payload) == 0 {
		return CloseNoStatus, "", nil
	}
	return binary.BigEndian.Uint16(payload), string(payload[2:]), nil
}

// checkClose judges a close frame's payload (RFC 6455 §5.5.1).
func checkClose(payload []byte) *CloseError {
	switch {
	case len(payload) == 0:
		return nil
	case len(payload) == 1:
		return protocolError("close payload of one byte")
	case !sendable(binary.BigEndian.Uint16(payload)):
		return protocolError("close code may not be sent")
	case !utf8.Valid(payload[2:]):
		return invalidPayload("close reason is not UTF-8")
	}
	return nil
}

// sendable reports whether code may stand in a close frame (RFC 6455 §7.4):
// 1004–1006 and 1015 are reserved, 1016–2999 are not assigned.
func sendable(code uint16) bool {
	switch {
	case code >= 3000:
		return code <= 4999
	case code >= 1000 && code <= 1014:
		return code != 1004 && code != CloseNoStatus && code != CloseAbnormal
	}
	return false
}
