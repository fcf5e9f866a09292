// Command mutants shows that the tests can fail: it breaks a promise of the engine
// on purpose, in a copy of the file in question, and runs the tests, which must
// notice. Run it from the root of the repository:
//
//	go run ./bench/mutants            # all of them
//	go run ./bench/mutants no-sync    # one
//
// It exits with 1 if a mutant survives, doesn't compile, or can't be made because
// the source has changed: then the table in mutants.go has to follow.
package main
