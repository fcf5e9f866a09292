// The sample site's own script. A site has the tag of widget.js in its page; this one makes it, so that
// the address may say what stands in it: ?lang=zh, ?skill=sales, ?color=gold.

const tag = document.createElement("script");
Object.assign(tag.dataset, { title: "Example Shop", color: "#1d4ed8" }, Object.fromEntries(new URLSearchParams(location.search)));
tag.src = "/widget.js";
tag.async = true;
tag.addEventListener("load", use);
document.head.append(tag);

// What a site may do with the widget: open it by a button of its own, and show what is unread.
function use() {
  document.getElementById("ask").addEventListener("click", () => window.Gannet.open());
  window.Gannet.onUnread(n => { document.getElementById("unread").textContent = n > 0 ? `${n} new` : ""; });
}
