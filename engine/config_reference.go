package engine

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"gannet/engine/auth"
)

// EnvPrefix stands before every environment variable that sets a key.
const EnvPrefix = "GANNET_"

// Setting is one key of the configuration with its present value.
type Setting struct {
	Key    string // listen.ws
	Env    string // GANNET_LISTEN_WS
	Doc    string // what it does, without a full stop
	Value  any    // string, int, bool, time.Duration or []string
	Secret bool   // Value is not to be shown
}

// String is the value as it is written in a configuration, a secret masked.
func (s Setting) String() string {
	var text string
	switch v := s.Value.(type) {
	case time.Duration:
		text = formatDuration(v)
	case []string:
		text = strings.Join(v, ",")
	default:
		text = fmt.Sprint(v)
	}
	if s.Secret && text != "" {
		return auth.Mask
	}
	return text
}

// Settings lists every key with its value in c, in the order of the struct. What
// stands by mistake where no secret belongs is masked already.
func (c Config) Settings() []Setting {
	c.Auth.APIKeys = auth.ShownAPIKeys(c.Auth.APIKeys)
	c.Auth.JWKSURL = auth.ShownURL(c.Auth.JWKSURL)
	return appendSettings(nil, "", reflect.ValueOf(c))
}

func appendSettings(all []Setting, prefix string, section reflect.Value) []Setting {
	for field, value := range section.Fields() {
		key := prefix + field.Tag.Get("koanf")
		if value.Kind() == reflect.Struct {
			all = appendSettings(all, key+".", value)
			continue
		}
		all = append(all, Setting{
			Key:    key,
			Env:    EnvPrefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_")),
			Doc:    field.Tag.Get("doc"),
			Value:  value.Interface(),
			Secret: field.Tag.Get("secret") == "true",
		})
	}
	return all
}

// formatDuration writes 168h, 60s or 250ms where Duration.String has 168h0m0s
// or 1m0s.
func formatDuration(d time.Duration) string {
	switch {
	case d != 0 && d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d > time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d%time.Second == 0:
		return fmt.Sprintf("%ds", d/time.Second)
	default:
		return d.String()
	}
}
