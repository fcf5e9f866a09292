// Package browser_test looks at the pages as people do: in a real headless
// Chromium, with an engine in the same process. Where there is no Chromium the
// tests say so and are skipped.
package browser_test

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"gannet/engine"
)

// The two sizes at which every page is looked at.
var (
	desktop = size{1280, 800}
	phone   = size{390, 844}
)

type size struct{ width, height int64 }

// patience is how long a condition may take to come true. It is no measure of
// speed: the machine may be busy with other things.
const patience = 60 * time.Second

// chromium starts the one browser of this package.
var chromium = sync.OnceValues(func() (context.Context, error) {
	path, err := findChromium()
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("lang", "en"),
		chromedp.Flag("ignore-certificate-errors", true), chromedp.WSURLReadTimeout(patience))
	ctx, _ := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ = chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {})) // events newer than the library
	return ctx, chromedp.Run(ctx)
})

func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", exec.ErrNotFound
}

func TestMain(m *testing.M) {
	code := m.Run()
	if _, err := findChromium(); err == nil {
		if ctx, err := chromium(); err == nil {
			_ = chromedp.Cancel(ctx) // or the process outlives the tests
		}
	}
	os.Exit(code)
}

// site is a running engine.
type site struct {
	t      *testing.T
	engine *engine.Engine
	config engine.Config
	url    string // of the public listener, http://127.0.0.1:port
	admin  string // of the operator's
}

// newSite starts an engine in dev mode on free ports. change may alter the
// configuration first.
func newSite(t *testing.T, change func(*engine.Config)) *site {
	t.Helper()
	if _, err := findChromium(); err != nil {
		t.Skip("NO BROWSER: the pages are not tested. Install chromium (apt-get install chromium) to test them.")
	}
	c := engine.DefaultConfig()
	c.DataDir = t.TempDir()
	c.Listen = engine.ListenConfig{WS: "127.0.0.1:0", HTTP: "127.0.0.1:0", Admin: "127.0.0.1:0"}
	c.Storage.MinFreeBytes = 0
	if change != nil {
		change(&c)
	}
	s := &site{t: t, config: c}
	s.start()
	t.Cleanup(func() { s.stop() })
	return s
}

func (s *site) start() {
	s.t.Helper()
	e, err := engine.New(s.config, slog.New(slog.DiscardHandler))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := e.Start(); err != nil {
		s.t.Fatal(err)
	}
	ws, http, admin := e.Addrs()
	s.engine, s.url, s.admin = e, "http://"+http, "http://"+admin
	s.config.Listen.WS, s.config.Listen.HTTP, s.config.Listen.Admin = ws, http, admin // after a restart, too
}

func (s *site) stop() {
	if s.engine == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.engine.Shutdown(ctx); err != nil {
		s.t.Errorf("stopping the engine: %v", err)
	}
	s.engine = nil
}

// tab is one page of one person: it shares no cookies and no storage with others.
type tab struct {
	context.Context
	t    *testing.T
	name string

	mu       sync.Mutex
	problems []string // what the browser complained about
}

// open opens an address in a browser context of its own. When the test ends, what
// the browser complained about (a script that failed, a violated policy) fails it.
func (s *site) open(name, url string, at size) *tab {
	s.t.Helper()
	if !strings.Contains(url, "://") {
		url = s.url + url
	}
	browser, err := chromium()
	if err != nil {
		s.t.Fatalf("starting chromium: %v", err)
	}
	ctx, leave := newPerson(s.t, browser)
	b := &tab{Context: ctx, t: s.t, name: name}
	s.t.Cleanup(func() {
		leave()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, p := range b.problems {
			s.t.Errorf("%s: %s", name, p)
		}
	})
	b.listen()
	b.do(cdplog.Enable(), chromedp.EmulateViewport(at.width, at.height), chromedp.Navigate(url))
	return b
}

// newPerson opens an empty page that shares nothing with others, in a window of
// its own: Chromium opens no tab where there is no window.
func newPerson(t *testing.T, browser context.Context) (ctx context.Context, leave func()) {
	t.Helper()
	to := cdp.WithExecutor(browser, chromedp.FromContext(browser).Browser)
	person, err := target.CreateBrowserContext().Do(to)
	if err != nil {
		t.Fatal(err)
	}
	window, err := target.CreateTarget("about:blank").WithBrowserContextID(person).WithNewWindow(true).Do(to)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithTargetID(window))
	if err := chromedp.Run(ctx); err != nil { // the tab lives as long as the context of its first run
		t.Fatal(err)
	}
	return ctx, func() {
		cancel()
		_ = target.DisposeBrowserContext(person).Do(to)
	}
}

// listen gathers what goes wrong in the page. That the server can't be reached is
// what some tests are about.
func (b *tab) listen() {
	chromedp.ListenTarget(b, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			b.complain("exception: " + e.ExceptionDetails.Error())
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.APITypeError {
				b.complain("console.error: " + said(e.Args))
			}
		case *cdplog.EventEntryAdded:
			if e.Entry.Level == cdplog.LevelError && e.Entry.Source != cdplog.SourceNetwork {
				b.complain(fmt.Sprintf("%s: %s (%s)", e.Entry.Source, e.Entry.Text, e.Entry.URL))
			}
		case *page.EventJavascriptDialogOpening:
			b.complain("a dialog: " + e.Message)
		}
	})
}

// said is what a script gave to the console.
func said(args []*runtime.RemoteObject) string {
	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = cmp.Or(arg.Description, string(arg.Value))
	}
	return strings.Join(words, " ")
}

func (b *tab) complain(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = append(b.problems, what)
}

// do runs actions, which have to succeed.
func (b *tab) do(actions ...chromedp.Action) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		b.shot("failed")
		b.t.Fatalf("%s: %v", b.name, err)
	}
}

// want waits until a JavaScript expression is true. While a page is being left
// there is nothing to ask, so what goes wrong counts as not yet.
func (b *tab) want(expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b, patience)
	defer cancel()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for holds := false; !holds; <-look.C {
		err := chromedp.Run(ctx, chromedp.Evaluate("!!("+expression+")", &holds))
		if ctx.Err() != nil {
			b.shot("failed")
			b.t.Fatalf("%s: never true: %s (%v)", b.name, expression, err)
		}
	}
}

// get is the value of a JavaScript expression.
func get[T any](b *tab, expression string) (value T) {
	b.t.Helper()
	b.do(chromedp.Evaluate(expression, &value))
	return value
}

// click clicks the first visible element of a CSS selector.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(selector, chromedp.ByQuery, chromedp.NodeVisible))
}

// typeInto focuses an element and types; "\r" is the Enter key.
func (b *tab) typeInto(selector, text string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(selector, text, chromedp.ByQuery, chromedp.NodeVisible))
}

// resize changes the size of the window.
func (b *tab) resize(to size) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(to.width, to.height))
}

// scheme makes the browser ask for "light" or "dark".
func (b *tab) scheme(name string) {
	b.t.Helper()
	b.do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}))
}

// shot writes a picture to screenshots/, for people to look at.
func (b *tab) shot(name string) {
	b.t.Helper()
	var png []byte
	ctx, cancel := context.WithTimeout(b, patience)
	defer cancel()
	if err := chromedp.Run(ctx, chromedp.CaptureScreenshot(&png)); err != nil {
		b.t.Logf("no screenshot %s: %v", name, err)
		return
	}
	path := filepath.Join("screenshots", strings.ReplaceAll(b.t.Name(), "/", "_")+"-"+b.name+"-"+name+".png")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
