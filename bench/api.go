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

// createGroup makes a group owned by its first member.
func (t *target) createGroup(ctx context.Context, id string, members []string) error {
	if t.http == "" {
		return errors.New("groups are made over HTTP: give the server's address by --http")
	}
	first := members[1:min(len(members), memberChunk)]
	err := t.post(ctx, "/groups", members[0], map[string]any{
		"group_id": id, "name": "bench", "members": first, "max_members": len(members),
	})
	for rest := members[1+len(first):]; err == nil && len(rest) > 0; {
		chunk := rest[:min(len(rest), memberChunk)]
		rest = rest[len(chunk):]
		err = t.post(ctx, "/groups/"+id+"/members", members[0], map[string]any{"members": chunk})
	}
	return err
}

// post calls the HTTP API as user.
func (t *target) post(ctx context.Context, path, user string, body any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.http+"/api/v1"+path, bytes.NewReader(data))
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
		return fmt.Errorf("POST %s: %s: %s", path, resp.Status, text)
	}
	return nil
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
