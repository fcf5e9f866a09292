package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// memberChunk is how many members one request to the HTTP API names.
const memberChunk = 1000

// createGroup makes a group owned by its first member and returns the last seq
// that its log then has. Making it and adding to it are entries of the log, so
// many as the server likes; a message from the owner behind them tells where it
// stands.
func (t *target) createGroup(ctx context.Context, id string, members []string) (last uint64, err error) {
	if t.http == "" {
		return 0, errors.New("groups are made over HTTP: give the server's address by --http")
	}
	first := members[1:min(len(members), memberChunk)]
	err = t.post(ctx, "/groups", members[0], map[string]any{
		"group_id": id, "name": "bench", "members": first, "max_members": len(members),
	}, nil)
	for rest := members[1+len(first):]; err == nil && len(rest) > 0; {
		chunk := rest[:min(len(rest), memberChunk)]
		rest = rest[len(chunk):]
		err = t.post(ctx, "/groups/"+id+"/members", members[0], map[string]any{"members": chunk}, nil)
	}
	if err != nil {
		return 0, err
	}
	var sent struct{ Seq uint64 }
	err = t.post(ctx, "/messages/send", members[0], map[string]any{"group_id": id, "content": "complete"}, &sent)
	return sent.Seq, err
}

// post calls the HTTP API as user and decodes the data that it answers with,
// unless data is nil.
func (t *target) post(ctx context.Context, path, user string, body, data any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.http+"/api/v1"+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if err := t.authorize(req, user); err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 500))
		return refused(resp.StatusCode, fmt.Errorf("POST %s: %s: %s", path, resp.Status, text))
	}
	if data == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(&struct {
		Data any `json:"data"`
	}{data})
}

func (t *target) authorize(req *http.Request, user string) error {
	if t.signer == nil {
		req.URL.RawQuery = "uid=" + user
		return nil
	}
	token, err := t.signer.Mint(user, "", tokenLife)
	req.Header.Set("Authorization", "Bearer "+token)
	return err
}
