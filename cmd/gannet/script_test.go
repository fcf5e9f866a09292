package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(programs{m}, map[string]func(){"gannet": main})
}

// programs are the tests, and remove the program that they have built.
type programs struct{ *testing.M }

func (p programs) Run() int {
	defer func() { _ = os.RemoveAll(programDir) }() // a leftover in the system's temporary directory
	return p.M.Run()
}

// TestScripts runs the command lines in testdata/*.txt.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               writeKeys,
	})
}

const testSecret = "an-example-secret-of-32-bytes-or-more"

// writeKeys gives a script the configuration secret.yaml and the key pairs
// a.pem and a.pub, b.pem and b.pub, with a.jwks and b.jwks, the public halves as
// key sets.
func writeKeys(env *testscript.Env) error {
	env.Setenv("SECRET", testSecret)
	config := "auth:\n  mode: jwt\n  jwt:\n    secret: " + testSecret + "\n"
	return errors.Join(
		os.WriteFile(filepath.Join(env.WorkDir, "secret.yaml"), []byte(config), 0o600),
		writePair(filepath.Join(env.WorkDir, "a")),
		writePair(filepath.Join(env.WorkDir, "b")),
	)
}

func writePair(name string) error {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	privateDER, err1 := x509.MarshalPKCS8PrivateKey(private)
	publicDER, err2 := x509.MarshalPKIXPublicKey(public)
	set := fmt.Sprintf(`{"keys":[{"kty":"OKP","crv":"Ed25519","x":%q}]}`, base64.RawURLEncoding.EncodeToString(public))
	return errors.Join(err1, err2,
		os.WriteFile(name+".jwks", []byte(set), 0o600),
		os.WriteFile(name+".pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: privateDER}), 0o600),
		os.WriteFile(name+".pub", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicDER}), 0o600),
	)
}
