package httpapi

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// docs/admin-api.md has every route of the operator with an example, and its
// examples are what the routes answer.
func TestAdminDocs(t *testing.T) {
	headings, examples := readDocs(t, "admin-api.md")
	mux := newTestAdmin(&fakeOperator{}, true, "").mux
	missing, unshown := make(map[string]*route), make(map[string]*route)
	routes := adminRoutes()
	for i := range routes {
		if rt := &routes[i]; rt.level == levelOperator {
			missing[rt.method+" "+rt.path], unshown[rt.method+" "+rt.path] = rt, rt
		}
	}
	byLabel := make(map[string]*route)
	for label, rt := range missing {
		byLabel[label] = rt
	}
	for _, heading := range headings {
		method, path, _ := strings.Cut(heading, " ")
		label := method + " " + prefixed(path)
		if missing[label] == nil {
			t.Errorf("%s is no route, or stands there twice", heading)
		}
		delete(missing, label)
	}
	for _, e := range examples {
		_, label := mux.Handler(request(e.method, prefixed(e.target), ""))
		delete(unshown, label)
		if rt := byLabel[label]; rt == nil {
			t.Errorf("%s %s is no route", e.method, e.target)
		} else if e.answer != "" {
			checkAnswer(t, rt, e.answer)
		}
	}
	for label := range missing {
		t.Errorf("%s is not in docs/admin-api.md", label)
	}
	for label := range unshown {
		t.Errorf("%s has no example in docs/admin-api.md", label)
	}
}

// checkAnswer holds an answer against the type that the route encodes: it has all
// its fields and no others.
func checkAnswer(t *testing.T, rt *route, text string) {
	t.Helper()
	var answer struct {
		Code int
		Data json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Code != 200 {
		return
	}
	if rt.about.data == nil {
		expect(t, rt.path, string(answer.Data), noData)
		return
	}
	v := reflect.New(reflect.TypeOf(rt.about.data))
	d := json.NewDecoder(bytes.NewReader(answer.Data))
	d.DisallowUnknownFields()
	if err := d.Decode(v.Interface()); err != nil {
		t.Errorf("%s %s: %v", rt.method, rt.path, err)
	}
	again, err := json.Marshal(v.Interface())
	if err != nil {
		t.Fatal(err)
	}
	expect(t, rt.path, string(again), string(answer.Data))
}
