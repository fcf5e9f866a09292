package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// remoteBackup is a copy that waits on the server to be fetched.
type remoteBackup struct {
	ID        string
	CreatedAt int64 `json:"created_at"`
	Files     []remoteFile
}

type remoteFile struct {
	Name  string
	Size  int64
	Mtime time.Time
}

func (o *operator) createBackup(ctx context.Context) (b remoteBackup, err error) {
	if err := o.ask(ctx, http.MethodPost, "/api/v1/backups", &b); err != nil {
		return b, err
	}
	for _, f := range b.Files {
		if !isFileName(f.Name) {
			return b, fmt.Errorf("the server names a file %q, which can't be part of a backup", f.Name)
		}
	}
	return b, nil
}

// removeBackup is for when all was fetched, or when it was given up, which ctx may
// be the reason of.
func (o *operator) removeBackup(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return o.ask(ctx, http.MethodDelete, "/api/v1/backups/"+id, &struct{}{})
}

// isFileName reports whether a name from elsewhere stays in its directory.
func isFileName(name string) bool {
	return filepath.IsLocal(name) && filepath.Base(name) == name && name != "."
}

// fetch downloads a file into a directory, and returns its sum when it is on disk.
func (o *operator) fetch(ctx context.Context, id string, f remoteFile, dir string, t *throttle, tell func(n int)) (sum [sha256.Size]byte, err error) {
	resp, err := o.send(ctx, http.MethodGet, "/api/v1/backups/"+id+"/files/"+f.Name)
	if err != nil {
		return sum, err
	}
	defer resp.Body.Close()
	path := filepath.Join(dir, f.Name)
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return sum, err
	}
	hash := sha256.New()
	n, err := throttled(ctx, io.MultiWriter(out, hash), resp.Body, t, tell)
	err = errors.Join(err, out.Sync(), out.Close(), os.Chtimes(path, f.Mtime, f.Mtime))
	if err == nil {
		sum = [sha256.Size]byte(hash.Sum(nil))
		err = checkDownload(resp, f, n, sum)
	}
	if err != nil {
		return sum, fmt.Errorf("fetching %s: %w", f.Name, err)
	}
	return sum, nil
}

// checkDownload holds what came against what the server says of it, which it says
// only after all of it.
func checkDownload(resp *http.Response, f remoteFile, n int64, sum [sha256.Size]byte) error {
	want := "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
	switch digest := resp.Trailer.Get("Repr-Digest"); {
	case n != f.Size:
		return fmt.Errorf("%d bytes came instead of %d", n, f.Size)
	case digest == "":
		return errors.New("it came without its sum")
	case digest != want:
		return errors.New("what came isn't what was sent: its sum is another")
	}
	return nil
}

// throttled copies at a bounded rate and tells of each piece.
func throttled(ctx context.Context, dst io.Writer, src io.Reader, t *throttle, tell func(n int)) (total int64, err error) {
	buf := make([]byte, 64<<10)
	for {
		n, err := src.Read(buf)
		if n > 0 {
			if _, err := dst.Write(buf[:n]); err != nil {
				return total, err
			}
			total += int64(n)
			tell(n)
			if err := t.wait(ctx, n, time.Now()); err != nil {
				return total, err
			}
		}
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}
