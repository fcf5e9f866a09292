package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"
)

// example is one of docs/http-api.md: a request, and the JSON below it.
type example struct {
	method, target string
	body, answer   string // "" is none
}

var (
	exampleLine = regexp.MustCompile("^`(GET|POST|PUT|PATCH|DELETE) (/[^ `]*)`$")
	headingLine = regexp.MustCompile(`^### ((?:GET|POST|PUT|PATCH|DELETE) /.*)$`)
)

// readDocs reads of a page the headings of routes and the examples, and checks that what is
// fenced as JSON is JSON.
func readDocs(t *testing.T, page string) (headings []string, examples []example) {
	t.Helper()
	text, err := os.ReadFile("../../../docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	var fence *strings.Builder
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case fence != nil && line == "```":
			checkJSON(t, fence.String())
			if len(examples) > 0 {
				examples[len(examples)-1].add(t, fence.String())
			}
			fence = nil
		case fence != nil:
			fence.WriteString(line)
		case line == "```json":
			fence = new(strings.Builder)
		case headingLine.MatchString(line):
			headings = append(headings, headingLine.FindStringSubmatch(line)[1])
		case exampleLine.MatchString(line):
			m := exampleLine.FindStringSubmatch(line)
			examples = append(examples, example{method: m[1], target: m[2]})
		}
	}
	return headings, examples
}

func checkJSON(t *testing.T, text string) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	for {
		var v any
		switch err := d.Decode(&v); {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			t.Fatalf("%s: %v", text, err)
		}
	}
}

func (e *example) add(t *testing.T, text string) {
	t.Helper()
	switch {
	case strings.HasPrefix(text, `{"code":`) && e.answer == "":
		e.answer = text
	case e.body == "" && e.answer == "":
		e.body = text
	default:
		t.Errorf("%s %s has too many blocks", e.method, e.target)
	}
}

// prefixed is a path as it is served.
func prefixed(path string) string {
	if path == "/healthz" || path == "/readyz" {
		return path
	}
	return "/api/v1" + path
}

// Every route has its place in docs/http-api.md and an example, and what is there
// exists.
func TestDocsHaveEveryRoute(t *testing.T) {
	headings, examples := readDocs(t, "http-api.md")
	missing, unshown := make(map[string]bool), make(map[string]bool)
	for _, rt := range publicRoutes() {
		label := rt.method + " " + rt.path
		missing[label], unshown[label] = true, true
	}
	for _, heading := range headings {
		method, path, _ := strings.Cut(heading, " ")
		label := method + " " + prefixed(path)
		if !missing[label] {
			t.Errorf("%s is no route, or stands there twice", heading)
		}
		delete(missing, label)
	}
	mux := newTestServer(&fakeChat{}, false).mux
	for _, e := range examples {
		_, pattern := mux.Handler(request(e.method, prefixed(e.target), ""))
		delete(unshown, pattern)
	}
	for label := range missing {
		t.Errorf("%s is not in docs/http-api.md", label)
	}
	for label := range unshown {
		t.Errorf("%s has no example in docs/http-api.md", label)
	}
}

// The examples are as the OpenAPI document says.
func TestExamplesInTheDocs(t *testing.T) {
	c := newContract(t)
	_, examples := readDocs(t, "http-api.md")
	for _, e := range examples {
		r := httptest.NewRequest(e.method, "http://localhost:9501"+prefixed(e.target), strings.NewReader(e.body))
		r.Header.Set("Authorization", "Bearer x")
		r.Header.Set("X-Api-Key", "x")
		if e.body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		route, params, err := c.router.FindRoute(r)
		if err != nil {
			t.Fatalf("%s: %v", e.target, err)
		}
		asked := &openapi3filter.RequestValidationInput{
			Request: r, PathParams: params, Route: route, Options: &openapi3filter.Options{AuthenticationFunc: loggedIn},
		}
		err = errors.Join(openapi3filter.ValidateRequest(context.Background(), asked), declared(route, r))
		if e.answer != "" {
			err = errors.Join(err, validateAnswer(asked, e.answer))
		}
		if err != nil {
			t.Errorf("%s %s: %v", e.method, e.target, err)
		}
	}
}

func validateAnswer(asked *openapi3filter.RequestValidationInput, text string) error {
	var head struct{ Code int }
	if err := json.NewDecoder(bytes.NewReader([]byte(text))).Decode(&head); err != nil {
		return err
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: asked, Status: head.Code, Header: map[string][]string{"Content-Type": {"application/json"}},
	}
	answer.SetBodyBytes([]byte(text))
	return openapi3filter.ValidateResponse(context.Background(), answer)
}
