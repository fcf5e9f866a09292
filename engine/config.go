package engine

import (
	"time"

	"gannet/engine/auth"
)

// Config is everything an operator can set. The koanf tags are the names of
// the keys, the doc tags their only description: the help texts and
// docs/configuration.md are made from them (see Settings). A key is here only
// if the engine acts on it.
type Config struct {
	Listen    ListenConfig    `koanf:"listen"`
	DataDir   string          `koanf:"data_dir" doc:"directory of the database; made if it isn't there"`
	Storage   StorageConfig   `koanf:"storage"`
	NodeID    int             `koanf:"node_id" doc:"number of this server, 0–1023; it is part of every message id and must not change while the data is kept"`
	Auth      AuthConfig      `koanf:"auth"`
	Heartbeat HeartbeatConfig `koanf:"heartbeat"`
	Delivery  DeliveryConfig  `koanf:"delivery"`
	Dedupe    DedupeConfig    `koanf:"dedupe"`
	Recall    RecallConfig    `koanf:"recall"`
	Edit      EditConfig      `koanf:"edit"`
	Welcome   WelcomeConfig   `koanf:"welcome"`
	Limits    LimitsConfig    `koanf:"limits"`
	Groups    GroupsConfig    `koanf:"groups"`
	System    SystemConfig    `koanf:"system"`
	Desk      DeskConfig      `koanf:"desk"`
	Webhooks  WebhooksConfig  `koanf:"webhooks"`
	Hook      HookConfig      `koanf:"hook"`
	HTTP      HTTPConfig      `koanf:"http"`
	WebSocket WebSocketConfig `koanf:"websocket"`
	TLS       TLSConfig       `koanf:"tls"`
	Reactors  int             `koanf:"reactors" doc:"number of event loops that own the WebSocket connections; 0 = one for each CPU"`
	Log       LogConfig       `koanf:"log"`
}

// ListenConfig holds the listen addresses, each host:port. Port 0 takes a free
// one; the ready line tells which.
type ListenConfig struct {
	WS    string `koanf:"ws" doc:"address of the WebSocket listener, host:port"`
	HTTP  string `koanf:"http" doc:"address of the HTTP API and the pages, host:port"`
	TLS   string `koanf:"tls" doc:"address of a listener that serves all that listen.http does, and /ws, over TLS 1.2 or 1.3, host:port; empty = none; see tls.cert_file, and docs/deploy/proxy.md for what it costs"`
	Admin string `koanf:"admin" doc:"address of the operator's listener (metrics, health, profiles, backup, rekey), host:port; keep it private: metrics and health ask for no login, see auth.admin_token for the rest"`

	TrustedProxies []string `koanf:"trusted_proxies" doc:"addresses and networks (10.1.0.0/16) of the proxies in front, or the word loopback: what they say of a client's address, by the PROXY protocol (v1, v2) or X-Forwarded-For, is believed; of nobody else; separated by commas"`
}

// StorageConfig says how the database keeps what it is given.
type StorageConfig struct {
	MinFreeBytes      int      `koanf:"min_free_bytes" doc:"with less than this free on the disk of data_dir, what needs room is refused (507 storage_full) and reading goes on; below a sixteenth of it the server doesn't start; 0 = no bound"`
	EncryptionKeys    []string `koanf:"encryption_keys" secret:"true" doc:"keys of the encryption at rest, each id:base64 as gannet keygen prints it; the first one is for what is written from now on, the others open what is older; empty = messages are stored in the clear; separated by commas"`
	EncryptionKeyFile string   `koanf:"encryption_key_file" doc:"file with such keys, one on a line, instead of storage.encryption_keys"`
}

// AuthConfig says how a client proves who it is.
type AuthConfig struct {
	Mode        string        `koanf:"mode" doc:"dev = ?uid=ID is believed, on loopback addresses only; jwt = a signed token is needed"`
	JWT         JWTConfig     `koanf:"jwt"`
	JWKSURL     string        `koanf:"jwks_url" doc:"address of a JSON Web Key Set (RFC 7517) with the public keys of the tokens, https, or http on loopback"`
	JWKSFile    string        `koanf:"jwks_file" doc:"file with such a set; it is read again when it has changed"`
	JWKSRefresh time.Duration `koanf:"jwks_refresh" doc:"how often the key sets are looked at for changes"`
	AdminToken  string        `koanf:"admin_token" secret:"true" doc:"what the operator's listener asks for as a bearer token, at least 16 bytes, but for metrics and health; empty = no login, and profiles, backup and rekey only while listen.admin is a loopback address"`
	APIKeys     []string      `koanf:"api_keys" doc:"keys of trusted backends, each name:hash as gannet apikey prints it (the SHA-256 of the key); separated by commas"`
}

// JWTConfig holds the keys of the tokens. In mode jwt there is Secret, or else
// at least one of PublicKeyFile and the key sets of AuthConfig.
type JWTConfig struct {
	Secret         string        `koanf:"secret" secret:"true" doc:"shared secret of HS256 tokens, at least 32 bytes"`
	OldSecrets     []string      `koanf:"old_secrets" secret:"true" doc:"former shared secrets: tokens signed with one are still accepted; separated by commas"`
	PublicKeyFile  string        `koanf:"public_key_file" doc:"PEM file with the public keys of RS256 (RSA), ES256 (EC P-256) or EdDSA (Ed25519) tokens; several keys may stand in it"`
	PrivateKeyFile string        `koanf:"private_key_file" doc:"PEM file with the private key for gannet token; the server doesn't read it"`
	Issuer         string        `koanf:"issuer" doc:"the iss a token must carry; empty = not looked at"`
	Audience       string        `koanf:"audience" doc:"the aud a token must carry; empty = not looked at"`
	MaxTTL         time.Duration `koanf:"max_ttl" doc:"longest life of a token, from its iat to its exp; one that lives longer or has no iat is refused, and a revocation needs to be kept no longer; 0s = any"`
}

// HeartbeatConfig says when a silent connection is closed (4009).
type HeartbeatConfig struct {
	Idle  time.Duration `koanf:"idle" doc:"a connection that sent no byte for this long is closed (4009)"`
	Check time.Duration `koanf:"check" doc:"how often connections are looked at for silence"`
}

// DeliveryConfig says how messages reach a user's connections.
type DeliveryConfig struct {
	RetryAfter time.Duration `koanf:"retry_after" doc:"a message that a tracked client hasn't acknowledged for this long is pushed again"`
	RetryCheck time.Duration `koanf:"retry_check" doc:"how often unacknowledged messages are looked at"`
	Retries    int           `koanf:"retries" doc:"how many times a message is pushed again before it is left to sync"`
	Backlog    int           `koanf:"backlog" doc:"how many missed messages of a conversation a simple client is sent on connecting, the newest"`
}

// DedupeConfig says how long a repeated send is recognised.
type DedupeConfig struct {
	Window time.Duration `koanf:"window" doc:"a send repeated with the same cid within this time has no second effect"`
}

// RecallConfig says what becomes of recalled messages.
type RecallConfig struct {
	Window time.Duration `koanf:"window" doc:"how long after sending a message its sender may recall it"`
	Text   string        `koanf:"text" doc:"what stands in the place of a recalled message's content"`
}

// EditConfig says when messages may be changed.
type EditConfig struct {
	Window time.Duration `koanf:"window" doc:"how long after sending a message its sender may edit it"`
}

// WelcomeConfig is the greeting of a new connection.
type WelcomeConfig struct {
	Text string `koanf:"text" doc:"msg of the welcome event"`
}

// LimitsConfig bounds what clients may use.
type LimitsConfig struct {
	MessagesPerSecond     int `koanf:"messages_per_second" doc:"requests of one WebSocket connection each second: sends and everything else but acks and pings; 0 = any number"`
	Burst                 int `koanf:"burst" doc:"how many of them may come at once after a pause"`
	HTTPPerSecond         int `koanf:"http_per_second" doc:"HTTP requests of one user each second; 0 = any number"`
	HTTPBurst             int `koanf:"http_burst" doc:"how many of them may come at once after a pause"`
	Connections           int `koanf:"connections" doc:"most WebSocket connections at a time; 0 = as many as the descriptor limit (ulimit -n) allows"`
	LoginsPerSecond       int `koanf:"logins_per_second" doc:"logins of the whole server that are let in each second, after their token was found good, and as many at once after a pause; who is put off is told when to come back (503); 0 = any number"`
	ConnectionsPerUser    int `koanf:"connections_per_user" doc:"most WebSocket connections of one user at a time; one more is closed (1013); 0 = any number"`
	ConnectionsPerAddress int `koanf:"connections_per_address" doc:"most WebSocket connections from one IP address at a time; exempt are loopback addresses, and listen.trusted_proxies where they do not say whose a connection is; on listen.tls as many more (16 at least) that are no WebSockets; 0 = any number"`
	MessageBytes          int `koanf:"message_bytes" doc:"largest message or request body, in bytes"`
	OutboundBytes         int `koanf:"outbound_bytes" doc:"a connection with more bytes than this waiting to be read is closed (4008)"`
	GroupMembers          int `koanf:"group_members" doc:"the most that may be asked for as max_members of a group, up to 100000"`
}

// GroupsConfig bounds groups.
type GroupsConfig struct {
	MaxMembers     int `koanf:"max_members" doc:"most members of a group that asks for no other max_members; at most limits.group_members"`
	ReceiptMembers int `koanf:"receipt_members" doc:"in groups with more members than this, read receipts aren't pushed"`
}

// SystemConfig names the server itself.
type SystemConfig struct {
	User string `koanf:"user" doc:"user id that system messages come from; nobody can log in as it"`
}

// HTTPConfig says which web pages may call the server.
type HTTPConfig struct {
	AllowedOrigins []string `koanf:"allowed_origins" doc:"origins of web pages, beside the server's own, that may open a WebSocket, call the API or show the desk's widget, such as https://chat.example.com; separated by commas"`
	Pages          bool     `koanf:"pages" doc:"serve the chat page and the desk's console; the widget and gannet.js are served in any case"`
}

// WebSocketConfig tunes the protocol.
type WebSocketConfig struct {
	Deflate   bool   `koanf:"deflate" doc:"let clients negotiate permessage-deflate (RFC 7692); saves bytes, costs CPU and memory"`
	PublicURL string `koanf:"public_url" doc:"where browsers reach the WebSocket listener, such as wss://chat.example.com/ws; empty = a page that came over https asks its own host for /ws, any other the port of listen.ws"`
}

// LogConfig says what is logged to standard error and how.
type LogConfig struct {
	Level  string `koanf:"level" doc:"least level that is logged: debug, info, warn or error"`
	Format string `koanf:"format" doc:"text or json"`
}

// DefaultConfig is what runs when nothing is set: a server for trying things
// out, on loopback addresses.
func DefaultConfig() Config {
	return Config{
		Listen:    ListenConfig{WS: "127.0.0.1:9502", HTTP: "127.0.0.1:9501", Admin: "127.0.0.1:9500"},
		DataDir:   "./data",
		Storage:   StorageConfig{MinFreeBytes: 256 << 20},
		Auth:      AuthConfig{Mode: auth.ModeDev, JWKSRefresh: 10 * time.Minute},
		Heartbeat: HeartbeatConfig{Idle: 60 * time.Second, Check: 30 * time.Second},
		Delivery: DeliveryConfig{
			RetryAfter: 30 * time.Second, RetryCheck: 5 * time.Second, Retries: 3, Backlog: 200,
		},
		Dedupe:  DedupeConfig{Window: 7 * 24 * time.Hour},
		Recall:  RecallConfig{Window: 120 * time.Second, Text: "[消息已撤回]"},
		Edit:    EditConfig{Window: 15 * time.Minute},
		Welcome: WelcomeConfig{Text: "连接成功"},
		Limits: LimitsConfig{
			MessagesPerSecond: 200, Burst: 400, HTTPPerSecond: 100, HTTPBurst: 200,
			LoginsPerSecond: 2000, ConnectionsPerUser: 10, ConnectionsPerAddress: 1000,
			MessageBytes: 64 << 10, OutboundBytes: 1 << 20, GroupMembers: MaxGroupMembers,
		},
		Groups:   GroupsConfig{MaxMembers: 500, ReceiptMembers: 500},
		System:   SystemConfig{User: "system"},
		HTTP:     HTTPConfig{Pages: true},
		Desk:     defaultDesk(),
		Webhooks: defaultWebhooks(),
		Hook:     defaultHook(),
		Log:      LogConfig{Level: "info", Format: "text"},
	}
}

// clockSkew is how far the clocks of the token's issuer and this server may
// be apart.
const clockSkew = 30 * time.Second

// Keys returns what the auth package needs to check or mint tokens: the keys of
// Auth, and that nobody may log in as the system user.
func (c Config) Keys() auth.Config {
	keys := c.Auth.Keys()
	keys.Reserved = c.System.User
	return keys
}

// Keys returns what stands in the auth section alone.
func (c AuthConfig) Keys() auth.Config {
	old := make([][]byte, len(c.JWT.OldSecrets))
	for i, secret := range c.JWT.OldSecrets {
		old[i] = []byte(secret)
	}
	return auth.Config{
		Mode:           c.Mode,
		Secret:         []byte(c.JWT.Secret),
		OldSecrets:     old,
		PublicKeyFile:  c.JWT.PublicKeyFile,
		PrivateKeyFile: c.JWT.PrivateKeyFile,
		Issuer:         c.JWT.Issuer,
		Audience:       c.JWT.Audience,
		Leeway:         clockSkew,
		MaxTTL:         c.JWT.MaxTTL,
		JWKSURL:        c.JWKSURL,
		JWKSFile:       c.JWKSFile,
		JWKSRefresh:    c.JWKSRefresh,
	}
}
