// What the widget says to visitors.

export const english = {
  chatTitle: "Chat with us", closeChat: "Close the chat", hello: "Hello!", helloText: "Write to us: somebody answers as soon as possible.",
  writeFirst: "Ask us anything", writeReply: "Write a message", writeMessage: "Leave a message",
  inQueue: n => n === 1 ? "You are next." : `You are number ${n} in the queue.`, finding: "We are looking for somebody for you.", waitHint: "You may write already; it will be read.",
  withAgent: name => `${name} is here for you`, isTyping: name => `${name} is typing…`, nobodyHere: "Nobody is here right now",
  away: "Reconnecting…", awayHint: "Nothing is lost: what you write is sent as soon as the connection is back.", stopped: "The connection was ended.", replaced: "The chat goes on in another window.", tryAgain: "Try again", here: "Use it here",
  endChat: "End the chat", endAsk: "End this chat?", endYes: "End", endNo: "Go on", endedSilent: "The chat was closed because it was silent for long.", endedMerged: "The chat goes on in another one of yours.",
  rateAsk: "How was it?", stars: n => n === 1 ? "1 star" : `${n} stars`, rateComment: "Would you like to add something?", rateSend: "Send", rated: "Thank you!", newChat: "New chat",
  notSent: "Not sent", busy: "Very many are asking right now. Please try again in a moment.", closedDesk: "The chat isn't available.", failed: "That didn't work. We try again.", options: "Options",
  // The shared words for what happens, as they are said to customers.
  sessionAssigned: name => `${name} is here for you`, sessionLost: "The agent went away; looking for another one", sessionWarned: "Are you still there?",
};

export const chinese = {
  chatTitle: "在线客服", closeChat: "关闭聊天", hello: "您好！", helloText: "请留言提问，我们会尽快回复。",
  writeFirst: "请输入您的问题", writeReply: "输入消息", writeMessage: "请留言",
  inQueue: n => n === 1 ? "您是下一位。" : `您排在第 ${n} 位。`, finding: "正在为您寻找客服。", waitHint: "您可以先描述问题，客服会看到。",
  withAgent: name => `${name} 为您服务`, isTyping: name => `${name} 正在输入…`, nobodyHere: "当前没有客服",
  away: "正在重新连接…", awayHint: "消息不会丢失，连接恢复后会自动发送。", stopped: "连接已断开。", replaced: "聊天已在另一个窗口打开。", tryAgain: "重试", here: "在此使用",
  endChat: "结束聊天", endAsk: "要结束聊天吗？", endYes: "结束", endNo: "继续", endedSilent: "长时间没有回复，聊天已关闭。", endedMerged: "已并入您的另一个会话。",
  rateAsk: "您对服务满意吗？", stars: n => `${n} 星`, rateComment: "还有什么想说的吗？", rateSend: "提交", rated: "感谢您的评价！", newChat: "新的咨询",
  notSent: "未发送", busy: "当前咨询人数较多，请稍后再试。", closedDesk: "暂时无法使用客服。", failed: "出错了，正在重试。", options: "选项",
  sessionAssigned: name => `${name} 为您服务`, sessionLost: "客服已离开，正在为您安排其他客服", sessionWarned: "您还在吗？",
};
