package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gannet/engine"
)

// adminFlags say where the operator's listener of a server is, and with which
// token it lets one in.
type adminFlags struct {
	from      sources
	url       string
	tokenFile string
}

func (f *adminFlags) addFlags(cmd *cobra.Command) {
	f.from.addFlags(cmd)
	cmd.Flags().StringVar(&f.url, "admin", "", "`URL` of the server's operator's listener (default: by listen.admin of the configuration)")
	cmd.Flags().StringVar(&f.tokenFile, "token-file", "", "`file` with the token (default: auth.admin_token of the configuration)")
}

// operator returns the client that the flags and the configuration make.
func (f *adminFlags) operator(c engine.Config) (*operator, error) {
	base := f.url
	if base == "" {
		base = "http://" + dialable(c.Listen.Admin)
	}
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, usageErrorf("--admin %q: a URL is needed, such as http://127.0.0.1:9500", redacted(base))
	}
	token := c.Auth.AdminToken
	if f.tokenFile != "" {
		text, err := os.ReadFile(f.tokenFile)
		if err != nil {
			return nil, usageErrorf("--token-file: %w", err)
		}
		token = strings.TrimSpace(string(text))
	}
	return &operator{base: strings.TrimSuffix(base, "/"), token: token}, nil
}

// redacted leaves out of a URL, be it a good one or not, how one logs in there.
func redacted(url string) string {
	if at := strings.LastIndexByte(url, '@'); at >= 0 {
		return "…" + url[at:]
	}
	return url
}

// dialable is where a listener on addr is reached from this machine.
func dialable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// operator asks the operator's listener of a server.
type operator struct {
	base, token string
	client      http.Client
}

// answerTime is how long a server may take to begin an answer, and for each part
// of it. A copy for a backup waits for the disk.
const answerTime = 2 * time.Minute

// errUnreachable is matched by errors of a server that doesn't answer at all.
var errUnreachable = errors.New("no server answers")

// send asks, and returns the answer if it is a success.
func (o *operator) send(ctx context.Context, method, path string) (*http.Response, error) {
	ctx, cancel := context.WithCancel(ctx)
	timer := time.AfterFunc(answerTime, cancel)
	req, err := http.NewRequestWithContext(ctx, method, o.base+path, nil)
	if err != nil {
		cancel()
		return nil, err
	}
	if o.token != "" {
		req.Header.Set("Authorization", "Bearer "+o.token)
	}
	resp, err := o.client.Do(req)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("%w at %s: %w", errUnreachable, redacted(o.base), unwrapURL(err))
	}
	timer.Stop()
	resp.Body = &bodyOf{resp.Body, timer, cancel}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		return nil, refusalOf(resp)
	}
	return resp, nil
}

// bodyOf ends its request when it is closed, or when a read takes too long.
type bodyOf struct {
	io.ReadCloser
	timer  *time.Timer
	cancel context.CancelFunc
}

// Read implements io.Reader.
func (b *bodyOf) Read(p []byte) (int, error) {
	b.timer.Reset(answerTime)
	defer b.timer.Stop()
	return b.ReadCloser.Read(p)
}

// Close implements io.Closer.
func (b *bodyOf) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}

// unwrapURL leaves out the method and the URL, which are known.
func unwrapURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// maxAnswer bounds an answer in the envelope: a name and three figures for each
// file of a database.
const maxAnswer = 64 << 20

// refusalOf is what a server said instead of what was asked for.
func refusalOf(resp *http.Response) error {
	var answer struct{ Msg string }
	err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&answer)
	if err != nil || answer.Msg == "" {
		return fmt.Errorf("the server answers %s; is this the operator's listener?", resp.Status)
	}
	if resp.StatusCode == http.StatusUnauthorized {
		answer.Msg += " (auth.admin_token)"
	}
	return &refused{status: resp.StatusCode, msg: answer.Msg}
}

// refused is an answer of a server that isn't a success.
type refused struct {
	status int
	msg    string
}

func (r *refused) Error() string { return fmt.Sprintf("the server says: %s (%d)", r.msg, r.status) }

// ask sends a request and reads the data of its answer into v.
func (o *operator) ask(ctx context.Context, method, path string, v any) error {
	resp, err := o.send(ctx, method, path)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer := struct{ Data any }{v}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&answer); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}
