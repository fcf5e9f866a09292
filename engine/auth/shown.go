package auth

import (
	"net/url"
	"slices"
)

// Mask stands for a secret where a configuration is shown.
const Mask = "********"

// ShownAPIKeys are the entries of auth.api_keys as they may be shown. What isn't
// name:hash could be the key itself, and is masked.
func ShownAPIKeys(list []string) []string {
	shown := slices.Clone(list)
	for i, item := range shown {
		if _, err := parseAPIKey(item); err != nil {
			shown[i] = Mask
		}
	}
	return shown
}

// ShownURL is an address as it may be shown: the user and the password in it, which
// aren't allowed, are masked, and so is all of what is no address.
func ShownURL(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return Mask
	case u.User != nil:
		u.User = url.User(Mask)
		return u.String()
	}
	return address
}
