// Package doctor looks at a machine and says what of it doesn't fit a server that is
// to run there, and what to write where. It changes nothing but a temporary file, by
// which it times the disk.
//
// Each check is a function in a file named after its noun, and adds lines to a
// report. What a check can't see it says: most of all in a container, where the
// limits of the host aren't all to be seen.
package doctor
