// Package signature signs what the server posts to addresses that the operator
// has named: webhooks and the hook before a send. The receiver shares a secret
// with the server and can tell by the signature that the server sent the body,
// and by the time in it that it isn't an old one which somebody posts again.
package signature
