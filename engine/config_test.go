package engine

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"gannet/engine/auth"
)

func TestDefaultConfigIsValid(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Fatal(err)
	}
}

func TestValidateNamesKeyValueAndRemedy(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"no port":           {func(c *Config) { c.Listen.WS = "127.0.0.1" }, `listen.ws: "127.0.0.1" is not allowed; allowed is host:port`},
		"port too big":      {func(c *Config) { c.Listen.HTTP = "127.0.0.1:65536" }, `listen.http: "127.0.0.1:65536" is not allowed`},
		"port by name":      {func(c *Config) { c.Listen.Admin = "127.0.0.1:http" }, `listen.admin: "127.0.0.1:http" is not allowed`},
		"address twice":     {func(c *Config) { c.Listen.Admin = c.Listen.WS }, `listen.admin: "127.0.0.1:9502" is the address of listen.ws too`},
		"no directory":      {func(c *Config) { c.DataDir = "" }, `data_dir: "" is not allowed`},
		"node":              {func(c *Config) { c.NodeID = 1024 }, `node_id: "1024" is not allowed; allowed is a number from 0 to 1023`},
		"mode":              {func(c *Config) { c.Auth.Mode = "none" }, `auth.mode: "none" is not allowed; allowed is dev or jwt`},
		"no key":            {func(c *Config) { c.Auth.Mode = "jwt" }, "auth.mode: jwt needs a key"},
		"short secret":      {func(c *Config) { c.Auth.JWT.Secret = "hunter2" }, "auth.jwt.secret: 7 bytes are too few"},
		"no unit":           {func(c *Config) { c.Heartbeat.Idle = 60 }, `heartbeat.idle: "60ns" is not allowed; allowed is a duration from 10ms to 24h, with its unit`},
		"check":             {func(c *Config) { c.Heartbeat.Check = -time.Second }, `heartbeat.check: "-1s"`},
		"retry after":       {func(c *Config) { c.Delivery.RetryAfter = 0 }, `delivery.retry_after: "0s"`},
		"retry check":       {func(c *Config) { c.Delivery.RetryCheck = 25 * time.Hour }, `delivery.retry_check: "25h"`},
		"retries":           {func(c *Config) { c.Delivery.Retries = -1 }, `delivery.retries: "-1"`},
		"backlog":           {func(c *Config) { c.Delivery.Backlog = 10_001 }, `delivery.backlog: "10001"`},
		"window":            {func(c *Config) { c.Dedupe.Window = 0 }, `dedupe.window: "0s"`},
		"welcome too long":  {func(c *Config) { c.Welcome.Text = strings.Repeat("x", 1025) }, "welcome.text: "},
		"welcome not UTF-8": {func(c *Config) { c.Welcome.Text = "\xff" }, "welcome.text: "},
		"connections":       {func(c *Config) { c.Limits.Connections = -1 }, `limits.connections: "-1"`},
		"message":           {func(c *Config) { c.Limits.MessageBytes = 255 }, `limits.message_bytes: "255"`},
		"outbound":          {func(c *Config) { c.Limits.OutboundBytes = 0 }, `limits.outbound_bytes: "0"`},
		"outbound < one":    {func(c *Config) { c.Limits.OutboundBytes = 65536 }, "limits.outbound_bytes: 65536 is too little for one message of limits.message_bytes (65536); allowed is 69632 or more"},
		"recall window":     {func(c *Config) { c.Recall.Window = 0 }, `recall.window: "0s" is not allowed; allowed is a duration from 10ms to 8784h`},
		"recall text":       {func(c *Config) { c.Recall.Text = "\xff" }, "recall.text: "},
		"edit window":       {func(c *Config) { c.Edit.Window = -time.Second }, `edit.window: "-1s"`},
		"messages":          {func(c *Config) { c.Limits.MessagesPerSecond = -1 }, `limits.messages_per_second: "-1"`},
		"burst":             {func(c *Config) { c.Limits.Burst = 0 }, `limits.burst: "0" is not allowed; allowed is a number from 1 to 1000000`},
		"HTTP requests":     {func(c *Config) { c.Limits.HTTPPerSecond = 1_000_001 }, `limits.http_per_second: "1000001"`},
		"HTTP burst":        {func(c *Config) { c.Limits.HTTPBurst = 0 }, `limits.http_burst: "0"`},
		"of an address":     {func(c *Config) { c.Limits.ConnectionsPerAddress = -1 }, `limits.connections_per_address: "-1"`},
		"group members":     {func(c *Config) { c.Limits.GroupMembers = 1 }, `limits.group_members: "1" is not allowed; allowed is a number from 2 to 100000`},
		"more group":        {func(c *Config) { c.Limits.GroupMembers = 100_001 }, `limits.group_members: "100001"`},
		"members > limit":   {func(c *Config) { c.Limits.GroupMembers = 499 }, "groups.max_members: 500 is more than limits.group_members (499); allowed is a number from 2 to 499"},
		"no members":        {func(c *Config) { c.Groups.MaxMembers = 1 }, `groups.max_members: "1"`},
		"receipts":          {func(c *Config) { c.Groups.ReceiptMembers = -1 }, `groups.receipt_members: "-1"`},
		"system user":       {func(c *Config) { c.System.User = "the system" }, `system.user: "the system" is not allowed; allowed is 1 to 64 of A-Z a-z 0-9 . _ @ -`},
		"no system user":    {func(c *Config) { c.System.User = "" }, `system.user: ""`},
		"admin token":       {func(c *Config) { c.Auth.AdminToken = "hunter2" }, "auth.admin_token: 7 bytes are not allowed; allowed are 16 to 256"},
		"admin token's end": {func(c *Config) { c.Auth.AdminToken = "a token with spaces" }, "auth.admin_token: only printable ASCII"},
		"encryption key":    {func(c *Config) { c.Storage.EncryptionKeys = []string{"k:hunter2"} }, "storage.encryption_keys: key 1: "},
		"API key":           {func(c *Config) { c.Auth.APIKeys = []string{"billing:hunter2"} }, "auth.api_keys: number 1: the hash of billing is not 64"},
		"key set":           {func(c *Config) { c.Auth.JWKSURL = "http://login.example.com/keys" }, `auth.jwks_url: "http://login.example.com/keys" is not allowed`},
		"refresh":           {func(c *Config) { c.Auth.JWKSFile, c.Auth.JWKSRefresh = "keys.json", 0 }, `auth.jwks_refresh: "0s"`},
		"old secret":        {func(c *Config) { c.Auth.JWT.OldSecrets = []string{"hunter2"} }, "auth.jwt.old_secrets: they stand beside a secret only"},
		"life":              {func(c *Config) { c.Auth.JWT.MaxTTL = time.Millisecond }, `auth.jwt.max_ttl: "1ms"`},
		"members":           {func(c *Config) { c.Groups.MaxMembers = 100_001 }, `groups.max_members: "100001" is not allowed; allowed is a number from 2 to 100000`},
		"visitor's life":    {func(c *Config) { c.Desk.VisitorTTL = time.Second }, `desk.visitor_ttl: "1s" is not allowed; allowed is a duration of whole seconds from 60s to 720h, such as 24h`},
		"visitor's long":    {func(c *Config) { c.Desk.VisitorTTL = 721 * time.Hour }, `desk.visitor_ttl: "721h"`},
		"visitor's fine":    {func(c *Config) { c.Desk.VisitorTTL = 61500 * time.Millisecond }, `desk.visitor_ttl: "1m1.5s"`},
		"visitors":          {func(c *Config) { c.Desk.VisitorsPerMinute = -1 }, `desk.visitors_per_minute: "-1"`},
		"identity":          {func(c *Config) { c.Desk.IdentitySecret = "hunter2" }, "desk.identity_secret: 7 bytes are too few; allowed is 32 or more"},
		"agent's sessions":  {func(c *Config) { c.Desk.MaxSessions = 1001 }, `desk.max_sessions: "1001" is not allowed; allowed is a number from 0 to 1000`},
		"queue":             {func(c *Config) { c.Desk.MaxQueue = 0 }, `desk.max_queue: "0" is not allowed; allowed is a number from 1 to 1000000`},
		"offline":           {func(c *Config) { c.Desk.MaxOffline = 0 }, `desk.max_offline: "0" is not allowed; allowed is a number from 1 to 1000000`},
		"wait":              {func(c *Config) { c.Desk.MaxWait = time.Millisecond }, `desk.max_wait: "1ms" is not allowed; allowed is a duration from 1s to 720h`},
		"grace":             {func(c *Config) { c.Desk.AgentGrace = 0 }, `desk.agent_grace: "0s"`},
		"first reply":       {func(c *Config) { c.Desk.FirstReply = -time.Second }, `desk.first_reply: "-1s"`},
		"silent":            {func(c *Config) { c.Desk.VisitorSilent = 721 * time.Hour }, `desk.visitor_silent: "721h"`},
		"close":             {func(c *Config) { c.Desk.VisitorClose = 0 }, `desk.visitor_close: "0s"`},
		"hours":             {func(c *Config) { c.Desk.Hours = "mon 9-18" }, `desk.hours: "mon 9-18": `},
		"zone":              {func(c *Config) { c.Desk.TimeZone = "Middle/Earth" }, `desk.time_zone: "Middle/Earth" is not allowed; allowed is a name of the IANA database`},
		"no zone":           {func(c *Config) { c.Desk.TimeZone = "" }, `desk.time_zone: "" is not allowed`},
		"closed text":       {func(c *Config) { c.Desk.ClosedText = strings.Repeat("x", 1025) }, "desk.closed_text: "},
		"offline text":      {func(c *Config) { c.Desk.OfflineText = "\xff" }, "desk.offline_text: "},
		"warn text":         {func(c *Config) { c.Desk.WarnText = "\xff" }, "desk.warn_text: "},
		"origin":            {func(c *Config) { c.HTTP.AllowedOrigins = []string{"chat.example.com"} }, `http.allowed_origins: "chat.example.com" is not allowed`},
		"origin with path":  {func(c *Config) { c.HTTP.AllowedOrigins = []string{"https://a.example/"} }, `http.allowed_origins: "https://a.example/"`},
		"any origin":        {func(c *Config) { c.HTTP.AllowedOrigins = []string{"*"} }, `http.allowed_origins: "*"`},
		"reactors":          {func(c *Config) { c.Reactors = -1 }, `reactors: "-1"`},
		"level":             {func(c *Config) { c.Log.Level = "verbose" }, `log.level: "verbose" is not allowed; allowed is debug or info or warn or error`},
		"format":            {func(c *Config) { c.Log.Format = "xml" }, `log.format: "xml"`},
	} {
		c := DefaultConfig()
		test.change(&c)
		err := c.Validate()
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q alone", name, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the secret is shown", name)
		}
	}
}

func TestValidateReportsAllProblems(t *testing.T) {
	err := Config{}.Validate()
	if err == nil {
		t.Fatal("the zero configuration is accepted")
	}
	for _, key := range []string{"listen.ws", "listen.http", "listen.admin", "data_dir", "auth.mode",
		"heartbeat.idle", "delivery.retry_after", "dedupe.window", "recall.window", "edit.window",
		"desk.visitor_ttl", "desk.max_queue", "desk.max_offline", "desk.agent_grace", "desk.visitor_close", "desk.time_zone",
		"limits.message_bytes", "limits.burst", "limits.group_members", "groups.max_members", "system.user", "log.level", "log.format"} {
		if !strings.Contains(err.Error(), key+": ") {
			t.Errorf("%s is missing in:\n%v", key, err)
		}
	}
}

func TestDevModeStaysOnLoopback(t *testing.T) {
	for addr, allowed := range map[string]bool{
		"127.0.0.1:9502": true, "127.9.9.9:0": true, "localhost:9502": true, "[::1]:9502": true, "[::ffff:127.0.0.1]:9502": true,
		":9502": false, "0.0.0.0:9502": false, "[::]:9502": false, "192.168.0.1:9502": false, "chat.example.com:9502": false,
		"localhost.example.com:9502": false,
	} {
		for key, set := range map[string]func(*Config){
			"listen.ws":   func(c *Config) { c.Listen.WS = addr },
			"listen.http": func(c *Config) { c.Listen.HTTP, c.Listen.WS = addr, "127.0.0.1:1" },
		} {
			c := DefaultConfig()
			set(&c)
			err := c.Validate()
			if allowed != (err == nil) {
				t.Errorf("%s %s: %v", key, addr, err)
			}
			if err != nil && !strings.Contains(err.Error(), key+": ") {
				t.Errorf("%s %s: the key isn't named: %v", key, addr, err)
			}
			c.Auth = AuthConfig{Mode: "jwt", JWT: JWTConfig{Secret: strings.Repeat("s", 32)}}
			if err := c.Validate(); err != nil {
				t.Errorf("%s %s with jwt: %v", key, addr, err)
			}
		}
	}
}

func TestFreePortsMayRepeat(t *testing.T) {
	c := DefaultConfig()
	c.Listen = ListenConfig{WS: "127.0.0.1:0", HTTP: "127.0.0.1:0", Admin: "127.0.0.1:0"}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
}

func TestKeysOfTheTokens(t *testing.T) {
	c := DefaultConfig()
	c.Auth = AuthConfig{
		Mode: "jwt", JWKSURL: "u", JWKSFile: "f", JWKSRefresh: time.Minute,
		JWT: JWTConfig{
			Secret: "s", OldSecrets: []string{"t", "r"}, PublicKeyFile: "p", PrivateKeyFile: "q",
			Issuer: "i", Audience: "a", MaxTTL: time.Hour,
		},
	}
	want := auth.Config{
		Mode: "jwt", Secret: []byte("s"), OldSecrets: [][]byte{[]byte("t"), []byte("r")}, PublicKeyFile: "p", PrivateKeyFile: "q",
		JWKSURL: "u", JWKSFile: "f", JWKSRefresh: time.Minute, Issuer: "i", Audience: "a",
		Leeway: clockSkew, MaxTTL: time.Hour, Reserved: "system",
	}
	if got := c.Keys(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if want.Reserved = ""; !reflect.DeepEqual(c.Auth.Keys(), want) {
		t.Errorf("%+v", c.Auth.Keys())
	}
}

func TestWhatTheDeskLeavesUndone(t *testing.T) {
	c := DefaultConfig()
	c.Desk.MaxWait, c.Desk.FirstReply, c.Desk.VisitorSilent, c.Desk.MaxSessions, c.Desk.VisitorsPerMinute = 0, 0, 0, 0, 0
	c.Desk.Hours, c.Desk.TimeZone = "mon-fri 09:00-18:00; closed 2026-12-25", "Asia/Shanghai"
	c.Desk.IdentitySecret = strings.Repeat("s", 32)
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}
