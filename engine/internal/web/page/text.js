// The words of the page in its two languages.

const english = {
  tagline: "Test page: open it twice, as two users.",
  yourId: "Your user id", yourToken: "Your token (JWT)", connect: "Connect", leave: "Leave",
  devHint: "Development mode: whoever you say you are is believed.",
  jwtHint: "Get a token from your backend, or with: gannet token --user ID",
  user: "User", group: "Group", open: "Open", userId: "User id", groupId: "Group id",
  listEmpty: "No conversations yet. Type an id above.", nothingOpen: "Open a conversation to see its messages.",
  earlier: "Earlier messages", write: "Message (Enter sends)", send: "Send",
  sending: "sending…", retrying: "trying again…", failed: "not sent", wasSent: "sent", wasRead: "read",
  recall: "Recall", recalled: "[message recalled]", expired: "[message expired]", edited: "edited",
  online: "online", connecting: "connecting…", stopped: "disconnected",
  waiting: s => `offline, next try in ${s} s`,
  replaced: "This device was opened elsewhere.", kicked: "An operator ended this connection.",
  badLogin: "The login was refused.", noConfig: "The server did not answer. Reload the page.",
  empty: "No messages yet. Say something.", noGroup: "No such group, or you are not a member of it.",
  gone: "This conversation is not yours any more.",
  createGroup: "Create this group", addMembers: "Add members", whichMembers: "User ids of the members, separated by commas",
  events: {
    created: e => e.user_ids ? `${e.by} created the group with ${whom(e)}` : `${e.by} created the group`,
    joined: e => e.by === whom(e) ? `${e.by} joined` : `${e.by} added ${whom(e)}`,
    left: e => `${e.user_id} left`,
    kicked: e => `${e.by} removed ${e.user_id}`,
    banned: e => `${e.by} banned ${e.user_id}`,
    unbanned: e => `${e.by} lifted the ban on ${e.user_id}`,
    updated: e => `${e.by} changed ${changed(e)}`,
    role: e => `${e.by} made ${e.user_id} ${e.role === "admin" ? "an admin" : "a member"}`,
    muted: e => `${e.by} muted ${e.user_id} until ${moment(e.until)}`,
    unmuted: e => `${e.by} lets ${e.user_id} write again`,
    transferred: e => `${e.by} handed the group over to ${e.user_id}`,
    dissolved: e => `${e.by} dissolved the group`,
    requested: e => e.by === e.user_id ? `${e.by} asks to join` : `${e.by} asks that ${e.user_id} may join`,
    refused: e => `${e.by} refused to take ${e.user_id} in`,
  },
  fields: { name: "name", announcement: "announcement", max_members: "most members", join: "joining", old_history: "old history", muted: "muted" },
};

const chinese = {
  tagline: "测试页面：打开两个窗口，用两个用户登录。",
  yourId: "用户 ID", yourToken: "令牌（JWT）", connect: "连接", leave: "退出",
  devHint: "开发模式：不校验身份。",
  jwtHint: "令牌由业务后端签发，或执行：gannet token --user ID",
  user: "单聊", group: "群聊", open: "打开", userId: "对方用户 ID", groupId: "群 ID",
  listEmpty: "还没有会话，请在上方输入 ID。", nothingOpen: "打开一个会话查看消息。",
  earlier: "更早的消息", write: "输入消息，回车发送", send: "发送",
  sending: "发送中…", retrying: "重试中…", failed: "发送失败", wasSent: "已发送", wasRead: "已读",
  recall: "撤回", recalled: "[消息已撤回]", expired: "[消息已过期]", edited: "已编辑",
  online: "在线", connecting: "连接中…", stopped: "已断开",
  waiting: s => `已断线，${s} 秒后重试`,
  replaced: "该设备已在别处登录。", kicked: "连接已被管理员断开。",
  badLogin: "登录失败。", noConfig: "服务器没有响应，请刷新页面。",
  empty: "还没有消息，说点什么吧。", noGroup: "群不存在，或你不是群成员。",
  gone: "你已不在该会话中。",
  createGroup: "创建该群", addMembers: "添加成员", whichMembers: "成员的用户 ID，用逗号分隔",
  events: {
    created: e => e.user_ids ? `${e.by} 创建了群，成员：${whom(e)}` : `${e.by} 创建了群`,
    joined: e => e.by === whom(e) ? `${e.by} 加入了群` : `${e.by} 邀请 ${whom(e)} 加入了群`,
    left: e => `${e.user_id} 退出了群`,
    kicked: e => `${e.by} 将 ${e.user_id} 移出群`,
    banned: e => `${e.by} 封禁了 ${e.user_id}`,
    unbanned: e => `${e.by} 解除了对 ${e.user_id} 的封禁`,
    updated: e => `${e.by} 修改了${changed(e)}`,
    role: e => `${e.by} 将 ${e.user_id} 设为${e.role === "admin" ? "管理员" : "普通成员"}`,
    muted: e => `${e.by} 将 ${e.user_id} 禁言至 ${moment(e.until)}`,
    unmuted: e => `${e.by} 解除了 ${e.user_id} 的禁言`,
    transferred: e => `${e.by} 将群转让给 ${e.user_id}`,
    dissolved: e => `${e.by} 解散了群`,
    requested: e => e.by === e.user_id ? `${e.by} 申请加入` : `${e.by} 申请让 ${e.user_id} 加入`,
    refused: e => `${e.by} 拒绝了 ${e.user_id} 的加入申请`,
  },
  fields: { name: "群名", announcement: "公告", max_members: "人数上限", join: "加入方式", old_history: "历史消息", muted: "全员禁言" },
};

const isChinese = (navigator.language || "").toLowerCase().startsWith("zh");

export const locale = isChinese ? "zh-CN" : "en";
export const text = isChinese ? chinese : english;

const whom = e => (e.user_ids ?? [e.user_id ?? e.by]).join(isChinese ? "、" : ", ");
const moment = time => new Date(time).toLocaleString(locale);

// changed names what an event says is different now.
function changed(e) {
  const parts = Object.keys(text.fields).filter(key => key in e).map(key => `${text.fields[key]}: ${e[key]}`);
  return parts.join(isChinese ? "；" : "; ");
}

// translate fills in every element that names its text.
export function translate() {
  document.documentElement.lang = locale;
  for (const el of document.querySelectorAll("[data-text]")) el.textContent = text[el.dataset.text];
}
