package wire

import "slices"

// stackKeys is how many keys of open objects are compared one by one, which is
// faster than hashing for as few as that.
const stackKeys = 16

// keySet holds the keys of one open object: on the scanner's stack of keys from
// base on while that has room, in a map afterwards, so that an object made of
// nothing but keys costs no quadratic time.
type keySet struct {
	base int
	many map[string]struct{}
}

// add reports whether key is new.
func (s *keySet) add(c *scanner, key string) bool {
	if s.many != nil {
		before := len(s.many)
		s.many[key] = struct{}{}
		return len(s.many) > before
	}
	own := c.keys[s.base:c.top]
	if slices.Contains(own, key) {
		return false
	}
	if c.top < stackKeys {
		c.keys[c.top] = key
		c.top++
		return true
	}
	s.many = make(map[string]struct{}, 2*len(own))
	for _, k := range own {
		s.many[k] = struct{}{}
	}
	s.many[key] = struct{}{}
	return true
}
