// The window's title says how much is unread.

export function showUnread(count) {
  const title = count > 0 ? `(${count > 99 ? "99+" : count}) Gannet` : "Gannet";
  if (document.title !== title) document.title = title;
}
