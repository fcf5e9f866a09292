package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// names are the values to which a script has given names.
type names map[string]any

// naming is a name in a text. Alone in a JSON string it stands for the value as
// it is, else for its text.
var naming = regexp.MustCompile(`"\$(\w+)"|\$(\w+)`)

// fill puts the values in the place of their names.
func (n names) fill(text string) (filled string, err error) {
	filled = naming.ReplaceAllStringFunc(text, func(ref string) string {
		value, ok := n[strings.Trim(ref, `"$`)]
		if !ok {
			err = fmt.Errorf("nothing is called %s", ref)
		}
		if ref[0] != '"' {
			return plain(value)
		}
		quoted, fault := json.Marshal(value)
		err = errors.Join(err, fault)
		return string(quoted)
	})
	return filled, err
}

// plain is the text of a value.
func plain(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	quoted, _ := json.Marshal(value) // it came out of JSON
	return string(quoted)
}

func number(n int) json.Number { return json.Number(strconv.Itoa(n)) }

// parseJSON keeps numbers as they are written. What is no JSON stands for itself.
func parseJSON(text string) any {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil || d.More() {
		return text
	}
	return v
}

// match says why got is not as wanted, and adds what it is the first to name to
// found. Objects may have more members than wanted.
func (n names) match(want, got any, found names) error {
	switch want := want.(type) {
	case map[string]any:
		return n.matchObject(want, got, found)
	case []any:
		return n.matchList(want, got, found)
	case string:
		return n.matchText(want, got, found)
	}
	return same(want, got)
}

func (n names) matchObject(want map[string]any, got any, found names) error {
	object, ok := got.(map[string]any)
	if !ok {
		return fmt.Errorf("%s is no object", plain(got))
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		value, ok := object[key]
		switch {
		case want[key] == "!" && ok:
			return fmt.Errorf("%s is there", key)
		case want[key] == "!":
			continue
		case !ok:
			return fmt.Errorf("%s is missing", key)
		}
		if err := n.match(want[key], value, found); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func (n names) matchList(want []any, got any, found names) error {
	list, ok := got.([]any)
	if !ok || len(list) != len(want) {
		return fmt.Errorf("%s is no list of %d", plain(got), len(want))
	}
	for i := range want {
		if err := n.match(want[i], list[i], found); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return nil
}

func (n names) matchText(want string, got any, found names) error {
	if want == "*" {
		return nil
	}
	name, ok := strings.CutPrefix(want, "$")
	if !ok || !naming.MatchString(want) || naming.FindString(want) != want {
		filled, err := n.fill(want)
		if err != nil {
			return err
		}
		return same(filled, got)
	}
	for _, known := range []names{n, found} {
		if value, ok := known[name]; ok {
			return same(value, got)
		}
	}
	found[name] = got
	return nil
}

func same(want, got any) error {
	if !reflect.DeepEqual(want, got) {
		return fmt.Errorf("is %s, want %s", plain(got), plain(want))
	}
	return nil
}

// TestPattern: what the scripts mean by "as wanted".
func TestPattern(t *testing.T) {
	known := names{"m": "17", "s": number(3)}
	for _, c := range []struct{ want, got, why string }{
		{`{"a":1}`, `{"a":1,"b":2}`, ""},
		{`{"a":1}`, `{"a":2}`, "a: is 2, want 1"},
		{`{"a":1}`, `{"b":1}`, "a is missing"},
		{`{"a":1}`, `[1]`, "[1] is no object"},
		{`{"a":"!"}`, `{"b":1}`, ""},
		{`{"a":"!"}`, `{"a":null}`, "a is there"},
		{`{"a":"*"}`, `{"a":null}`, ""},
		{`{"a":"*"}`, `{}`, "a is missing"},
		{`[1,"*"]`, `[1,2]`, ""},
		{`[1]`, `[1,2]`, "[1,2] is no list of 1"},
		{`[[2]]`, `[[1]]`, "[0]: [0]: is 1, want 2"},
		{`{"a":"$m"}`, `{"a":"17"}`, ""},
		{`{"a":"$m"}`, `{"a":17}`, "a: is 17, want 17"},
		{`{"a":"$s"}`, `{"a":3}`, ""},
		{`{"a":"$new","b":"$new"}`, `{"a":4,"b":4}`, ""},
		{`{"a":"$new","b":"$new"}`, `{"a":4,"b":5}`, "b: is 5, want 4"},
		{`{"a":"x$m"}`, `{"a":"x17"}`, ""},
		{`{"a":"x$none"}`, `{"a":"x17"}`, "a: nothing is called $none"},
		{`PONG`, `PONG`, ""},
	} {
		err := known.match(parseJSON(c.want), parseJSON(c.got), make(names))
		if err == nil && c.why != "" || err != nil && err.Error() != c.why {
			t.Errorf("%s as %s: %v, want %q", c.got, c.want, err, c.why)
		}
	}
	if s, err := known.fill(`{"id":"$m","seq":"$s","text":"no $s of $m"}`); err != nil || s != `{"id":"17","seq":3,"text":"no 3 of 17"}` {
		t.Errorf("%s, %v", s, err)
	}
	if _, err := known.fill(`$none`); err == nil {
		t.Error("an unknown name was filled in")
	}
}
