package browser_test

import (
	"fmt"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// hold keeps back what the page asks for by a method at addresses that fit a regular
// expression: pass lets it go, refuse makes it fail, and what is asked for from then
// on goes as always.
func (b *tab) hold(method, address string) {
	b.t.Helper()
	b.do(chromedp.Evaluate(fmt.Sprintf(`(() => {
		const real = window.fetch;
		const gate = new Promise((pass, refuse) => Object.assign(window, { pass, refuse }));
		window.held = 0;
		window.free = () => { window.fetch = real; };
		window.fetch = async (url, request = {}) => {
			if ((request.method ?? "GET") === %q && new RegExp(%q).test(new URL(url, location).pathname)) { window.held++; await gate; }
			return real(url, request);
		};
	})()`, method, address), nil))
}

func (b *tab) pass() { b.t.Helper(); b.do(chromedp.Evaluate(`free(); pass()`, nil)) }
func (b *tab) refuse() {
	b.t.Helper()
	b.do(chromedp.Evaluate(`free(); refuse(new TypeError("no network"))`, nil))
}

// failing makes one call of a method of the page's client fail, the nth.
func (b *tab) failing(method string, nth int) {
	b.t.Helper()
	b.do(chromedp.Evaluate(fmt.Sprintf(`import("/gannet.js").then(({ Client, GannetError }) => {
		const real = Client.prototype[%[1]q];
		let calls = 0;
		Client.prototype[%[1]q] = function (...args) {
			if (++calls === %[2]d) throw new GannetError({ reason: "outbox_full" });
			return real.apply(this, args);
		};
	})`, method, nth), nil, awaited))
}

func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
