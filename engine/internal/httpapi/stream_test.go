package httpapi

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A stream is counted when it ends, and so is one that was cut off.
func TestStreamsAreCounted(t *testing.T) {
	s := newTestServer(&fakeChat{}, true)
	e := &endpoint{server: s, stats: s.newRouteStats("stream")}
	play := func(stream http.HandlerFunc) (fault any) {
		defer func() { fault = recover() }()
		e.serveStream(httptest.NewRecorder(), request("GET", "/", ""), stream)
		return nil
	}
	if fault := play(func(http.ResponseWriter, *http.Request) {}); fault != nil {
		t.Error(fault)
	}
	if fault := play(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }); fault != http.ErrAbortHandler {
		t.Errorf("%v: the connection isn't cut", fault)
	}
	var figures strings.Builder
	if err := s.metrics.Write(&figures); err != nil {
		t.Fatal(err)
	}
	if want := `gannet_http_requests_total{route="stream",status="200"} 2`; !strings.Contains(figures.String(), want+"\n") {
		t.Errorf("no %q in\n%s", want, &figures)
	}
}
