package operator

import "errors"

// Refusals. The HTTP face gives each its code and words.
var (
	ErrTooManyBackups = errors.New("operator: too many backups are being taken")
	ErrNoBackup       = errors.New("operator: no such backup, or no such file in it")
	ErrNoRoom         = errors.New("operator: too little room on the disk for a backup")
	ErrNotSealed      = errors.New("operator: the server has no encryption keys")
	ErrClosed         = errors.New("operator: shutting down")
)
