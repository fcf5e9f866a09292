package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gannet/engine"
)

// unknown returns an error for each key of the layer that isn't a setting.
func (l layer) unknown(settings []engine.Setting) []error {
	names := make([]string, len(settings))
	for i, s := range settings {
		names[i] = s.Key
	}
	var problems []error
	for _, key := range l.Keys() {
		if slices.Contains(names, key) || l.isEmptySection(key, names) || isBelow(key, names) {
			continue
		}
		if inside := within(key, names); len(inside) > 0 {
			problems = append(problems, fmt.Errorf("%s: this is a section; set one of %s", l.origin(key), strings.Join(inside, ", ")))
			continue
		}
		problems = append(problems, fmt.Errorf("%s: there is no such key%s", l.origin(key), didYouMean(key, names)))
	}
	return problems
}

// isEmptySection reports whether key is a section whose keys are all left out,
// as happens in a file where they are commented out.
func (l layer) isEmptySection(key string, names []string) bool {
	switch v := l.Get(key).(type) {
	case nil:
		return len(within(key, names)) > 0
	case map[string]any:
		return len(v) == 0 && len(within(key, names)) > 0
	default:
		return false
	}
}

// isBelow reports whether key lies within the value of a setting, which then is of
// the wrong kind: convert says so, and doesn't show what could be a secret.
func isBelow(key string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(key, name+".") })
}

func within(section string, names []string) []string {
	var inside []string
	for _, name := range names {
		if strings.HasPrefix(name, section+".") {
			inside = append(inside, name)
		}
	}
	return inside
}

// convert gives every value of the layer the type of its setting.
func (l layer) convert(settings []engine.Setting) []error {
	var problems []error
	for _, s := range settings {
		given := l.Get(s.Key)
		if given == nil {
			l.Delete(s.Key) // a key without a value keeps what it had
			continue
		}
		value, err := convert(given, s.Value)
		if err == nil {
			err = l.Set(s.Key, value)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %s%w", l.origin(s.Key), shown(given, s.Secret), err))
		}
	}
	return problems
}

func shown(given any, secret bool) string {
	if secret {
		return "the value "
	}
	return fmt.Sprintf("%q ", fmt.Sprint(given))
}

// convert returns given, which comes from YAML or is a text, as a value of the
// type of like.
func convert(given, like any) (any, error) {
	text := fmt.Sprint(given)
	switch like.(type) {
	case int:
		n, err := strconv.Atoi(text)
		return n, because(err, "is not a whole number")
	case bool:
		b, err := strconv.ParseBool(text)
		return b, because(err, "is neither true nor false")
	case time.Duration:
		d, err := time.ParseDuration(text)
		return d, because(err, "is not a duration with its unit, such as 30s")
	case []string:
		return toList(given)
	default:
		if _, ok := given.(string); !ok {
			return nil, errors.New("is not a text; put it in quotes")
		}
		return text, nil
	}
}

// because hides a parser's own message behind one in the operator's words.
func because(err error, text string) error {
	if err == nil {
		return nil
	}
	return errors.New(text)
}

// toList takes a list of texts, or one text with commas.
func toList(given any) ([]string, error) {
	switch v := given.(type) {
	case string:
		return splitList(v), nil
	case []any:
		list := make([]string, 0, len(v))
		for _, item := range v {
			text, ok := item.(string)
			if !ok {
				return nil, errors.New("is not a list of texts")
			}
			list = append(list, text)
		}
		return list, nil
	default:
		return nil, errors.New("is not a list of texts")
	}
}

func splitList(text string) []string {
	var list []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, item)
		}
	}
	return list
}
