package wire

import (
	"reflect"

	"github.com/bytedance/sonic"
	"github.com/bytedance/sonic/option"
)

// strictAPI decodes what the scanner has let through. Strings are copied, so
// that a result never pins or aliases the text it came from.
var strictAPI = sonic.Config{
	CopyString:     true,
	ValidateString: true,
	CaseSensitive:  true,
}.Froze()

// Strict decodes data into v as encoding/json would, and refuses what [Decode]
// refuses: deep nesting, duplicate keys, bad UTF-8, control characters in
// strings, data after the value. Keys are matched exactly, unknown ones ignored.
// v keeps nothing of data.
func Strict(data []byte, v any) *Error {
	if len(data) > maxText {
		return NewError(ReasonTooLarge, "the body is too large")
	}
	c := scanner{b: data}
	if !c.value() || !c.end() {
		return badJSON(&c)
	}
	if err := strictAPI.Unmarshal(data, v); err != nil {
		return badRequest("a field has the wrong type")
	}
	return nil
}

// Pretouch compiles the decoders of the given values' types, and what this
// package needs itself, ahead of the first request; the first use costs
// milliseconds otherwise. Call it once while starting.
func Pretouch(values ...any) error {
	for _, v := range values {
		if err := sonic.Pretouch(reflect.TypeOf(v), option.WithCompileRecursiveDepth(4)); err != nil {
			return err
		}
	}
	unescape(`\n`)
	return nil
}

// ID is an id in a body read by [Strict]: a JSON string, or a whole number,
// which becomes its decimal text. It is not checked by [ValidID].
type ID string

// UnmarshalJSON implements json.Unmarshaler.
func (id *ID) UnmarshalJSON(v []byte) error {
	if string(v) == "null" {
		return nil
	}
	s, ok := idText(v)
	if !ok {
		return badRequest("an id must be a string or a whole number")
	}
	*id = ID([]byte(s)) // a copy: v belongs to the decoder
	return nil
}
