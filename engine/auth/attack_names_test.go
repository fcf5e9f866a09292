package auth

import (
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// TestEverySpellingOfNone: with the empty signature, and with that of the right
// secret.
func TestEverySpellingOfNone(t *testing.T) {
	var attacks []attack
	for _, alg := range []string{
		"none", "None", "NONE", "nOnE", "none ", " none", "none\u0000", "nоne", "", "null", "HS0", "HS1", "hs256", "HS256 ", "HS-256", "HS384", "A256KW", "dir",
	} {
		signed := forge(t, jwt.SigningMethodHS256, []byte(testSecret), header(alg), good(nil))
		attacks = append(attacks,
			attack{alg + ", unsigned", replaceSignature(signed, ""), ""},
			attack{alg + ", signed", signed, ""},
			attack{alg + ", cut", signed[:strings.LastIndexByte(signed, '.')], ""})
	}
	for _, c := range []Config{
		secretConfig(),
		{Mode: ModeJWT, PublicKeys: publicPEM(t, rsaKey().Public())},
		{Mode: ModeJWT, Secret: []byte(testSecret), PublicKeys: publicPEM(t, rsaKey().Public())},
		{Mode: ModeDev},
	} {
		if _, err := NewVerifier(c); err != nil {
			continue // both kinds of key at once aren't allowed
		}
		refuseAll(t, c, attacks)
	}
}

// TestHostileKids: a kid is compared with names of keys and used for nothing else.
func TestHostileKids(t *testing.T) {
	kids := []any{
		"../../../../etc/passwd", "/dev/null", `..\..\keys`, "file:///dev/null", "http://127.0.0.1:1/", "x' OR '1'='1", "x'; DROP TABLE keys;--",
		"a\u0000", "\u0000", "a\n", "${jndi:ldap://127.0.0.1:1/a}", "$(id)", "`id`", "%00", "A", "a ", " a", "*", ".", "..", "",
		strings.Repeat("a", 255), strings.Repeat("a", 4096), 0, 1, -1, 1.5, true, []string{"a"}, fields{"a": "a"},
	}
	// Where nothing has a name, a kid says nothing: what counts is the signature.
	secrets := newTestVerifier(t, secretConfig())
	set := withSet(t, named(t, ecKey().Public(), "a"))
	stranger := newEC(t)
	for _, kid := range kids {
		h := fields{"alg": "HS256", "kid": kid}
		forged := forge(t, jwt.SigningMethodHS256, []byte(""), h, good(nil))
		refuses(t, secrets, "signed with nothing", forged)
		refuses(t, secrets, "signed with the kid", forge(t, jwt.SigningMethodHS256, []byte(asText(kid)), h, good(nil)))
		accepts(t, secrets, "signed with the secret", forge(t, jwt.SigningMethodHS256, []byte(testSecret), h, good(nil)))
		// In a set it must name a key, the good one too.
		refuses(t, set, "of the set", es(t, ecKey(), kid))
		refuses(t, set, "of a stranger", es(t, stranger, kid))
	}
	refuses(t, set, "of a stranger", es(t, stranger, "a"))
	accepts(t, set, "named as it is", es(t, ecKey(), "a"))
}

func asText(v any) string {
	text, _ := v.(string)
	return text
}

// TestHostileSubjects: a token speaks for a user whose id is one everywhere, and
// who isn't the server's own.
func TestHostileSubjects(t *testing.T) {
	c := secretConfig()
	c.Reserved = "system"
	v := newTestVerifier(t, c)
	for _, sub := range []any{
		"", " ", "system", "alice\u0000", "\u0000", "alice\u0000bob", "alice ", " alice", "alice\t", "alice\r\n", "a:b", "a/b", "a,b", "a\\b", "a%b", "a*",
		"../alice", "single_a:b", "alíce", "ＡＬＩＣＥ", "alice\u200b", "\u202ealice", strings.Repeat("a", 65), strings.Repeat("a", 4096),
		-1, 1.5, 1e300, true, nil, []any{"alice"}, fields{"id": "alice"},
	} {
		refuses(t, v, "sub "+asText(sub), hs(t, fields{"sub": sub, "exp": maxUnix}))
	}
	for _, sub := range []string{"System", "SYSTEM", "system.", "a@b", "-", ".", "..", strings.Repeat("a", 64)} {
		accepts(t, v, "sub "+sub, hs(t, good(jwt.MapClaims{"sub": sub})))
	}
}

// TestHostileIssuersAndAudiences: the expected ones must be there as themselves.
func TestHostileIssuersAndAudiences(t *testing.T) {
	c := secretConfig()
	c.Issuer, c.Audience = "https://login.example.com", "chat"
	v := newTestVerifier(t, c)
	for _, claims := range []jwt.MapClaims{
		{"iss": c.Issuer + "/", "aud": "chat"},
		{"iss": strings.ToUpper(c.Issuer), "aud": "chat"},
		{"iss": c.Issuer + "\u0000", "aud": "chat"},
		{"iss": []string{c.Issuer}, "aud": "chat"},
		{"iss": fields{"0": c.Issuer}, "aud": "chat"},
		{"iss": "", "aud": "chat"},
		{"iss": true, "aud": "chat"},
		{"iss": c.Issuer, "aud": "Chat"},
		{"iss": c.Issuer, "aud": "chat "},
		{"iss": c.Issuer, "aud": "mail chat"},
		{"iss": c.Issuer, "aud": "mail,chat"},
		{"iss": c.Issuer, "aud": ""},
		{"iss": c.Issuer, "aud": []string{}},
		{"iss": c.Issuer, "aud": []string{""}},
		{"iss": c.Issuer, "aud": []string{"mail", "Chat"}},
		{"iss": c.Issuer, "aud": []any{[]string{"chat"}}},
		{"iss": c.Issuer, "aud": []any{"chat", 7}},
		{"iss": c.Issuer, "aud": []any{"chat", nil}},
		{"iss": c.Issuer, "aud": fields{"chat": true}},
		{"iss": c.Issuer, "aud": true},
		{"iss": c.Issuer, "aud": 0},
		{"iss": "chat", "aud": c.Issuer},
	} {
		refuses(t, v, "claims", hs(t, good(claims)))
	}
	accepts(t, v, "one of several", hs(t, good(jwt.MapClaims{"iss": c.Issuer, "aud": []string{"mail", "chat"}})))
}

// TestLongestToken: 8 KiB and not a byte more, whatever the rest is like.
func TestLongestToken(t *testing.T) {
	v := newTestVerifier(t, secretConfig())
	of := func(pad int) string { return hs(t, good(jwt.MapClaims{"pad": strings.Repeat("x", pad)})) }
	pad := MaxTokenBytes / 2
	for len(of(pad+1)) <= MaxTokenBytes {
		pad++
	}
	accepts(t, v, "the longest", of(pad))
	refuses(t, v, "a letter more", of(pad+1))
	refuses(t, v, "a MiB", of(1<<20))
}
