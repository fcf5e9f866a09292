package browser_test

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"gannet/codec/client"
	"gannet/engine"
)

// traffic has people talk in groups until the test ends.
func (s *site) traffic(people int) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	s.t.Cleanup(func() {
		cancel()
		all.Wait()
	})
	ws, _, _ := s.engine.Addrs()
	for i := range people {
		c, err := client.Dial(ctx, client.Config{URL: "ws://" + ws + "/ws", User: fmt.Sprintf("user%d", i), Tracked: i%2 == 0})
		if err != nil {
			s.t.Fatal(err)
		}
		all.Go(func() {
			for {
				if _, err := c.Receive(ctx); err != nil {
					return
				}
			}
		})
		all.Go(func() {
			defer c.Close()
			talk(ctx, c, i)
		})
	}
}

// talk sends now and then: more to the first groups than to the last.
func talk(ctx context.Context, c *client.Client, person int) {
	every := time.NewTicker(30 * time.Millisecond)
	defer every.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		m := client.Message{GroupID: []string{"lobby", "lobby", "lobby", "kitchen", "kitchen", "garden"}[(n+person)%6], Content: []byte(`"hello"`)}
		if n%5 == 0 {
			m = client.Message{To: fmt.Sprintf("user%d", person^1), Content: []byte(`"just you"`)}
		}
		if _, err := c.Send(ctx, m); err != nil {
			return
		}
	}
}

// text is what an element shows.
func text(testid string) string {
	return fmt.Sprintf(`(document.querySelector('[data-testid="%s"]')?.textContent ?? "")`, testid)
}

// moving is true when a figure at the top is a number above 0.
func moving(testid string) string {
	return fmt.Sprintf(`/[1-9]/.test(document.querySelector('[data-testid="%s"] strong')?.textContent ?? "")`, testid)
}

// drawn counts the pixels of a chart that are of the first line's colour.
const drawn = `(id => {
	const canvas = document.querySelector('[data-testid="chart-' + id + '"] canvas');
	if (!canvas) return 0;
	const probe = document.body.appendChild(document.createElement("i"));
	probe.style.color = "var(--line-1)";
	const [r, g, b] = getComputedStyle(probe).color.match(/\d+/g).map(Number);
	probe.remove();
	const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
	let n = 0;
	for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200 && Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 24) n++;
	return n;
})`

// TestDashboard: the figures of a server under load are shown and move, the lines
// are drawn, in both sizes, both themes and both languages.
func TestDashboard(t *testing.T) {
	s := newSite(t, nil)
	s.traffic(12)
	b := s.open("operator", s.admin+"/admin", desktop)
	b.scheme("light")
	b.want(text("state") + ` === "Live"`)
	for _, tile := range []string{"connections", "messages", "deliveries", "delivery", "fsync", "cpu", "memory", "disk"} {
		b.want(moving("tile-" + tile))
	}
	b.want(`document.querySelector('[data-testid="tile-connections"] strong').textContent === "12"`)
	b.want(`document.querySelectorAll('[data-testid="level"]').length === 7`)
	b.want(`[...document.querySelectorAll('[data-testid="group"]')].slice(0, 3).map(g => g.querySelector("span").textContent).join() === "lobby,kitchen,garden"`)
	for _, chart := range []string{"messages", "deliveries", "memory"} {
		b.want(fmt.Sprintf(`%s("%s") > 20`, drawn, chart))
	}
	b.click(`[data-testid="window-1"]`)
	b.want(drawn + `("messages") > 60`)
	if get[bool](b, `document.querySelector('[data-testid="chart-desk"]') !== null`) {
		t.Error("the desk is shown, which nobody uses")
	}
	b.shot("desktop-light")
	b.scheme("dark")
	b.want(drawn + `("messages") > 60`)
	b.shot("desktop-dark")
	b.resize(phone)
	b.want(`document.documentElement.scrollWidth <= innerWidth`)
	b.want(drawn + `("messages") > 60`)
	b.shot("phone-dark")
	b.scheme("light")
	b.click(`[data-testid="language"]`)
	b.want(text("state") + ` === "实时"`)
	b.want(drawn + `("messages") > 60`)
	b.shot("phone-light-chinese")
	b.whole("phone-whole")
	b.resize(desktop)
	b.want(`document.documentElement.scrollWidth <= innerWidth`)
	b.whole("desktop-whole-chinese")
}

// whole writes a picture of the page from its top to its end.
func (b *tab) whole(name string) {
	b.t.Helper()
	height := get[int64](b, `document.documentElement.scrollHeight`)
	width := get[int64](b, `innerWidth`)
	b.resize(size{width, height})
	b.want(`[...document.querySelectorAll(".chart")].every(c => c.querySelector("canvas"))`)
	b.shot(name)
}

// TestDashboardPause: what is shown stands still, and goes on with what came
// meanwhile.
func TestDashboardPause(t *testing.T) {
	s := newSite(t, nil)
	s.traffic(4)
	b := s.open("operator", s.admin+"/admin", desktop)
	b.want(moving("tile-messages"))
	const end = `document.querySelector('[data-testid="chart-messages"] canvas').toDataURL()`
	b.click(`[data-testid="pause"]`)
	b.want(text("state") + ` === "Paused"`)
	b.do(chromedp.Evaluate(`window.before = `+end+`; window.uptime = document.querySelector(".bar .small").textContent`, nil))
	b.want(`document.querySelector(".bar .small").textContent !== window.uptime`) // answers come in
	if !get[bool](b, end+` === window.before`) {
		t.Error("a chart that was paused has moved")
	}
	b.click(`[data-testid="pause"]`)
	b.want(text("state") + ` === "Live"`)
	b.want(end + ` !== window.before`)
}

// TestDashboardPast: a page that is opened, or loaded anew, shows what was before.
func TestDashboardPast(t *testing.T) {
	s := newSite(t, nil)
	s.traffic(4)
	first := s.open("first", s.admin+"/admin", desktop)
	first.click(`[data-testid="window-1"]`)
	first.want(drawn + `("messages") > 60`)
	second := s.open("second", s.admin+"/admin", desktop)
	second.want(moving("tile-messages"))
	second.click(`[data-testid="window-1"]`)
	second.want(drawn + `("messages") > 60`)
	first.do(chromedp.Reload())
	first.want(`document.querySelector('[data-testid="window-1"]')?.ariaChecked === "true"`)
	first.want(drawn + `("messages") > 60`)
	first.click(`[data-testid="window-60"]`)
	first.want(moving("tile-messages"))
	first.want(drawn + `("memory") > 5`)
}

// TestDashboardToken: where there is a token the page asks for it, and knows it
// after a reload, and a wrong one is told so.
func TestDashboardToken(t *testing.T) {
	const token = "a-token-of-the-operator"
	s := newSite(t, func(c *engine.Config) { c.Auth.AdminToken = token })
	b := s.open("operator", s.admin+"/admin", desktop)
	b.typeInto(`[data-testid="token"]`, "a-token-of-somebody\r")
	b.want(`document.querySelector('[role="alert"]')?.textContent === "That is not the token."`)
	b.shot("refused")
	b.do(chromedp.Evaluate(`document.querySelector('[data-testid="token"]').select()`, nil))
	b.typeInto(`[data-testid="token"]`, token)
	b.click(`[data-testid="login"]`)
	b.want(text("state") + ` === "Live"`)
	b.do(chromedp.Reload())
	b.want(text("state") + ` === "Live"`)
	b.resize(phone)
	b.do(chromedp.Evaluate(`sessionStorage.clear()`, nil), chromedp.Reload())
	b.want(`document.querySelector('[data-testid="token"]') !== null`)
	b.shot("login-phone")
}

// TestDashboardWarnings: what an operator should look at stands above everything.
func TestDashboardWarnings(t *testing.T) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(t.TempDir(), &disk); err != nil {
		t.Fatal(err)
	}
	s := newSite(t, func(c *engine.Config) { c.Storage.MinFreeBytes = int(2 * disk.Bavail * uint64(disk.Bsize)) })
	b := s.open("operator", s.admin+"/admin", desktop)
	b.want(text("warning-storage_full") + `.includes("The disk is full")`)
	b.shot("desktop")
	b.resize(phone)
	b.want(`document.documentElement.scrollWidth <= innerWidth`)
	b.shot("phone")
}

// TestDashboardDesk: the customer-service desk is shown where it is used.
func TestDashboardDesk(t *testing.T) {
	s := newSite(t, nil)
	ws, _, _ := s.engine.Addrs()
	agent, err := client.Dial(t.Context(), client.Config{URL: "ws://" + ws + "/ws?role=agent", User: "agent"})
	if err != nil {
		t.Fatal(err)
	}
	defer agent.Close()
	online := "online"
	if err := agent.SetAgent(t.Context(), client.AgentSettings{Status: &online}); err != nil {
		t.Fatal(err)
	}
	b := s.open("operator", s.admin+"/admin", desktop)
	b.want(text("desk-deskAgents") + ` === "1"`)
}

// TestDashboardColumns: figures that come or go with another version of the server keep
// in step with the time.
func TestDashboardColumns(t *testing.T) {
	s := newSite(t, nil)
	b := s.open("operator", s.admin+"/admin", desktop)
	b.do(chromedp.Evaluate(`import("/admin/history.js").then(({ History }) => {
		const history = new History();
		history.add({ columns: ["old", "kept"], samples: [{ time: 1000, values: [1, 2] }] });
		history.add({ columns: ["kept", "fresh"], samples: [{ time: 2000, values: [3, 4] }] });
		history.add({ columns: ["kept", "old"], samples: [{ time: 3000, values: [5, 6] }] });
		window.columns = JSON.stringify(["old", "kept", "fresh"].map(name => history.column(name)));
	})`, nil, awaited))
	if columns := get[string](b, `columns`); columns != "[[1,null,6],[2,3,5],[null,4,null]]" {
		t.Errorf("the columns are %s", columns)
	}
}

// TestDashboardRestart: the page says when no answer comes, and goes on by itself.
func TestDashboardRestart(t *testing.T) {
	s := newSite(t, nil)
	b := s.open("operator", s.admin+"/admin", desktop)
	b.want(moving("tile-memory"))
	s.stop()
	b.want(text("state") + ` === "No answer"`)
	b.shot("lost")
	s.start()
	b.want(text("state") + ` === "Live"`)
}
