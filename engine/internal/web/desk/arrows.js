// The arrows in groups of which one is chosen: they choose the next one, as in the browser's own.

const groups = "[role=radiogroup], [role=tablist]";
const ways = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export function arrows(e) {
  const group = e.target.closest?.(groups);
  const by = ways[e.key];
  if (!group || !by || e.defaultPrevented) return;
  const items = [...group.querySelectorAll("[role=radio]:not(:disabled), [role=tab]")];
  const at = items.indexOf(e.target);
  if (at < 0) return;
  e.preventDefault();
  const next = items[(at + by + items.length) % items.length];
  next.click();
  next.focus();
}
