package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"time"
)

// fileChunk is read and sent at a time; a client gets answerTimeout for each.
const fileChunk = 256 << 10

// sendFile streams a file and closes it. Its digest (RFC 9530) follows as a
// trailer, so the file is read once; an answer without it is incomplete.
func (s *Server) sendFile(f io.ReadCloser) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		defer f.Close()
		h := w.Header()
		h.Set("Content-Type", "application/octet-stream")
		h["Cache-Control"], h["X-Content-Type-Options"] = noStore, noSniff
		h.Set("Trailer", "Repr-Digest")
		if r.Method == http.MethodHead {
			return
		}
		sum := sha256.New()
		if err := copyPatiently(io.MultiWriter(w, sum), f, http.NewResponseController(w)); err != nil {
			s.logger.Debug("the sending of a file was cut off", "path", r.URL.Path, "error", err)
			panic(http.ErrAbortHandler) // so that the client doesn't take it for the whole file
		}
		h.Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum.Sum(nil))+":")
	}
}

// copyPatiently copies as long as the client goes on reading.
func copyPatiently(dst io.Writer, src io.Reader, control *http.ResponseController) error {
	buf := make([]byte, fileChunk)
	for {
		n, err := io.ReadFull(src, buf)
		if n > 0 {
			if err := control.SetWriteDeadline(time.Now().Add(answerTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
				return err
			}
			if _, err := dst.Write(buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return err
		}
	}
}
