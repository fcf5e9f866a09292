package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"time"
)

const (
	maxKeySetBytes = 1 << 20
	fetchTime      = 10 * time.Second
	maxRedirects   = 5
)

// source is a place that a key set is read from. It is used by one goroutine at
// a time.
type source interface {
	key() string                              // of the configuration, for messages
	read(ctx context.Context) ([]byte, error) // nil = it hasn't changed since it was read
}

func newSources(c Config) []source {
	var list []source
	if c.JWKSURL != "" {
		list = append(list, newURLSource(c.JWKSURL))
	}
	if c.JWKSFile != "" {
		list = append(list, &fileSource{name: c.JWKSFile})
	}
	return list
}

// fileSource is a file that is read again when its time or size has changed.
type fileSource struct {
	name string
	time time.Time
	size int64
}

func (f *fileSource) key() string { return "auth.jwks_file" }

func (f *fileSource) read(context.Context) ([]byte, error) {
	file, err := os.Open(f.name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat() // before reading, so that a later change is seen the next time
	if err != nil || info.ModTime().Equal(f.time) && info.Size() == f.size {
		return nil, err
	}
	text, err := readBounded(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	f.time, f.size = info.ModTime(), info.Size()
	return text, nil
}

// urlSource is fetched each time.
type urlSource struct {
	url    string
	client *http.Client
}

func newURLSource(address string) *urlSource {
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DisableKeepAlives:      true, // nothing is left open until the next time
		ForceAttemptHTTP2:      true,
		MaxResponseHeaderBytes: 64 << 10,
	}
	return &urlSource{address, &http.Client{Transport: transport, CheckRedirect: stayHome, Timeout: fetchTime}}
}

// stayHome lets a redirect lead to another path of the same server only: the
// operator trusts no other one to say which keys are good.
func stayHome(req *http.Request, via []*http.Request) error {
	switch first := via[0].URL; {
	case req.URL.Scheme != first.Scheme || req.URL.Host != first.Host:
		return fmt.Errorf("it redirects to another server, %s://%s", req.URL.Scheme, req.URL.Host)
	case len(via) > maxRedirects:
		return errors.New("it redirects too often")
	}
	return nil
}

func (u *urlSource) key() string { return "auth.jwks_url" }

func (u *urlSource) read(ctx context.Context) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/jwk-set+json, application/json")
	resp, err := u.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", u.url, resp.Status)
	}
	text, err := readBounded(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", u.url, err)
	}
	return text, nil
}

// readBounded never returns nil without an error.
func readBounded(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxKeySetBytes+1))
	if err == nil && len(text) > maxKeySetBytes {
		err = fmt.Errorf("longer than %d bytes", maxKeySetBytes)
	}
	return text, err
}

// checkKeySetURL wants an address whose answer nobody on the way can change.
func checkKeySetURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return errors.New("this is not an address") // which could have a password in it
	case u.User != nil:
		return errors.New("a user or password in the address is not allowed")
	case u.Hostname() != "" && (u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname())):
		return nil
	}
	return fmt.Errorf("%q is not allowed; allowed is https://…, or http://… on a loopback address", address)
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
