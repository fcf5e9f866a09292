// Package js holds the JavaScript client: gannet.js, one module without
// dependencies that runs in browsers and in Node, and its types. The server gives
// it to pages at /gannet.js; npm gets the folder as it stands. See
// docs/javascript.md.
package js

import _ "embed"

var (
	//go:embed gannet.js
	module []byte
	//go:embed gannet.d.ts
	types []byte
)

// Module is the text of gannet.js. It must not be changed.
func Module() []byte { return module }

// Types is the text of gannet.d.ts. It must not be changed.
func Types() []byte { return types }
