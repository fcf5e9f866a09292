// Package auth checks and mints the signed tokens (JWT, RFC 7519) by which a
// client proves who it is, and knows the API keys of trusted backends.
//
// A token is hostile until its signature is verified with a key of the
// configuration, and only with the one algorithm that belongs to that kind of
// key (RFC 8725 section 3.1): a shared secret means HS256, an RSA key RS256, a
// P-256 key ES256, an Ed25519 key EdDSA. What the token's header says about
// keys (jwk, jku, x5u, x5c) is never followed; its kid only picks among the keys
// there are. So checking a token opens no file and no connection. Key sets (JWKS,
// RFC 7517) are read in a goroutine, from the place that the configuration names.
//
// Visitors of a site get tokens of the server's own, whose kid says so and whose key
// checks nothing else: see [Visitors].
package auth
