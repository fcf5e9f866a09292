// The words of the page in its two languages.

const english = {
  tagline: "Test page: open it twice, as two users.",
  yourId: "Your user id", yourToken: "Your token (JWT)", connect: "Connect", leave: "Leave",
  devHint: "Development mode: whoever you say you are is believed.",
  jwtHint: "Get a token from your backend, or with: gannet token --user ID",
  user: "User", group: "Group", open: "Open", userId: "User id", groupId: "Group id",
  listEmpty: "No conversations yet. Type an id above.", nothingOpen: "Open a conversation to see its messages.",
  earlier: "Earlier messages", write: "Message (Enter sends)", send: "Send",
  sending: "sending…", retrying: "trying again…", failed: "not sent",
  online: "online", connecting: "connecting…", stopped: "disconnected",
  waiting: s => `offline, next try in ${s} s`,
  replaced: "This device was opened elsewhere.", kicked: "An operator ended this connection.",
  badLogin: "The login was refused.", noConfig: "The server did not answer. Reload the page.",
  empty: "No messages yet. Say something.", noGroup: "No such group, or you are not a member of it.",
  createGroup: "Create this group", addMembers: "Add members", whichMembers: "User ids of the members, separated by commas",
  events: { created: "created the group", joined: "joined", left: "left", kicked: "was removed", dissolved: "dissolved the group", updated: "changed the group", muted: "was muted" },
};

const chinese = {
  tagline: "测试页面：打开两个窗口，用两个用户登录。",
  yourId: "用户 ID", yourToken: "令牌（JWT）", connect: "连接", leave: "退出",
  devHint: "开发模式：不校验身份。",
  jwtHint: "令牌由业务后端签发，或执行：gannet token --user ID",
  user: "单聊", group: "群聊", open: "打开", userId: "对方用户 ID", groupId: "群 ID",
  listEmpty: "还没有会话，请在上方输入 ID。", nothingOpen: "打开一个会话查看消息。",
  earlier: "更早的消息", write: "输入消息，回车发送", send: "发送",
  sending: "发送中…", retrying: "重试中…", failed: "发送失败",
  online: "在线", connecting: "连接中…", stopped: "已断开",
  waiting: s => `已断线，${s} 秒后重试`,
  replaced: "该设备已在别处登录。", kicked: "连接已被管理员断开。",
  badLogin: "登录失败。", noConfig: "服务器没有响应，请刷新页面。",
  empty: "还没有消息，说点什么吧。", noGroup: "群不存在，或你不是群成员。",
  createGroup: "创建该群", addMembers: "添加成员", whichMembers: "成员的用户 ID，用逗号分隔",
  events: { created: "创建了群", joined: "加入了群", left: "退出了群", kicked: "被移出群", dissolved: "解散了群", updated: "修改了群", muted: "被禁言" },
};

const isChinese = (navigator.language || "").toLowerCase().startsWith("zh");

export const locale = isChinese ? "zh-CN" : "en";
export const text = isChinese ? chinese : english;

// translate fills in every element that names its text.
export function translate() {
  document.documentElement.lang = locale;
  for (const el of document.querySelectorAll("[data-text]")) el.textContent = text[el.dataset.text];
}
