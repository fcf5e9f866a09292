package auth

import (
	"slices"
	"testing"
)

func TestShownAPIKeys(t *testing.T) {
	good := "shop:" + hashOf("a")
	given := []string{good, "shop:gk_hunter2", "gk_hunter2:shop", "gk_hunter2", good + "0", ""}
	if got, want := ShownAPIKeys(given), []string{good, Mask, Mask, Mask, Mask, Mask}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if given[1] != "shop:gk_hunter2" {
		t.Error("the list itself was changed")
	}
	if ShownAPIKeys(nil) != nil {
		t.Error("no keys are shown as some")
	}
}

func TestShownURL(t *testing.T) {
	for address, want := range map[string]string{
		"": "", "https://login.example.com/keys?a=b": "https://login.example.com/keys?a=b",
		"https://u:hunter2@login.example.com/keys":    "https://%2A%2A%2A%2A%2A%2A%2A%2A@login.example.com/keys",
		"https://hunter2@login.example.com/keys":      "https://%2A%2A%2A%2A%2A%2A%2A%2A@login.example.com/keys",
		"https://u:hunter2%zz@login.example.com/keys": Mask,
	} {
		if got := ShownURL(address); got != want {
			t.Errorf("%s is shown as %s, want %s", address, got, want)
		}
	}
}
