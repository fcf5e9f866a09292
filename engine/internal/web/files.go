package web

import (
	"embed"
	"encoding/json"
	"io/fs"
	"strings"

	"gannet/codec/js"
)

// Of lib only what browsers ask for, and the licences.
//
//go:embed page desk widget shared admin lib/*/*
var folders embed.FS

// addFolder serves an embedded folder under a path that ends with a slash.
func (s *Site) addFolder(folder, under string, p policy) {
	_ = fs.WalkDir(folders, folder, func(name string, e fs.DirEntry, _ error) error { // embedded: it is there
		if !e.IsDir() {
			content, _ := folders.ReadFile(name)
			s.add(under+strings.TrimPrefix(name, folder+"/"), newFile(name, content, p))
		}
		return nil
	})
}

// addSDK serves the JavaScript client, which the pages use themselves.
func (s *Site) addSDK(p policy) {
	s.add("/gannet.js", newFile("gannet.js", js.Module(), p))
	s.add("/gannet.d.ts", newFile("gannet.d.ts", js.Types(), p))
}

// settings is what a page reads first. It takes the host from its own address,
// since a listener may be bound to 0.0.0.0 or stand behind a proxy.
func settings(c Config) []byte {
	text, _ := json.Marshal(struct {
		AuthMode  string `json:"auth_mode"`
		Port      string `json:"ws_port"`
		PublicURL string `json:"ws_url,omitempty"`
	}{mode(c.Dev), portOf(c.WebSocket), c.PublicURL})
	return text
}

func mode(dev bool) string {
	if dev {
		return "dev"
	}
	return "jwt"
}
