package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/golang-jwt/jwt/v5"
)

// secrets are what must stand in nothing that the program writes for people: on
// standard output and error, and on the operator's listener.
type secrets map[string]string

const hidden = "hunter2" // in each of them that may be any text

func newSecrets(t *testing.T) secrets {
	t.Helper()
	dataKey := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("hunter2_"), 4))
	oldDataKey := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("_hunter2"), 4))
	k := secrets{
		"jwt":        "hunter2-the-secret-of-the-tokens-of-32-bytes",
		"old jwt":    "hunter2-the-secret-that-was-before-it-of-32-bytes",
		"api key":    "gk_hunter2_of_the_shop",
		"other key":  "gk_hunter2_that_nobody_has",
		"admin":      "hunter2-of-the-operator",
		"data":       dataKey,
		"old data":   oldDataKey,
		"content":    "hunter2 said in confidence",
		"idem":       "hunter2-of-a-request",
		"password":   "hunter2-in-an-address",
		"identity":   "hunter2-by-which-visitors-are-known-32-bytes",
		"user token": "",
	}
	k["user token"] = k.token(t, k["jwt"], time.Hour)
	k["old token"] = k.token(t, k["old jwt"], time.Hour)
	k["late token"] = k.token(t, k["jwt"], -time.Hour)
	k["forged token"] = k.token(t, "hunter2-of-somebody-else-who-has-32-bytes-too", time.Hour)
	return k
}

func (k secrets) token(t *testing.T, secret string, ttl time.Duration) string {
	t.Helper()
	claims := jwt.MapClaims{"sub": "alice", "jti": hidden, "exp": time.Now().Add(ttl).Unix()}
	text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// check looks for each secret and for parts of it that would be enough.
func (k secrets) check(t *testing.T, where string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(strings.ToLower(text), hidden) {
			t.Errorf("%s shows a secret:\n%.2000s", where, text)
		}
		for name, secret := range k {
			part := secret[len(secret)-min(len(secret), 20):] // of a token: its signature
			if strings.Contains(text, part) {
				t.Errorf("%s shows the %s:\n%.2000s", where, name, text)
			}
		}
	}
}

// config is a file with all of them that belong to a configuration.
func (k secrets) config(t *testing.T, change func(string) string) string {
	t.Helper()
	hash := sha256.Sum256([]byte(k["api key"]))
	text := fmt.Sprintf(`listen: {ws: "127.0.0.1:0", http: "127.0.0.1:0", admin: "127.0.0.1:0"}
log: {level: debug}
auth:
  mode: jwt
  admin_token: %q
  api_keys: ["shop:%s"]
  jwt:
    secret: %q
    old_secrets: [%q]
storage:
  encryption_keys: ["new:%s", "old:%s"]
desk: {visitors: true, identity_secret: %q}
`, k["admin"], hex.EncodeToString(hash[:]), k["jwt"], k["old jwt"], k["data"], k["old data"], k["identity"])
	name := filepath.Join(t.TempDir(), "gannet.yaml")
	if err := os.WriteFile(name, []byte(change(text)), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func unchanged(text string) string { return text }

// TestSecretsStayOut: a server that is told secrets in every way, and is asked for
// them in every way, writes none of them at its most talkative.
func TestSecretsStayOut(t *testing.T) {
	k := newSecrets(t)
	dir := t.TempDir()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command("gannet", "serve", "--config", k.config(t, unchanged), "--data", dir)
	cmd.Stderr = &stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }() // it has ended by then, unless the test fails
	line := make([]byte, 256)
	n, err := pipe.Read(line)
	if err != nil {
		_ = cmd.Wait()
		t.Fatalf("%v; %s", err, &stderr)
	}
	var ws, web, admin string
	if _, err := fmt.Sscanf(string(line[:n]), "gannet ready ws=%s http=%s admin=%s", &ws, &web, &admin); err != nil {
		t.Fatal(err)
	}
	p := &pryer{t, k, ws, web, admin}
	p.useHTTP()
	p.useDesk()
	p.useSockets()
	p.sendGarbage()
	for _, text := range p.readOperator() {
		k.check(t, "the operator's listener", text)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(&stdout, pipe); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v; %s", err, &stderr)
	}
	k.check(t, "standard output", string(line[:n])+stdout.String())
	k.check(t, "standard error", stderr.String())
	if !strings.Contains(stderr.String(), "stopping") {
		t.Errorf("it logs nothing at all: %s", &stderr)
	}
	k.checkOtherKeys(t, dir)
}

// checkOtherKeys opens the data with a key that it wasn't written with.
func (k secrets) checkOtherKeys(t *testing.T, dir string) {
	t.Helper()
	other := k.config(t, func(text string) string { return strings.ReplaceAll(text, k["data"], k["old data"][:42]+"A=") })
	for _, command := range []string{"serve", "verify"} {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		text, err := exec.CommandContext(ctx, "gannet", command, "--config", other, "--data", dir).CombinedOutput()
		if err == nil || ctx.Err() != nil {
			t.Errorf("%s opens data that has another key: %s", command, text)
		}
		cancel()
		k.check(t, command, string(text))
	}
}

// pryer speaks with a server.
type pryer struct {
	t              *testing.T
	k              secrets
	ws, web, admin string
}

// ask returns the status and the answer.
func (p *pryer) ask(method, address, body string, headers ...string) (int, string) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	resp, err := browser.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		return resp.StatusCode, ""
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func (p *pryer) expect(want int, method, address, body string, headers ...string) {
	p.t.Helper()
	if status, text := p.ask(method, address, body, headers...); status != want {
		p.t.Errorf("%s %s: %d %s, want %d", method, address, status, text, want)
	}
}

// useHTTP logs in in all ways, good and bad, and sends what is private.
func (p *pryer) useHTTP() {
	api := "http://" + p.web + "/api/v1"
	message := `{"to":"bob","content":"` + p.k["content"] + `"}`
	for name, want := range map[string]int{"user token": 200, "old token": 200, "late token": 401, "forged token": 401} {
		bearer := []string{"Authorization", "Bearer " + p.k[name], "Idempotency-Key", p.k["idem"] + name[:4]}
		p.expect(want, "POST", api+"/messages/send", message, bearer...)
		p.expect(want, "POST", api+"/messages/send", message, bearer...)
		p.expect(want, "GET", api+"/events?token="+p.k[name], "")
		p.expect(401, "GET", api+"/blocks?token="+p.k[name], "")
		p.expect(404, "GET", api+"/"+p.k[name], "", bearer...)
	}
	for name, want := range map[string]int{"api key": 200, "other key": 401} {
		p.expect(want, "POST", api+"/messages/system", `{"to":"bob","content":"`+p.k["content"]+`","cid":"`+p.k["idem"]+`"}`, "X-API-Key", p.k[name])
	}
	good := []string{"Authorization", "Bearer " + p.k["user token"]}
	p.expect(400, "POST", api+"/messages/send", `{"content":"`+p.k["content"]+`"`, good...)
	p.expect(409, "POST", api+"/messages/send", `{"to":"bob","content":"more"}`, append(good, "Idempotency-Key", p.k["idem"]+"user")...)
	p.expect(403, "POST", api+"/messages/send", message, append(good, "Origin", "https://"+hidden+".example")...)
}

// useDesk comes as a visitor and proves who that is, badly and well.
func (p *pryer) useDesk() {
	desk := "http://" + p.web + "/api/v1/desk"
	status, text := p.ask("POST", desk+"/visitors", `{"name":"`+p.k["content"]+`"}`)
	var answer struct{ Data struct{ Token string } }
	if err := json.Unmarshal([]byte(text), &answer); err != nil || status != 200 {
		p.t.Fatalf("%d %s", status, text)
	}
	p.k["visitor's token"] = answer.Data.Token
	login := []string{"Authorization", "Bearer " + answer.Data.Token}
	mac := hmac.New(sha256.New, []byte(p.k["identity"]))
	mac.Write([]byte("bob"))
	p.k["proof"] = hex.EncodeToString(mac.Sum(nil))
	p.expect(200, "POST", desk+"/sessions", `{"subject":"`+p.k["content"]+`"}`, login...)
	p.expect(403, "POST", desk+"/visitors/me/identify", `{"token":"`+p.k["forged token"]+`"}`, login...)
	p.expect(403, "POST", desk+"/visitors/me/identify", `{"user_id":"carol","hmac":"`+p.k["proof"]+`"}`, login...)
	p.expect(400, "POST", desk+"/visitors/me/identify", `{"user_id":"carol","hmac":"`+p.k["identity"]+`"}`, login...)
	p.expect(200, "POST", desk+"/visitors/me/identify", `{"user_id":"bob","hmac":"`+p.k["proof"]+`"}`, login...)
	p.expect(401, "GET", desk+"/sessions", "", login...)
}

// useSockets does the same over WebSocket.
func (p *pryer) useSockets() {
	for name, want := range map[string]int{"user token": 101, "old token": 101, "late token": 401, "forged token": 401} {
		p.dial(want, "?token="+p.k[name], nil)
		p.dial(want, "", http.Header{"Authorization": {"Bearer " + p.k[name]}})
		ws := p.dial(101, "", nil)
		p.write(ws, `{"type":"auth","token":"`+p.k[name]+`"}`)
		p.write(ws, `{"type":"send","to":"bob","cid":"`+p.k["idem"]+`","content":"`+p.k["content"]+`"}`)
		for err := error(nil); err == nil && want != 101; {
			_, _, err = ws.Read(p.t.Context())
		}
	}
	ws := p.dial(101, "?token="+p.k["user token"], nil)
	p.write(ws, `{"type":"`+p.k["content"]+`"}`)
	p.write(ws, `{"type":"auth","token":"`+p.k["forged token"]+`"}`)
	p.write(ws, "\""+p.k["content"]+"\xff\"")
	for err := error(nil); err == nil; {
		_, _, err = ws.Read(p.t.Context())
	}
}

func (p *pryer) dial(want int, query string, h http.Header) *websocket.Conn {
	p.t.Helper()
	ws, resp, err := websocket.Dial(p.t.Context(), "ws://"+p.ws+"/ws"+query, &websocket.DialOptions{HTTPHeader: h, HTTPClient: browser})
	if resp == nil || resp.StatusCode != want {
		p.t.Fatalf("%s: %v, %v, want %d", query, resp, err, want)
	}
	if ws != nil {
		p.t.Cleanup(func() { ws.CloseNow() })
	}
	return ws
}

func (p *pryer) write(ws *websocket.Conn, text string) {
	_ = ws.Write(p.t.Context(), websocket.MessageText, []byte(text)) // the server may have closed
}

// sendGarbage sends what is no good request, with a secret in it, to all listeners.
func (p *pryer) sendGarbage() {
	for _, addr := range []string{p.ws, p.web, p.admin} {
		for _, text := range []string{
			p.k["user token"] + "\r\n\r\n",
			"GET /?token=" + p.k["user token"] + " HTTP/9.9\r\n\r\n",
			"GET /?token=" + p.k["user token"] + "%zz;x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization Bearer " + p.k["user token"] + "\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + p.k["user token"] + "\x00\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + strings.Repeat(p.k["user token"], 400) + "\r\n\r\n",
			"POST /api/v1/messages/send HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: " + hidden + "\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + p.k["user token"],
		} {
			p.sendRaw(addr, text)
		}
		c := tls.Client(p.connect(addr), &tls.Config{ServerName: hidden + ".example"})
		if err := c.HandshakeContext(p.t.Context()); err == nil {
			p.t.Error("it speaks TLS")
		}
		c.Close()
	}
}

func (p *pryer) connect(addr string) net.Conn {
	p.t.Helper()
	c, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		p.t.Fatal(err)
	}
	return c
}

func (p *pryer) sendRaw(addr, text string) {
	p.t.Helper()
	c := p.connect(addr)
	defer c.Close()
	_, _ = io.WriteString(c, text) // the server may have closed before its end
	_ = c.(*net.TCPConn).CloseWrite()
	_, _ = io.Copy(io.Discard, c) // a reset is an end, too
}

// readOperator reads what the operator's listener tells of the process, with and
// without a login.
func (p *pryer) readOperator() (texts []string) {
	for _, token := range []string{p.k["admin"], p.k["user token"], ""} {
		for _, path := range []string{
			"/metrics", "/readyz", "/debug/pprof/cmdline", "/debug/pprof/goroutine?debug=2", "/debug/pprof/allocs?debug=1", "/debug/vars", "/" + hidden[:6], "/",
		} {
			status, text := p.ask("GET", "http://"+p.admin+path, "", "Authorization", "Bearer "+token)
			if path == "/metrics" && token == p.k["admin"] && status != 200 {
				p.t.Errorf("%s: %d", path, status)
			}
			texts = append(texts, text)
		}
	}
	return texts
}

// TestSecretsStayOutOfRefusals: a configuration that can't be used, or data that
// can't be opened with it, is refused without a word of what is secret in it.
func TestSecretsStayOutOfRefusals(t *testing.T) {
	k := newSecrets(t)
	replace := func(old, text string) func(string) string {
		return func(s string) string {
			if !strings.Contains(s, old) {
				t.Fatalf("no %s in the configuration", old)
			}
			return strings.Replace(s, old, text, 1)
		}
	}
	hash := "shop:"
	for name, change := range map[string]func(string) string{
		"short secret":        replace(k["jwt"], "hunter2"),
		"short old secret":    replace(k["old jwt"], "hunter2"),
		"secret as a list":    replace(`"`+k["jwt"]+`"`, `["`+k["jwt"]+`"]`),
		"secret as a section": replace(`"`+k["jwt"]+`"`, `{"`+k["jwt"]+`": 1}`),
		"list as a text":      replace(`["`+k["old jwt"]+`"]`, `{x: "`+k["old jwt"]+`"}`),
		"key as its hash":     replace(hash, "shop:"+k["api key"]),
		"key as its name":     replace(hash, k["api key"]+":"),
		"odd key as its name": replace(hash, hidden+"/+=:"),
		"key alone":           replace(hash, k["api key"]+"#"),
		"short admin token":   replace(k["admin"], "hunter2"),
		"admin with a blank":  replace(k["admin"], "hunter2 \x7f of the operator"),
		"short data key":      replace(k["data"], k["data"][:20]),
		"data key, no id":     replace("new:"+k["data"], k["data"]),
		"data key, bad id":    replace("new:", k["data"][:12]+"/:"),
		"data id twice":       replace("old:", "new:"),
		"unknown key":         replace("admin_token", "admin_tokem"),
		"unknown section":     replace("storage:", "storag:"),
		"broken":              replace("  jwt:", " jwt:"),
		"broken quote":        replace(`"]`, `]`),
		"secret alone":        func(string) string { return k["jwt"] },
		"password in jwks":    replace("  mode: jwt", "  mode: jwt\n  jwks_url: https://u:"+k["password"]+"@login.example.com/keys"),
		"odd jwks":            replace("  mode: jwt", "  mode: jwt\n  jwks_url: \"https://u:"+k["password"]+"%zz@login.example.com/keys\""),
	} {
		file := k.config(t, change)
		for _, args := range [][]string{
			{"serve", "--config", file, "--data", t.TempDir()}, {"config", "--config", file}, {"token", "--config", file, "alice"},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			text, err := exec.CommandContext(ctx, "gannet", args...).CombinedOutput()
			if args[0] == "serve" && (err == nil || ctx.Err() != nil) {
				t.Errorf("%s: a server runs: %s", name, text)
			}
			cancel()
			if err != nil || args[0] == "config" { // a token that was asked for is printed
				k.check(t, name+", "+args[0], string(text))
			}
		}
	}
	k.checkSettings(t)
}

// checkSettings gives secrets by --set and the environment.
func (k secrets) checkSettings(t *testing.T) {
	for _, key := range []string{"auth.jwt.secret", "auth.jwt.old_secrets", "auth.admin_token", "storage.encryption_keys", "auth.api_keys"} {
		for _, value := range []string{"hunter2", "x:hunter2", k["api key"], k["data"], k["jwt"], "x:" + k["data"], k["data"] + ":x"} {
			variable := "GANNET_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_")) + "=" + value
			sets := [][]string{{"config", "--set", key + "=" + value}, {"config", "--set", "node_id=x", "--set", key + "=" + value}, {"config"}}
			for _, args := range sets {
				cmd := exec.CommandContext(t.Context(), "gannet", args...)
				if len(args) == 1 {
					cmd.Env = append(os.Environ(), variable)
				}
				text, err := cmd.CombinedOutput() // most are refused
				if len(text) == 0 {
					t.Fatal(err)
				}
				k.check(t, key+"="+value, string(text))
			}
		}
	}
}
