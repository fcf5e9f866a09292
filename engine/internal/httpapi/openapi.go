package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/swaggest/openapi-go"
	"github.com/swaggest/openapi-go/openapi31"

	"gannet/codec/wire"
)

func documentRoutes() []route {
	return []route{{
		method: "GET", path: "/api/v1/openapi.json", do: document, level: levelOpen,
		about: about{
			id: "openapi", tag: tagServer, summary: "This description of the API",
			stream: "application/json",
		},
	}}
}

// document answers the OpenAPI document, which comes without an envelope.
func document(s *Server, x *exchange) *wire.Error {
	x.stream = func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h["Content-Type"] = jsonType
		h["X-Content-Type-Options"] = noSniff
		h["Content-Length"] = []string{strconv.Itoa(len(s.document))}
		_, _ = w.Write(s.document) // an error means that the client is gone
	}
	return nil
}

// describe builds the OpenAPI 3.1 document of the routes.
func describe(routes []route) ([]byte, error) {
	r := newReflector()
	spec := r.SpecEns()
	spec.SetTitle("Gannet")
	spec.SetVersion("1")
	spec.SetDescription("The HTTP API of the instant-messaging server Gannet. With auth.mode dev, ?uid= is a login too.")
	spec.WithServers(openapi31.Server{URL: "/"})
	spec.SetHTTPBearerTokenSecurity("token", "JWT", "The token of a user.")
	spec.SetAPIKeySecurity("key", "X-API-Key", openapi.InHeader, "The key of a trusted backend.")
	if err := addSchema(r, "Error", refusalView{}); err != nil {
		return nil, err
	}
	for i := range routes {
		if err := addOperation(r, &routes[i]); err != nil {
			return nil, fmt.Errorf("describe %s %s: %w", routes[i].method, routes[i].path, err)
		}
	}
	return json.Marshal(spec)
}

func addOperation(r *openapi31.Reflector, rt *route) error {
	oc, err := r.NewOperationContext(rt.method, rt.path)
	if err != nil {
		return err
	}
	a := &rt.about
	oc.SetID(a.id)
	oc.SetTags(a.tag)
	oc.SetSummary(a.summary)
	if a.text != "" {
		oc.SetDescription(a.text)
	}
	addSecurity(oc, rt.level)
	for _, params := range rt.allParams() {
		oc.AddReqStructure(params)
	}
	if a.body != nil {
		oc.AddReqStructure(a.body, openapi.WithContentType("application/json"))
	}
	op := oc.(openapi31.OperationExposer).Operation()
	if err := addAnswers(r, op, rt); err != nil {
		return err
	}
	if err := r.AddOperation(oc); err != nil {
		return err
	}
	if op.RequestBody != nil {
		op.RequestBody.RequestBody.WithRequired(rt.body != optionalBody)
	}
	return nil
}

func addSecurity(oc openapi.OperationContext, l level) {
	if l == levelUser || l == levelAny {
		oc.AddSecurity("token")
	}
	if l != levelOpen {
		oc.AddSecurity("key")
	}
}

// addAnswers describes the answer and the refusals of a route.
func addAnswers(r *openapi31.Reflector, op *openapi31.Operation, rt *route) error {
	answer, err := answerOf(r, rt)
	if err != nil {
		return err
	}
	op.ResponsesEns().WithMapOfResponseOrReferenceValuesItem("200", openapi31.ResponseOrReference{Response: answer})
	byStatus := make(map[int][]string)
	for _, reason := range rt.allReasons() {
		status := wire.Status(reason)
		byStatus[status] = append(byStatus[status], reason)
	}
	if rt.body != noBody {
		byStatus[http.StatusUnsupportedMediaType] = []string{wire.ReasonBadRequest}
	}
	for status, reasons := range byStatus {
		op.Responses.WithMapOfResponseOrReferenceValuesItem(strconv.Itoa(status), openapi31.ResponseOrReference{
			Response: refusalOf(status, reasons),
		})
	}
	return nil
}

// object is a JSON object of the document.
type object = map[string]any

func answerOf(r *openapi31.Reflector, rt *route) (*openapi31.Response, error) {
	answer := (&openapi31.Response{}).WithDescription("It is done.")
	if media := rt.about.stream; media != "" {
		answer.WithContentItem(media, openapi31.MediaType{})
		return answer, nil
	}
	data := object{"type": "object", "description": "empty"}
	if rt.about.data != nil {
		name := schemaName(rt.about.data)
		if err := addSchema(r, name, rt.about.data); err != nil {
			return nil, err
		}
		data = object{"$ref": schemaPrefix + name}
	}
	answer.WithContentItem("application/json", openapi31.MediaType{Schema: object{
		"type":     "object",
		"required": []string{"code", "msg", "data"},
		"properties": object{
			"code": object{"type": "integer", "const": http.StatusOK},
			"msg":  object{"type": "string"},
			"data": data,
		},
	}})
	if media := rt.about.other; media != "" {
		answer.WithContentItem(media, openapi31.MediaType{Schema: object{"type": "string"}})
	}
	return answer, nil
}

// refusalView is the envelope of a refusal, as appendRefusal writes it.
type refusalView struct {
	Code         int     `json:"code" doc:"equals the HTTP status"`
	Msg          string  `json:"msg" doc:"for people; it may change"`
	Data         nothing `json:"data"`
	Reason       string  `json:"reason" doc:"a stable word"`
	RetryAfterMS int64   `json:"retry_after_ms,omitempty" doc:"when another try is worth it"`
}

// nothing is always null.
type nothing struct{}

func refusalOf(status int, reasons []string) *openapi31.Response {
	return (&openapi31.Response{}).WithDescription(http.StatusText(status)).WithContentItem("application/json", openapi31.MediaType{
		Schema: object{
			"$ref":       schemaPrefix + "Error",
			"properties": object{"code": object{"const": status}, "reason": object{"enum": reasons}},
		},
	})
}

// description is the document of the public routes, which are always the same.
// It is built when it is first needed, which takes some milliseconds.
var description = sync.OnceValue(func() []byte {
	text, err := describe(publicRoutes())
	if err != nil {
		panic(err) // a mistake in the table above
	}
	return text
})
