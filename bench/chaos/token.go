package chaos

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"
)

// tokenLife is longer than any campaign.
const tokenLife = 30 * 24 * time.Hour

// newToken mints the login of a user: a JSON Web Token, HS256.
func newToken(secret, user string) string {
	now := time.Now()
	text := encode(`{"alg":"HS256","typ":"JWT"}`) + "." +
		encode(fmt.Sprintf(`{"sub":%q,"iat":%d,"exp":%d}`, user, now.Unix(), now.Add(tokenLife).Unix()))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return text + "." + encode(string(mac.Sum(nil)))
}

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
