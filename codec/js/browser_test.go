package js_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"gannet/codec/js"
)

// patience is how long a condition may take to come true: the machine may be busy.
const patience = 60 * time.Second

// TestTabs tries the store of browsers in a real one, with its locks and its
// storage: tabs have places of their own, a reload gets the same again, and what a
// tab leaves behind goes out from another, once.
func TestTabs(t *testing.T) {
	ws, _ := serve(t, nil)
	url := "ws://" + ws + "/ws"
	first, second := tabs(t)
	const start = `async (url, user) => {
		const { Client, browserStore } = await import("/gannet.js");
		window.client = new Client({ url, user, store: browserStore() });
		client.on("error", e => { throw e; });
		if (!url.endsWith("/nowhere")) await client.ready;
		return client.device ?? "";
	}`
	alice := fmt.Sprintf("(%s)(%q, %q)", start, url, "alice")
	device := eval[string](t, first, alice)
	other := eval[string](t, second, alice)
	if device == "" || other == "" || device == other {
		t.Fatalf("the tabs are the devices %q and %q", device, other)
	}

	const keep = `new Promise(resolve => {
		const { cid } = client.send({ to: "bob" }, %q);
		const look = () => (Object.keys(localStorage).some(key => key.endsWith(cid)) ? resolve(cid) : setTimeout(look, 10));
		look();
	})`
	// A message that can't go out outlives a reload, and the tab is the same again.
	reload(t, first)
	eval[string](t, first, fmt.Sprintf("(%s)(%q, %q)", start, "ws://127.0.0.1:1/nowhere", "alice"))
	eval[string](t, first, fmt.Sprintf(keep, "one"))
	reload(t, first)
	if again := eval[string](t, first, alice); again != device {
		t.Errorf("after a reload the tab is the device %q, it was %q", again, device)
	}
	const empty = `new Promise(resolve => {
		const look = () => (client.outbox().length > 0 ? setTimeout(look, 10) : resolve(0));
		look();
	})`
	eval[int](t, first, empty)

	// A tab that is closed leaves its message to the other.
	reload(t, first)
	eval[string](t, first, fmt.Sprintf("(%s)(%q, %q)", start, "ws://127.0.0.1:1/nowhere", "alice"))
	eval[string](t, first, fmt.Sprintf(keep, "two"))
	if err := chromedp.Cancel(first); err != nil {
		t.Fatal(err)
	}
	const taken = `new Promise(resolve => {
		client.on("sent", () => resolve(client.history({ to: "bob" }).then(p => p.messages.map(m => m.content).join())));
		client.connect(); // as when the user looks at the tab
	})`
	if got := eval[string](t, second, taken); got != "one,two" {
		t.Errorf("the conversation has %q, want one,two", got)
	}
	const left = `Object.keys(localStorage).filter(key => key.includes(":out:")).length`
	if n := eval[int](t, second, left); n != 0 {
		t.Errorf("%d messages are left in the storage", n)
	}
}

// tabs opens two empty pages of one browser, beside the module.
func tabs(t *testing.T) (first, second context.Context) {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("NOT TESTED: there is no chromium on this machine, so tabs beside each other aren't tried")
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/gannet.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write(js.Module())
	})
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<!doctype html>")) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WSURLReadTimeout(patience))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	quiet := chromedp.WithErrorf(func(string, ...any) {}) // events newer than the library
	window, closeAll := chromedp.NewContext(ctx, quiet)
	t.Cleanup(closeAll)
	if err := chromedp.Run(window); err != nil {
		t.Fatal(err)
	}
	first, _ = chromedp.NewContext(window)
	second, _ = chromedp.NewContext(window)
	for _, tab := range []context.Context{first, second} {
		if err := chromedp.Run(tab, chromedp.Navigate(server.URL)); err != nil {
			t.Fatal(err)
		}
	}
	return first, second
}

func reload(t *testing.T, tab context.Context) {
	t.Helper()
	if err := chromedp.Run(tab, chromedp.Reload()); err != nil {
		t.Fatal(err)
	}
}

// eval gives what an expression, or its promise, comes to.
func eval[T any](t *testing.T, tab context.Context, expression string) (value T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	wait := func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
	if err := chromedp.Run(ctx, chromedp.Evaluate(expression, &value, wait)); err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}
