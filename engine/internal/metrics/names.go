package metrics

// CounterName names a family that only ever rises.
type CounterName string

// GaugeName names a family that rises and falls.
type GaugeName string

// HistogramName names a family of observations counted in buckets.
type HistogramName string

// What the chat does.
const (
	MessagesProcessed   CounterName   = "chat_messages_processed_total"
	MessagesDelivered   CounterName   = "chat_messages_delivered_total"
	MessagesRedelivered CounterName   = "chat_messages_redelivered_total"
	Duplicates          CounterName   = "chat_duplicates_total"
	Busy                CounterName   = "chat_busy_total"
	Drops               CounterName   = "chat_drops_total"
	SendSeconds         HistogramName = "chat_send_seconds"
	DeliverySeconds     HistogramName = "chat_delivery_seconds"
)

// What the sockets do.
const (
	ConnectionsActive   GaugeName   = "chat_connections_active"
	ConnectionsAccepted CounterName = "chat_connections_accepted_total"
	ConnectionsRejected CounterName = "chat_connections_rejected_total"
	ConnectionsClosed   CounterName = "chat_connections_closed_total"
	SlowConsumers       CounterName = "chat_slow_consumers_total"
	FramesReceived      CounterName = "chat_frames_received_total"
	FramesSent          CounterName = "chat_frames_sent_total"
	BytesSent           CounterName = "chat_bytes_sent_total"
	OutboundBytes       GaugeName   = "chat_outbound_bytes"
	RateLimited         CounterName = "chat_rate_limited_total"
	StreamsActive       GaugeName   = "chat_streams_active"
	StreamEvents        CounterName = "chat_stream_events_total"
	SlowStreams         CounterName = "chat_slow_streams_total"
	UsersOnline         GaugeName   = "chat_users_online"
)

// What the log and its queues do.
const (
	CommitBatch  HistogramName = "gannet_commit_batch_messages"
	CommitBytes  HistogramName = "gannet_commit_batch_bytes"
	FsyncSeconds HistogramName = "gannet_fsync_seconds"
	QueueDepth   GaugeName     = "gannet_queue_depth"
	LogStalled   GaugeName     = "gannet_log_stalled"
)

// What storage does.
const (
	StorageDiskBytes       GaugeName   = "gannet_storage_disk_bytes"
	StorageWALBytes        GaugeName   = "gannet_storage_wal_bytes"
	StorageWALWritten      CounterName = "gannet_storage_wal_written_bytes_total"
	StorageMemtableBytes   GaugeName   = "gannet_storage_memtable_bytes"
	StorageCompactionDebt  GaugeName   = "gannet_storage_compaction_debt_bytes"
	StorageReadAmp         GaugeName   = "gannet_storage_read_amplification"
	StorageLevelFiles      GaugeName   = "gannet_storage_level_files"
	StorageLevelBytes      GaugeName   = "gannet_storage_level_bytes"
	StorageLevelScore      GaugeName   = "gannet_storage_level_score"
	StorageFlushes         CounterName = "gannet_storage_flushes_total"
	StorageFlushBytes      CounterName = "gannet_storage_flush_bytes_total"
	StorageCompacting      GaugeName   = "gannet_storage_compactions_active"
	StorageCompactions     CounterName = "gannet_storage_compactions_total"
	StorageCompactionBytes CounterName = "gannet_storage_compaction_bytes_total"
	StorageStalls          CounterName = "gannet_storage_stalls_total"
	StorageDiskStalls      CounterName = "gannet_storage_disk_stalls_total"
	StorageFailures        CounterName = "gannet_storage_background_errors_total"
	StorageCorruptions     CounterName = "gannet_storage_corruptions_total"
	StorageFreeBytes       GaugeName   = "gannet_storage_free_bytes"
	StorageFull            GaugeName   = "gannet_storage_full"
	StorageFullRefusals    CounterName = "gannet_storage_full_refusals_total"
	StorageCacheBytes      GaugeName   = "gannet_storage_cache_bytes"
	StorageCacheHits       CounterName = "gannet_storage_cache_hits_total"
	StorageCacheMisses     CounterName = "gannet_storage_cache_misses_total"
)

// What the customer-service desk does.
const (
	DeskQueueLength   GaugeName     = "gannet_desk_queue_length"
	DeskOldestWait    GaugeName     = "gannet_desk_oldest_wait_seconds"
	DeskAgents        GaugeName     = "gannet_desk_agents"
	DeskSessions      GaugeName     = "gannet_desk_sessions"
	DeskAgentLoad     GaugeName     = "gannet_desk_agent_load"
	DeskOpened        CounterName   = "gannet_desk_sessions_opened_total"
	DeskAssigned      CounterName   = "gannet_desk_sessions_assigned_total"
	DeskReassigned    CounterName   = "gannet_desk_sessions_reassigned_total"
	DeskLost          CounterName   = "gannet_desk_sessions_lost_total"
	DeskOffline       CounterName   = "gannet_desk_sessions_offline_total"
	DeskAbandoned     CounterName   = "gannet_desk_sessions_abandoned_total"
	DeskClosed        CounterName   = "gannet_desk_sessions_closed_total"
	DeskRatings       CounterName   = "gannet_desk_ratings_total"
	DeskWait          HistogramName = "gannet_desk_wait_seconds"
	DeskFirstResponse HistogramName = "gannet_desk_first_response_seconds"
	DeskHandling      HistogramName = "gannet_desk_handling_seconds"
)

// What webhooks are told.
const (
	WebhookEvents     CounterName   = "gannet_webhook_events_total"
	WebhookRequests   CounterName   = "gannet_webhook_requests_total"
	WebhookSeconds    HistogramName = "gannet_webhook_request_seconds"
	WebhookLag        GaugeName     = "gannet_webhook_lag_entries"
	WebhookLagSeconds GaugeName     = "gannet_webhook_lag_seconds"
	WebhookDead       GaugeName     = "gannet_webhook_dead"
	WebhookOpen       GaugeName     = "gannet_webhook_circuit_open"
)

// What the operator's hook is asked before a message is stored.
const (
	HookRequests CounterName   = "gannet_hook_requests_total"
	HookSeconds  HistogramName = "gannet_hook_seconds"
)

// What the HTTP API does, and what this process is.
const (
	HTTPRequests    CounterName   = "gannet_http_requests_total"
	HTTPSeconds     HistogramName = "gannet_http_request_seconds"
	HTTPConnections GaugeName     = "gannet_http_connections_active"
	BuildInfo       GaugeName     = "gannet_build_info"
)

// definitions is the table that everything else is made from: the order of
// the scrape, the labels a series has to give, and docs/metrics.md.
func definitions() []definition { return append(ownDefinitions(), processDefinitions()...) }

func ownDefinitions() []definition {
	return []definition{
		counter(MessagesProcessed, "Messages that were stored and are on disk, by kind of conversation (single, group, service); event counts the entries of a log that are no messages.", "type"),
		counter(MessagesDelivered, "Messages, and events of a log, handed to a connection; one to a group of n counts up to n times."),
		counter(MessagesRedelivered, "Messages pushed again to a tracked connection which did not acknowledge them in time."),
		counter(Duplicates, "Sends recognised as a retry by their cid and answered with the first result."),
		counter(Busy, "Requests answered busy because a queue was full, by queue.", "queue"),
		counter(Drops, "What was refused or cut off for load, by reason: busy (a queue was full), rate_limited (a connection was too fast), storage_full (the disk has no room), logins (too many at a time), overflow (too many connections), slow_consumer and slow_stream (a connection or an event stream was not read).", "reason"),
		histogram(SendSeconds, durations(), "Time from taking a send to its answer, with the message on disk."),
		histogram(DeliverySeconds, durations(), "Time from taking a send to handing its frames to the socket of the last of its receivers, of the first message of each batch that somebody is there to receive."),

		gauge(ConnectionsActive, "WebSocket connections that are open."),
		counter(ConnectionsAccepted, "WebSocket connections accepted."),
		counter(ConnectionsRejected, "Connections refused before or at the upgrade, by reason.", "reason"),
		counter(ConnectionsClosed, "WebSocket connections closed, by close code; 1006 is one that vanished without a close frame.", "code"),
		counter(SlowConsumers, "Connections closed because too much was waiting for them to read."),
		counter(FramesReceived, "WebSocket messages received from clients."),
		counter(FramesSent, "WebSocket messages written to clients."),
		counter(BytesSent, "Bytes written to WebSocket clients."),
		gauge(OutboundBytes, "Bytes that wait to be read by WebSocket clients, of all connections."),
		counter(RateLimited, "Requests over WebSocket answered rate_limited."),
		gauge(StreamsActive, "Server-sent event streams that are open."),
		counter(StreamEvents, "Events written to streams."),
		counter(SlowStreams, "Streams closed because too much was waiting for them to read."),
		gauge(UsersOnline, "Users with at least one connection or stream."),

		histogram(CommitBatch, sizes(), "Messages and events in one batch of the log."),
		histogram(CommitBytes, volumes(), "Bytes of the contents in one batch of the log."),
		histogram(FsyncSeconds, durations(), "Time of one fsync of the log."),
		gauge(QueueDepth, "Entries waiting, by queue: sequencer (sends not yet in a batch), commands (joins, leaves, changes of groups and cursors not yet taken by the sequencer), reactor (posts not yet carried out), fanout (runs not yet fully sent), readers (reads waiting for a worker), hook (messages and edits that wait for the hook or are being asked about), streams (as reactor, for server-sent events).", "queue"),
		gauge(LogStalled, "1 while a write or fsync of the log has been going on for more than 2 s and sends are answered busy, else 0."),

		gauge(StorageDiskBytes, "Bytes the database takes on disk."),
		gauge(StorageWALBytes, "Bytes in the live write-ahead log."),
		counter(StorageWALWritten, "Bytes written to the write-ahead log."),
		gauge(StorageMemtableBytes, "Bytes held by memory tables."),
		gauge(StorageCompactionDebt, "Estimated bytes that compactions still have to rewrite."),
		gauge(StorageReadAmp, "Sorted runs that a point read may have to look at."),
		gauge(StorageLevelFiles, "Tables in a level of the database; level 0 is what memory tables are flushed to, 6 the last.", "level"),
		gauge(StorageLevelBytes, "Bytes of the tables in a level.", "level"),
		gauge(StorageLevelScore, "How much a level asks to be compacted into the next: 0 where it does not, from 1 on it is due.", "level"),
		counter(StorageFlushes, "Memory tables flushed to disk."),
		counter(StorageFlushBytes, "Bytes written by flushes."),
		gauge(StorageCompacting, "Compactions that are under way."),
		counter(StorageCompactions, "Compactions finished."),
		counter(StorageCompactionBytes, "Bytes written by compactions."),
		counter(StorageStalls, "Times that writes had to wait for flushes or compactions."),
		counter(StorageDiskStalls, "Reports of a disk operation that takes more than 2 s."),
		counter(StorageFailures, "Flushes and compactions that failed, for want of room above all."),
		counter(StorageCorruptions, "Damaged files met by a read or a compaction."),
		gauge(StorageFreeBytes, "Bytes free on the disk of the data directory."),
		gauge(StorageFull, "1 while less than storage.min_free_bytes is free and what needs room is refused, else 0."),
		counter(StorageFullRefusals, "Sends and commands refused storage_full."),
		gauge(StorageCacheBytes, "Bytes in the block cache."),
		counter(StorageCacheHits, "Blocks found in the block cache."),
		counter(StorageCacheMisses, "Blocks read from disk because the block cache did not hold them."),

		counter(HookRequests, "What became of messages and edits that the hook was to be asked about, by result: allow, deny, change; timeout, unreachable, bad_answer (hook.fail decides); not_asked, because the hook had not answered for a while (hook.fail decides).", "result"),
		histogram(HookSeconds, durations(), "Time of one question to the hook, answered or not."),

		gauge(DeskQueueLength, "Customer-service sessions that wait for an agent."),
		gauge(DeskOldestWait, "How long the one that has waited for longest has; 0 where none waits."),
		gauge(DeskAgents, "Agents and supervisors with a record, by state: online (take sessions and are connected), away (would take sessions, but aren't connected), busy, offline.", "state"),
		gauge(DeskSessions, "Open sessions, by state: queued, assigned, active, offline.", "state"),
		gauge(DeskAgentLoad, "Open sessions of the agents that are online, of one: average, max.", "of"),
		counter(DeskOpened, "Sessions opened."),
		counter(DeskAssigned, "Times that a session got an agent; transfers and claims count."),
		counter(DeskReassigned, "Times that a session was taken from an agent who did not answer or went away."),
		counter(DeskLost, "Times that an agent who had a session went away and did not come back in time."),
		counter(DeskOffline, "Sessions that became a message for later, as nobody came in time or the desk was closed."),
		counter(DeskAbandoned, "Visitors who left before an agent came, from the queue or after a message for later."),
		counter(DeskClosed, "Sessions closed, by reason.", "reason"),
		counter(DeskRatings, "Ratings of sessions, by the number of stars.", "stars"),
		histogram(DeskWait, waits(), "Time that a session waited in the queue until it got an agent."),
		histogram(DeskFirstResponse, waits(), "Time from entering the queue to an agent's first message."),
		histogram(DeskHandling, waits(), "Time from the assignment to an agent to the end of the session."),

		counter(WebhookEvents, "Events of webhooks, by endpoint and what became of them: delivered (acknowledged), dead (set aside as dead letters), dropped (dead letters and changes of presence that were too many).", "endpoint", "result"),
		counter(WebhookRequests, "Requests to webhooks, by endpoint and outcome: ok, refused (the receiver will not take it), failed (it is tried again).", "endpoint", "outcome"),
		histogram(WebhookSeconds, durations(), "Time of a request to a webhook, of all endpoints."),
		gauge(WebhookLag, "Entries of the log that a webhook was not told of yet.", "endpoint"),
		gauge(WebhookLagSeconds, "For how long the oldest of them has waited.", "endpoint"),
		gauge(WebhookDead, "Dead letters of a webhook.", "endpoint"),
		gauge(WebhookOpen, "1 while a webhook has failed several times in a row and is tried from time to time, else 0.", "endpoint"),

		counter(HTTPRequests, "HTTP requests answered, by route pattern and status.", "route", "status"),
		histogram(HTTPSeconds, durations(), "Time from the parsed request header to the whole answer, by route pattern.", "route"),
		gauge(HTTPConnections, "HTTP connections that are open, by listener: public, admin, tls (with its WebSockets).", "listener"),
		gauge(BuildInfo, "Always 1; the labels say which build this is.", "version", "commit", "go"),
	}
}
