package main

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// What comes in another way than it was sent is refused.
func TestFetch(t *testing.T) {
	const text = "what is in the table"
	sum := sha256.Sum256([]byte(text))
	digest := "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
	for name, c := range map[string]struct {
		body, digest, want string
	}{
		"right":         {text, digest, ""},
		"altered":       {strings.ToUpper(text), digest, "its sum is another"},
		"short":         {text[1:], digest, fmt.Sprintf("%d bytes came instead of %d", len(text)-1, len(text))},
		"long":          {text + "x", digest, "bytes came instead of"},
		"without a sum": {text, "", "without its sum"},
		"another kind":  {text, "md5=:x:", "its sum is another"},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/api/v1/backups/b1/files/000004.sst" || r.Header.Get("Authorization") != "Bearer token" {
					t.Errorf("asked for %s with %v", r.URL, r.Header)
				}
				w.Header().Set("Trailer", "Repr-Digest")
				fmt.Fprint(w, c.body)
				if c.digest != "" {
					w.Header().Set("Repr-Digest", c.digest)
				}
			}))
			defer s.Close()
			o := &operator{base: s.URL, token: "token"}
			defer o.client.CloseIdleConnections()
			dir, at := t.TempDir(), time.Unix(1764000000, 5)
			got, err := o.fetch(t.Context(), "b1", remoteFile{Name: "000004.sst", Size: int64(len(text)), Mtime: at}, dir, newThrottle(0), func(int) {})
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%v, want %q", err, c.want)
				}
				return
			}
			info, statErr := os.Stat(dir + "/000004.sst")
			if err != nil || got != sum || statErr != nil || !info.ModTime().Equal(at) || info.Mode().Perm() != 0o600 {
				t.Errorf("%x, %v; %v, %v", got, err, info, statErr)
			}
		})
	}
}

// A server can't name a file that leads out of the backup.
func TestFileNamesFromTheServer(t *testing.T) {
	for name, ok := range map[string]bool{
		"000004.sst": true, "marker.manifest.000001.MANIFEST-000005": true,
		"": false, ".": false, "..": false, "../x": false, "a/b": false, "/etc/passwd": false,
	} {
		if isFileName(name) != ok {
			t.Errorf("%q: %v", name, !ok)
		}
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"code":200,"data":{"id":"b1","created_at":1,"files":[{"name":%q,"size":0,"mtime":"2026-11-22T00:00:00Z"}]}}`, name)
		}))
		o := &operator{base: s.URL}
		if _, err := o.createBackup(t.Context()); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
		o.client.CloseIdleConnections()
		s.Close()
	}
}
