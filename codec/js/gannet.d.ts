// Types of gannet.js, the JavaScript client of Gannet. What comes from the server keeps the names
// that it has in the protocol (docs/protocol.md); what is given to the client is in camelCase.

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

/** Where to: a user, a group, or a conversation by its id (which may also be given as a plain string). */
export type Target = string | { to: string } | { group: string } | { conv: string };

export interface Options {
  /** Address of the WebSocket: ws(s)://host[:port]/ws */
  url: string;
  /** Base of the HTTP API, without /api/v1. Default: location.origin in a browser, none elsewhere. */
  api?: string;
  /**
   * Who the client is. In dev mode (no token) the server takes it at its word. Beside a token it is optional: it
   * lets the client read its store before the first token has come.
   */
  user?: string | number;
  /** Dev mode: agent, supervisor or visitor. */
  role?: string;
  /**
   * The login. A function is asked anew for each connection, and some time before the token runs out. If it throws, the
   * client tries again later, as when it doesn't end; if it gives nothing, the client stops (`unauthorized`).
   */
  token?: string | ((why: TokenRequest) => string | null | undefined | Promise<string | null | undefined>);
  /**
   * How the token goes to the server: as the first message (default), or in the address, which a server in dev mode needs
   * (for the tokens of the desk's visitors, say).
   */
  tokenIn?: "message" | "query";
  /** Names this client among those of its user. Default: a name from the store, of its own for each tab. */
  device?: string;
  /** Where the outbox, cursors and device are kept. Default: memoryStore(). */
  store?: Store;
  /**
   * Where a client begins that has no cursors yet. `"server"` (default): with everything that the user's devices haven't
   * acknowledged. `"ends"`: with what comes from now on, for pages that show the list and histories; on every
   * connection the whole list is asked for and told by the event `conversations`. An object: cursors, {conv_id: place}.
   */
  from?: "server" | "ends" | Record<string, number>;
  /** How long a request (not a send) waits for its answer, through reconnects, and the client for a token; ms. Default 30,000. */
  requestTimeout?: number;
  /** Messages that the outbox holds at most. Default 1,000. */
  outboxMessages?: number;
  /** Characters that the outbox holds at most. Default 1,000,000. */
  outboxSize?: number;
  /** Bytes of the largest message that the server takes (`limits.message_bytes`). Default 65,536. */
  messageBytes?: number;
  /** Constructors for Node where they aren't built in: `WebSocket` of the package ws does. */
  WebSocket?: new (url: string, protocols?: string | string[]) => unknown;
  fetch?: typeof fetch;
}

export interface TokenRequest {
  /** connect: for a new connection; renew: the old one runs out soon; refused: the last one wasn't good. */
  reason: "connect" | "renew" | "refused" | "http";
}

/** The fields by which an entry of a log is known. Its place is `event_seq` if there is one, else `seq`. */
interface EntryBase {
  id: string;
  conv_id: string;
  seq: number;
  event_seq?: number;
  time: number;
  /** Set on what this client sent itself, also where a sync brings it. */
  cid?: string;
}

export interface ChatEntry extends EntryBase {
  type: "chat";
  from: string;
  to?: string;
  group_id?: string;
  session_id?: string;
  content: any;
  content_type?: string;
  expires_at?: number;
  edited?: true;
  recalled?: true;
  expired?: true;
  mentions?: string[] | "all";
  reply_to?: string;
  reply_seq?: number;
}
export interface RecallEntry extends EntryBase { type: "recall"; from: string; event_seq: number }
/** Without `content`: read the message anew, `client.message(conv_id, seq)`. */
export interface EditEntry extends EntryBase { type: "edit"; from: string; event_seq: number; content?: any; content_type?: string }
export interface ReactionEntry extends EntryBase { type: "reaction"; from: string; event_seq: number; emoji: string; op: "add" | "remove" }
export interface GroupEntry extends EntryBase {
  type: "group";
  event: string;
  group_id: string;
  by: string;
  user_id?: string;
  user_ids?: string[];
  [field: string]: any;
}
export interface SessionEntry extends EntryBase {
  type: "session";
  event: string;
  session_id: string;
  from: string;
  agent_id?: string;
  agent_name?: string;
  user_id?: string;
  text?: string;
  reason?: string;
  skill?: string;
  visitor_id?: string;
  [field: string]: any;
}
/** Of a kind that this version doesn't know. Its place counts. */
export interface UnknownEntry extends EntryBase { type: string & {}; [field: string]: any }
export type KnownEntry = ChatEntry | RecallEntry | EditEntry | ReactionEntry | GroupEntry | SessionEntry;
export type Entry = KnownEntry | UnknownEntry;

export interface Sent { cid: string; id: string; conv_id: string; seq: number; time: number }

/** A message that has no answer yet. */
export interface OutboxItem {
  cid: string;
  /** The conversation that it goes to; absent until the client knows its user. */
  conv_id?: string;
  to?: string;
  group_id?: string;
  content: any;
  content_type?: string;
  mentions?: string[] | "all";
  reply_to?: string;
  ttl_s?: number;
  /** When it was given to send; Unix ms. */
  time: number;
  /** It has gone out at least once: it may be stored, and can't be cancelled. */
  tried: boolean;
}

export type StopReason = "closed" | "unauthorized" | "replaced" | "kicked" | "other_user";
export interface State {
  state: "connecting" | "online" | "waiting" | "stopped";
  /** waiting: ms until the next attempt. */
  retryIn?: number;
  /** stopped: why. unauthorized: 4001; replaced: 4002; kicked: 4003. */
  reason?: StopReason;
  /** waiting, stopped: the close code, 1006 where there was none. */
  code?: number;
}

export interface Conversation {
  conv_id: string;
  kind: "single" | "group" | "service" | (string & {});
  peer?: string;
  group_id?: string;
  name?: string;
  session_id?: string;
  last_seq: number;
  read_seq: number;
  ack_seq: number;
  cleared_seq: number;
  unread: number;
  mentioned: boolean;
  peer_read_seq?: number;
  peer_ack_seq?: number;
  pinned: boolean;
  muted: boolean;
  updated_at: number;
  last_message: ChatEntry | null;
}

export interface SyncEnd { seq: number; gone?: boolean }
export interface ReadNotice { type: "read"; conv_id: string; user_id: string; seq: number; ids?: string[]; time: number }
export interface TypingNotice { type: "typing"; conv_id: string; from: string }
export interface PresenceNotice {
  users: Record<string, "online" | "offline">;
  last_seen?: Record<string, number>;
}
export interface SettingsNotice { type: "conversation"; conv_id: string; pinned: boolean; muted: boolean; hidden: boolean; cleared_seq: number }
export interface QueueNotice { type: "queue"; conv_id: string; session_id: string; position: number; waiting_s: number }
export interface AgentNotice { type: "agent"; user_id: string; status: string; connected: boolean; sessions: number; max_sessions: number }
export interface DeskNotice { type: "desk"; event: string; session_id?: string; conv_id?: string; agent_id?: string; user_id?: string; waiting?: number; oldest_s?: number; offline?: number; [field: string]: any }

export interface Events {
  /** The connection has changed. */
  state: State;
  /**
   * An entry of a log, this client's own messages among them: per conversation in order, each place once, gaps repaired
   * first. A handler may return a promise: the next entry of the conversation waits for it, and so does the acknowledgement.
   */
  entry: Entry;
  /** After each connect: everything that was missed has been handed on. `convs` has what the server named. */
  synced: { convs: Record<string, SyncEnd> };
  /** With `from: "ends"`, on each connect, before what was missed: the user's whole list. What isn't in it isn't gone: it may have moved up meanwhile. */
  conversations: { conversations: Conversation[] };
  /** The conversation isn't the user's any more. */
  gone: { conv_id: string };
  /** The server was restored from an older backup: what is above this place isn't so any more. */
  reset: { conv_id: string; seq: number };
  read: ReadNotice;
  typing: TypingNotice;
  presence: PresenceNotice;
  conversation: SettingsNotice;
  queue: QueueNotice;
  agent: AgentNotice;
  desk: DeskNotice;
  /** What the server pushed besides: group requests and refusals, shutdown, types of later versions, errors of no request. */
  notice: { type: string; [field: string]: any };
  /** A message is in the outbox: given to send, or found in the store. */
  sending: OutboxItem;
  /** The server has it on disk. Comes before its `entry`. */
  sent: Sent;
  /** It won't be sent: refused for good, cancelled, or too old to be sent again. */
  failed: { cid: string; item: OutboxItem; error: GannetError };
  /** Something of no request went wrong, and is tried again: the token function threw, the store is full. */
  error: Error;
}

export class GannetError extends Error {
  constructor(fields: { code?: number; reason: string; msg?: string; retryAfter?: number; cid?: string });
  readonly name: "GannetError";
  /** HTTP status, 0 where the server didn't say it. */
  readonly code: number;
  /**
   * Word to branch on: those of docs/protocol.md, and from the client itself: timeout, closed, stopped, cancelled,
   * outbox_full, too_large, too_old, network, bad_answer.
   */
  readonly reason: string;
  readonly msg: string;
  /** ms after which another try is worth it. */
  readonly retryAfter?: number;
  readonly cid?: string;
}

export interface SendOptions {
  contentType?: string;
  /** The message that it answers: its id, or an entry with id and seq (then one's own entry has reply_seq too). */
  replyTo?: string | { id: string; seq: number };
  mentions?: string[];
  mentionAll?: boolean;
  /** Seconds after which the content is erased. */
  ttl?: number;
  /** Names the send, 1 to 64 bytes. Default: drawn. */
  cid?: string;
}
export interface HttpOptions {
  /** Default for a POST: drawn. It stays the same through the retries. */
  idempotencyKey?: string;
  query?: Record<string, string | number | boolean | undefined>;
  signal?: AbortSignal;
}

export class Client {
  constructor(options: Options);

  /** Resolves when the first catch-up is done; rejects if the client stops before. */
  readonly ready: Promise<{ user: string; device: string }>;
  /** The user, once known. */
  readonly user: string | undefined;
  readonly device: string | undefined;
  readonly state: State;

  /** Calls fn for each event; gives a function that ends it. */
  on<K extends keyof Events>(name: K, fn: (event: Events[K]) => unknown): () => void;

  /** Puts a message into the outbox. `done` never needs a catch: the events tell the same. Throws GannetError (outbox_full, too_large, bad_request). */
  send(target: Target, content: unknown, options?: SendOptions): { cid: string; done: Promise<Sent> };
  /** What isn't answered, oldest first. */
  outbox(): OutboxItem[];
  /** Takes a message back that has not gone out yet. */
  cancel(cid: string): boolean;

  recall(id: string): Promise<void>;
  edit(id: string, content: unknown, options?: { contentType?: string }): Promise<void>;
  react(id: string, emoji: string, options?: { remove?: boolean }): Promise<void>;
  /** Says that the user has read a conversation up to a place. */
  read(convId: string, place: number): Promise<void>;
  /** Says that the client has a conversation up to a place. Entries are acknowledged by themselves; this is for what came by history. */
  ack(convId: string, place: number): void;
  /** Tells the others that the user is writing; at most once a second. Not repeated, no answer. */
  typing(target: Target): void;
  history(target: Target, options?: { before?: number; limit?: number }): Promise<{ conv_id: string; messages: Entry[]; has_more: boolean }>;
  /** The message at a place as it is now; undefined where there is none. */
  message(convId: string, seq: number): Promise<ChatEntry | undefined>;
  /** A page of the list. */
  conversations(options?: { limit?: number; cursor?: string }): Promise<{ conversations: Conversation[]; next?: string }>;
  /** Who is online? At most 200 users. */
  presence(users: string[]): Promise<PresenceNotice>;
  /** The same, and hears of changes from now on, through reconnects (event `presence`). At most 200 users in all. */
  watch(users: string[]): Promise<PresenceNotice>;
  /** Ends it, without users for all. */
  unwatch(users?: string[]): void;
  /** Says how the user works as an agent of the desk. */
  agent(settings: { status?: "online" | "busy" | "offline"; maxSessions?: number }): Promise<void>;
  /** Any request of the protocol by its fields (type and what belongs to it); gives the answer. */
  request(fields: { type: string; [field: string]: unknown }): Promise<any>;

  /** The HTTP API: path below /api/v1; gives `data`, throws GannetError. */
  http<T = any>(method: string, path: string, body?: unknown, options?: HttpOptions): Promise<T>;

  /** The places up to which entries were handled, by conversation. */
  cursors(): Record<string, number>;
  /** Connects now, where the client waits or has stopped. */
  connect(): void;
  /** Ends the connection. What is unanswered stays in the store. */
  close(): Promise<void>;
  /** close, and what the store has of this user is removed: the outbox, cursors, device. Outboxes of other tabs that are open stay. */
  forget(): Promise<void>;
}

/** What a client keeps. The functions may be asynchronous. */
export interface Store {
  get(key: string): string | null | Promise<string | null>;
  set(key: string, value: string): void | Promise<void>;
  delete(key: string): void | Promise<void>;
  /** The keys that begin so. */
  keys(prefix: string): string[] | Promise<string[]>;
  /** Takes a lock if nobody has it: gives the function that releases it, else null. */
  lock(name: string): Promise<(() => void) | null>;
}
/** Keeps things as long as the process or page lives. One store may serve several clients. */
export function memoryStore(): Store;
/** Keeps things in localStorage, below a name (default "gannet"); in memory where there is none. */
export function browserStore(name?: string): Store;
