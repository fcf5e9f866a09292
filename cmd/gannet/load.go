package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/cobra"

	"gannet/engine"
)

// sources are the places a configuration comes from, beside the defaults and
// the environment. What is named later wins: defaults, file, environment, sets.
type sources struct {
	file string
	sets []string // key=value
}

// addFlags gives cmd the flags that fill s.
func (s *sources) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.file, "config", "", "YAML `file` with the configuration")
	cmd.Flags().StringArrayVar(&s.sets, "set", nil, "set one `key=value` of the configuration; may be given several times")
}

// layer is one source, read but not yet merged.
type layer struct {
	*koanf.Koanf
	name   string                  // of the source
	origin func(key string) string // where the key stands, for messages
}

// The names of the sources, for config print.
const (
	fromDefault     = "default"
	fromFile        = "file"
	fromEnvironment = "environment"
	fromSet         = "--set"
)

// load returns the configuration that results from all sources. It is complete
// and well-formed, but not yet validated.
func (s *sources) load() (engine.Config, error) {
	c, err := s.merge()
	if err != nil {
		return engine.Config{}, usageError{err}
	}
	return c, nil
}

func (s *sources) merge() (engine.Config, error) {
	layers, err := s.layers()
	if err != nil {
		return engine.Config{}, err
	}
	settings := engine.DefaultConfig().Settings()
	merged := koanf.New(".")
	var problems []error
	for _, l := range layers {
		problems = append(problems, l.unknown(settings)...)
		problems = append(problems, l.convert(settings)...)
		if err := merged.Merge(l.Koanf); err != nil {
			return engine.Config{}, err
		}
	}
	if err := errors.Join(problems...); err != nil {
		return engine.Config{}, err
	}
	c := engine.DefaultConfig()
	return c, merged.Unmarshal("", &c)
}

// origins says of each key that is set where its value comes from.
func (s *sources) origins() (map[string]string, error) {
	layers, err := s.layers()
	if err != nil {
		return nil, usageError{err}
	}
	from := make(map[string]string)
	for _, l := range layers {
		for _, key := range l.Keys() {
			from[key] = l.name
		}
	}
	return from, nil
}

// loadValid returns a configuration that a server can run with.
func (s *sources) loadValid() (engine.Config, error) {
	c, err := s.load()
	if err != nil {
		return c, err
	}
	return c, checkValid(c)
}

func checkValid(c engine.Config) error {
	if err := c.Validate(); err != nil {
		return usageErrorf("the configuration can't be used:\n%w", err)
	}
	return nil
}

func (s *sources) layers() ([]layer, error) {
	var layers []layer
	for _, read := range []func() (layer, error){s.readFile, readEnvironment, s.readSets} {
		l, err := read()
		if err != nil {
			return nil, err
		}
		layers = append(layers, l)
	}
	return layers, nil
}

func (s *sources) readFile() (layer, error) {
	l := layer{koanf.New("."), fromFile, func(key string) string { return fmt.Sprintf("%s (in %s)", key, s.file) }}
	if s.file == "" {
		return l, nil
	}
	if err := l.Load(file.Provider(s.file), yaml.Parser()); err != nil {
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
			return l, fmt.Errorf("--config: %w", err)
		}
		return l, fmt.Errorf("--config: %s: %s", s.file, quotedValue.ReplaceAllString(err.Error(), "a value"))
	}
	return l, nil
}

// quotedValue is how the YAML parser shows the beginning of a value, which could be
// a secret.
var quotedValue = regexp.MustCompile("`[^`]*`")

func (s *sources) readSets() (layer, error) {
	l := layer{koanf.New("."), fromSet, func(key string) string { return key + " (by --set)" }}
	values := make(map[string]any, len(s.sets))
	for _, set := range s.sets {
		key, value, ok := strings.Cut(set, "=")
		if !ok || key == "" {
			return l, fmt.Errorf("--set %q: key=value is needed, such as --set log.level=debug", set)
		}
		values[key] = value
	}
	return l, l.Load(confmap.Provider(values, "."), nil)
}

// readEnvironment takes GANNET_LISTEN_WS for listen.ws. An empty variable is
// as good as none.
func readEnvironment() (layer, error) {
	keys := map[string]string{}
	for _, s := range engine.DefaultConfig().Settings() {
		keys[s.Env] = s.Key
	}
	var unknown []error
	l := layer{koanf.New("."), fromEnvironment, func(key string) string { return key + " (by the environment)" }}
	err := l.Load(env.Provider(".", env.Opt{
		Prefix: engine.EnvPrefix,
		TransformFunc: func(name, value string) (string, any) {
			key, known := keys[name]
			switch {
			case value == "":
				return "", nil
			case !known && !isServiceLink(name) && name != tokenVariable:
				unknown = append(unknown, unknownVariable(name, keys))
			}
			return key, value
		},
	}), nil)
	return l, errors.Join(append(unknown, err)...)
}

func unknownVariable(name string, keys map[string]string) error {
	names := make([]string, 0, len(keys))
	for known := range keys {
		names = append(names, known)
	}
	slices.Sort(names)
	return fmt.Errorf("environment: %s sets no key of the configuration%s", name, didYouMean(name, names))
}

// isServiceLink reports whether a variable is one of those that Kubernetes puts
// into every container for a service called gannet.
func isServiceLink(name string) bool {
	return name == "GANNET_PORT" || strings.HasPrefix(name, "GANNET_PORT_") ||
		strings.HasPrefix(name, "GANNET_SERVICE_HOST") || strings.HasPrefix(name, "GANNET_SERVICE_PORT")
}
