package webhook

import "gannet/storage"

// What is kept of these is what is shown of them.
type (
	DeadLetter = storage.WebhookDead
	Change     = storage.WebhookPresence
)
