// Which charts there are, in groups with a heading.

const line = (key, column, colour, unit) => ({ key, column, line: `--${colour}`, unit });

export const groups = [
  { id: "traffic", charts: [
    { id: "messages", unit: "rate", series: [
      line("all", "messages+group_messages+service_messages", "line-1"), line("group", "group_messages", "line-2"), line("events", "events", "line-4")] },
    { id: "deliveries", unit: "rate", series: [line("sockets", "deliveries", "line-1"), line("streams", "stream_events", "line-3"), line("redelivered", "redelivered", "line-5")] },
    { id: "connections", unit: "count", series: [line("connections", "connections", "line-1"), line("users", "users", "line-2"), line("streamsOpen", "streams", "line-3")] },
  ] },
  { id: "latency", charts: [
    { id: "delivery", unit: "seconds", series: [line("p99", "delivery_p99", "line-5"), line("p95", "delivery_p95", "line-4"), line("p50", "delivery_p50", "line-1")] },
    { id: "send", unit: "seconds", series: [line("p99", "send_p99", "line-5"), line("p95", "send_p95", "line-4"), line("p50", "send_p50", "line-1")] },
    { id: "http", unit: "rate", series: [line("requests", "http", "line-1"), line("p99", "http_p99", "line-5", "seconds")] },
  ] },
  { id: "log", charts: [
    { id: "fsync", unit: "seconds", series: [line("p99", "fsync_p99", "line-5"), line("mean", "fsync_mean", "line-4"), line("p50", "fsync_p50", "line-1")] },
    { id: "batch", unit: "count", series: [line("batch", "batch_mean", "line-1"), line("batches", "batches", "line-2", "rate")] },
    { id: "queues", unit: "count", series: [
      line("sequencer", "queue_sequencer", "line-1"), line("reactor", "queue_reactor", "line-2"), line("fanout", "queue_fanout", "line-4"),
      line("readers", "queue_readers", "line-5"), line("commands", "queue_commands", "line-3"), line("streams", "queue_streams", "line-6")] },
  ] },
  { id: "process", charts: [
    { id: "cpu", unit: "cores", series: [line("cpu", "cpu", "line-1")] },
    { id: "memory", unit: "bytes", series: [line("resident", "memory", "line-1"), line("heap", "heap", "line-2"), line("outbound", "outbound_bytes", "line-4")] },
    { id: "pauses", unit: "seconds", series: [line("gc", "gc_pause_max", "line-5"), line("sched", "sched_p99", "line-1")] },
  ] },
  { id: "storage", charts: [
    { id: "disk", unit: "bytes", series: [line("database", "disk_bytes", "line-1"), line("wal", "wal_bytes", "line-2"), line("memtable", "memtable_bytes", "line-4")] },
    { id: "writes", unit: "byteRate", series: [line("written", "disk_written", "line-1"), line("sent", "bytes_out", "line-2")] },
    { id: "drops", unit: "rate", series: [line("drops", "drops", "line-5"), line("duplicates", "duplicates", "line-1")] },
  ] },
  { id: "desk", needs: ["desk_agents", "desk_queue", "desk_active", "service_messages"], charts: [
    { id: "desk", unit: "count", series: [line("deskActive", "desk_active", "line-1"), line("deskQueue", "desk_queue", "line-5"), line("deskAgents", "desk_agents", "line-2")] },
    { id: "deskMessages", unit: "rate", series: [line("service", "service_messages", "line-1")] },
    { id: "deskWait", unit: "seconds", series: [line("deskWait", "desk_wait", "line-4")] },
  ] },
  { id: "hooks", needs: ["webhook_requests", "webhook_lag", "webhook_dead", "hook_requests"], charts: [
    { id: "webhooks", unit: "rate", series: [line("requests", "webhook_requests", "line-1"), line("p99", "webhook_p99", "line-5", "seconds")] },
    { id: "webhookLag", unit: "count", series: [line("lag", "webhook_lag", "line-1"), line("dead", "webhook_dead", "line-5")] },
    { id: "hook", unit: "rate", series: [line("requests", "hook_requests", "line-1"), line("p99", "hook_p99", "line-5", "seconds")] },
  ] },
];
