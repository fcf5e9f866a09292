package auth

import (
	"encoding/json"
	"errors"
	"fmt"
)

// keySet is what can be used of a JSON Web Key Set (RFC 7517 section 5).
type keySet struct {
	keys    []publicKey
	skipped []error // why the other keys of the set can't be used
}

// parseKeySet reads a set. It is an error only if text isn't one; a set without
// a key that can be used is good.
func parseKeySet(text []byte) (*keySet, error) {
	var members []json.RawMessage
	err := readObject(text, func(name string, value json.RawMessage) error {
		if name != "keys" {
			return nil
		}
		return json.Unmarshal(value, &members)
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("not a key set: %w", err)
	case members == nil:
		return nil, errors.New(`not a key set: "keys" is missing`)
	}
	set := new(keySet)
	for i, member := range members {
		key, err := parseJWK(member)
		if err != nil {
			set.skipped = append(set.skipped, fmt.Errorf("key number %d: %w", i+1, err))
			continue
		}
		set.keys = append(set.keys, key)
	}
	return set, nil
}
