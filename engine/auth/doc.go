// Package auth checks and mints the signed tokens (JWT, RFC 7519) by which a
// client proves who it is.
//
// A token is hostile until its signature is verified with a key of the
// configuration, and only with the one algorithm that belongs to that kind of
// key (RFC 8725 section 3.1): a shared secret means HS256, an RSA key RS256, a
// P-256 key ES256, an Ed25519 key EdDSA. What the token's header says about
// keys (kid, jwk, jku, x5u, x5c) is never followed, so that checking a token
// opens no file and no connection.
package auth
